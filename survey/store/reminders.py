"""Whom a round reminded, of what and when, and what an officer is still to pass on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from survey.store.completion import Pace, firms_wanted
from survey.store.filling import fill
from survey.store.lists import Query, Slice, Wanted, sliced
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    Mail,
    MailState,
    Reminder,
    ReminderKind,
    Round,
)


class Reason(NamedTuple):
    """Why firms are reminded, and of which day it speaks."""

    kind: ReminderKind
    day: date


def remind(
    session: Session,
    round_: Round,
    reason: Reason,
    wanted: Wanted,
    pace: Pace,
    *,
    mails: bool,
    by: int | None,
    now: datetime,
) -> int:
    """Note a reminder for every firm that is wanted, has not handed in, and was not reminded so yet.

    Args:
        mails: Whether mail can be sent at all; a firm without an address is told by an officer.
    """
    late = Assessment.state == AssessmentState.DRAFT
    over = round_.closes_on is not None and round_.closes_on < pace.today
    may = late if over else or_(Assessment.id.is_(None), late)
    done = exists().where(
        Reminder.round_id == round_.id,
        Reminder.firm_id == Firm.id,
        Reminder.kind == reason.kind,
        Reminder.day == reason.day,
    )
    by_mail = and_(literal(mails), Firm.contact_mail.is_not(None))
    found = firms_wanted(
        round_,
        wanted,
        pace,
        literal(round_.id),
        Firm.id,
        literal(reason.kind, Reminder.kind.type),
        literal(reason.day),
        literal(by, Reminder.made_by.type),
        literal(now, Reminder.made_at.type),
        case((by_mail, True), else_=False),
    ).where(may, ~done)
    columns = ["round_id", "firm_id", "kind", "day", "made_by", "made_at", "by_mail"]
    return fill(session, Reminder, columns, found)


def still_to_pass_on() -> list[ColumnElement[bool]]:
    """Conditions on reminders that an officer is to pass on: the firm has not handed in since."""
    handed_in = exists().where(
        Assessment.round_id == Reminder.round_id,
        Assessment.firm_id == Reminder.firm_id,
        Assessment.state != AssessmentState.DRAFT,
    )
    return [~Reminder.by_mail, Reminder.passed_on_at.is_(None), ~handed_in]


class ToPassOn(NamedTuple):
    """A firm an officer is to remind, and whom to call."""

    id: int
    firm_id: int
    firm: str
    township: str
    contact_name: str
    contact_phone: str
    made_at: datetime


def to_pass_on(
    session: Session, round_id: int, part: Slice | None = None
) -> tuple[list[ToPassOn], int]:
    """Return the firms of a round an officer is to remind, once each, by township."""
    newest = (
        select(func.max(Reminder.id).label("id"))
        .where(Reminder.round_id == round_id, *still_to_pass_on())
        .group_by(Reminder.firm_id)
        .subquery()
    )
    query: Query = (
        select(
            Reminder.id,
            Firm.id,
            Firm.name,
            func.coalesce(Firm.township, ""),
            func.coalesce(Firm.contact_name, ""),
            func.coalesce(Firm.contact_phone, ""),
            Reminder.made_at,
        )
        .join_from(newest, Reminder, Reminder.id == newest.c.id)
        .join(Firm, Firm.id == Reminder.firm_id)
        .order_by(Firm.township.asc().nulls_last(), Firm.name, Firm.id)
    )
    rows, total = sliced(session, query, part)
    return [ToPassOn(*row) for row in rows], total


def pass_on(session: Session, round_id: int, up_to: int, now: datetime) -> int:
    """Note that reminders were passed on, those that were there when the page was read."""
    shown = [Reminder.round_id == round_id, Reminder.id <= up_to, *still_to_pass_on()]
    told = session.scalar(select(func.count()).select_from(Reminder).where(*shown)) or 0
    if told:
        statement = update(Reminder).where(*shown).values(passed_on_at=now)
        session.execute(statement, execution_options={"synchronize_session": False})
    return told


class Wave(NamedTuple):
    """All reminders of one reason: how many, by which way, and what became of the mails."""

    kind: ReminderKind
    day: date
    made_at: datetime
    firms: int
    by_mail: int
    sent: int
    passed_on: int


def waves(session: Session, round_id: int, part: Slice) -> tuple[list[Wave], int]:
    """Return what a round has reminded of, newest first."""
    query: Query = (
        select(
            Reminder.kind,
            Reminder.day,
            func.min(Reminder.made_at),
            func.count(),
            func.count(case((Reminder.by_mail, 1))),
            func.count(case((Mail.state == MailState.SENT, 1))),
            func.count(Reminder.passed_on_at),
        )
        .outerjoin(Mail, Mail.reminder_id == Reminder.id)
        .where(Reminder.round_id == round_id)
        .group_by(Reminder.kind, Reminder.day)
        .order_by(func.min(Reminder.made_at).desc(), Reminder.kind)
    )
    rows, total = sliced(session, query, part)
    return [Wave(*row) for row in rows], total


def any_of(session: Session, round_id: int) -> bool:
    """Whether a round has reminded anybody, or sent mail."""
    for table in (Reminder, Mail):
        query = select(table.id).where(table.round_id == round_id).limit(1)
        if session.scalar(query) is not None:
            return True
    return False


def newest_of(session: Session, firm_id: int, rounds: Collection[int]) -> dict[int, datetime]:
    """Return when a firm was last reminded of each of these rounds."""
    query = (
        select(Reminder.round_id, func.max(Reminder.made_at))
        .where(Reminder.firm_id == firm_id, Reminder.round_id.in_(rounds))
        .group_by(Reminder.round_id)
    )
    return {row[0]: row[1] for row in session.execute(query)} if rounds else {}
