"""The electronic signature of a document, made and read wherever its issuer's program runs."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from pypdf import PdfWriter

from reports.paper import signature
from survey.clock import utc_now
from survey.config import Config
from survey.files import certificates


def test_a_document_is_signed_and_read_where_an_event_loop_runs_already(instance: Path) -> None:
    config = Config(instance=instance, database_url="", secret_key="tests-only-" + "0" * 32)
    signer = certificates.signer_of(config, utc_now())
    plain = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(plain)

    async def signed_and_seen() -> signature.Seen | None:
        return signature.seen(signature.signed(plain.getvalue(), signer, "2026-000001"))

    # A browser test may have left a loop in this thread.
    with ThreadPoolExecutor(1) as aside:
        seen = aside.submit(asyncio.run, signed_and_seen()).result()

    assert seen is not None
    assert (seen.number, seen.holds) == ("2026-000001", True)
