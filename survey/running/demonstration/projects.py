"""Projects of the demonstration: each goes as far as its row says, by the steps people take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.files.contents import Contents
from survey.lifecycle import project_checks, project_work, projects, subsidies
from survey.lifecycle.project_checks import Seen
from survey.lifecycle.project_work import Progress, TypedFigure
from survey.lifecycle.projects import Contract, ProjectFacts
from survey.lifecycle.step import Step
from survey.lifecycle.subsidies import TypedPolicy
from survey.running.demonstration.firms import rows_of
from survey.running.demonstration.papers import scan
from survey.running.demonstration.people import actor
from survey.store import projects as store
from survey.tables import CostKind, Firm, Project, ProjectPaperKind, User

YEAR = 2026
LATER = 3
"""Planned ends before this month are of the next year."""
Row = Mapping[str, Any]


def run_projects(
    session: Session, contents: Contents, firms: list[tuple[Firm, dict[str, Any]]], officer: User
) -> None:
    """Register the policies, then let every project go its way."""
    kept = rows_of("projects.yaml")
    by_sample = {row["sample"]: firm for firm, row in firms}
    policies = [
        subsidies.keep_policy(Step(session, actor(officer), at(date(YEAR, 2, 10))), policy).id
        for policy in (TypedPolicy(**row) for row in kept["policies"])
    ]
    for row in kept["projects"]:
        _Way(session, contents, by_sample[row["sample"]], officer, row, policies).go()


def at(day: date) -> datetime:
    return datetime.combine(day, time(10, 30), LOCAL)


def day_of(written: str) -> date:
    month, day = map(int, written.split("-"))
    return date(YEAR, month, day)


def _planned(written: str) -> date:
    day = day_of(written)
    return day.replace(year=YEAR + 1) if day.month < LATER else day


@dataclass
class _Way:
    """One project on its way."""

    session: Session
    contents: Contents
    firm: Firm
    officer: User
    row: Row
    policies: list[int]
    owner: User = field(init=False)
    id: int = field(default=0, init=False)

    def go(self) -> None:
        owner = select(User).where(User.firm_id == self.firm.id, User.owner)
        self.owner = self.session.scalars(owner.limit(1)).one()
        self.session.rollback()
        self._begin()
        self._figures_before()
        for name in ("contract", "progress", "finished", "accepted", "back", "stopped"):
            if name in self.row:
                getattr(self, f"_{name}")()
        for name in ("papers", "figures", "satisfaction", "subsidies"):
            if name in self.row:
                getattr(self, f"_{name}")()

    def _take(
        self, who: User, day: date, step: Callable[..., object], *given: Any, **more: Any
    ) -> None:
        step(
            Step(self.session, actor(who), at(day)),
            self.id,
            *given,
            base_version=self._version(),
            **more,
        )

    def _version(self) -> int:
        """What a page would show: somebody may have gone on since."""
        version = self.session.get_one(Project, self.id).version
        self.session.rollback()
        return version

    def _begin(self) -> None:
        row = self.row
        start, end = row["planned"]
        facts = ProjectFacts(
            title=row["title"],
            place=row.get("place", ""),
            summary=row.get("summary", ""),
            filing_code=row.get("filing_code", ""),
            planned_start=_planned(start),
            planned_end=_planned(end),
            packages=row["packages"],
        )
        step = Step(self.session, actor(self.owner), at(day_of(row["begun"])))
        self.id = projects.begin(step, self.firm.id, facts).id
        self.session.rollback()

    def _contract(self) -> None:
        said = self.row["contract"]
        day = day_of(said["signed"])
        prices: dict[str, str] = {kind: said.get(kind, "") for kind in CostKind}
        contract = Contract(day, self.row["provider"], prices=prices)
        self._take(self.owner, day, projects.contract, contract)
        if question := self.row.get("question"):
            self._take(self.officer, day, project_checks.question_contract, reason=question)
        elif not self.row.get("unchecked"):
            self._take(self.officer, day, project_checks.check_contract)

    def _progress(self) -> None:
        reports = self.row["progress"]
        for number, (written, percent, invested) in enumerate(reports, start=1):
            day = day_of(written)
            said = Progress(percent, day, invested)
            self._take(self.owner, day, project_work.report, said)
            if number < len(reports) or "finished" in self.row or self.row.get("checked"):
                self._take(self.officer, day, project_checks.check_progress)

    def _finished(self) -> None:
        written, invested = self.row["finished"]
        day = day_of(written)
        self._take(self.owner, day, project_work.finish, Progress(100, day, invested))

    def _accepted(self) -> None:
        day = day_of(self.row["accepted"])
        seen = {code: Seen(True, words) for code, words in self.row["seen"].items()}
        self._take(self.officer, day, project_checks.accept, seen, accepted_on=day)

    def _back(self) -> None:
        written, reason = self.row["back"]
        self._take(self.officer, day_of(written), project_checks.send_back, {}, reason=reason)

    def _stopped(self) -> None:
        written, reason = self.row["stopped"]
        self._take(self.owner, day_of(written), project_work.stop, reason=reason)

    def _papers(self) -> None:
        """What was put beside it, each paper on its day; the acceptance by the bureau."""
        for kind in map(ProjectPaperKind, self.row["papers"]):
            day = self._day_of_paper(kind)
            said = [
                self.firm.name,
                self.row["title"],
                self.row["provider"],
                f"{day:%Y-%m-%d}",
            ]
            who = self.officer if kind == ProjectPaperKind.ACCEPTANCE else self.owner
            stored = scan(self.contents, kind, said)
            step = Step(self.session, actor(who), at(day))
            project_work.attach_paper(step, self.id, kind, stored)

    def _day_of_paper(self, kind: ProjectPaperKind) -> date:
        row = self.row
        if kind == ProjectPaperKind.CONTRACT:
            return day_of(row["contract"]["signed"])
        if kind == ProjectPaperKind.ACCEPTANCE:
            return day_of(row["accepted"])
        return day_of(row["finished"][0] if "finished" in row else row["progress"][-1][0])

    def _figures_before(self) -> None:
        day = day_of(self.row["begun"])
        for title, unit, before, on, *_after in self.row.get("figures", ()):
            said = TypedFigure(title, unit, before, day_of(on))
            self._take(self.owner, day, project_work.keep_figure, said)

    def _figures(self) -> None:
        """What is measured afterwards, often when the acceptance is long over."""
        kept = store.figures_of(self.session, self.id)
        for figure, (title, unit, before, on, after, after_on) in zip(
            kept, self.row["figures"], strict=True
        ):
            said = TypedFigure(
                title, unit, before, day_of(on), after, day_of(after_on), id=figure.id
            )
            self._take(self.owner, day_of(after_on), project_work.keep_figure, said)

    def _satisfaction(self) -> None:
        points, words = self.row["satisfaction"]
        day = day_of(self.row["accepted"])
        self._take(self.owner, day, project_work.say_opinion, points=points, opinion=words)

    def _subsidies(self) -> None:
        for number, asked, asked_on, *paid in self.row["subsidies"]:
            policy = self.policies[number - 1]
            self._take(self.owner, day_of(asked_on), subsidies.ask, policy, asked=asked)
            if paid:
                self._pay(*paid)

    def _pay(self, paid: str, written: str, note: str) -> None:
        (subsidy,), day = store.subsidies_of(self.session, self.id), day_of(written)
        version = self._version()
        step = Step(self.session, actor(self.officer), at(day))
        subsidies.pay(step, subsidy.id, paid=paid, paid_on=day, note=note, base_version=version)
