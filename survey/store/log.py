"""The audit log as it is read: filtered, paged, by subject."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from survey.store.lists import FIRM, PORTION, Slice, holds
from survey.tables import (
    AuditEntry,
    Firm,
    Round,
    User,
)

LIFE = (
    "begin",
    "submit",
    "ask_return",
    "take_back_request",
    "decline_return",
    "return",
    "assign",
    "unassign",
    "ask_off",
    "confirm",
    "reopen",
    "conclude",
)
"""The steps of an assessment's life that its page tells."""


@dataclass(frozen=True)
class LogLine:
    """One row of the log with the name of the firm it is about."""

    entry: AuditEntry
    firm: str


@dataclass(frozen=True)
class WantedLog:
    """What the log is narrowed to. Days are local ones, both included."""

    action: str = ""
    actions: tuple[str, ...] = ()
    """A kind of action, by all its actions."""
    other: bool = False
    """Everything but those."""
    role: str = ""
    subject: str = ""
    number: str = ""
    """The number of what it is about."""
    firm: str = ""
    user: str = ""
    since: date | None = None
    until: date | None = None


def log_lines(
    session: Session, wanted: WantedLog, zone: ZoneInfo, part: Slice
) -> tuple[list[LogLine], int]:
    """Return one page of the log, newest first, and how many rows there are."""
    where = list(_narrowed(wanted, zone))
    page = _ordered(where).offset((part.page - 1) * part.size).limit(part.size)
    return _lines(session.execute(page)), count(session, where)


def in_portions(session: Session, wanted: WantedLog, zone: ZoneInfo) -> Iterator[list[LogLine]]:
    """Return all rows of the log, newest first, some at a time: the database holds the others."""
    query = _ordered(list(_narrowed(wanted, zone))).execution_options(yield_per=PORTION)
    return map(_lines, session.execute(query).partitions())


def _ordered(where: Sequence[ColumnElement[bool]]) -> Select[AuditEntry, str]:
    query = select(AuditEntry, Firm.name).outerjoin(Firm, Firm.id == AuditEntry.firm_id)
    return query.where(*where).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


def _lines(rows: Iterable[Any]) -> list[LogLine]:
    return [LogLine(row[0], row[1] or "") for row in rows]


def newest_at(session: Session) -> datetime | None:
    """Return the moment of the row that was written last."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1))


def of_user(session: Session, user_id: int, most: int) -> Sequence[AuditEntry]:
    """Return what somebody did, newest first."""
    query = select(AuditEntry).where(AuditEntry.user_id == user_id)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(most)).all()


def sign_ins(session: Session, user_id: int, most: int) -> Sequence[AuditEntry]:
    """Return the newest times somebody signed in as this user, or tried to, newest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.subject == "user", AuditEntry.subject_id == str(user_id))
        .where(AuditEntry.action.in_(("sign_in", "factor_show")))
    )
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(most)).all()


def count_failed_sign_ins(session: Session, since: datetime) -> int:
    """Return how often somebody failed to sign in, by password or second factor, from a moment on."""
    failed = (AuditEntry.action.in_(("sign_in", "factor_show")), ~AuditEntry.succeeded)
    return count(session, (AuditEntry.at >= since, *failed))


def log_size(session: Session, wanted: WantedLog, zone: ZoneInfo) -> int:
    """Return how many rows the log narrowed so has."""
    return count(session, list(_narrowed(wanted, zone)))


def count(session: Session, where: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count(AuditEntry.id)).where(*where)) or 0


def _narrowed(wanted: WantedLog, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    if wanted.action:
        yield AuditEntry.action == wanted.action
    if wanted.actions:
        inside = AuditEntry.action.in_(wanted.actions)
        yield ~inside if wanted.other else inside
    if wanted.role:
        # Rows of before do not say what somebody was then; what they are now is the best there is.
        having = select(User.id).where(User.role == wanted.role)
        older = and_(AuditEntry.role.is_(None), AuditEntry.user_id.in_(having))
        yield or_(AuditEntry.role == wanted.role, older)
    if wanted.subject:
        yield AuditEntry.subject == wanted.subject
    if wanted.number:
        yield AuditEntry.subject_id == wanted.number
    if wanted.firm:
        yield AuditEntry.firm_id.in_(select(Firm.id).where(holds(wanted.firm, *FIRM)))
    if wanted.user:
        yield holds(wanted.user, AuditEntry.who)
    if wanted.since:
        yield AuditEntry.at >= _start(wanted.since, zone)
    if wanted.until:
        yield AuditEntry.at < _start(wanted.until + timedelta(days=1), zone)


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def steps_about(session: Session, assessment_id: int, firm_id: int) -> list[AuditEntry]:
    """Return what was decided about an assessment and its firm's pool entry, newest first."""
    query = (
        select(AuditEntry)
        .where(
            or_(
                and_(
                    AuditEntry.action.in_(LIFE),
                    AuditEntry.subject == "assessment",
                    AuditEntry.subject_id == str(assessment_id),
                ),
                and_(AuditEntry.subject == "pool", AuditEntry.firm_id == firm_id),
            ),
            AuditEntry.succeeded,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return list(session.scalars(query))


def was_sent(session: Session, assessment_id: int, username: str) -> bool:
    """Whether a consultant was ever sent to visit a firm, alone or as one of a pair."""
    query = select(AuditEntry.after).where(
        AuditEntry.action == "assign",
        AuditEntry.subject == "assessment",
        AuditEntry.subject_id == str(assessment_id),
        AuditEntry.succeeded,
    )
    sent = (after for after in session.scalars(query) if after)
    return any(username in (after.get("consultant"), after.get("second")) for after in sent)


def names(
    session: Session, users: Collection[str], usernames: Collection[str], rounds: Collection[str]
) -> dict[tuple[str, str], str]:
    """Return names by ("user", id or user name) and ("round", id), in two queries."""
    people = select(User.id, User.username, User.name).where(
        or_(User.id.in_([int(id) for id in users]), User.username.in_(usernames))
    )
    found: dict[tuple[str, str], str] = {}
    for id, username, name in session.execute(people):
        found |= {("user", str(id)): name, ("user", username): name}
    titles = select(Round.id, Round.title).where(Round.id.in_([int(id) for id in rounds]))
    return found | {("round", str(id)): title for id, title in session.execute(titles)}


def last_steps(
    session: Session, assessment_ids: Collection[int], actions: Collection[str]
) -> dict[int, tuple[str, datetime]]:
    """Return of each assessment the last of these steps and when it was taken, in one query."""
    newest = (
        select(func.max(AuditEntry.id))
        .where(AuditEntry.subject == "assessment", AuditEntry.action.in_(actions))
        .where(AuditEntry.subject_id.in_([str(id) for id in assessment_ids]), AuditEntry.succeeded)
        .group_by(AuditEntry.subject_id)
    )
    query = select(AuditEntry).where(AuditEntry.id.in_(newest))
    return {int(row.subject_id): (row.action, row.at) for row in session.scalars(query)}


def need_history(session: Session, need_id: int) -> list[AuditEntry]:
    """Return every step of one need, newest first; not who looked at it."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.subject == "need", AuditEntry.subject_id == str(need_id))
        .where(AuditEntry.action.startswith("need_", autoescape=True))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return list(session.scalars(query))


def pool_history(session: Session, entry_id: int) -> list[AuditEntry]:
    """Return every step of one pool entry, newest first."""
    return history(session, "pool", entry_id)


def history(session: Session, subject: str, row_id: int) -> list[AuditEntry]:
    """Return every step about one row, newest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == str(row_id))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return list(session.scalars(query))
