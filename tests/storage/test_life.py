"""A life at random: a firm, consultants and an officer take any step at any time.

Whatever they do, every state is one of the table's, every turn is one of its turns, nobody is ever
stuck, what was handed in or confirmed is never lost, and the plan counts just the recognitions in
force.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from reports.district import Target
from survey.lifecycle import (
    answers,
    as_said,
    assessments,
    contradictions,
    disagreements,
    pool,
    readiness,
    recognitions,
    responses,
    second_sheets,
)
from survey.lifecycle.disagreements import Wish
from survey.lifecycle.errors import Refusal
from survey.lifecycle.recognitions import Award
from survey.lifecycle.responses import Word
from survey.lifecycle.states import ASSESSMENT, POOL, Transition
from survey.lifecycle.step import Actor, Step
from survey.readings import district
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import pairs
from survey.store import pool as pool_store
from survey.store import responses as response_store
from survey.store.pairs import Apart
from survey.store.settings import District
from survey.tables import (
    AnswerRow,
    Assessment,
    Decision,
    Opinion,
    PoolEntry,
    Recognition,
    RecognitionStanding,
    Response,
    ResponseKind,
    Role,
    SecondSheet,
    SecondState,
    SheetKind,
    SheetRow,
    User,
    Verdict,
)
from tests.support.pairs import judge_all
from tests.support.people import EDITION, a_firm, a_round, a_user, fill, moment

LADDER = tuple(rung.id for rung in SHIPPED.load(EDITION).ladder)
QUESTIONS = ("scheduling", "quality_records")
WHY = "虚构的理由"


@dataclass
class World:
    """The people of one life, and its one assessment."""

    firm: User
    consultants: tuple[User, User]
    officer: User
    assessment: int

    @property
    def everybody(self) -> tuple[User, ...]:
        return (self.firm, *self.consultants, self.officer)


OFFERED = {"begin", "propose", "admit"}
"""The steps of the tables that some rule takes; ``likely`` adds its own."""


def likely(action: str) -> Callable[[Any], Any]:
    """Mostly offer a rule where the table lets its step begin; now and then where it is refused."""

    OFFERED.add(action)

    def is_offered(life: Life) -> bool:
        life.offered += 1
        turn = ASSESSMENT.get(action) or POOL[action]
        entry = life.entry()
        state = (entry and entry.state) if action in POOL else life.assessment().state
        return state in turn.begins or life.offered % 40 == 0

    return precondition(is_offered)


class Life(RuleBasedStateMachine):
    """Steps in any order; a refused one changes nothing."""

    session: Session

    @initialize()
    def born(self) -> None:
        session = self.session
        firm = a_firm(session)
        people = (
            a_user(session, firm=firm),
            a_user(session, role=Role.CONSULTANT),
            a_user(session, role=Role.CONSULTANT),
            a_user(session, role=Role.OFFICER),
        )
        first = Step(session, Actor(people[0].id, "虚构人"), moment())
        started = assessments.begin(first, firm.id, a_round(session).id)
        self.world = World(people[0], (people[1], people[2]), people[3], started.id)
        self.offered = 0
        self.kept: dict[tuple[SheetKind, int], str] = {}
        self.others = self._counted()

    # --- what a reader may press -----------------------------------------------------------------

    @likely("submit")
    @rule(question=st.sampled_from(QUESTIONS), level=st.integers(0, 4))
    def the_firm_answers(self, question: str, level: int) -> None:
        self._answer(self.world.firm, SheetKind.SELF, question, {"value": level})

    @likely("submit")
    @rule(level=st.none() | st.integers(0, 4))
    def the_firm_hands_in(self, level: int | None) -> None:
        if level is not None and self.assessment().state == "draft":
            fill(self.session, self.assessment(), self.world.firm, level=level)
        self._turn("submit", self.world.firm, assessments.submit, declared_by="虚构人")

    @likely("assign")
    @rule(who=st.integers(0, 1), as_a_pair=st.booleans())
    def the_officer_assigns(self, who: int, as_a_pair: bool) -> None:
        lead, other = self.world.consultants[who], self.world.consultants[1 - who]
        second = {"second_id": other.id} if as_a_pair else {}
        said = {"consultant_id": lead.id} | second
        self._turn("assign", self.world.officer, assessments.assign, **said)

    @likely("unassign")
    @rule()
    def the_assignment_is_taken_back(self) -> None:
        self._turn("unassign", self.world.officer, assessments.unassign, reason=WHY)

    @likely("return")
    @rule(by=st.integers(1, 3))
    def it_is_returned(self, by: int) -> None:
        self._turn("return", self.world.everybody[by], assessments.return_to_firm, reason=WHY)

    @likely("confirm")
    @rule(
        who=st.integers(0, 1),
        question=st.sampled_from(QUESTIONS),
        fields=st.sampled_from(
            (
                {"verification": Verdict.VERIFIED},
                {"verification": Verdict.NOT_SEEN, "reason": WHY},
                {"value": 1, "reason": WHY},
            )
        ),
    )
    def a_consultant_judges(self, who: int, question: str, fields: Mapping[str, Any]) -> None:
        self._answer(self.world.consultants[who], SheetKind.ONSITE, question, fields)

    @likely("confirm")
    @rule(who=st.integers(0, 1), section=st.sampled_from(("production", "quality")))
    def a_consultant_leaves_the_rest_as_said(self, who: int, section: str) -> None:
        with self._refusable():
            as_said.leave_as_said(
                self._step(self.world.consultants[who]), self.world.assessment, section
            )

    @likely("confirm")
    @rule(who=st.integers(0, 1))
    def a_second_begins_a_sheet_apart(self, who: int) -> None:
        with self._refusable():
            step = self._step(self.world.consultants[who])
            second_sheets.begin(step, self.world.assessment)

    @likely("confirm")
    @rule(level=st.integers(0, 1))
    def a_second_judges_apart_and_finishes(self, level: int) -> None:
        apart = self._apart()
        if apart is None:
            return
        second = self._user(apart.second.author_id)
        change = {"value": level, "reason": WHY} if level else {"verification": Verdict.VERIFIED}
        self._answer(second, SheetKind.ONSITE, QUESTIONS[0], change)
        if apart.second.state == SecondState.OPEN:
            judge_all(self.session, self.assessment(), second, apart=True)
        with self._refusable():
            second_sheets.finish(self._step(second), self.world.assessment)

    @likely("confirm")
    @rule(who=st.integers(0, 1))
    def a_lead_compares(self, who: int) -> None:
        with self._refusable():
            step = self._step(self.world.consultants[who])
            disagreements.compare(step, self.world.assessment)

    @likely("confirm")
    @rule(who=st.integers(0, 1), decision=st.sampled_from(Decision), level=st.integers(0, 4))
    def a_lead_decides(self, who: int, decision: Decision, level: int) -> None:
        with self._refusable():
            self._decide_on(self.world.consultants[who], decision, str(level))

    @likely("confirm")
    @rule(who=st.integers(0, 1))
    def a_lead_goes_on_without_the_second(self, who: int) -> None:
        with self._refusable():
            step = self._step(self.world.consultants[who])
            disagreements.go_on_without(step, self.world.assessment, reason=WHY)

    @likely("confirm")
    @rule(who=st.integers(0, 1), after_judging_all=st.booleans())
    def a_consultant_closes_the_visit(self, who: int, after_judging_all: bool) -> None:
        if after_judging_all and self.assessment().state == "visiting":
            self._judge_all()
            self._settle_the_pair()
        self._turn("confirm", self.world.consultants[who], assessments.confirm)

    @likely("reopen")
    @rule()
    def the_officer_reopens(self) -> None:
        self._turn("reopen", self.world.officer, assessments.reopen, reason=WHY)

    @rule(kind=st.sampled_from(ResponseKind))
    def the_owner_acknowledges_or_objects(self, kind: ResponseKind) -> None:
        with self._refusable():
            version = responses.confirmed_version(self.session, self.assessment()) or 0
            word = Word(kind, "虚构人", "厂长", WHY if kind == ResponseKind.OBJECTED else "")
            responses.say(self._step(self.world.firm), self.world.assessment, version, word)

    @rule()
    def the_officer_answers_an_objection(self) -> None:
        for objection in self._open_objections():
            with self._refusable():
                step = self._step(self.world.officer)
                responses.answer(step, self.world.assessment, objection.id, says=WHY)

    @rule(action=st.sampled_from(("propose", "admit")), rung=st.sampled_from(LADDER))
    def the_officer_takes_it_into_the_pool(self, action: str, rung: str) -> None:
        more = {"sure": True} if action == "admit" else {}
        step = {"propose": pool.propose, "admit": pool.admit}[action]
        self._decide(
            action,
            lambda version: step(
                self._step(self.world.officer),
                self.world.assessment,
                target_rung=rung,
                reason=WHY,
                base_version=version,
                **more,
            ),
        )

    @likely("raise_target")
    @rule(rung=st.sampled_from(LADDER))
    def the_officer_raises_the_target(self, rung: str) -> None:
        self._on_entry("raise_target", pool.raise_target, target_rung=rung, reason=WHY)

    @likely("withdraw")
    @rule()
    def the_officer_takes_it_out(self) -> None:
        self._on_entry("withdraw", pool.withdraw, reason=WHY)

    @likely("recognise")
    @rule(rung=st.sampled_from(LADDER), year=st.integers(2024, 2026))
    def the_officer_records_a_recognition(self, rung: str, year: int) -> None:
        award = Award(rung, f"虚构〔{year}〕1号", date(year, 6, 1))
        self._on_entry("recognise", recognitions.recognise, award, sure=True)

    @likely("revoke")
    @rule(pick=st.integers(0, 9), rung=st.sampled_from(LADDER))
    def the_officer_corrects_a_recognition(self, pick: int, rung: str) -> None:
        if row := self._picked(pick):
            award = Award(rung, "虚构〔2026〕2号", date(2026, 7, 1))
            with self._refusable():
                step = self._step(self.world.officer)
                recognitions.correct(step, row.id, award, reason=WHY, sure=True)

    @likely("revoke")
    @rule(pick=st.integers(0, 9))
    def the_officer_revokes_a_recognition(self, pick: int) -> None:
        if row := self._picked(pick):
            with self._refusable():
                recognitions.revoke(self._step(self.world.officer), row.id, reason=WHY)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def the_plan_counts_the_recognitions_in_force(self) -> None:
        mine = 1 if self._in_force() else 0
        assert self._counted() == self.others + mine

    @invariant()
    def who_is_recognised_holds_a_recognition(self) -> None:
        entry = self.entry()
        if entry is not None and entry.state == "recognised":
            assert self._in_force()

    @invariant()
    def only_a_confirmed_visit_has_an_open_objection(self) -> None:
        objections = self._open_objections()
        assert len(objections) <= (1 if self.assessment().state == "confirmed" else 0)

    @invariant()
    def what_lists_count_by_is_as_the_rows_say(self) -> None:
        self.session.rollback()
        one, entry = self.assessment(), self.entry()
        assert one.newest
        assert one.newest_confirmed == (one.state == "confirmed")
        assert one.pooled == (entry is not None)
        assert entry is None or entry.edition == one.edition

    @invariant()
    def no_version_is_lost_or_altered(self) -> None:
        now = self._versions()
        assert {key: now.get(key) for key in self.kept} == self.kept
        self.kept = now

    @invariant()
    def no_sheet_of_a_second_speaks_or_is_scored(self) -> None:
        self.session.rollback()
        known = pairs.of_assessment(self.session, self.world.assessment)
        assert not [row.id for _, row in known if row.speaks or store.score(self.session, row.id)]

    def teardown(self) -> None:
        """From wherever it stands there is a way on, to the end of the way."""
        if not hasattr(self, "world"):
            return
        self._to_the_end()
        assert self.assessment().state == "confirmed"
        entry = self.entry()
        assert entry is not None
        assert entry.state in ("in_pool", "recognised")

    def _to_the_end(self) -> None:
        number, people = self.world.assessment, self.world
        if self.assessment().state == "draft":
            fill(self.session, self.assessment(), people.firm)
            assessments.submit(self._step(people.firm), number, declared_by="虚构人")
        if self.assessment().state == "submitted":
            assessments.assign(self._step(people.officer), number, people.consultants[0].id)
        if self.assessment().state == "visiting":
            self._judge_all()
            self._settle_the_pair()
            consultant = self._step(self._user(self.assessment().consultant_id))
            assessments.confirm(consultant, number)
        entry = self.entry()
        if entry is None or entry.state in ("proposed", "withdrawn"):
            pool.admit(
                self._step(people.officer),
                number,
                target_rung=LADDER[-1],
                reason="到底",
                base_version=entry.version if entry else 0,
                sure=True,
            )

    # --- taking a step ---------------------------------------------------------------------------

    def _turn(self, action: str, by: User, step: Callable[..., object], **said: Any) -> None:
        before = self.assessment().state
        with self._refusable() as taken:
            step(self._step(by), self.world.assessment, **said)
        _require_turn(ASSESSMENT[action], before, self.assessment().state, not taken.refused)

    def _on_entry(self, action: str, step: Callable[..., object], *said: Any, **more: Any) -> None:
        if (entry := self.entry()) is not None:
            by, number = self._step(self.world.officer), entry.id
            self._decide(
                action, lambda version: step(by, number, *said, base_version=version, **more)
            )

    def _decide(self, action: str, step: Callable[[int], object]) -> None:
        entry = self.entry()
        before = entry.state if entry else None
        with self._refusable() as taken:
            step(entry.version if entry else 0)
        after = self.entry()
        state = after.state if after else None
        _require_turn(POOL[action], before, state, not taken.refused)

    def _answer(self, by: User, kind: SheetKind, question: str, fields: Mapping[str, Any]) -> None:
        sheet = store.sheet(self.session, self.world.assessment, kind)
        apart = self._apart() if kind == SheetKind.ONSITE else None
        if apart and apart.second.author_id == by.id:
            sheet = apart.row
        row = answer_store.answer(self.session, sheet.id, question) if sheet else None
        step = self._step(by)
        with self._refusable():
            change = answers.Change(
                question, f"life.{step.now.timestamp()}", row.revision if row else 0, **fields
            )
            answers.save_answer(step, self.world.assessment, kind, change)

    @contextmanager
    def _refusable(self) -> Iterator[Taken]:
        taken = Taken()
        before = self._all()
        try:
            yield taken
        except Refusal:
            taken.refused = True
            assert self._all() == before, "a refused step changed something"

    # --- what stands -----------------------------------------------------------------------------

    def _step(self, by: User) -> Step:
        return Step(self.session, Actor(by.id, by.name), moment())

    def assessment(self) -> Assessment:
        self.session.rollback()
        self.session.expire_all()
        found = store.assessment(self.session, self.world.assessment)
        assert found is not None
        return found

    def entry(self) -> PoolEntry | None:
        self.session.rollback()
        self.session.expire_all()
        firm_id = self.world.firm.firm_id
        assert firm_id is not None
        return pool_store.pool_entry_of_firm(self.session, firm_id)

    def _user(self, number: int | None) -> User:
        found = self.session.get(User, number)
        assert found is not None
        return found

    def _judge_all(self) -> None:
        """Let the visit's consultant confirm every answer, and explain what does not fit."""
        consultant = self._user(self.assessment().consultant_id)
        self._take_the_firms_word()
        fill(
            self.session,
            self.assessment(),
            consultant,
            kind=SheetKind.ONSITE,
            verification=Verdict.VERIFIED,
        )
        for check in readiness.open_contradictions(self.session, self.assessment()):
            contradictions.explain(self._step(consultant), self.world.assessment, check, WHY)

    def _take_the_firms_word(self) -> None:
        number = self.world.assessment
        own = store.sheet(self.session, number, SheetKind.SELF)
        onsite = store.sheet(self.session, number, SheetKind.ONSITE)
        assert own is not None
        assert onsite is not None
        said = answer_store.answers(self.session, own.id)
        found = answer_store.answers(self.session, onsite.id)
        for question, row in answer_store.rows_of(self.session, onsite.id, found).items():
            row.value = said[question].value if question in said else None
        self.session.commit()

    def _apart(self) -> Apart | None:
        self.session.rollback()
        return pairs.in_force(self.session, self.world.assessment)

    def _decide_on(self, by: User, decision: Decision, level: str) -> None:
        """Decide on the first answer of which the two say otherwise."""
        apart = self._apart()
        kept = pairs.opinions(self.session, apart.row.id) if apart else {}
        question = next((id for id, one in kept.items() if one.differs), QUESTIONS[0])
        onsite = store.sheet(self.session, self.world.assessment, SheetKind.ONSITE)
        rows = answer_store.answers(self.session, onsite.id) if onsite else {}
        revision = rows[question].revision if question in rows else 0
        wish = Wish(decision, WHY, level, revision)
        disagreements.decide(self._step(by), self.world.assessment, question, wish)

    def _settle_the_pair(self) -> None:
        """Let the lead do what stands between a sheet apart and the end of the visit."""
        lead, apart = self._user(self.assessment().consultant_id), self._apart()
        if apart is None:
            return
        number = self.world.assessment
        if apart.second.state == SecondState.OPEN:
            disagreements.go_on_without(self._step(lead), number, reason=WHY)
        elif apart.second.state == SecondState.FINISHED:
            disagreements.compare(self._step(lead), number)
        found = disagreements.need(self.session, self.assessment(), self._apart())
        for question in found[1] if found else ():
            onsite = store.sheet(self.session, number, SheetKind.ONSITE)
            assert onsite is not None
            revision = answer_store.answers(self.session, onsite.id)[question].revision
            wish = Wish(Decision.KEEP, WHY, "", revision)
            self.session.rollback()
            disagreements.decide(self._step(lead), number, question, wish)

    def _open_objections(self) -> list[Response]:
        self.session.rollback()
        found = response_store.open_objections(self.session, [self.world.assessment])
        return list(found.values())

    def _in_force(self) -> list[Recognition]:
        self.session.rollback()
        query = select(Recognition).where(
            Recognition.firm_id == self.world.firm.firm_id,
            Recognition.standing == RecognitionStanding.VALID,
        )
        return list(self.session.scalars(query.order_by(Recognition.id)))

    def _picked(self, pick: int) -> Recognition | None:
        rows = self._in_force()
        return rows[pick % len(rows)] if rows else None

    def _counted(self) -> int:
        """How many firms the plan counts as recognised on any rung, in the whole district."""
        self.session.rollback()
        wanted = replace(District(), targets=(Target(2027, 1, LADDER),))
        (line,) = district.plan(self.session, wanted, SHIPPED.load(EDITION))
        return line.recognised

    def _versions(self) -> dict[tuple[SheetKind, int], str]:
        """Every version that is kept, with a digest of all its answers."""
        self.session.rollback()
        query = select(SheetRow).where(
            SheetRow.assessment_id == self.world.assessment,
            SheetRow.speaks.is_(False),
            SheetRow.second.is_(False),
        )
        return {(row.kind, row.version): self._digest(row) for row in self.session.scalars(query)}

    def _digest(self, sheet: SheetRow) -> str:
        query = select(AnswerRow).where(AnswerRow.sheet_id == sheet.id)
        said = [
            (row.question_id, row.value, row.verification, row.reason, row.revision)
            for row in self.session.scalars(query.order_by(AnswerRow.question_id))
        ]
        told = json.dumps([sheet.processes, said], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def _all(self) -> list[object]:
        """Everything a refused step must leave as it was."""
        assessment, entry = self.assessment(), self.entry()
        query = select(SheetRow).where(SheetRow.assessment_id == self.world.assessment)
        sheets = [(r.id, r.version, self._digest(r)) for r in self.session.scalars(query)]
        apart = [
            (s.sheet_id, s.state, sorted((o.question_id, o.why) for o in self._opinions(s)))
            for s, _ in pairs.of_assessment(self.session, self.world.assessment)
        ]
        said = select(Response.id, Response.settlement).where(
            Response.assessment_id == self.world.assessment
        )
        return [
            [tuple(row) for row in self.session.execute(said.order_by(Response.id))],
            (assessment.state, assessment.consultant_id, assessment.version),
            (entry.state, entry.target_rung, entry.version) if entry else None,
            [(row.id, row.rung) for row in self._in_force()],
            sorted(sheets),
            apart,
        ]

    def _opinions(self, second: SecondSheet) -> list[Opinion]:
        return list(pairs.opinions(self.session, second.sheet_id).values())


@dataclass
class Taken:
    """Whether a step was refused."""

    refused: bool = False


def _require_turn(turn: Transition[Any], before: Any, after: Any, taken: bool) -> None:
    """A step that was taken went where the table says, or had been taken before; else nothing moved."""
    moved = before in turn.begins and after == turn.leads
    assert moved if taken and before != after else before == after, (before, after, turn)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_order_of_steps_leads_anybody_astray(session: Session) -> None:
    live(session, lives=8, steps=40)


@pytest.mark.nightly
def test_no_order_of_many_more_steps_does(session: Session) -> None:
    live(session, lives=60, steps=60)


def live(session: Session, *, lives: int, steps: int) -> None:
    class Here(Life):
        pass

    Here.session = session
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            # A failing life is told as it was lived: shrinking it would take longer than reading it.
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_step_of_the_tables_is_offered_to_a_life() -> None:
    assert {*ASSESSMENT, *POOL} == OFFERED
