"""What packages (改造场景) would change in a firm's answers, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil

from questionnaires.answers import Answer, Ratio, level_of
from questionnaires.gates import GateResult, holds, least_level, question_gates
from questionnaires.model import (
    Amounts,
    NumberQuestion,
    Package,
    QuestionGate,
    Range,
    RatioQuestion,
    Scored,
)
from questionnaires.scoring import FULL, Score
from questionnaires.trace import worth


@dataclass(frozen=True)
class Purchase:
    """A package, and how many of its units are bought; one where it is not priced by the piece.

    ``price`` is what a consultant says all of them cost once, in place of the catalogue's figure.
    """

    package: Package
    units: int = 1
    price: Range | None = None

    @property
    def amounts(self) -> Amounts:
        """万元, by what is bought: units × price + the fixed part."""
        listed = self.package.cost.of(self.units)
        if self.price is None:
            return listed
        return Amounts(undivided=self.price, yearly=listed.yearly)


@dataclass(frozen=True)
class Lift:
    """One answer raised by a purchase."""

    question: Scored
    before: int
    after: int


@dataclass(frozen=True)
class Ground:
    """Where a firm stands before it buys anything.

    ``levels`` holds the questions that count for it; ``worth`` is what full marks in one of them
    add to the overall share. ``catalogue`` stands in place of the trade's packages where a firm has
    prices of its own, ``quantities`` in place of the units its sheet tells.
    """

    score: Score
    size: str | None
    catalogue: tuple[Package, ...] | None = None
    quantities: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def sheet(self) -> dict[str, Answer]:
        """The answers that were scored; what is not asked of the firm is not among them."""
        marks = self.score.question.values()
        return {mark.question.id: mark.answer for mark in marks if mark.answer is not None}

    @cached_property
    def levels(self) -> dict[str, int]:
        return {
            mark.question.id: mark.level
            for section in self.score.sections
            for mark in section.questions
            if mark.state == "scored" and mark.level is not None
        }

    @cached_property
    def worth(self) -> dict[str, Fraction]:
        return worth(self.score)

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages of the trade that suit the firm's size and still have something to sell."""
        return tuple(
            package
            for package in self.catalogue or self.score.questionnaire.packages
            if not package.sizes or self.size is None or self.size in package.sizes
            if self.ratio_of(package) is None
            or self.room(package)
            or package.cost.fixed != Amounts()
        )

    @cached_property
    def ratios(self) -> dict[str, Ratio]:
        """The ratios among the questions that count."""
        return {q: a for q in self.levels if isinstance(a := self.sheet[q], Ratio)}

    # --- units ----------------------------------------------------------------------------------

    def ratio_of(self, package: Package) -> str | None:
        """The ratio that grows by one with each unit of a package, where it counts for the firm."""
        return package.cost.units if package.cost.units in self.ratios else None

    def ratio(self, question_id: str) -> tuple[RatioQuestion, Ratio]:
        return self._ratio_questions[question_id], self.ratios[question_id]

    @cached_property
    def _ratio_questions(self) -> dict[str, RatioQuestion]:
        asked = self.score.questionnaire.questions
        return {q: r for q in self.ratios if isinstance(r := asked[q], RatioQuestion)}

    def missing_part(self, question_id: str, level: int, percent: Fraction | None = None) -> int:
        """How many more of a ratio's part reach a level, and a percentage; 0 where they are there."""
        question, answer = self.ratio(question_id)
        edges = question.above or ()
        above = int(answer.whole * edges[level - 1] // 100) + 1 if level else 0
        least = max(above, ceil(answer.whole * percent / 100) if percent is not None else 0)
        return max(0, least - answer.part)

    def room(self, package: Package) -> int:
        """How many units can still be bought, up to the level a package leads to."""
        question_id = self.ratio_of(package)
        if question_id is None:
            return 0
        question, answer = self.ratio(question_id)
        target = package.lifts[question_id]
        edges = (*(question.above or ()), Fraction(100))
        return max(0, int(answer.whole * edges[target] // 100) - answer.part)

    def asked_units(self, package: Package) -> int:
        """How many units the firm says it means to change; one where it is not asked, or silent."""
        if package.code in self.quantities:
            return self.quantities[package.code]
        answer = self.sheet.get(package.cost.units or "")
        return int(answer) if isinstance(answer, Decimal) else 1

    def is_assumed(self, package: Package) -> bool:
        """Whether one unit is counted only because nobody has said how many there are."""
        if self.ratio_of(package) or package.cost.each == Amounts():
            return False
        if package.code in self.quantities:
            return False
        return not isinstance(self.sheet.get(package.cost.units or ""), Decimal)

    def units_question(self, package: Package) -> NumberQuestion | None:
        """The question that asks this firm for the number of units."""
        mark = self.score.question.get(package.cost.units or "")
        if mark is None or mark.state == "not_asked":
            return None
        return mark.question if isinstance(mark.question, NumberQuestion) else None

    def offer(self, package: Package) -> Purchase:
        """The smallest purchase that makes sense: of machines, as many as reach the next level."""
        question_id = self.ratio_of(package)
        if question_id is None:
            return Purchase(package, self.asked_units(package))
        next_level = min(FULL, self.levels[question_id] + 1)
        enough = self.missing_part(question_id, next_level)
        return Purchase(package, min(self.room(package), max(enough, 1)))

    # --- what comes first -----------------------------------------------------------------------

    def running(self, package: Package) -> int:
        """The level of its ratio from which a package bought by the piece does anything else."""
        ratio = self.ratio_of(package)
        others = (level for q, level in package.lifts.items() if q in self.levels and q != ratio)
        most = package.lifts[ratio] if ratio else FULL
        return min(most, min(others, default=1))

    def has(self, package: Package) -> bool:
        """Whether a package, or something like it, is in place: most of what it lifts is there.

        So it is where it has nothing to lift. One bought by the piece must also run: its ratio has
        come far enough for anything else, though not every machine has it.
        """
        ratio = self.ratio_of(package)
        if ratio is not None and self.levels[ratio] < self.running(package):
            return False
        reached = [
            self.levels[q] >= level
            for q, level in package.lifts.items()
            if q in self.levels and q != ratio
        ]
        return 2 * sum(reached) > len(reached) or not reached

    def missing_prerequisites(self, package: Package) -> tuple[Package, ...]:
        """The packages that must come first and are not there yet."""
        by_code = {p.code: p for p in self.packages}
        return tuple(
            by_code[code]
            for code in package.prerequisites
            if code in by_code and not self.has(by_code[code])
        )

    # --- what is lifted -------------------------------------------------------------------------

    def reach(self, purchase: Purchase, question_id: str) -> int:
        """The level a purchase alone brings a question to; 0 where it does not lift it.

        What is bought by the piece lifts other questions no further than the ratio has come.
        """
        target = purchase.package.lifts.get(question_id, 0)
        ratio_id = self.ratio_of(purchase.package)
        if ratio_id is None:
            return target
        question, answer = self.ratio(ratio_id)
        part = min(answer.whole, answer.part + purchase.units)
        return min(target, question.level_at(Ratio(part, answer.whole).percent))

    def lifts(
        self, purchase: Purchase, levels: Mapping[str, int] | None = None
    ) -> tuple[Lift, ...]:
        """What a purchase raises above ``levels`` (the firm's own unless given)."""
        levels = self.levels if levels is None else levels
        return tuple(
            Lift(self.score.question[q].question, levels[q], reached)  # type: ignore[arg-type]
            for q in purchase.package.lifts
            if q in levels and levels[q] < (reached := self.reach(purchase, q))
        )

    def gain(self, lifts: Iterable[Lift]) -> Fraction:
        """What these lifts add to the overall share, exactly."""
        return sum(
            (self.worth[lift.question.id] * (lift.after - lift.before) / FULL for lift in lifts),
            Fraction(0),
        )

    def helps(self, purchase: Purchase, result: GateResult) -> bool:
        """Whether a purchase alone does what a gate demands of one of its questions.

        A demanded percentage is read as the level of the band it lies in where a package is not
        bought by the piece: it is taken to be built far enough to reach the percentage too.
        """
        return any(self._helps(purchase, gate) for gate in question_gates(result.gate))

    def _helps(self, purchase: Purchase, gate: QuestionGate) -> bool:
        if gate.question not in self.levels or gate.question not in purchase.package.lifts:
            return False
        if gate.question != self.ratio_of(purchase.package):
            question = self.score.questionnaire.questions[gate.question]
            return self.reach(purchase, gate.question) >= least_level(gate, question)
        return purchase.units >= self.missing_part(
            gate.question, gate.at_least or 0, gate.at_least_percent
        )

    def holds(self, gate: QuestionGate) -> bool:
        """Whether the firm's own answer meets a gate."""
        mark = self.score.question[gate.question]
        return holds(gate, mark.level, mark.answer)


def lifted_sheet(ground: Ground, purchases: Iterable[Purchase]) -> dict[str, Answer]:
    """Return the sheet as it would read after these purchases; other answers stay as they are.

    Ratios come first: what is bought by the piece lifts other questions no further than they.
    """
    purchases = tuple(purchases)
    lifted = dict(ground.sheet)
    for question_id in ground.ratios:
        lifted[question_id] = _lifted_ratio(ground, question_id, purchases)
    for purchase in purchases:
        for question_id, target in _other_lifts(ground, purchase.package, lifted):
            answer = lifted[question_id]
            lifted[question_id] = max(answer, target) if isinstance(answer, int) else answer
    return lifted


def _lifted_ratio(ground: Ground, question_id: str, purchases: tuple[Purchase, ...]) -> Ratio:
    """Add every unit bought; a package not bought by the piece reaches its level and what gates ask."""
    answer, added = ground.ratios[question_id], 0
    whole_lifts = [0]
    for purchase in purchases:
        if ground.ratio_of(purchase.package) == question_id:
            added += purchase.units
        elif target := purchase.package.lifts.get(question_id):
            whole_lifts.append(missing_for_level(ground, question_id, target))
    return Ratio(min(answer.whole, answer.part + max(added, *whole_lifts)), answer.whole)


def missing_for_level(ground: Ground, question_id: str, level: int) -> int:
    """How many more of a ratio's part reach a level and every percentage demanded within it."""
    question, _ = ground.ratio(question_id)
    demanded = (p for p in _percents(ground, question_id) if question.level_at(p) <= level)
    return ground.missing_part(question_id, level, max(demanded, default=None))


def _other_lifts(
    ground: Ground, package: Package, lifted: Mapping[str, Answer]
) -> Iterator[tuple[str, int]]:
    ratio_id = ground.ratio_of(package)
    most = FULL
    if ratio_id is not None:
        most = level_of(ground.ratio(ratio_id)[0], lifted[ratio_id]) or 0
    for question_id, target in package.lifts.items():
        if question_id in ground.levels:
            yield question_id, min(target, most)


def _percents(ground: Ground, question_id: str) -> list[Fraction]:
    return [
        gate.at_least_percent
        for rung in ground.score.rungs
        for result in rung.gates
        for gate in question_gates(result.gate)
        if gate.question == question_id and gate.at_least_percent is not None
    ]
