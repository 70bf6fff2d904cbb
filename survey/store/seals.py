"""Queries over the sealed log: what waits for a seal, what a block holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey import db
from survey.tables import AuditEntry, LogBlock, LogErasure, LogSeal

LATE = 1000
"""So many rows back one may still come that was begun earlier than those sealed."""


class Kept(NamedTuple):
    """A row of the log, as a seal reads it."""

    id: int
    at: datetime
    user_id: int | None
    role: str | None
    who: str
    address: str
    request_id: str
    action: str
    subject: str
    subject_id: str
    firm_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str
    succeeded: bool


class Sealed(NamedTuple):
    """A seal, and the row it is of; None where that is gone."""

    seal: LogSeal
    row: Kept | None


_COLUMNS = [getattr(AuditEntry, name) for name in Kept._fields]


def last_block(session: Session, *, lock: bool = False) -> LogBlock:
    """Return the newest block; ``lock`` keeps whoever else seals, drops or erases off the chain."""
    if lock:
        db.hold(session, LogBlock, 0)
    query = select(LogBlock).order_by(LogBlock.id.desc()).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def oldest_block(session: Session) -> LogBlock | None:
    """Return the first block that still has its rows, nobody else at the chain meanwhile."""
    db.hold(session, LogBlock, 0)
    query = select(LogBlock).where(LogBlock.id > 0, LogBlock.dropped_at.is_(None))
    return session.scalars(query.order_by(LogBlock.id).limit(1)).one_or_none()


def unsealed(session: Session, before: datetime, most: int) -> list[Kept]:
    """Return rows of before that moment without a seal, by number."""
    query = (
        select(*_COLUMNS)
        .outerjoin(LogSeal, LogSeal.entry_id == AuditEntry.id)
        .where(LogSeal.entry_id.is_(None), AuditEntry.at < before)
        .where(AuditEntry.id > _last_sealed(session) - LATE)
    )
    found = session.execute(query.order_by(AuditEntry.id).limit(most))
    return [Kept(*row) for row in found]


def _last_sealed(session: Session) -> int:
    return session.scalar(select(func.max(LogSeal.entry_id))) or 0


def strangers(session: Session, most: int) -> list[int]:
    """Return rows without a seal among those that were sealed long ago: nobody writes there."""
    query = (
        select(AuditEntry.id)
        .outerjoin(LogSeal, LogSeal.entry_id == AuditEntry.id)
        .where(LogSeal.entry_id.is_(None), AuditEntry.id <= _last_sealed(session) - LATE)
    )
    return list(session.scalars(query.order_by(AuditEntry.id).limit(most)))


def keep(session: Session, block: LogBlock, seals: Sequence[Mapping[str, Any]]) -> None:
    session.add(block)
    session.flush()
    session.execute(insert(LogSeal), seals)


def forget_rows(session: Session, block_id: int) -> None:
    """Delete the rows of a dropped block, and then their seals."""
    inside = select(LogSeal.entry_id).where(LogSeal.block_id == block_id)
    session.execute(delete(LogErasure).where(LogErasure.entry_id.in_(inside)))
    session.execute(delete(AuditEntry).where(AuditEntry.id.in_(inside)))
    session.execute(delete(LogSeal).where(LogSeal.block_id == block_id))


def ask_erasure(session: Session, part: str, erased_by: int, where: ColumnElement[bool]) -> None:
    """Have a part of these rows erased once they are sealed."""
    known = select(LogErasure.entry_id).where(LogErasure.part == part)
    rows = select(AuditEntry.id, literal(part), literal(erased_by))
    rows = rows.where(where, AuditEntry.id.not_in(known), AuditEntry.id != erased_by)
    session.execute(insert(LogErasure).from_select(["entry_id", "part", "erased_by"], rows))


def of_person(user_id: int) -> ColumnElement[bool]:
    """The rows of what somebody did."""
    return AuditEntry.user_id == user_id


def about_person(user_id: int, username: str) -> ColumnElement[bool]:
    """The rows of what was done to somebody's account, or that name them among their values."""
    account = and_(AuditEntry.subject == "user", AuditEntry.subject_id == str(user_id))
    said = json.dumps(username)
    sides = (cast(side, Text) for side in (AuditEntry.before, AuditEntry.after))
    return or_(account, *(side.contains(said, autoescape=True) for side in sides))


def about_contact(firm_id: int, actions: Collection[str]) -> ColumnElement[bool]:
    """The rows in which a firm's contacts, or who signed for it, may stand."""
    return and_(AuditEntry.firm_id == firm_id, AuditEntry.action.in_(actions))


class ToErase(NamedTuple):
    """A part of a sealed row that is to be erased."""

    part: str
    erased_by: int
    seal: LogSeal
    row: Kept


def to_erase(session: Session, most: int) -> list[ToErase]:
    query = (
        select(LogErasure.part, LogErasure.erased_by, LogSeal, *_COLUMNS)
        .join(LogSeal, LogSeal.entry_id == LogErasure.entry_id)
        .join(AuditEntry, AuditEntry.id == LogErasure.entry_id)
        .order_by(LogErasure.entry_id, LogErasure.part)
        .limit(most)
    )
    found = session.execute(query.execution_options(populate_existing=True))
    return [ToErase(part, by, seal, Kept(*row)) for part, by, seal, *row in found]


def erase(session: Session, one: ToErase, values: Mapping[str, Any]) -> None:
    """Put something else into a row whose seal says already that it was erased."""
    session.flush()
    if values:
        session.execute(update(AuditEntry).where(AuditEntry.id == one.row.id).values(values))
    done = (LogErasure.entry_id == one.row.id, LogErasure.part == one.part)
    session.execute(delete(LogErasure).where(*done))


def block(session: Session, block_id: int) -> LogBlock | None:
    return session.get(LogBlock, block_id, populate_existing=True)


def block_ids(session: Session) -> list[int]:
    return list(session.scalars(select(LogBlock.id).order_by(LogBlock.id)))


def sealed(session: Session, block_id: int) -> Iterator[Sealed]:
    """Return what a block holds, in its order."""
    query = (
        select(LogSeal, *_COLUMNS)
        .outerjoin(AuditEntry, AuditEntry.id == LogSeal.entry_id)
        .where(LogSeal.block_id == block_id)
        .order_by(LogSeal.entry_id)
    )
    for seal, *row in session.execute(query.execution_options(populate_existing=True)):
        yield Sealed(seal, Kept(*row) if row[0] is not None else None)


def actions(session: Session, entries: Collection[int]) -> dict[int, str]:
    """Return what each of these rows of the log did."""
    query = select(AuditEntry.id, AuditEntry.action).where(AuditEntry.id.in_(entries))
    return {row.id: row.action for row in session.execute(query)}
