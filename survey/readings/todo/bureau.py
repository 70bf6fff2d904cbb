"""What waits for an officer and for an administrator: one query a kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.readings.todo.heaps import MOST, Heap, Kind, Waiting, by_age, heap, read
from survey.store import todo as store
from survey.tables import Ladder, NeedState, Role

NEAR = timedelta(days=7)
"""How long before a round's last day its unfinished sheets are told."""


class Desk(NamedTuple):
    """Where an officer or an administrator sits."""

    session: Session
    now: datetime
    contact: str
    """Whom firms may ask, as the settings have it."""
    has_round: bool
    """Whether any round is open."""

    @property
    def today(self) -> date:
        return self.now.astimezone(LOCAL).date()


def _objected(desk: Desk) -> Heap:
    return read(Kind.OBJECTED, store.objected(desk.session, MOST))


def _asks_back(desk: Desk) -> Heap:
    return read(Kind.ASKS_BACK, store.asking_back(desk.session, MOST))


def _asks_off(desk: Desk) -> Heap:
    return read(Kind.ASKS_OFF, store.asking_off(desk.session, MOST))


def _unassigned(desk: Desk) -> Heap:
    return read(Kind.UNASSIGNED, store.without_consultant(desk.session, MOST))


def _proposed(desk: Desk) -> Heap:
    return read(Kind.PROPOSED, store.proposed(desk.session, MOST))


def _unplaced(desk: Desk) -> Heap:
    return read(Kind.UNPLACED, store.without_entry(desk.session, MOST))


def _step_due(desk: Desk) -> Heap:
    return read(Kind.STEP_DUE, store.steps_due(desk.session, desk.today, MOST))


def _stage_proposed(desk: Desk) -> Heap:
    return read(Kind.STAGE_PROPOSED, store.stages_proposed(desk.session, MOST))


def _nation_proposed(desk: Desk) -> Heap:
    return read(Kind.NATION_PROPOSED, store.stages_proposed(desk.session, MOST, Ladder.NATION))


def _remind(desk: Desk) -> Heap:
    return read(Kind.REMIND, store.to_pass_on(desk.session, MOST))


def _notice_due(desk: Desk) -> Heap:
    return read(Kind.NOTICE_DUE, store.notices_due(desk.session, MOST))


def _unrecognised(desk: Desk) -> Heap:
    """Firms that passed, while nobody has recorded by which paper."""
    return read(Kind.UNRECOGNISED, store.passed_unrecorded(desk.session, MOST))


def _mail_failed(desk: Desk) -> Heap:
    return read(Kind.MAIL_FAILED, store.undelivered(desk.session, MOST))


def _closing(desk: Desk) -> Heap:
    before = desk.today - timedelta(days=1)
    until = desk.today + NEAR
    return read(Kind.CLOSING, store.unfinished(desk.session, MOST, after=before, until=until))


def _overdue(desk: Desk) -> Heap:
    until = desk.today - timedelta(days=1)
    return read(Kind.OVERDUE, store.unfinished(desk.session, MOST, after=None, until=until))


def _unsigned(desk: Desk) -> Heap:
    found = store.without_password(desk.session, desk.now, MOST, [Role.FIRM], link_open=True)
    return read(Kind.UNSIGNED, found)


def _link_spent(desk: Desk) -> Heap:
    found = store.without_password(desk.session, desk.now, MOST, [Role.FIRM], link_open=False)
    return read(Kind.LINK_SPENT, found)


def _consultant_unsigned(desk: Desk) -> Heap:
    found = store.without_password(desk.session, desk.now, MOST, [Role.CONSULTANT])
    return read(Kind.CONSULTANT_UNSIGNED, found)


def _report_failed(desk: Desk) -> Heap:
    return read(Kind.REPORT_FAILED, store.failed_jobs(desk.session, MOST, "report"))


def _roster_checked(desk: Desk) -> Heap:
    return read(Kind.ROSTER_CHECKED, store.checked_rosters(desk.session, MOST))


def _roster_failed(desk: Desk) -> Heap:
    return read(Kind.ROSTER_FAILED, store.failed_rosters(desk.session, MOST))


