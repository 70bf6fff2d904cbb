"""Queries for what was looked at: whose firm it is, who looked, which files were taken over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from survey.tables import (
    Assessment,
    Evidence,
    Firm,
    FirmNeed,
    PoolEntry,
    SheetRow,
    Signature,
    TakenSpool,
    User,
)

_FIRMS: dict[str, Select[int, int]] = {
    "firm": select(Firm.id, Firm.id),
    "assessment": select(Assessment.id, Assessment.firm_id),
    "evidence": select(Evidence.id, Assessment.firm_id)
    .join(SheetRow, SheetRow.id == Evidence.sheet_id)
    .join(Assessment, Assessment.id == SheetRow.assessment_id),
    "signature": select(Signature.id, Assessment.firm_id).join(
        Assessment, Assessment.id == Signature.assessment_id
    ),
    "pool": select(PoolEntry.id, PoolEntry.firm_id),
    "need": select(FirmNeed.id, FirmNeed.firm_id),
    "user": select(User.id, User.firm_id),
}
_KEYS = {
    "firm": Firm.id,
    "assessment": Assessment.id,
    "evidence": Evidence.id,
    "signature": Signature.id,
    "pool": PoolEntry.id,
    "need": FirmNeed.id,
    "user": User.id,
}


class Person(NamedTuple):
    """Somebody who looked."""

    name: str
    username: str
    firm_id: int | None


def is_taken(session: Session, name: str) -> bool:
    return session.get(TakenSpool, name) is not None


def note_taken(session: Session, name: str, now: datetime) -> None:
    session.add(TakenSpool(name=name, taken_at=now))
    session.flush()


def forget_taken(session: Session, before: datetime) -> None:
    session.execute(delete(TakenSpool).where(TakenSpool.taken_at < before))


def people(session: Session, ids: Collection[int]) -> dict[int, Person]:
    query = select(User.id, User.name, User.username, User.firm_id).where(User.id.in_(ids))
    return {row.id: Person(row.name, row.username, row.firm_id) for row in session.execute(query)}


def firms_of(session: Session, subject: str, ids: Collection[int]) -> dict[int, int]:
    """Return whose firm's these rows are; nothing of what is no single firm's, or gone."""
    if subject not in _FIRMS:
        return {}
    query = _FIRMS[subject].where(_KEYS[subject].in_(ids))
    return {id: firm for id, firm in session.execute(query) if firm is not None}
