"""Notices that call for applications: of a year, for a firm, with their files and reminders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    extract,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey.store import kept
from survey.store.filling import fill
from survey.store.lists import Query
from survey.store.mails import ON_ITS_WAY
from survey.tables import (
    Candidate,
    CandidateState,
    Firm,
    Mail,
    Notice,
    NoticeFile,
    NoticeReminder,
    NoticeState,
    NoticeVersion,
    Paper,
    ReminderKind,
)

_BY_DAY = (Notice.district_by.asc().nulls_last(), Notice.firms_by.asc().nulls_last(), Notice.id)


def notice(session: Session, notice_id: int, *, lock: bool = False) -> Notice | None:
    return session.get(Notice, notice_id, with_for_update=lock, populate_existing=lock)


def of_year(session: Session, year: int) -> list[Notice]:
    """Return the notices of a year, and those with a day in it, by the district's day."""
    days = (Notice.firms_by, Notice.district_by, Notice.upward_by)
    within = or_(Notice.year == year, *(extract("year", day) == year for day in days))
    return list(session.scalars(select(Notice).where(within).order_by(*_BY_DAY)))


def years(session: Session) -> list[int]:
    """Return the years there are notices of, the newest first."""
    return list(session.scalars(select(Notice.year).distinct().order_by(Notice.year.desc())))


def with_firms(session: Session) -> dict[int, str]:
    """Return the titles of notices that firms were held against, the newest first."""
    query = select(Notice.id, Notice.title).where(Notice.published_at.is_not(None))
    rows = session.execute(query.order_by(Notice.published_at.desc(), Notice.id.desc()))
    return {row[0]: row[1] for row in rows}


def live(session: Session) -> list[Notice]:
    """Return the notices that firms are held against."""
    query = select(Notice).where(Notice.state == NoticeState.PUBLISHED)
    return list(session.scalars(query.order_by(Notice.id)))


def with_a_day(session: Session, since: date) -> list[Notice]:
    """Return the notices that were ever published and have one of their days from then on."""
    days = or_(*(day >= since for day in (Notice.firms_by, Notice.district_by, Notice.upward_by)))
    query = select(Notice).where(Notice.state != NoticeState.DRAFT, days)
    return list(session.scalars(query.order_by(*_BY_DAY)))


def over(session: Session, today: date) -> list[Notice]:
    """Return the published notices all of whose days have passed."""
    days = (Notice.firms_by, Notice.district_by, Notice.upward_by)
    passed = and_(*(or_(day.is_(None), day < today) for day in days))
    dated = or_(*(day.is_not(None) for day in days))
    query = select(Notice).where(Notice.state == NoticeState.PUBLISHED, passed, dated)
    return list(session.scalars(query.order_by(Notice.id).with_for_update()))


def files(session: Session, notice_id: int) -> list[Paper]:
    query = select(Paper).join(NoticeFile, NoticeFile.paper_id == Paper.id)
    return list(session.scalars(query.where(NoticeFile.notice_id == notice_id).order_by(Paper.id)))


def file(session: Session, notice_id: int, paper_id: int) -> Paper | None:
    """Return a file of this notice; another's is not there."""
    query = select(Paper).join(NoticeFile, NoticeFile.paper_id == Paper.id)
    mine = (NoticeFile.notice_id == notice_id, NoticeFile.paper_id == paper_id)
    return session.scalar(query.where(*mine))


def part(session: Session, notice_id: int, paper_id: int) -> NoticeFile | None:
    return session.get(NoticeFile, (notice_id, paper_id), populate_existing=True)


def versions(session: Session, notice_id: int) -> list[NoticeVersion]:
    """Return what a notice said before, the newest first."""
    query = select(NoticeVersion).where(NoticeVersion.notice_id == notice_id)
    return list(session.scalars(query.order_by(NoticeVersion.version.desc())))


class Counts(NamedTuple):
    """How many firms a notice is for, and how they stand."""

    firms: int = 0
    ready: int = 0
    """All conditions met."""
    unclear: int = 0
    """None is known to fail, some are open."""
    one_short: int = 0
    """One condition fails."""
    intended: int = 0
    recommended: int = 0
    """Recommended, whatever came of it."""


NOTHING_FAILS = Candidate.not_met == 0
READY = and_(NOTHING_FAILS, Candidate.unclear == 0)
UNCLEAR = and_(NOTHING_FAILS, Candidate.unclear > 0)
ONE_SHORT = Candidate.not_met == 1
WENT_UP = (CandidateState.RECOMMENDED, CandidateState.PASSED, CandidateState.FAILED)


def counts(session: Session, notice_ids: Collection[int]) -> dict[int, Counts]:
    """Count the firms of notices, in one query."""

    def those(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, 1)))

    query = (
        select(
            Candidate.notice_id,
            func.count(),
            *map(those, (READY, UNCLEAR, ONE_SHORT)),
            those(Candidate.state == CandidateState.INTENDED),
            those(Candidate.state.in_(WENT_UP)),
        )
        .where(Candidate.notice_id.in_(notice_ids), Candidate.fits)
        .group_by(Candidate.notice_id)
    )
    rows = kept.added_up(session, query, Candidate.firm_id, 1) if notice_ids else ()
    found = {row[0]: Counts._make(row[1:]) for row in rows}
    return {notice_id: found.get(notice_id, Counts()) for notice_id in notice_ids}


class Offered(NamedTuple):
    """A notice before a firm it is for."""

    notice: Notice
    candidate: Candidate