def _recognition_listed(desk: Desk) -> Heap:
    return read(Kind.RECOGNITION_LISTED, store.listed_recognitions(desk.session, MOST))


def _need_late(desk: Desk) -> Heap:
    return read(Kind.NEED_LATE, store.late_needs(desk.session, MOST, desk.today))


def _need_new(desk: Desk) -> Heap:
    return read(Kind.NEED_NEW, store.needs_in(desk.session, MOST, NeedState.REGISTERED))


def _need_ask(desk: Desk) -> Heap:
    return read(Kind.NEED_ASK, store.needs_in(desk.session, MOST, NeedState.ANSWERED))


def _project_contract(desk: Desk) -> Heap:
    return read(Kind.PROJECT_CONTRACT, store.contracts_to_check(desk.session, MOST))


def _project_progress(desk: Desk) -> Heap:
    return read(Kind.PROJECT_PROGRESS, store.progress_to_check(desk.session, MOST))


def _project_finished(desk: Desk) -> Heap:
    return read(Kind.PROJECT_FINISHED, store.acceptances_asked(desk.session, MOST))


def _subsidy_asked(desk: Desk) -> Heap:
    return read(Kind.SUBSIDY_ASKED, store.subsidies_asked(desk.session, MOST))


def _project_overdue(desk: Desk) -> Heap:
    return read(Kind.PROJECT_OVERDUE, store.overdue_projects(desk.session, desk.today, MOST))


def _to_introduce(desk: Desk) -> Heap:
    return read(Kind.TO_INTRODUCE, store.to_introduce(desk.session, MOST))


def _provider_change(desk: Desk) -> Heap:
    return read(Kind.PROVIDER_CHANGE, store.provider_changes(desk.session, MOST))


def _sample_declined(desk: Desk) -> Heap:
    """Cards of samples whose firm wrote what should be otherwise."""
    return read(Kind.SAMPLE_DECLINED, store.declined_samples(desk.session, MOST))


def _no_round(desk: Desk) -> Heap:
    return heap(Kind.NO_ROUND, [] if desk.has_round else [Waiting("")])


def _no_contact(desk: Desk) -> Heap:
    return heap(Kind.NO_CONTACT, [] if desk.contact else [Waiting("")])


def _job_failed(desk: Desk) -> Heap:
    return read(Kind.JOB_FAILED, store.failed_jobs(desk.session, MOST))


def _staff_unsigned(desk: Desk) -> Heap:
    roles = [Role.OFFICER, Role.CONSULTANT, Role.ADMINISTRATOR]
    return read(Kind.STAFF_UNSIGNED, store.without_password(desk.session, desk.now, MOST, roles))


OFFICER: tuple[Callable[[Desk], Heap], ...] = (
    _no_round,
    _no_contact,
    _objected,
    _asks_back,
    _asks_off,
    _unassigned,
    _roster_checked,
    _roster_failed,
    _recognition_listed,
    _to_introduce,
    _provider_change,
    _sample_declined,
    _need_late,
    _need_new,
    _need_ask,
    _proposed,
    _step_due,
    _stage_proposed,
    _nation_proposed,
    _unplaced,
    _remind,
    _notice_due,
    _unrecognised,
    _mail_failed,
    _overdue,
    _closing,
    _link_spent,
    _unsigned,
    _consultant_unsigned,
    _project_contract,
    _project_progress,
    _project_finished,
    _subsidy_asked,
    _project_overdue,
    _report_failed,
)
ADMINISTRATOR: tuple[Callable[[Desk], Heap], ...] = (
    _no_contact,
    _no_round,
    _job_failed,
    _staff_unsigned,
)


def of_officer(desk: Desk) -> list[Heap]:
    """Return what waits for an officer, by one query a kind."""
    return by_age(kind(desk) for kind in OFFICER)


def of_administrator(desk: Desk) -> list[Heap]:
    """Return what waits for an administrator, by one query a kind."""
    return by_age(kind(desk) for kind in ADMINISTRATOR)
