"""The choice of packages as a mixed-integer programme, solved by HiGHS (``scipy.optimize.milp``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from questionnaires.gates import GateResult, holds, least_level, share_key
from questionnaires.model import AnyGate, Package, QuestionGate
from questionnaires.scoring import FULL, RungResult
from questionnaires.trace import worth
from reports.lifting import Ground

SECONDS = 5
SLACK = 1e-9


def middle(package: Package) -> Fraction:
    """The middle of a package's cost range, in 万元, of one unit where it is priced by the piece."""
    once = package.cost.of(1).once
    return (once.low + once.high) / 2


@dataclass
class Programme:
    """Columns are packages, then levels of answers, then gates of which only some must hold."""

    packages: tuple[Package, ...]
    columns: int = 0
    rows: list[tuple[dict[int, float], float]] = field(default_factory=list)
    levels: dict[tuple[str, int], int] = field(default_factory=dict)
    """{(question, level above the firm's own): column}."""
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
        costs = [float(middle(p)) + 0.01 + 0.001 * p.weeks.high for p in self.packages]
        return costs + [0.0] * (self.columns - len(costs))

    def _matrix(self) -> list[list[float]]:
        """One row per demand, one column per package, level and gate."""
        return [
            [terms.get(column, 0.0) for column in range(self.columns)] for terms, _ in self.rows
        ]


def programme_of(ground: Ground, target: RungResult) -> Programme:
    """What choosing packages must satisfy for a firm to reach a rung."""
    programme = Programme(ground.packages, columns=len(ground.packages))
    _prerequisites(programme, ground)
    _levels(programme, ground)
    programme.at_least(_share_terms(programme, ground.worth), target.missing_share)
    for result in target.failed_gates:
        _gate(programme, ground, result)
    return programme


def _prerequisites(programme: Programme, ground: Ground) -> None:
    columns = {p.code: i for i, p in enumerate(programme.packages)}
    for package in programme.packages:
        for missing in ground.missing_prerequisites(package):
            programme.at_least({columns[missing.code]: 1, columns[package.code]: -1}, 0)


def _levels(programme: Programme, ground: Ground) -> None:
    """One column for every level a question may rise; it counts when some package carries it."""
    for question_id, level in ground.levels.items():
        highest = max((p.lifts.get(question_id, 0) for p in programme.packages), default=0)
        for above in range(level + 1, highest + 1):
            column = programme.levels[question_id, above] = programme.column()
            carried = _carriers(programme, question_id, above)
            programme.at_least(dict.fromkeys(carried, 1) | {column: -1}, 0)


def _carriers(programme: Programme, question_id: str, level: int) -> list[int]:
    return [
        index
        for index, package in enumerate(programme.packages)
        if package.lifts.get(question_id, -1) >= level
    ]


def _share_terms(programme: Programme, adds: Mapping[str, Fraction]) -> dict[int, Fraction | int]:
    return {
        column: adds[question_id] / FULL
        for (question_id, _), column in programme.levels.items()
        if adds.get(question_id)
    }


def _gate(programme: Programme, ground: Ground, result: GateResult) -> None:
    gate = result.gate
    if isinstance(gate, QuestionGate):
        programme.at_least(dict.fromkeys(_lifters(programme, ground, gate), 1), 1)
    elif isinstance(gate, AnyGate):
        _any(programme, ground, gate, result)
    else:
        share = ground.score.share_of(share_key(gate)) or 0
        within = worth(ground.score, result.question_ids)
        programme.at_least(_share_terms(programme, within), gate.at_least_share - share)


def _lifters(programme: Programme, ground: Ground, gate: QuestionGate) -> list[int]:
    question = ground.score.questionnaire.questions[gate.question]
    if gate.question not in ground.levels:
        return []
    return _carriers(programme, gate.question, least_level(gate, question))


def _any(programme: Programme, ground: Ground, gate: AnyGate, result: GateResult) -> None:
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
