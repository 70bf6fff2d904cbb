"""Samples of the demonstration, and who copies them: by the steps people take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.lifecycle import project_checks, project_work, projects, sample_copies, samples
from survey.lifecycle.project_checks import Seen
from survey.lifecycle.project_work import Progress
from survey.lifecycle.projects import Contract
from survey.lifecycle.sample_cards import TEXTS, TypedCard, TypedFigure, TypedItem
from survey.lifecycle.sample_copies import TypedCopy
from survey.lifecycle.step import Step
from survey.running.demonstration.firms import rows_of
from survey.running.demonstration.people import actor
from survey.running.demonstration.projects import at, day_of
from survey.store import samples as store
from survey.tables import CostKind, Firm, Project, User

WORDS = ("title", *TEXTS, "accepted_by", "accepted_on")
LOOKED = timedelta(days=1)
"""How long a firm thinks about a card before it agrees, or copies it."""
Row = Mapping[str, Any]


def show_samples(session: Session, firms: list[tuple[Firm, dict[str, Any]]], officer: User) -> None:
    """Let every card go its way, and those who copy it theirs."""
    by_sample = {row["sample"]: firm.id for firm, row in firms}
    for row in rows_of("samples.yaml")["samples"]:
        _Way(session, by_sample, officer, row).go()


@dataclass
class _Way:
    """One card on its way."""

    session: Session
    firms: Mapping[str, int]
    officer: User
    row: Row

    def go(self) -> None:
        firm_id, day = self.firms[self.row["sample"]], day_of(self.row["drafted"])
        wrote = Step(self.session, actor(self.officer), at(day))
        card = samples.draft(wrote, firm_id, _card(self.row))
        samples.ask(wrote, card.id, base_version=card.version)
        if self.row["way"] != "asked":
            said = self._owner(firm_id, at(day + LOOKED))
            samples.agree(said, firm_id, card.id, masked=False, revision=1)
        for copy in self.row.get("copies", ()):
            _Copy(self.session, self.firms[copy["sample"]], self.officer, copy, self).go(card.id)
        if self.row["way"] == "withdrawn":
            back = self._owner(firm_id, at(day + 30 * LOOKED))
            samples.revoke(back, firm_id, card.id, revision=1)

    def _owner(self, firm_id: int, moment: Any) -> Step:
        return Step(self.session, actor(self.owner(firm_id)), moment)

    def owner(self, firm_id: int) -> User:
        query = select(User).where(User.firm_id == firm_id, User.owner)
        found = self.session.scalars(query.limit(1)).one()
        self.session.rollback()
        return found


def _card(row: Row) -> TypedCard:
    return TypedCard(
        {name: row[name] for name in WORDS},
        tuple(TypedItem(*item) for item in row["items"]),
        tuple(TypedFigure(*figure) for figure in row["figures"]),
    )


@dataclass
class _Copy:
    """One firm that does as a card says."""

    session: Session
    firm_id: int
    officer: User
    row: Row
    way: _Way

    def go(self, sample_id: int) -> None:
        owner, moment = self.way.owner(self.firm_id), at(day_of(self.row["copied"]))
        looked = Step(self.session, actor(owner), moment - LOOKED)
        sample_copies.show(looked, self.firm_id, sample_id)
        self.session.rollback()
        said = TypedCopy(self.row["quantities"])
        step = Step(self.session, actor(owner), moment)
        sample_copies.copy(step, self.firm_id, sample_id, said, revision=1)
        self.session.rollback()
        for code, contract in self.row.get("contracts", {}).items():
            self._carry_out(owner, self._project(sample_id, code), contract)
        for code, why in self.row.get("reasons", {}).items():
            later = Step(self.session, actor(owner), moment + 30 * LOOKED)
            project_id = self._project(sample_id, code)
            sample_copies.explain(later, self.firm_id, project_id, reason=why)
            self.session.rollback()

    def _project(self, sample_id: int, code: str) -> int:
        choice = store.choices_of_firm(self.session, sample_id, self.firm_id)[code]
        self.session.rollback()
        return choice.project_id or 0

    def _carry_out(self, owner: User, project_id: int, row: Row) -> None:
        day = day_of(row["signed"])
        prices: dict[str, str] = {kind: row.get(kind, "") for kind in CostKind}
        said = Contract(day, row["provider"], prices=prices)
        self._take(owner, project_id, day, projects.contract, said)
        self._take(self.officer, project_id, day, project_checks.check_contract)
        written, percent, invested = row["progress"]
        day = day_of(written)
        reported = Progress(percent, day, invested)
        self._take(owner, project_id, day, project_work.report, reported)
        self._take(self.officer, project_id, day, project_checks.check_progress)
        if "finished" in row:
            written, invested = row["finished"]
            day = day_of(written)
            done = Progress(100, day, invested)
            self._take(owner, project_id, day, project_work.finish, done)
        if "accepted" in row:
            day, code = day_of(row["accepted"]), self._code(project_id)
            seen = {code: Seen(True, "照样本的验收办法看过，都做到了。")}
            self._take(self.officer, project_id, day, project_checks.accept, seen, accepted_on=day)

    def _code(self, project_id: int) -> str:
        choice = store.choice_of_project(self.session, project_id)
        self.session.rollback()
        return choice.package if choice else ""

    def _take(
        self, who: User, project_id: int, day: Any, step: Callable[..., object],
        *given: Any, **more: Any,
    ) -> None:  # fmt: skip
        version = self.session.get_one(Project, project_id).version
        self.session.rollback()
        taken = Step(self.session, actor(who), at(day))
        step(taken, project_id, *given, base_version=version, **more)
