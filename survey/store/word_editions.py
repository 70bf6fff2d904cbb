"""Queries over Word editions and what officers write in a yearly report."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.tables import AnnualWords, WordEdition


def word_edition(session: Session, document_id: int) -> WordEdition | None:
    return session.get(WordEdition, document_id, populate_existing=True)


def word_editions(session: Session, document_ids: Iterable[int]) -> dict[int, WordEdition]:
    """Return the Word editions of some documents by the document's number in its table."""
    query = select(WordEdition).where(WordEdition.document_id.in_(list(document_ids)))
    return {row.document_id: row for row in session.scalars(query)}


def annual_words(
    session: Session, round_id: int, *, outward: bool, lock: bool = False
) -> AnnualWords | None:
    key = (round_id, outward)
    return session.get(AnnualWords, key, with_for_update=lock, populate_existing=True)


def forget_annual_words(session: Session, round_id: int) -> None:
    session.execute(delete(AnnualWords).where(AnnualWords.round_id == round_id))
