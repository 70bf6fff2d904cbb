"""Small signed documents: what an issued report is to whoever verifies it, without a press."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec
from pypdf import PdfWriter
from sqlalchemy.orm import Session

from reports import proof
from reports.paper import signature
from survey.clock import utc_now
from survey.config import Config
from survey.files import certificates
from survey.files.stores import contents_of
from survey.lifecycle.documents import Content
from survey.tables import Assessment, Document, Job, SheetKind, User
from tests.support.people import an_issued_report


def a_pdf(words: str = "虚构", answers: str = "{}") -> bytes:
    """One empty page that is called by some words, and brings some answers along."""
    writer, made = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": words})
    writer.add_attachment(proof.NAME, answers.encode())
    writer.write(made)
    return made.getvalue()


def signed(config: Config, number: str, words: str = "虚构", answers: str = "{}") -> bytes:
    """That page, signed by the key of an instance."""
    signer = certificates.signer_of(config, utc_now())
    return signature.signed(a_pdf(words, answers), signer, number)


def _another(config: Config) -> Config:
    other = replace(config, instance=config.instance / "another")
    other.instance.mkdir(exist_ok=True)
    return other


def of_another(config: Config, number: str) -> bytes:
    """The same, signed by another instance."""
    return signed(_another(config), number, answers=json.dumps({"theirs": 1}))


def also_signed(config: Config, file: bytes, number: str, *, by_another: bool = True) -> bytes:
    """A signed file with one more signature after ours, which leaves every byte of it as it was."""
    signer = certificates.signer_of(_another(config) if by_another else config, utc_now())
    about = PdfSignatureMetadata(field_name="Second", md_algorithm="sha256", reason=number)
    signing = PdfSigner(about, signer=signer, new_field_spec=SigFieldSpec("Second"))
    writer = IncrementalPdfFileWriter(BytesIO(file))
    with ThreadPoolExecutor(max_workers=1) as thread:  # a browser's test has an event loop already
        made: BytesIO = thread.submit(signing.sign_pdf, writer).result()
    return made.getvalue()


def a_signed_report(
    session: Session,
    config: Config,
    assessment: Assessment,
    user: User,
    kind: str = SheetKind.SELF,
    words: str = "虚构",
) -> tuple[Document, bytes]:
    """An issued report whose file is signed, and that file."""
    files: list[bytes] = []

    def made(job: Job) -> Content:
        files.append(file := signed(config, job.arguments["number"], words))
        seen = signature.seen(file)
        assert seen
        digest = contents_of(config).put(file)
        attached = signature.attached(file)
        return Content(job.arguments["basis"], digest, len(file), seen.signer, attached)

    return an_issued_report(session, config, assessment, user, kind, made), files[0]
