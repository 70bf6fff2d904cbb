"""The cheapest packages that lead a firm to its next rung, found exactly.

A mixed-integer programme (HiGHS by ``scipy.optimize.milp``) chooses packages; the choice is then
re-scored in fractions, and a choice that rounding let through is forbidden and the search repeated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from questionnaires.answers import Sheet
from questionnaires.gates import GateResult, holds, least_level, share_key
from questionnaires.model import AnyGate, Package, QuestionGate
from questionnaires.scoring import FULL, RungResult, Score, score
from questionnaires.trace import worth
from reports.lifting import Ground, lifted_sheet

LONGEST_SEARCH = 10
"""Choices refused by re-scoring before the search gives up."""
SECONDS = 5
SLACK = 1e-9


@dataclass(frozen=True)
class Roadmap:
    """The way to the next rung.

    ``after`` is the exact share once ``packages`` are in place. Where no choice of packages leads
    there, ``packages`` is empty and ``obstacles`` says in Chinese what nothing in the catalogue
    lifts.
    """

    target: RungResult
    packages: tuple[Package, ...]
    after: Score | None
    obstacles: tuple[str, ...]

    @property
    def cost(self) -> tuple[Fraction, Fraction]:
        """万元, low and high, one unit of each package."""
        return (
            sum((p.cost.low for p in self.packages), Fraction(0)),
            sum((p.cost.high for p in self.packages), Fraction(0)),
        )


def roadmap(ground: Ground, sheet: Sheet) -> Roadmap | None:
    """Find the cheapest packages that reach the next rung; None on the top rung.

    Prerequisites come along unless they are in place; the cost counted is the middle of each range,
    one unit of a package priced by the piece.
    """
    target = ground.score.next
    if target is None:
        return None
    programme = _programme(ground, target)
    for _ in range(LONGEST_SEARCH):
        chosen = programme.solve()
        if chosen is None:
            break
        after = score(
            ground.score.questionnaire,
            lifted_sheet(ground, sheet, chosen),
            ground.score.processes,
        )
        if after.step >= target.step:
            return Roadmap(target, _in_order(chosen), after, ())
        programme.forbid(chosen)
    return Roadmap(target, (), None, _obstacles(ground, sheet, target))


def _in_order(chosen: Iterable[Package]) -> tuple[Package, ...]:
    """Prerequisites first, then cheaper first."""
    waiting = sorted(chosen, key=lambda p: (_middle(p), p.code))
    codes = {p.code for p in waiting}
    ordered: list[Package] = []
    while waiting:
        placed = {p.code for p in ordered}
        ready = next((p for p in waiting if codes & set(p.prerequisites) <= placed), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return tuple(ordered)


def _middle(package: Package) -> Fraction:
    return (package.cost.low + package.cost.high) / 2


# --- the programme --------------------------------------------------------------------------------


@dataclass
class _Programme:
    """Columns are packages, then steps of levels, then gates of which only some must hold."""

    packages: tuple[Package, ...]
    columns: int = 0
    rows: list[tuple[dict[int, float], float]] = field(default_factory=list)
    steps: dict[tuple[str, int], int] = field(default_factory=dict)
    is_hopeless: bool = False

    def column(self) -> int:
        self.columns += 1
        return self.columns - 1

    def at_least(self, terms: Mapping[int, Fraction | int], least: Fraction | int) -> None:
        """Demand that the weighted columns add up to at least ``least``."""
        if least > 0 and not terms:
            self.is_hopeless = True
        elif terms:
            self.rows.append(({c: float(v) for c, v in terms.items()}, float(least) - SLACK))

    def forbid(self, chosen: tuple[Package, ...]) -> None:
        """Forbid exactly this choice."""
        codes = {p.code for p in chosen}
        terms = {i: -1 if p.code in codes else 1 for i, p in enumerate(self.packages)}
        self.at_least(terms, 1 - len(codes))

    def solve(self) -> tuple[Package, ...] | None:
        if self.is_hopeless or not self.packages:
            return None
        # Loaded when it is first needed: a page that shows no way up does not carry the solver.
        from scipy.optimize import milp

        result = milp(
            self._costs(),
            constraints=(self._matrix(), [least for _, least in self.rows], math.inf),
            integrality=[1] * self.columns,
            bounds=(0, 1),
            options={"time_limit": SECONDS},
        )
        if result.x is None:
            return None
        return tuple(p for p, x in zip(self.packages, result.x, strict=False) if x > 0.5)

    def _costs(self) -> list[float]:
        """The middle of the range, and a little for every package and week: fewer and sooner."""
        costs = [float(_middle(p)) + 0.01 + 0.001 * p.weeks.high for p in self.packages]
        return costs + [0.0] * (self.columns - len(costs))

    def _matrix(self) -> list[list[float]]:
        """One row per demand, one column per package, step and gate."""
        return [
            [terms.get(column, 0.0) for column in range(self.columns)] for terms, _ in self.rows
        ]


def _programme(ground: Ground, target: RungResult) -> _Programme:
    programme = _Programme(ground.packages, columns=len(ground.packages))
    _prerequisites(programme, ground)
    _steps(programme, ground)
    programme.at_least(_share_terms(programme, ground.worth), target.missing_share)
    for result in target.failed_gates:
        _gate(programme, ground, result)
    return programme


def _prerequisites(programme: _Programme, ground: Ground) -> None:
    columns = {p.code: i for i, p in enumerate(programme.packages)}
    for package in programme.packages:
        for missing in ground.missing_prerequisites(package):
            programme.at_least({columns[missing.code]: 1, columns[package.code]: -1}, 0)


def _steps(programme: _Programme, ground: Ground) -> None:
    """One column for every level a question may rise; it counts when some package carries it."""
    for question_id, level in ground.levels.items():
        highest = max((p.lifts.get(question_id, 0) for p in programme.packages), default=0)
        for step in range(level + 1, highest + 1):
            column = programme.steps[question_id, step] = programme.column()
            carried = _carriers(programme, question_id, step)
            programme.at_least(dict.fromkeys(carried, 1) | {column: -1}, 0)


def _carriers(programme: _Programme, question_id: str, level: int) -> list[int]:
    return [
        index
        for index, package in enumerate(programme.packages)
        if package.lifts.get(question_id, -1) >= level
    ]


def _share_terms(programme: _Programme, adds: Mapping[str, Fraction]) -> dict[int, Fraction | int]:
    return {
        column: adds[question_id] / FULL
        for (question_id, _), column in programme.steps.items()
        if adds.get(question_id)
    }


def _gate(programme: _Programme, ground: Ground, result: GateResult) -> None:
    gate = result.gate
    if isinstance(gate, QuestionGate):
        programme.at_least(dict.fromkeys(_lifters(programme, ground, gate), 1), 1)
    elif isinstance(gate, AnyGate):
        _any(programme, ground, gate, result)
    else:
        share = ground.score.share_of(share_key(gate)) or 0
        within = worth(ground.score, result.question_ids)
        programme.at_least(_share_terms(programme, within), gate.at_least_share - share)


def _lifters(programme: _Programme, ground: Ground, gate: QuestionGate) -> list[int]:
    question = ground.score.questionnaire.questions[gate.question]
    if gate.question not in ground.levels:
        return []
    return _carriers(programme, gate.question, least_level(gate, question))


def _any(programme: _Programme, ground: Ground, gate: AnyGate, result: GateResult) -> None:
    """A column for every member; one that holds already is free to count."""
    applicable = [member for member in gate.any_of if member.question in ground.levels]
    members: dict[int, Fraction | int] = {}
    for member in applicable:
        column = programme.column()
        members[column] = 1
        if not _holds(ground, member):
            carried = dict.fromkeys(_lifters(programme, ground, member), 1)
            programme.at_least(carried | {column: -1}, 0)
    programme.at_least(members, min(gate.count, len(applicable)))


def _holds(ground: Ground, gate: QuestionGate) -> bool:
    mark = ground.score.question[gate.question]
    return holds(gate, mark.level, mark.answer)


# --- what stands in the way -----------------------------------------------------------------------


def _obstacles(ground: Ground, sheet: Sheet, target: RungResult) -> tuple[str, ...]:
    """Say which gates stay shut, and whether the threshold stays out of reach, with everything."""
    best = score(
        ground.score.questionnaire,
        lifted_sheet(ground, sheet, ground.packages),
        ground.score.processes,
    ).rungs[target.step - 1]
    shut = tuple(
        f"{result.wanted}：目录中没有能够达到这一要求的改造场景，需要企业另行安排。"
        for result in best.failed_gates
    )
    short = (
        ("即使实施目录中全部适用场景，总得分率仍达不到分数线，需要同时改进目录以外的题目。",)
        if not best.threshold_met
        else ()
    )
    return shut + short
