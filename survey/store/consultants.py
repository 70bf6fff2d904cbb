"""Queries over the confirmed visits of all consultants: one each, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from survey.store.lists import Query
from survey.store.sheets import IS_CONFIRMED, speaking
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    Evidence,
    Firm,
    NoteKind,
    NoteRow,
    Role,
    SheetKind,
    SheetRow,
    User,
    Verdict,
)


@dataclass(frozen=True)
class Wanted:
    """Which confirmed visits: of a round, confirmed on these days (local, both included), led by one."""

    zone: ZoneInfo
    round: int | None = None
    since: date | None = None
    until: date | None = None
    led_by: int | None = None

    def of(self, consultant_id: int) -> Wanted:
        return replace(self, led_by=consultant_id)

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        yield IS_CONFIRMED
        yield Assessment.consultant_id.is_not(None)
        if self.round is not None:
            yield Assessment.round_id == self.round
        if self.since:
            yield Assessment.confirmed_at >= self._start(self.since)
        if self.until:
            yield Assessment.confirmed_at < self._start(self.until + timedelta(days=1))
        if self.led_by is not None:
            yield Assessment.consultant_id == self.led_by

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


class Confirmed(NamedTuple):
    """A confirmed visit."""

    id: int
    firm_id: int
    firm: str
    edition: str
    trade: str
    consultant_id: int
    second_id: int | None
    confirmed_at: datetime


def confirmed(session: Session, wanted: Wanted) -> list[Confirmed]:
    """Return the visits, the first confirmed first."""
    query: Query = (
        select(
            Assessment.id,
            Assessment.firm_id,
            Firm.name,
            Assessment.edition,
            Assessment.trade,
            Assessment.consultant_id,
            Assessment.second_consultant_id,
            Assessment.confirmed_at,
        )
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(*wanted.conditions())
        .order_by(Assessment.confirmed_at, Assessment.id)
    )
    return [Confirmed(*row) for row in session.execute(query)]


_own_sheet, _sheet = aliased(SheetRow), aliased(SheetRow)
_own, _found = aliased(AnswerRow), aliased(AnswerRow)


def _told(query: Query, wanted: Wanted) -> Query:
    """Join what the firm told to what was found of it on site."""
    return (
        query.select_from(Assessment)
        .join(
            _sheet,
            and_(_sheet.assessment_id == Assessment.id, speaking(SheetKind.ONSITE, _sheet)),
        )
        .join(
            _own_sheet,
            and_(_own_sheet.assessment_id == Assessment.id, speaking(SheetKind.SELF, _own_sheet)),
        )
        .join(_found, _found.sheet_id == _sheet.id)
        .join(_own, and_(_own.sheet_id == _own_sheet.id, _own.question_id == _found.question_id))
        .where(*wanted.conditions(), _own.value.is_not(None))
    )


def verdicts(session: Session, wanted: Wanted) -> list[tuple[int, Verdict, int]]:
    """Return how often each verdict was given to what a firm had told: (visit, verdict, number)."""
    counted: Query = select(Assessment.id, _found.verification, func.count())
    query = _told(counted, wanted)
    judged = query.where(
        _found.verification.is_not(None), _found.verification != Verdict.UNVERIFIED
    )
    rows = session.execute(judged.group_by(Assessment.id, _found.verification))
    return [(row[0], row[1], row[2]) for row in rows]


class Changed(NamedTuple):
    """An answer that was changed on site, both in their wire form."""

    visit_id: int
    question_id: str
    said: Any
    found: Any
    reason: str


def changes(session: Session, wanted: Wanted) -> list[Changed]:
    columns = (Assessment.id, _found.question_id, _own.value, _found.value, _found.reason)
    query = _told(select(*columns), wanted).where(_found.verification == Verdict.CHANGED)
    rows = session.execute(query.order_by(Assessment.id, _found.question_id))
    return [Changed(*row) for row in rows]


def words(session: Session, wanted: Wanted) -> list[tuple[int, str, str, str]]:
    """Return what was written freely beside answers: (visit, question, reason, finding)."""
    query = (
        select(Assessment.id, AnswerRow.question_id, AnswerRow.reason, AnswerRow.finding)
        .join(SheetRow, and_(SheetRow.assessment_id == Assessment.id, speaking(SheetKind.ONSITE)))
        .join(AnswerRow, AnswerRow.sheet_id == SheetRow.id)
        .where(*wanted.conditions(), or_(AnswerRow.reason != "", AnswerRow.finding != ""))
        .order_by(Assessment.id, AnswerRow.question_id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def saves(session: Session, wanted: Wanted) -> list[tuple[int, datetime]]:
    """Return the moments at which verdicts arrived on the sheet of the visit."""
    query = (
        select(Assessment.id, AnswerRevision.saved_at)
        .join(SheetRow, and_(SheetRow.assessment_id == Assessment.id, speaking(SheetKind.ONSITE)))
        .join(AnswerRevision, AnswerRevision.sheet_id == SheetRow.id)
        .where(
            *wanted.conditions(),
            AnswerRevision.verification.is_not(None),
            AnswerRevision.verification != Verdict.UNVERIFIED,
        )
        .distinct()
    )
    return [(row[0], row[1]) for row in session.execute(query)]


class File(NamedTuple):
    """A file behind an answer or a finding of a visit."""

    visit_id: int
    id: int
    question_id: str
    sha256: str
    media_type: str
    likeness: str | None
    taken_at: datetime | None


def files(session: Session, wanted: Wanted) -> list[File]:
    columns = (
        Evidence.id,
        Evidence.question_id,
        Evidence.sha256,
        Evidence.media_type,
        Evidence.likeness,
        Evidence.taken_at,
    )
    query = (
        select(Assessment.id, *columns)
        .join(SheetRow, and_(SheetRow.assessment_id == Assessment.id, speaking(SheetKind.ONSITE)))
        .join(Evidence, Evidence.sheet_id == SheetRow.id)
        .where(*wanted.conditions())
        .order_by(Evidence.id)
    )
    return [File(*row) for row in session.execute(query)]


def notes(session: Session, wanted: Wanted) -> list[NoteRow]:
    """Return the noted stays and findings of the visits."""
    query = (
        select(NoteRow)
        .join(Assessment, Assessment.id == NoteRow.assessment_id)
        .where(
            *wanted.conditions(),
            NoteRow.removed.is_(False),
            NoteRow.kind.in_((NoteKind.STAY, NoteKind.FINDING)),
        )
        .order_by(NoteRow.assessment_id, NoteRow.position, NoteRow.item_id)
    )
    return list(session.scalars(query))


def names(session: Session) -> dict[int, str]:
    """Return the names of all consultants by id, in the order of names."""
    query = select(User.id, User.name).where(User.role == Role.CONSULTANT)
    rows = session.execute(query.order_by(User.name, User.id))
    return {row[0]: row[1] for row in rows}


def newest_round(session: Session) -> int | None:
    """Return the round in which a visit was confirmed last."""
    query = select(Assessment.round_id).where(IS_CONFIRMED)
    return session.scalar(query.order_by(Assessment.confirmed_at.desc()).limit(1))
