"""What waits for somebody: of each kind how many there are, and the oldest few, in one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from survey.store import kept, notices, settings
from survey.store.interests import ASKING
from survey.store.lists import Query
from survey.store.needs import RUNNING
from survey.store.pool import step_overdue
from survey.store.projects import (
    ACCEPTANCE_WAITS,
    CONTRACT_WAITS,
    PROGRESS_WAITS,
    SUBSIDY_WAITS,
    is_overdue,
)
from survey.store.reminders import still_to_pass_on
from survey.store.requests import OPEN
from survey.store.stage_facts import is_proposed
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Candidate,
    CandidateState,
    Firm,
    FirmNeed,
    Interest,
    Introduction,
    IntroductionState,
    Job,
    JobState,
    Ladder,
    Mail,
    MailState,
    NeedState,
    Notice,
    NoticeReminder,
    OneTimeLink,
    PoolEntry,
    PoolState,
    Project,
    ProposalState,
    Provider,
    ProviderChange,
    Recognition,
    RecognitionProposal,
    RecognitionStanding,
    Reminder,
    Response,
    ResponseKind,
    ReturnRequest,
    Role,
    Roster,
    RosterState,
    Round,
    Sample,
    SampleState,
    User,
)


class Item(NamedTuple):
    """One row that waits: which, whose, since when, and its last day where it has one."""

    id: int
    name: str
    since: datetime
    until: date | None


class Found(NamedTuple):
    """How many rows wait, and the oldest of them."""

    total: int
    oldest: tuple[Item, ...]


def _found(session: Session, query: Query, most: int, total: int | None = None) -> Found:
    """Read (id, name, since, until), oldest first, and how many there are.

    Args:
        total: How many there are, where that is known; else rows are counted.
    """
    id_, _name, since, *_ = query.selected_columns
    if total is None:
        query = query.add_columns(func.count().over())
    rows = kept.rows(session, query.order_by(since, id_).limit(most))
    if total is None:
        total = rows[0][4] if rows else 0
    return Found(total, tuple(Item(*row[:4]) for row in rows))


def _assessments(since: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Query:
    query: Query = select(Assessment.id, Firm.name, since, null())
    return query.join_from(Assessment, Firm, Firm.id == Assessment.firm_id).where(*conditions)


def _those(
    session: Session,
    query: Query,
    key: InstrumentedAttribute[int],
    since: ColumnElement[Any] | Any,
    most: int,
    *conditions: ColumnElement[bool],
    by_ward: bool = False,
) -> Found:
    """Find rows by what stands in their own table: many may wait, and few are shown.

    Args:
        query: What is shown of them.
        key: Of their table, each row of which is a firm's; with ``since`` it orders them.
        by_ward: Whether no index finds the oldest: they are looked for ward by ward, as all are counted.
    """
    firm = key.class_.firm_id
    waiting = select(key).where(*conditions).correlate(None)
    total = kept.total(
        session, waiting.with_only_columns(func.count(), maintain_column_froms=True), firm
    )
    oldest: Any = waiting.order_by(since, key).limit(most)
    if by_ward:
        oldest = kept.first(session, waiting, firm, [since, key.asc()], most, select(key))
    return _found(session, query.where(key.in_(oldest)), most, total)


def asking_back(session: Session, most: int) -> Found:
    """Firms that ask for their sheet back, or for a result to be opened again."""
    query = _assessments(ReturnRequest.asked_at.expression, OPEN)
    asked = query.join(ReturnRequest, ReturnRequest.assessment_id == Assessment.id)
    return _found(session, asked, most)


def asking_off(session: Session, most: int) -> Found:
    """Visits under way that a consultant of theirs asks to be taken off."""
    query = _assessments(Interest.declared_at.expression, ASKING)
    asked = query.join(Interest, Interest.assessment_id == Assessment.id)
    return _found(session, asked.where(Assessment.state == AssessmentState.VISITING), most)


def without_consultant(session: Session, most: int) -> Found:
    """Sheets handed in that nobody was sent for."""
    since = Assessment.submitted_at
    submitted = Assessment.state == AssessmentState.SUBMITTED
    return _those(session, _assessments(since.expression), Assessment.id, since, most, submitted)


def objected(session: Session, most: int) -> Found:
    """Assessments whose firm objects to what was confirmed, and has no answer yet."""
    query: Query = (
        select(Assessment.id, Firm.name, Response.said_at, null())
        .join_from(Response, Assessment, Assessment.id == Response.assessment_id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(Response.kind == ResponseKind.OBJECTED, Response.settlement.is_(None))
    )
    return _found(session, query, most)


def without_entry(session: Session, most: int) -> Found:
    """Confirmed assessments of firms that the pool has never heard of."""
    since = Assessment.confirmed_at
    unknown = (Assessment.state == AssessmentState.CONFIRMED, ~Assessment.pooled)
    return _those(session, _assessments(since.expression), Assessment.id, since, most, *unknown)


def _entries(since: ColumnElement[Any] | Any, until: ColumnElement[Any] | Any) -> Query:
    query: Query = select(PoolEntry.id, Firm.name, since, until)
    return query.join(Firm, Firm.id == PoolEntry.firm_id)


def proposed(session: Session, most: int) -> Found:
    """Pool entries nobody has decided on."""
    since, waits = PoolEntry.changed_at, PoolEntry.state == PoolState.PROPOSED
    return _those(session, _entries(since, null()), PoolEntry.id, since, most, waits)


def steps_due(session: Session, today: date, most: int) -> Found:
    """Pool entries whose next step should have been taken, with its day; nobody knows since when."""
    since = func.coalesce(PoolEntry.stage_at, PoolEntry.changed_at)
    query = _entries(since, PoolEntry.next_by)
    return _those(session, query, PoolEntry.id, since, most, step_overdue(today))


def stages_proposed(session: Session, most: int, ladder: Ladder = Ladder.PROVINCE) -> Found:
    """Pool entries for which the system proposes a stage of a ladder."""
    at = PoolEntry.stage_at if ladder == Ladder.PROVINCE else PoolEntry.nation_stage_at
    since = func.coalesce(at, PoolEntry.changed_at)
    waits = is_proposed(session, settings.read(session).stages, ladder)
    query = _entries(since, null())
    return _those(session, query, PoolEntry.id, since, most, waits, by_ward=True)


def unfinished(session: Session, most: int, *, after: date | None, until: date) -> Found:
    """Firms still filling in a sheet of a round that closes (closed) in this span of days.

    Args:
        after: The day before the first; None for rounds however long closed.
        until: The last.
    """
    closing = select(Round.id).where(Round.closes_on <= until)
    if after:
        closing = closing.where(Round.closes_on > after)
    query: Query = (
        select(Firm.id, Firm.name, Assessment.created_at, Round.closes_on)
        .join_from(Assessment, Firm, Firm.id == Assessment.firm_id)
        .join(Round, Round.id == Assessment.round_id)
    )
    begun = and_(Assessment.newest, Assessment.state == AssessmentState.DRAFT)
    of_these = Assessment.round_id.in_(closing)
    return _those(session, query, Assessment.id, Assessment.created_at, most, begun, of_these)


def to_pass_on(session: Session, most: int) -> Found:
    """Rounds with reminders that an officer is to pass on to firms."""
    since = func.min(Reminder.made_at)
    query: Query = select(Round.id, Round.title, since, Round.closes_on)
    query = query.join(Reminder, Reminder.round_id == Round.id).where(*still_to_pass_on())
    return _found(session, query.group_by(Round.id, Round.title, Round.closes_on), most)


def notices_due(session: Session, most: int) -> Found:
    """Notices with reminders that an officer is to pass on to firms."""
    since = func.min(NoticeReminder.made_at)
    query: Query = select(Notice.id, Notice.title, since, Notice.district_by)
    query = query.join(NoticeReminder, NoticeReminder.notice_id == Notice.id)
    waiting = query.where(*notices.still_to_pass_on())
    return _found(session, waiting.group_by(Notice.id, Notice.title, Notice.district_by), most)


def passed_unrecorded(session: Session, most: int) -> Found:
    """Firms that passed on a notice, without a recognition in force on its rung."""
    recorded = exists().where(
        Recognition.firm_id == Candidate.firm_id,
        Recognition.rung == Notice.rung,
        Recognition.standing == RecognitionStanding.VALID,
    )
    leads = exists().where(Notice.id == Candidate.notice_id, Notice.rung != "", ~recorded)
    passed = (Candidate.state == CandidateState.PASSED, leads)
    query: Query = select(Firm.id, Firm.name, Candidate.settled_at, null())
    query = query.join_from(Candidate, Firm, Firm.id == Candidate.firm_id).where(*passed)
    counted = select(func.count()).select_from(Candidate).where(*passed)
    return _found(session, query, most, kept.total(session, counted, Candidate.firm_id))


def undelivered(session: Session, most: int) -> Found:
    """Rounds with mails that did not go out, or that nobody knows of."""
    query: Query = (
        select(Round.id, Round.title, func.min(Mail.queued_at), null())
        .join(Mail, Mail.round_id == Round.id)
        .where(Mail.state.in_((MailState.FAILED, MailState.UNSURE)))
    )
    return _found(session, query.group_by(Round.id, Round.title), most)


def without_password(
    session: Session,
    now: datetime,
    most: int,
    roles: Collection[Role],
    *,
    link_open: bool | None = None,
) -> Found:
    """Active users who have never set a password; of a firm's people only who answers for it.

    Args:
        link_open: Of firms' people those whose link still works, or those whose link does not.

    Returns:
        Of a firm's user the id is the firm's, for that is the page that helps.
    """
    answers_for_it = or_(User.firm_id.is_(None), User.owner)
    without: tuple[Any, ...] = (
        User.active,
        User.password_hash.is_(None),
        User.role.in_(roles),
        answers_for_it,
    )
    query: Query = (
        select(func.coalesce(User.firm_id, User.id), func.coalesce(Firm.name, User.name))
        .add_columns(User.created_at, null())
        .outerjoin(Firm, Firm.id == User.firm_id)
    )
    counted = select(func.count()).select_from(User).where(*without)
    if link_open is None:
        return _found(session, query.where(*without), most)
    works = exists().where(
        OneTimeLink.user_id == User.id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now
    )
    total = session.scalar(counted.where(works)) or 0
    if not link_open:  # counted as the rest: most have none, and few of them are shown
        total = kept.total(session, counted, User.firm_id) - total
    oldest = select(User.id).where(*without, works if link_open else ~works).correlate(None)
    few = session.scalars(oldest.order_by(User.created_at, User.id).limit(most)).all()
    return _found(session, query.where(User.id.in_(few)), most, total)


def failed_jobs(session: Session, most: int, kind: str = "") -> Found:
    """Jobs that failed and were not asked for anew, of one kind or all."""
    later = aliased(Job)
    again = exists().where(
        later.kind == Job.kind,
        later.id > Job.id,
        or_(
            and_(later.subject == Job.subject, later.subject_id == Job.subject_id),
            and_(later.subject.is_(None), Job.subject.is_(None)),
        ),
    )
    query: Query = (
        select(func.coalesce(Assessment.id, Job.id), func.coalesce(Firm.name, Job.kind))
        .add_columns(Job.finished_at, null())
        .outerjoin(Assessment, (Job.subject == "assessment") & (Assessment.id == Job.subject_id))
        .outerjoin(Firm, Firm.id == Assessment.firm_id)
        .where(Job.state == JobState.FAILED, ~again)
    )
    return _found(session, query.where(Job.kind == kind) if kind else query, most)


def checked_rosters(session: Session, most: int) -> Found:
    """Lists of firms that were checked and wait for somebody to import or discard them."""
    since = func.coalesce(Job.finished_at, Roster.uploaded_at)
    query: Query = select(Roster.id, Roster.name, since, null())
    joined = query.outerjoin(Job, Job.id == Roster.job_id)
    return _found(session, joined.where(Roster.state == RosterState.CHECKED), most)


def failed_rosters(session: Session, most: int) -> Found:
    """Lists of firms whose check, import or undoing came to nothing."""
    query: Query = select(Roster.id, Roster.name, Job.finished_at, null())
    failed = query.join(Job, Job.id == Roster.job_id).where(Job.state == JobState.FAILED)
    return _found(session, failed, most)


def listed_recognitions(session: Session, most: int) -> Found:
    """Recognitions that imported lists name and nobody has looked at, by their firms."""
    query: Query = (
        select(Firm.id, Firm.name, Roster.imported_at, null())
        .join(RecognitionProposal, RecognitionProposal.firm_id == Firm.id)
        .outerjoin(Roster, Roster.id == RecognitionProposal.roster_id)
        .where(RecognitionProposal.state == ProposalState.OPEN)
    )
    return _found(session, query, most)


def _projects(session: Session, most: int, *conditions: ColumnElement[bool]) -> Found:
    query: Query = select(Project.id, Firm.name, Project.changed_at, Project.planned_end)
    joined = query.join_from(Project, Firm, Firm.id == Project.firm_id)
    return _those(session, joined, Project.id, Project.changed_at, most, *conditions)


def contracts_to_check(session: Session, most: int) -> Found:
    """Projects whose contract the bureau has not compared with what was typed."""
    return _projects(session, most, CONTRACT_WAITS)


def progress_to_check(session: Session, most: int) -> Found:
    """Projects with a report that the bureau has not looked at."""
    return _projects(session, most, PROGRESS_WAITS)


def acceptances_asked(session: Session, most: int) -> Found:
    """Projects that are finished, as their firms say."""
    return _projects(session, most, ACCEPTANCE_WAITS)


def subsidies_asked(session: Session, most: int) -> Found:
    """Accepted projects for which money is asked and nobody has decided."""
    return _projects(session, most, SUBSIDY_WAITS)


def overdue_projects(session: Session, today: date, most: int) -> Found:
    """Projects that should be finished by now and are not."""
    return _projects(session, most, is_overdue(today))


def needs_in(session: Session, most: int, state: NeedState) -> Found:
    """Needs that stand in one state since their last step."""
    query: Query = select(FirmNeed.id, Firm.name, FirmNeed.changed_at, null())
    joined = query.join(Firm, Firm.id == FirmNeed.firm_id)
    in_it = FirmNeed.state == state
    return _those(session, joined, FirmNeed.id, FirmNeed.changed_at, most, in_it)


def late_needs(session: Session, most: int, today: date) -> Found:
    """Needs past their due date without an answer; of joined ones the main alone."""
    query: Query = select(FirmNeed.id, Firm.name, FirmNeed.created_at, FirmNeed.due_on).join(
        Firm, Firm.id == FirmNeed.firm_id
    )
    late = (FirmNeed.state.in_(RUNNING), FirmNeed.due_on < today, FirmNeed.main_id.is_(None))
    return _those(session, query, FirmNeed.id, FirmNeed.created_at, most, *late)


class Beginnings(NamedTuple):
    """How much there is of what an installation begins with."""

    officers: int
    consultants: int
    firms: int
    joined: int
    """People of firms who have set their password."""
    rounds: int
    answers: bool
    """Whether any firm has answered anything."""


def beginnings(session: Session) -> Beginnings:
    def users(role: Role) -> Query:
        return select(func.count()).where(User.active, User.role == role)

    staff = kept.rows(
        session,
        select(
            users(Role.OFFICER).scalar_subquery(),
            users(Role.CONSULTANT).scalar_subquery(),
            select(func.count(Round.id)).scalar_subquery(),
        ),
    )
    officers, consultants, rounds = staff[0]
    joined = users(Role.FIRM).where(User.password_hash.is_not(None))
    return Beginnings(
        officers,
        consultants,
        kept.total(session, select(func.count(Firm.id)), Firm.id),
        kept.total(session, joined, User.firm_id),
        rounds,
        bool(session.scalar(select(exists().select_from(AnswerRow)))),
    )


def to_introduce(session: Session, most: int) -> Found:
    """Firms that agreed to be named to a provider and wait to be introduced."""
    query: Query = select(Introduction.id, Firm.name, Introduction.changed_at, null())
    joined = query.join(Firm, Firm.id == Introduction.firm_id)
    agreed = Introduction.state == IntroductionState.AGREED
    return _those(session, joined, Introduction.id, Introduction.changed_at, most, agreed)


def provider_changes(session: Session, most: int) -> Found:
    """Providers that would have their file written anew."""
    query: Query = select(Provider.id, Provider.name, ProviderChange.proposed_at, null())
    joined = query.join(ProviderChange, ProviderChange.provider_id == Provider.id)
    return _found(session, joined.where(ProviderChange.state == ProposalState.OPEN), most)


def declined_samples(session: Session, most: int) -> Found:
    """Cards that came back from their firm with a reason, until they are changed, asked about again
    or withdrawn: each of these clears the reason or the state.
    """
    query: Query = select(Sample.id, Firm.name, Sample.changed_at, null())
    joined = query.join(Firm, Firm.id == Sample.firm_id)
    return _found(
        session, joined.where(Sample.state == SampleState.DRAFT, Sample.reason != ""), most
    )
