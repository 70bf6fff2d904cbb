"""The electronic signature of a PDF (PAdES B-B): made without a mark on its pages, and read again.

Source: ETSI EN 319 142-1 (PAdES baseline); ISO 14289-1 7.18.1: a field outside the page needs no tag.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from reports import readd

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

T = TypeVar("T")

FIELD = "Issued"
TITLE = "签发单位的电子签名"
UNSEEN = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
ATTACHED = re.compile(
    rb"/Type\s*/EmbeddedFile\b.{0,600}?\bstream\r?\n(.*?)\r?\nendstream", re.DOTALL
)
"""A file attached to a PDF of ours, as it lies there. ``static/js/verify.js`` and ``readd.py`` read the same."""
NUMBER = re.compile(r"[0-9]{4}-[0-9]{6}", re.ASCII)


class SameVersion(IncrementalPdfFileWriter):
    """Leaves a file of PDF 1.7 one: PDF/A-3, PDF/UA-1 and PAdES B-B rest on it."""

    output_version = (1, 7)

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Leave it; signing asks for PDF 2.0, of which it uses nothing."""


class Unsignable(ValueError):
    """What is to be signed is no PDF that can be."""


def signed(pdf: bytes, signer: SimpleSigner, number: str) -> bytes:
    """Return a PDF with a signature over all of it, made now, that names the document's number.

    Raises:
        Unsignable: It cannot be read as a PDF.
    """
    about = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=number
    )
    field = SigFieldSpec(FIELD, readable_field_name=TITLE, invis_sig_settings=UNSEEN)
    try:
        writer = SameVersion(BytesIO(pdf))
        signing = PdfSigner(about, signer=signer, new_field_spec=field)
        made = _apart(lambda: signing.sign_pdf(writer))
    except (PdfError, SigningError) as error:
        raise Unsignable from error
    content: bytes = made.getvalue()
    return content


def _apart(work: Callable[[], T]) -> T:
    """Do it in a thread of its own: the library begins an event loop, and a thread runs only one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def fingerprint(certificate: Any) -> str:
    """Return what a certificate is known by: the SHA-256 of it."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def attached(pdf: bytes) -> tuple[str, ...]:
    """Return the SHA-256 of each file attached to a PDF, as it lies there, in its order."""
    return tuple(hashlib.sha256(found[1]).hexdigest() for found in _files(pdf))


def _files(pdf: bytes) -> Iterator[re.Match[bytes]]:
    """Find the attached files; no beginning is looked for behind the last end, or many would take hours."""
    return ATTACHED.finditer(pdf, 0, pdf.rfind(b"\nendstream") + 10)


def proved_number(pdf: bytes) -> str:
    """Return the number of the document whose score proof a PDF brings along; empty where none does."""
    for found in _files(pdf):
        about = (readd.loaded(found[1], readd.PROOF) or {}).get("number")
        if isinstance(about, str) and NUMBER.fullmatch(about):
            return about
    return ""


@dataclass(frozen=True)
class Seen:
    """What the signature of a file says: by which certificate, over which number, and whether it holds.

    ``holds``: every byte of the file is as it was signed.
    """

    signer: str
    number: str
    holds: bool


def seen(pdf: bytes) -> Seen | None:
    """Return what the first signature of a file says; None where it has none that can be read."""
    silent = logging.getLogger("pyhanko")
    level, silent.disabled = silent.disabled, True
    try:
        found = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures
        if not found:
            return None
        about = str(found[0].sig_object.get("/Reason", ""))
        number = about if NUMBER.fullmatch(about) else ""
        return Seen(fingerprint(found[0].signer_cert), number, _holds(found[0]))
    except Exception:
        return None
    finally:
        silent.disabled = level


def _holds(signature: Any) -> bool:
    """Whether the file is as its signer left it; that they are who they say, their certificate tells."""
    trust = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    try:
        status = _apart(lambda: validate_pdf_signature(signature, trust))
    except (SignatureValidationError, PdfError, ValueError):
        return False
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return bool(status.intact and status.valid and whole)
