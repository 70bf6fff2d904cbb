"""The way from each kind of 待办 to the page that ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import url_for

from survey.readings.first_steps import First, FirstStep
from survey.readings.todo.heaps import Heap, Kind, Waiting
from survey.store.lists import BELOW, STEP_DUE
from survey.store.needs import Standing
from survey.tables import (
    AssessmentState,
    IntroductionState,
    JobState,
    NeedState,
    PoolState,
    Role,
    SampleState,
)
from survey.web import here
from survey.web.access import may_open
from survey.words import todo as words


class Way(NamedTuple):
    """Where one thing of a kind is done, and the list that shows all of them."""

    endpoint: str
    id: str = ""
    """What the page's address calls the row; empty where it has none."""
    whole: str = ""
    filters: Mapping[str, str] = {}


WAYS: Mapping[Kind, Way] = {
    Kind.BEGIN: Way("firm.home"),
    Kind.FINISH: Way("firm.overview", "assessment_id"),
    Kind.RETURNED: Way("firm.overview", "assessment_id"),
    Kind.PROFILE: Way("firm.profile"),
    Kind.INVITED: Way("firm.colleagues"),
    Kind.GIVEN: Way("firm.overview", "assessment_id"),
    Kind.UNSAID: Way("responses.confirmation", "assessment_id"),
    Kind.SETTLED: Way("responses.confirmation", "assessment_id"),
    Kind.CALLED: Way("firm.notice", "notice_id", "firm.notices"),
    Kind.OBJECTED: Way("responses.confirmation", "assessment_id"),
    Kind.TO_BEGIN: Way("consultant.overview", "assessment_id"),
    Kind.RUNNING: Way("consultant.overview", "assessment_id"),
    Kind.READY: Way("consultant.overview", "assessment_id"),
    Kind.APART: Way("consultant.overview", "assessment_id"),
    Kind.SECOND_DONE: Way("consultant.disagreements", "assessment_id"),
    Kind.REOPENED: Way("consultant.overview", "assessment_id"),
    Kind.AT_FIRM: Way(""),
    Kind.IN_AGAIN: Way(""),
    Kind.ASKS_BACK: Way("bureau.assessment", "assessment_id"),
    Kind.ASKS_OFF: Way("bureau.assessment", "assessment_id"),
    Kind.UNASSIGNED: Way(
        "bureau.assessment",
        "assessment_id",
        "bureau.assessments",
        {"state": AssessmentState.SUBMITTED, "sort": "-submitted"},
    ),
    Kind.PROPOSED: Way(
        "bureau.pool_entry", "entry_id", "bureau.pool", {"state": PoolState.PROPOSED}
    ),
    Kind.STEP_DUE: Way(
        "bureau.pool_entry", "entry_id", "bureau.pool", {"overdue": STEP_DUE, "sort": "next"}
    ),
    Kind.STAGE_PROPOSED: Way("bureau.pool_entry", "entry_id", "bureau.pool", {"proposed": "yes"}),
    Kind.NATION_PROPOSED: Way(
        "bureau.pool_entry", "entry_id", "bureau.pool", {"proposed": "nation"}
    ),
    Kind.UNPLACED: Way(
        "bureau.assessment",
        "assessment_id",
        "bureau.assessments",
        {"confirmed": "yes", "pool": BELOW},
    ),
    Kind.CLOSING: Way(
        "bureau.firm", "firm_id", "bureau.assessments", {"state": AssessmentState.DRAFT}
    ),
    Kind.REMIND: Way("bureau.reminders", "round_id", "bureau.rounds"),
    Kind.NOTICE_DUE: Way("bureau.notice", "notice_id", "bureau.notices"),
    Kind.UNRECOGNISED: Way("bureau.firm", "firm_id"),
    Kind.MAIL_FAILED: Way("bureau.mails", "round_id"),
    Kind.OVERDUE: Way(
        "bureau.firm", "firm_id", "bureau.assessments", {"state": AssessmentState.DRAFT}
    ),
    Kind.UNSIGNED: Way("bureau.firm", "firm_id", "bureau.firms"),
    Kind.LINK_SPENT: Way("bureau.firm", "firm_id", "bureau.firms"),
    Kind.CONSULTANT_UNSIGNED: Way("bureau.consultants", whole="bureau.consultants"),
    Kind.REPORT_FAILED: Way("bureau.assessment", "assessment_id"),
    Kind.ROSTER_CHECKED: Way("bureau.roster", "roster_id", "bureau.rosters"),
    Kind.ROSTER_FAILED: Way("bureau.roster", "roster_id", "bureau.rosters"),
    Kind.RECOGNITION_LISTED: Way("bureau.firm", "firm_id"),
    Kind.TO_INTRODUCE: Way(
        "bureau.introductions",
        filters={"state": IntroductionState.AGREED},
        whole="bureau.introductions",
    ),
    Kind.PROVIDER_CHANGE: Way(
        "bureau.provider", "provider_id", "bureau.providers", {"change": "yes"}
    ),
    Kind.SAMPLE_DECLINED: Way(
        "bureau.sample", "sample_id", "bureau.samples", {"state": SampleState.DRAFT}
    ),
    Kind.SAMPLE_ASKED: Way("firm.sample", "sample_id", "firm.samples"),
    Kind.NAME_ASKED: Way("firm.providers", whole="firm.providers"),
    Kind.NEED_ANSWERED: Way("firm.need", "need_id", "firm.needs"),
    Kind.NEED_LATE: Way("bureau.need", "need_id", "bureau.needs", {"standing": Standing.LATE}),
    Kind.NEED_NEW: Way("bureau.need", "need_id", "bureau.needs", {"state": NeedState.REGISTERED}),
    Kind.NEED_ASK: Way("bureau.need", "need_id", "bureau.needs", {"state": NeedState.ANSWERED}),
    Kind.PROJECT_MEND: Way("firm.project", "project_id", "firm.own_projects"),
    Kind.PROJECT_CONTRACT: Way(
        "bureau.project", "project_id", "bureau.projects", {"waits": "contract"}
    ),
    Kind.PROJECT_PROGRESS: Way(
        "bureau.project", "project_id", "bureau.projects", {"waits": "progress"}
    ),
    Kind.PROJECT_FINISHED: Way(
        "bureau.project", "project_id", "bureau.projects", {"waits": "acceptance"}
    ),
    Kind.SUBSIDY_ASKED: Way(
        "bureau.project", "project_id", "bureau.projects", {"waits": "subsidy"}
    ),
    Kind.PROJECT_OVERDUE: Way(
        "bureau.project", "project_id", "bureau.projects", {"overdue": "yes"}
    ),
    Kind.NO_ROUND: Way("bureau.rounds"),
    Kind.NO_CONTACT: Way("administrator.district_settings"),
    Kind.JOB_FAILED: Way("jobs.home", whole="jobs.home", filters={"state": JobState.FAILED}),
    Kind.STAFF_UNSIGNED: Way("administrator.users", whole="administrator.users"),
}
FIRST_WAYS: Mapping[First, str] = {
    First.DISTRICT: "administrator.district_settings",
    First.OFFICERS: "administrator.users",
    First.EDITION: "editions.home",
    First.CONSULTANTS: "administrator.users",
    First.FIRMS: "bureau.firms",
    First.ROUND: "bureau.rounds",
    First.INVITATIONS: "bureau.firms",
    First.ANSWER: "bureau.firms",
}


