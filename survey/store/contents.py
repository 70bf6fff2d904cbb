"""Which contents the tables speak of."""

from __future__ import annotations

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from survey.tables import (
    Batch,
    Bundle,
    Document,
    EditionRow,
    Evidence,
    ListTemplate,
    Paper,
    ProjectPaper,
    Roster,
    SampleConsent,
    Signature,
    WordEdition,
)

# Every column that names a content stands here: what no column names may be removed.
COLUMNS = (
    Batch.sha256,
    Bundle.sha256,
    Evidence.sha256,
    ListTemplate.sha256,
    Document.sha256,
    Document.stamped,
    WordEdition.sha256,
    Document.short,
    Document.picture,
    EditionRow.content,
    Paper.sha256,
    ProjectPaper.sha256,
    Roster.sha256,
    SampleConsent.sha256,
    Signature.sha256,
)


def spoken_of(session: Session) -> set[str]:
    """Return the hash of every content that a row names; one that was cleared names none."""
    named = union(*(select(column).where(column != "") for column in COLUMNS))
    return set(session.scalars(named))
