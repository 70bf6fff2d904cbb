"""The choice of packages as a mixed-integer programme, solved by HiGHS (``solver``).

Every coefficient is a whole number, so that nothing is lost on the way into the solver: money in
0.01 万元 (the two ends of a range added up, which is twice its middle), shares over their common
denominator. Of all ways the cheapest is found first, then among these the quickest, then the one
with the fewest packages; each search holds what the one before has found exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from time import monotonic
from typing import Literal

from questionnaires.gates import GateResult, least_level, share_key
from questionnaires.model import Amounts, AnyGate, Package, QuestionGate
from questionnaires.scoring import FULL, RungResult, Score
from questionnaires.trace import worth
from reports.lifting import Ground, Purchase, missing_for_level
from reports.solver import Matrix, Solved

SECONDS = 5.0
IN_MONEY = 200
"""The solver counts both ends of a range in 0.01 万元: so much is 1 万元 of its middle."""

Terms = Mapping[int, Fraction | int]
End = Literal["low", "middle", "high"]


def load_solver() -> None:
    """Load what ``Programme`` searches with, for whoever counts the seconds of a search alone."""
    import reports.solver.highs  # noqa: F401


def counted(amounts: Amounts, years: int, end: End = "middle") -> Fraction:
    """What is paid once and the fees of some years, in 万元, at one end of the range or its middle."""
    paid_once = (amounts.equipment, amounts.software, amounts.services, amounts.undivided)
    low, high = years * amounts.yearly.low, years * amounts.yearly.high
    for part in paid_once:
        if part.high:
            low, high = low + part.low, high + part.high
    if end == "middle":
        return (low + high) / 2
    return low if end == "low" else high


@dataclass(frozen=True)
class Found:
    """What a search came to.

    ``purchases`` is None where nothing leads there, or where nothing was found in time. ``bound``
    is set only when time ran out: no way costs less than so many 万元 (``Programme.costs``).
    """

    purchases: tuple[Purchase, ...] | None
    bound: Fraction | None = None
    value: int = 0
    """What the first aim came to."""
    is_last: bool = True
    """False where time ran out among choices that are equal by the first aim."""


@dataclass
class Programme:
    """Columns are packages, then their units, levels of answers, and gates of which some must hold."""

    ground: Ground
    packages: tuple[Package, ...]
    most: list[int] = field(default_factory=list)
    """The most a column can be; none is less than 0, all are whole."""
    rows: list[tuple[dict[int, int], int]] = field(default_factory=list)
    """What the weighted columns must add up to at least."""
    units: dict[int, int] = field(default_factory=dict)
    """{column of a package bought by the piece: column of its units}."""
    levels: dict[tuple[str, int], int] = field(default_factory=dict)
    """{(question, level above the firm's own): column}."""
    running: dict[tuple[int, int], int] = field(default_factory=dict)
    """{(column of a package bought by the piece, level of its ratio): column for both}."""
    is_hopeless: bool = False
    known_costs: dict[End, dict[int, int]] = field(default_factory=dict)
    """What was added up already; the same for all that one is opened for."""

    def copy(self) -> Programme:
        """Return one that columns and rows can be added to."""
        return replace(self, most=[*self.most], rows=[*self.rows], running=dict(self.running))

    def column(self, most: int = 1) -> int:
        self.most.append(most)
        return len(self.most) - 1

    def at_least(self, terms: Terms, least: Fraction | int) -> None:
        """Demand that the weighted columns add up to at least ``least``, over whole numbers."""
        if least > 0 and not terms:
            self.is_hopeless = True
        elif terms:
            whole = math.lcm(least.denominator, *(v.denominator for v in terms.values()))
            self.rows.append(
                (
                    {c: v.numerator * (whole // v.denominator) for c, v in terms.items()},
                    least.numerator * (whole // least.denominator),
                )
            )

    def ask_for_more(self, purchases: Iterable[Purchase]) -> None:
        """Refuse a choice that is not enough, and all that buy no more of anything."""
        bought = {p.package.code: p.units for p in purchases}
        more: dict[int, Fraction | int] = {}
        for column, package in enumerate(self.packages):
            if package.code not in bought:
                more[column] = 1
            elif (units := self.units.get(column)) and bought[package.code] < self.most[units]:
                another = self.column()
                self.at_least({units: 1, another: -(bought[package.code] + 1)}, 0)
                more[another] = 1
        self.at_least(more, 1)

    # --- solving --------------------------------------------------------------------------------

    def solve(
        self,
        seconds: float = SECONDS,
        aims: Sequence[Mapping[int, int]] | None = None,
        is_refused: Callable[[tuple[Purchase, ...], list[int]], bool] = lambda _found, _chosen: (
            False
        ),
    ) -> Found:
        """Find the cheapest choice, the quickest of these, and of these the one of fewest packages.

        Args:
            seconds: How long all of it may take.
            aims: Other weighted columns to make as small as can be, one after the other.
            is_refused: Looks at a choice (and every column of it) with knowledge the rows do not
                have; where it says yes it has added rows that rule the choice out.
        """
        if self.is_hopeless or not self.packages:
            return Found(None)
        until = monotonic() + seconds
        held: list[tuple[dict[int, int], int]] = []
        best: Found | None = None
        for aim in self.usual_aims() if aims is None else aims:
            chosen: list[int] | None = None
            while chosen is None:
                result = self._searched(aim, held, until - monotonic())
                if not result.is_best:
                    return replace(best, is_last=False) if best else self.without_optimum(result)
                chosen = [round(x) for x in result.x]
                if is_refused(self._purchases(chosen), chosen):
                    chosen = None
            reached = sum(value * chosen[column] for column, value in aim.items())
            best = Found(self._purchases(chosen), value=reached if best is None else best.value)
            held.append(({column: -value for column, value in aim.items()}, -reached))
        return best or Found(None)

    def usual_aims(self) -> tuple[Mapping[int, int], ...]:
        return self.costs(), self.quickest()

    def quickest(self) -> dict[int, int]:
        """Weeks, and of equally many the fewest packages: one week counts more than all packages."""
        most = len(self.packages) + 1
        return {column: weeks * most + 1 for column, weeks in self.weeks().items()}

    def each_package(self) -> dict[int, int]:
        return dict.fromkeys(range(len(self.packages)), 1)

    def _searched(
        self, aim: Mapping[int, int], held: list[tuple[dict[int, int], int]], seconds: float
    ) -> Solved:
        # Loaded when it is first needed: a page that shows no way up does not carry the solver.
        from reports.solver.highs import solved

        rows = [*self.rows, *held]
        return solved(
            [aim.get(column, 0) for column in range(len(self.most))],
            self._matrix(rows),
            ([least for _, least in rows], math.inf),
            (0, self.most),
            seconds=seconds,
        )

    def without_optimum(self, result: Solved) -> Found:
        if result.is_hopeless:
            return Found(None)
        least = Fraction(result.bound) if math.isfinite(result.bound) else Fraction(0)
        chosen = None if result.x is None else self._purchases([round(x) for x in result.x])
        return Found(chosen, max(Fraction(0), least) / IN_MONEY)

    def _purchases(self, chosen: list[int]) -> tuple[Purchase, ...]:
        return tuple(
            Purchase(package, self._units(package, column, chosen))
            for column, package in enumerate(self.packages)
            if chosen[column]
        )

    def _units(self, package: Package, column: int, chosen: list[int]) -> int:
        if self.ground.ratio_of(package) is None:
            return self.ground.asked_units(package)
        return chosen[self.units[column]] if column in self.units else 0

    def costs(self, end: End = "middle") -> dict[int, int]:
        """What every package and every unit costs, as the solver counts: ``IN_MONEY`` a 万元."""
        if end not in self.known_costs:
            self.known_costs[end] = self._costs(end)
        return self.known_costs[end]

    def _costs(self, end: End) -> dict[int, int]:
        years = self.ground.score.questionnaire.fee_years
        costs: dict[int, int] = {}
        for column, package in enumerate(self.packages):
            whole = counted(package.cost.fixed, years, end)
            each = counted(package.cost.each, years, end)
            if self.ground.ratio_of(package) is None:
                whole += each * self.ground.asked_units(package)
            costs[column] = int(whole * IN_MONEY)
            if column in self.units:
                costs[self.units[column]] = int(each * IN_MONEY)
        return costs

    def weeks(self) -> dict[int, int]:
        return {column: package.weeks.high for column, package in enumerate(self.packages)}

    def _matrix(self, rows: list[tuple[dict[int, int], int]]) -> Matrix:
        begins = [0]
        for terms, _ in rows:
            begins.append(begins[-1] + len(terms))
        columns = [column for terms, _ in rows for column in terms]
        return Matrix(begins, columns, [value for terms, _ in rows for value in terms.values()])


# --- what a firm must satisfy ---------------------------------------------------------------------


def programme_of(ground: Ground, target: RungResult, opened: Programme | None = None) -> Programme:
    """What choosing packages must satisfy for a firm to reach a rung.

    Args:
        opened: What it must satisfy whatever it is for, where several rungs are asked of one firm.
    """
    programme = opened.copy() if opened else open_programme(ground)
    for missing, result in demands(ground.score, target):
        programme.at_least(_share_terms(programme, ground.worth), missing)
        for gate in result:
            _gate(programme, ground, gate)
    return programme


def open_programme(ground: Ground) -> Programme:
    """What choosing packages must satisfy whatever it is for."""
    programme = Programme(ground, ground.packages, most=[1] * len(ground.packages))
    _units(programme, ground)
    _levels(programme, ground)
    _prerequisites(programme, ground)
    return programme


def share_gained(programme: Programme) -> dict[int, int]:
    """What every level adds to the overall share, over a common denominator."""
    terms = _share_terms(programme, programme.ground.worth)
    whole = math.lcm(*(Fraction(value).denominator for value in terms.values()), 1)
    return {column: int(value * whole) for column, value in terms.items()}


def demands(score: Score, target: RungResult) -> Iterator[tuple[Fraction, tuple[GateResult, ...]]]:
    """Return what every rung up to a target lacks: no rung is reached over one that is not."""
    for result in score.rungs[score.step : target.step]:
        yield result.missing_share, result.failed_gates


def _units(programme: Programme, ground: Ground) -> None:
    """A column for how many units are bought: at least one, and together no more than there are.

    Nor do several packages lead a ratio further than the one that leads furthest.
    """
    together: dict[str, list[int]] = {}
    for column, package in enumerate(programme.packages):
        if ratio := ground.ratio_of(package):
            room = ground.room(package)
            if room:
                units = programme.units[column] = programme.column(room)
                programme.at_least({units: 1, column: -1}, 0)
                programme.at_least({units: -1, column: room}, 0)
                together.setdefault(ratio, []).append(units)
    for columns in together.values():
        furthest = max(programme.most[column] for column in columns)
        programme.at_least(dict.fromkeys(columns, -1), -furthest)


def _prerequisites(programme: Programme, ground: Ground) -> None:
    """What must come first is bought too; of what is bought by the piece, enough for it to run."""
    columns = {p.code: i for i, p in enumerate(programme.packages)}
    for package in programme.packages:
        for missing in ground.missing_prerequisites(package):
            programme.at_least({columns[missing.code]: 1, columns[package.code]: -1}, 0)
            runs = (ground.ratio_of(missing), ground.running(missing))
            if runs in programme.levels:
                programme.at_least({programme.levels[runs]: 1, columns[package.code]: -1}, 0)


def _levels(programme: Programme, ground: Ground) -> None:
    """One column for every level a question may rise; it counts when some package carries it.

    Ratios come first: packages bought by the piece carry other questions only as far as these.
    """
    questions = sorted(ground.levels, key=lambda q: q not in ground.ratios)
    for question_id in questions:
        highest = max((p.lifts.get(question_id, 0) for p in programme.packages), default=0)
        for above in range(ground.levels[question_id] + 1, highest + 1):
            column = programme.column()
            _carried(programme, ground, (question_id, above), column)
            programme.levels[question_id, above] = column


def _carried(
    programme: Programme,
    ground: Ground,
    wanted: tuple[str, int],
    column: int,
    part: int | None = None,
) -> None:
    """Let a column be 1 only where packages lift a question to a level, or a ratio by ``part``."""
    question_id, level = wanted
    if question_id not in ground.ratios:
        carriers = dict.fromkeys(_carriers(programme, ground, question_id, level), 1)
        programme.at_least(carriers | {column: -1}, 0)
        return
    needed = ground.missing_part(question_id, level) if part is None else part
    terms: dict[int, int] = {column: -needed}
    for index, package in enumerate(programme.packages):
        if ground.ratio_of(package) == question_id:
            terms |= {programme.units[index]: 1} if index in programme.units else {}
        elif package.lifts.get(question_id, 0) >= level:
            terms[index] = max(needed, missing_for_level(ground, question_id, level))
    programme.at_least(terms, 0)


def _carriers(programme: Programme, ground: Ground, question_id: str, level: int) -> list[int]:
    """The columns of which one must be bought for a question to reach a level."""
    return [
        _with_ratio(programme, ground, index, package, level)
        for index, package in enumerate(programme.packages)
        if package.lifts.get(question_id, 0) >= level
        and _can_run(programme, ground, package, level)
    ]


def _can_run(programme: Programme, ground: Ground, package: Package, level: int) -> bool:
    ratio = ground.ratio_of(package)
    return ratio is None or level <= ground.levels[ratio] or (ratio, level) in programme.levels


def _with_ratio(
    programme: Programme, ground: Ground, index: int, package: Package, level: int
) -> int:
    """A package's own column, or one that also needs its ratio to have come to the level."""
    ratio = ground.ratio_of(package)
    if ratio is None or level <= ground.levels[ratio]:
        return index
    if (index, level) not in programme.running:
        both = programme.running[index, level] = programme.column()
        programme.at_least({index: 1, both: -1}, 0)
        programme.at_least({programme.levels[ratio, level]: 1, both: -1}, 0)
    return programme.running[index, level]


def _share_terms(programme: Programme, adds: Mapping[str, Fraction]) -> dict[int, Fraction | int]:
    return {
        column: adds[question_id] / FULL
        for (question_id, _), column in programme.levels.items()
        if adds.get(question_id)
    }


def _gate(programme: Programme, ground: Ground, result: GateResult) -> None:
    gate = result.gate
    if isinstance(gate, QuestionGate):
        _must_hold(programme, ground, gate, programme.column())
    elif isinstance(gate, AnyGate):
        _any(programme, ground, gate)
    else:
        share = ground.score.share_of(share_key(gate)) or 0
        within = worth(ground.score, result.question_ids)
        programme.at_least(_share_terms(programme, within), gate.at_least_share - share)


def _must_hold(programme: Programme, ground: Ground, gate: QuestionGate, column: int) -> None:
    _member(programme, ground, gate, column)
    programme.at_least({column: 1}, 1)


def _member(programme: Programme, ground: Ground, gate: QuestionGate, column: int) -> None:
    """Let a column be 1 only where one question meets its gate."""
    wanted = (gate.question, least_level(gate, ground.score.questionnaire.questions[gate.question]))
    if gate.question not in ground.levels:
        programme.at_least({column: -1}, 0)
    elif gate.question in ground.ratios:
        part = ground.missing_part(gate.question, gate.at_least or 0, gate.at_least_percent)
        _carried(programme, ground, wanted, column, part)
    else:
        _carried(programme, ground, wanted, column)


def _any(programme: Programme, ground: Ground, gate: AnyGate) -> None:
    """A column for every member; one that holds already is free to count."""
    applicable = [member for member in gate.any_of if member.question in ground.levels]
    members: dict[int, Fraction | int] = {}
    for member in applicable:
        column = programme.column()
        members[column] = 1
        if not ground.holds(member):
            _member(programme, ground, member, column)
    programme.at_least(members, min(gate.count, len(applicable)))