class Line(NamedTuple):
    """One thing that waits, as a page shows it."""

    about: str
    url: str
    facts: tuple[str, ...]
    said: str


class Group(NamedTuple):
    """All of one kind, as a page shows it."""

    kind: Kind
    title: str
    how_many: str
    remedy: str
    lines: tuple[Line, ...]
    more: int
    """How many are not shown."""
    url: str
    """The list of all of them; empty where there is none."""


class Check(NamedTuple):
    """One line of the first steps, as a page shows it."""

    title: str
    remedy: str
    url: str
    """Empty where the reader may not take this step."""
    whose: Role
    done: bool
    next: bool
    """Whether it is the first that is not done, of the reader's own where there is one."""


def groups(heaps: Sequence[Heap]) -> list[Group]:
    """Put what waits into words and links of the reader's own."""
    return [_group(heap) for heap in heaps]


def _group(heap: Heap) -> Group:
    said, way = words.KINDS[heap.kind], WAYS[heap.kind]
    return Group(
        heap.kind,
        said.title,
        f"{heap.total} {said.unit}",
        said.remedy,
        tuple(_line(heap.kind, way, waiting) for waiting in heap.oldest),
        heap.total - len(heap.oldest),
        _url(way.whole, **way.filters) if way.whole else "",
    )


def _line(kind: Kind, way: Way, waiting: Waiting) -> Line:
    today = here.today()
    facts = (
        words.planned(waiting.planned, today),
        f"已完成 {waiting.done} / {waiting.whole} 题" if waiting.whole else "",
        words.until(waiting.until, today),
        words.since(kind, waiting.since, today),
    )
    values = {way.id: waiting.id} if way.id else {}
    about = words.SUBJECTS.get(waiting.about, waiting.about)
    return Line(about, _url(way.endpoint, **values), tuple(filter(None, facts)), waiting.said)


def _url(endpoint: str, **values: Any) -> str:
    """Return an address the reader may open, or nothing."""
    return url_for(endpoint, **values) if endpoint and may_open(here.reader(), endpoint) else ""


def checks(steps: Sequence[FirstStep]) -> list[Check]:
    """Put the first steps into words, each with the way to it."""
    open_ = [one for one in steps if not one.done]
    own = [one for one in open_ if one.whose == here.reader().role]
    following = next((one.step for one in own or open_), None)
    return [
        Check(
            *words.FIRST_STEPS[s.step],
            _url(FIRST_WAYS[s.step]),
            s.whose,
            s.done,
            s.step == following,
        )
        for s in steps
    ]