def for_firm(session: Session, firm_id: int) -> list[Offered]:
    """Return the published notices that are for a firm, by the firms' day."""
    query = (
        select(Notice, Candidate)
        .join(Candidate, Candidate.notice_id == Notice.id)
        .where(Candidate.firm_id == firm_id, Candidate.fits)
        .where(Notice.state == NoticeState.PUBLISHED)
        .order_by(Notice.firms_by.asc().nulls_last(), *_BY_DAY)
    )
    return [Offered(*row) for row in session.execute(query)]


def offered(session: Session, notice_id: int, firm_id: int) -> Offered | None:
    """Return one of them, or one that the firm applied for before it ended."""
    said = Candidate.state != CandidateState.OPEN
    shown = or_(
        and_(Notice.state == NoticeState.PUBLISHED, Candidate.fits),
        and_(Notice.state == NoticeState.ENDED, said),
    )
    query = select(Notice, Candidate).join(Candidate, Candidate.notice_id == Notice.id)
    mine = query.where(Notice.id == notice_id, Candidate.firm_id == firm_id, shown)
    row = session.execute(mine).one_or_none()
    return Offered(*row) if row else None


# --- reminders ------------------------------------------------------------------------------------


def remind(session: Session, found: Notice, kind: ReminderKind, day: date, now: datetime) -> int:
    """Note a reminder for every firm a notice is for that has not given up, once of a kind and day."""
    done = exists().where(
        NoticeReminder.notice_id == found.id,
        NoticeReminder.firm_id == Candidate.firm_id,
        NoticeReminder.kind == kind,
        NoticeReminder.day == day,
    )
    waiting = Candidate.state.in_((CandidateState.OPEN, CandidateState.INTENDED))
    query: Query = select(
        literal(found.id),
        Candidate.firm_id,
        literal(kind, NoticeReminder.kind.type),
        literal(day),
        literal(now, NoticeReminder.made_at.type),
    ).where(Candidate.notice_id == found.id, Candidate.fits, waiting, ~done)
    return fill(session, NoticeReminder, ["notice_id", "firm_id", "kind", "day", "made_at"], query)


def still_to_pass_on() -> list[ColumnElement[bool]]:
    """Conditions on reminders an officer is to pass on: no mail says it, the firm has not given up."""
    given_up = (
        select(Candidate.firm_id)
        .where(
            Candidate.notice_id == NoticeReminder.notice_id,
            Candidate.firm_id == NoticeReminder.firm_id,
            Candidate.state.in_((CandidateState.DECLINED, *WENT_UP)),
        )
        .correlate(NoticeReminder)
    )
    by_mail = exists().where(
        Mail.notice_reminder_id == NoticeReminder.id, Mail.state.in_(ON_ITS_WAY)
    )
    live_ones = select(Notice.id).where(Notice.state == NoticeState.PUBLISHED).correlate(None)
    return [
        NoticeReminder.passed_on_at.is_(None),
        NoticeReminder.notice_id.in_(live_ones),
        ~given_up.exists(),
        ~by_mail,
    ]


class ToPassOn(NamedTuple):
    """A firm an officer is to remind, and whom to call."""

    firm_id: int
    firm: str
    township: str
    contact_name: str
    contact_phone: str


MOST_NAMED = 200
"""Firms named on one page; the list of a notice holds them all."""


def to_pass_on(session: Session, notice_id: int) -> tuple[list[ToPassOn], int, int]:
    """Return firms an officer is to remind of a notice, how many, and the last reminder's number."""
    mine = [NoticeReminder.notice_id == notice_id, *still_to_pass_on()]
    last, total = session.execute(
        select(
            func.max(NoticeReminder.id), func.count(func.distinct(NoticeReminder.firm_id))
        ).where(*mine)
    ).one()
    query = (
        select(
            Firm.id,
            Firm.name,
            func.coalesce(Firm.township, ""),
            func.coalesce(Firm.contact_name, ""),
            func.coalesce(Firm.contact_phone, ""),
        )
        .where(Firm.id.in_(select(NoticeReminder.firm_id).where(*mine)))
        .order_by(Firm.township.asc().nulls_last(), Firm.name_key, Firm.id)
        .limit(MOST_NAMED)
    )
    return [ToPassOn(*row) for row in session.execute(query)], total, last or 0


def pass_on(session: Session, notice_id: int, up_to: int, now: datetime) -> int:
    """Note that reminders were passed on, those that were there when the page was read."""
    shown = [
        NoticeReminder.notice_id == notice_id,
        NoticeReminder.id <= up_to,
        *still_to_pass_on(),
    ]
    told = session.scalar(select(func.count()).select_from(NoticeReminder).where(*shown)) or 0
    if told:
        change = update(NoticeReminder).where(*shown).values(passed_on_at=now)
        session.execute(change, execution_options={"synchronize_session": False})
    return told


class Reminded(NamedTuple):
    """A notice a firm was reminded of, while it may still hand in."""

    id: int
    title: str
    made_at: datetime
    until: date | None


def reminded(session: Session, firm_id: int, today: date) -> list[Reminded]:
    """Return the notices a firm was reminded of and has not handed in for, in one query."""
    last = func.coalesce(Notice.firms_by, Notice.district_by)
    query = (
        select(Notice.id, Notice.title, func.max(NoticeReminder.made_at), last)
        .join(NoticeReminder, NoticeReminder.notice_id == Notice.id)
        .join(
            Candidate,
            and_(Candidate.notice_id == Notice.id, Candidate.firm_id == NoticeReminder.firm_id),
        )
        .where(NoticeReminder.firm_id == firm_id, Notice.state == NoticeState.PUBLISHED)
        .where(Candidate.fits, Candidate.state.in_((CandidateState.OPEN, CandidateState.INTENDED)))
        .where(last >= today)
        .group_by(Notice.id, Notice.title, last)
        .order_by(Notice.id)
    )
    return [Reminded(*row) for row in session.execute(query)]
