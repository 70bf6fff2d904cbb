"""What hangs on the firms of a made-up district beside their sheets, as ``districts`` writes it.

Projects, needs, introductions, samples, copies, and notices with every firm beside them. Rows alone,
past the steps; whatever is drawn for a firm rests on its number and the seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from reports.notices import Whom
from reports.samples import Card, Item
from survey.tables import (
    AwardLevel,
    Candidate,
    CandidateState,
    FirmNeed,
    Introduction,
    IntroductionState,
    NeedEntry,
    NeedSource,
    NeedState,
    NeedWord,
    Notice,
    NoticeSource,
    NoticeState,
    ProgressReport,
    Project,
    ProjectFigure,
    ProjectPackage,
    ProjectState,
    Provider,
    Sample,
    SampleChoice,
    SampleCopy,
    SampleShowing,
    SampleState,
    Subsidy,
    SubsidyPolicy,
    Table,
)
from tests.support.people import moment

Rows = Iterator[tuple[type[Table], dict[str, Any]]]

PROVIDERS, POLICIES = 60, 3
FIRMS_A_SAMPLE = 50
"""Of so many firms one is a sample."""
CATEGORIES = ("资金", "用工", "技术", "政策", "用能")
DEPARTMENTS = ("虚构甲科", "虚构乙科", "虚构丙科")
CONDITIONS = tuple(
    f"2025.workshop.{name}"
    for name in ("investment", "completion", "digital_level", "credit", "incidents", "applicant")
)
NOTICES = (
    NoticeState.ENDED,
    NoticeState.PUBLISHED,
    NoticeState.PUBLISHED,
    NoticeState.DRAFT,
)
TABLES: tuple[type[Table], ...] = (
    Project,
    ProjectPackage,
    ProgressReport,
    ProjectFigure,
    Subsidy,
    FirmNeed,
    NeedEntry,
    Introduction,
    Sample,
    SampleShowing,
    SampleCopy,
    SampleChoice,
    Candidate,
)
"""What hangs on a firm, in the order it is written."""
TODAY = moment().date()


@dataclass(frozen=True)
class Followed:
    """What is drawn from: packages by trade, a seed, the edition all of it is of."""

    packages: Mapping[str, Sequence[str]]
    edition: str
    seed: int

    def frame(self) -> Iterator[tuple[type[Table], list[dict[str, Any]]]]:
        """What hangs on no firm: providers, policies, notices."""
        yield Provider, [_provider(number) for number in range(1, PROVIDERS + 1)]
        yield SubsidyPolicy, [_policy(number) for number in range(1, POLICIES + 1)]
        yield Notice, [self._notice(number) for number in range(1, len(NOTICES) + 1)]

    def of_firm(self, firm: Mapping[str, Any]) -> Rows:
        """What hangs on one firm; what it refers to of others hangs on lower numbers."""
        number, dice = firm["id"], Random(f"{self.seed}-followed-{firm['id']}")
        codes = self.packages[firm["trade"]]
        projects = [2 * number - 1, 2 * number][: dice.choice((0, 1, 1, 2))]
        for project in projects:
            yield from self._project(project, number, dice.sample(codes, 2), dice)
        yield from _need(number, dice)
        if dice.random() < 0.5:
            yield Introduction, _introduction(number, dice.choice(codes), dice)
        if number % FIRMS_A_SAMPLE == 0:
            yield Sample, self._sample(firm, codes[:2], dice)
        if number > FIRMS_A_SAMPLE:
            yield from _copy(number, projects, codes[0], dice)
        for notice, state in enumerate(NOTICES, start=1):
            if state != NoticeState.DRAFT:
                yield Candidate, _candidate(notice, number, dice)

    def _project(self, project: int, firm: int, codes: Sequence[str], dice: Random) -> Rows:
        state = dice.choice([*ProjectState])
        signed = state not in (ProjectState.PLANNED, ProjectState.STOPPED)
        over = state in (ProjectState.FINISHED, ProjectState.ACCEPTED)
        begun = TODAY - timedelta(dice.randint(60, 700))
        ends = begun + timedelta(dice.randint(30, 900))
        yield (
            Project,
            {
                "id": project,
                "firm_id": firm,
                "edition": self.edition,
                "title": f"虚构改造项目 {project}",
                "place": "虚构车间",
                "state": state,
                "provider_id": dice.randint(1, PROVIDERS) if signed else None,
                "provider_name": f"虚构服务商{dice.randint(1, PROVIDERS):02d}" if signed else "",
                "price_equipment": dice.randint(0, 90_000),
                "price_software": dice.randint(0, 30_000),
                "price_services": dice.randint(0, 9_000),
                "contract_checked": signed and dice.random() < 0.7,
                "planned_start": begun,
                "planned_end": ends,
                "contracted_on": begun if signed else None,
                "finished_on": ends if over else None,
                "accepted_on": ends if state == ProjectState.ACCEPTED else None,
                "progress": 100 if over else dice.randint(0, 90) if signed else 0,
                "progress_checked": dice.random() < 0.8,
                "invested": dice.randint(0, 90_000) if signed else None,
                "begun_at": moment(),
                "changed_at": moment() - timedelta(minutes=dice.randint(0, 500_000)),
            },
        )
        for code in codes:
            yield ProjectPackage, {"project_id": project, "package": code, "quantity": 1}
        if signed:
            said = {"percent": 40, "as_of": begun, "invested": 1000, "reported_at": moment()}
            yield ProgressReport, said | {"project_id": project}
        if over:
            yield ProjectFigure, _figure(project, begun, ends)
        if signed and dice.random() < 0.4:
            yield Subsidy, _subsidy(project, begun, dice)

    def _sample(
        self, firm: Mapping[str, Any], codes: Sequence[str], dice: Random
    ) -> dict[str, Any]:
        state = dice.choice([*SampleState, SampleState.PUBLISHED, SampleState.PUBLISHED])
        shown = state in (SampleState.PUBLISHED, SampleState.WITHDRAWN)
        title = f"虚构样本 {firm['id']}"
        items = tuple(Item(code, needed=n == 0, price=1_200) for n, code in enumerate(codes))
        card = Card(title, firm["trade"], firm["size"], tuple(firm["processes"]), items=items)
        return {
            "id": firm["id"] // FIRMS_A_SAMPLE,
            "firm_id": firm["id"],
            "edition": self.edition,
            "trade": firm["trade"],
            "title": title,
            "card": card.kept(),
            "state": state,
            "made_at": moment(),
            "changed_at": moment() - timedelta(minutes=dice.randint(0, 500_000)),
            "published_at": moment() if shown else None,
        }

    def _notice(self, number: int) -> dict[str, Any]:
        state = NOTICES[number - 1]
        drafted = state == NoticeState.DRAFT
        return {
            "id": number,
            "title": f"虚构征集通知 {number}",
            "issuer": "虚构省经信厅",
            "level": AwardLevel.PROVINCE,
            "year": TODAY.year,
            "source": NoticeSource.COPY,
            "edition": self.edition,
            "rung": "workshop",
            "whom": asdict(Whom()),
            "asked": list(CONDITIONS),
            "own": [],
            "papers": ["申报书"],
            "district_by": TODAY + timedelta(30 * number - 45),
            "state": state,
            "changed_at": moment(),
            "published_at": None if drafted else moment() + timedelta(minutes=number),
        }


def _provider(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "code": f"91TESTP{number:011d}",
        "name": f"虚构服务商{number:02d}",
        "classes": ["软件"],
        "fictional": True,
        "created_at": moment(),
    }


def _policy(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"虚构补助办法 {number}",
        "year": TODAY.year - number,
        "share": 10 + number,
        "counted": ["equipment", "software"],
    }


def _figure(project: int, before: date, after: date) -> dict[str, Any]:
    return {
        "project_id": project,
        "title": "准时交付率",
        "unit": "%",
        "before": "80",
        "before_on": before,
        "after": "92",
        "after_on": after,
    }


def _subsidy(project: int, day: date, dice: Random) -> dict[str, Any]:
    return {
        "project_id": project,
        "policy_id": dice.randint(1, POLICIES),
        "asked": 3_000,
        "asked_on": day,
        "paid": dice.choice((None, 0, 2_000)),
    }


def _need(number: int, dice: Random) -> Rows:
    """One need of a firm; every tenth firm's follows one of the firms before it."""
    state, raised = dice.choice([*NeedState]), TODAY - timedelta(dice.randint(0, 600))
    handed = state != NeedState.REGISTERED
    answered = state in (NeedState.ANSWERED, NeedState.CALLED_BACK, NeedState.CLOSED)
    joined = number % 10 == 0
    yield (
        FirmNeed,
        {
            "id": number,
            "year": raised.year,
            "serial": number,
            "firm_id": number,
            "source": dice.choice([*NeedSource]),
            "raised_on": raised,
            "said_by": "虚构人",
            "category": dice.choice(CATEGORIES),
            "text": f"虚构诉求 {number}",
            "state": state,
            "department": dice.choice(DEPARTMENTS) if handed else "",
            "handed_on": raised if handed else None,
            "due_on": raised + timedelta(dice.randint(10, 400)) if handed else None,
            "answered_on": raised + timedelta(dice.randint(5, 60)) if answered else None,
            "main_id": number - dice.randint(1, 9) if joined else None,
            "joined_at": moment() if joined else None,
            "created_at": moment(),
            "changed_at": moment(),
        },
    )
    if handed:
        said = {"kind": NeedWord.PROGRESS, "says": "虚构的进展", "at": moment()}
        yield NeedEntry, said | {"need_id": number}


