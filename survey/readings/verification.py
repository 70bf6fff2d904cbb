"""What a file is: one of ours as it was issued, one that was changed, or somebody else's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from reports.paper import signature
from survey.store import documents as store
from survey.tables import Document, DocumentStanding

NUMBER = re.compile(rb"/Reason\s*\(([0-9]{4})(?:-|\\055)([0-9]{6})\)")
"""What a file's signature is about, where the signature itself cannot be read any more."""


class Verdict(StrEnum):
    """What became of a file since it was issued, if it was."""

    GENUINE = "genuine"
    STAMPED = "stamped"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    ATTACHMENT = "attachment"
    CHANGED = "changed"
    UNRECORDED = "unrecorded"
    FOREIGN = "foreign"
    NOT_OURS = "not_ours"
    NO_PDF = "no_pdf"
    STRIPPED = "stripped"


OF_STANDING = {
    DocumentStanding.VALID: Verdict.GENUINE,
    DocumentStanding.SUPERSEDED: Verdict.SUPERSEDED,
    DocumentStanding.WITHDRAWN: Verdict.WITHDRAWN,
}


@dataclass(frozen=True)
class Judged:
    """A verdict, with the document a file is or pretends to be, and what its signature says."""

    verdict: Verdict
    document: Document | None = None
    newer: Document | None = None
    number: str = ""
    signer: str = ""
    holds: bool = False


def judge(session: Session, content: bytes) -> Judged:
    """Say what a file is, by this installation's register and by its signature; nothing is sent."""
    if b"%PDF-" not in content[:1024]:
        return Judged(Verdict.NO_PDF)
    digest = hashlib.sha256(content).hexdigest()
    if document := store.with_content(session, digest):
        copy = document.sha256 != digest
        verdict = Verdict.STAMPED if copy else OF_STANDING[document.standing]
        newer = store.valid(session, document.kind, document.subject, document.subject_id)
        return Judged(verdict, document, newer, document.number)
    return _of_unknown(session, content)


def _of_unknown(session: Session, content: bytes) -> Judged:
    """Judge a file that was never issued as it is, by what its signature says."""
    seen = signature.seen(content)
    about = NUMBER.search(content)
    number = seen.number if seen else b"-".join(about.groups()).decode() if about else ""
    document = store.numbered(session, number) if number else None
    same = bool(document and document.attached) and _attached(document, content)
    if seen and not same and not store.has_signed(session, seen.signer):
        return Judged(Verdict.FOREIGN, None, None, number, seen.signer, seen.holds)
    if document is None and seen is None:
        return _of_unsigned(session, content)
    if seen and seen.holds:
        return Judged(Verdict.UNRECORDED, document, None, number, seen.signer, holds=True)
    touched = document is not None and not _attached(document, content)
    return Judged(Verdict.ATTACHMENT if touched else Verdict.CHANGED, document, None, number)


def _of_unsigned(session: Session, content: bytes) -> Judged:
    """Judge a file without a signature: the proof attached to ours names their number."""
    number = signature.proved_number(content)
    document = store.numbered(session, number) if number else None
    if document and document.attached and _attached(document, content):
        return Judged(Verdict.STRIPPED, document, None, number)
    return Judged(Verdict.NOT_OURS)


def _attached(document: Document | None, content: bytes) -> bool:
    """Whether a file brings the attachments that were issued."""
    return document is not None and tuple(document.attached) == signature.attached(content)