def _introduction(number: int, package: str, dice: Random) -> dict[str, Any]:
    return {
        "firm_id": number,
        "provider_id": dice.randint(1, PROVIDERS),
        "package": package,
        "state": dice.choice([*IntroductionState]),
        "agreed_at": moment(),
        "changed_at": moment() - timedelta(minutes=dice.randint(0, 500_000)),
    }


def _copy(number: int, projects: Sequence[int], code: str, dice: Random) -> Rows:
    """What a firm looked at, and copied, of the samples before it."""
    sample = dice.randint(1, (number - 1) // FIRMS_A_SAMPLE)
    looked = {"sample_id": sample, "firm_id": number, "days": 1}
    yield SampleShowing, looked | dict.fromkeys(("first_on", "last_on"), TODAY)
    if projects and dice.random() < 0.2:
        yield (
            SampleCopy,
            {"id": number, "sample_id": sample, "firm_id": number, "copied_at": moment()},
        )
        taken = {"package": code, "needed": True, "quantity": 1, "project_id": projects[0]}
        yield SampleChoice, taken | {"copy_id": number}


def _candidate(notice: int, firm: int, dice: Random) -> dict[str, Any]:
    states = {one: dice.choice(("met", "met", "not_met", "unknown")) for one in CONDITIONS}
    said = [*states.values()]
    return {
        "notice_id": notice,
        "firm_id": firm,
        "fits": dice.random() < 0.6,
        "states": states,
        "met": said.count("met"),
        "not_met": said.count("not_met"),
        "unclear": said.count("unknown"),
        "state": dice.choice((*[CandidateState.OPEN] * 8, *CandidateState)),
        "place": firm if dice.random() < 0.005 else None,
    }
