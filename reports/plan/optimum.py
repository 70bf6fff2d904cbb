"""The best plan for a wish, proved: chosen by the programme, scored again, laid out in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from time import thread_time

from questionnaires.scoring import RungResult, Score
from reports.lifting import Ground, Purchase
from reports.plan.timing import Timing, timed, weeks_of
from reports.plan.wish import Aim, Wish, at_once, tailored, target_of, units_wanted
from reports.programme import (
    IN_MONEY,
    Found,
    Programme,
    counted,
    open_programme,
    programme_of,
    share_gained,
)
from reports.roadmap import in_order, rescored


@dataclass
class Clock:
    """Processor time of this thread that several searches share.

    A busy machine makes a page late, not its plan worse; each single search besides takes no more
    seconds by the wall than are left.
    """

    seconds: float
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = thread_time() + self.seconds

    @property
    def left(self) -> float:
        return max(0.0, self.until - thread_time())


@dataclass(frozen=True)
class Optimum:
    """The best plan for a wish, or none.

    ``ground`` has the firm's own prices in it. ``after`` is the score once all is in place; None
    where nothing was found: then ``is_proven`` tells "there is none" from "none in time". Where
    ``is_proven`` is False beside a plan, a better one may exist.
    """

    wish: Wish
    ground: Ground
    target: RungResult | None
    purchases: tuple[Purchase, ...]
    after: Score | None
    timing: Timing
    is_proven: bool

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(purchase.package.code for purchase in self.purchases)

    @property
    def paid(self) -> Fraction:
        """What it is compared by, in 万元: paid once, and the fees of some years, at the middle."""
        return paid(self.ground, self.purchases)

    @property
    def gained(self) -> Fraction:
        """What it adds to the overall share."""
        return self.after.share - self.ground.score.share if self.after else Fraction(0)


def paid(ground: Ground, purchases: Iterable[Purchase]) -> Fraction:
    years = ground.score.questionnaire.fee_years
    return sum((counted(p.amounts, years) for p in purchases), Fraction(0))


def optimum(
    ground: Ground, wish: Wish, clock: Clock, without: Iterable[frozenset[str]] = ()
) -> Optimum:
    """Find the best plan for a wish.

    Args:
        without: Sets of packages of which at least one is not bought: plans that are known already.
    """
    own = tailored(ground, wish)
    search = Search(own, wish, target_of(own, wish))
    for codes in without:
        search.leave_one_out(codes)
    if own.packages or search.target or search.programme.is_hopeless:
        found = search.programme.solve(clock.left, search.aims(), search.is_refused)
    else:
        found = Found(())  # there is nothing to choose, and nothing is asked
    return search.told(found)


@dataclass
class Search:
    """One search: the programme with what a wish adds to it."""

    ground: Ground
    wish: Wish
    target: RungResult | None
    opened: Programme | None = None
    """As ``programme_of`` takes it."""
    is_unsure: bool = False
    """A plan's shortest time was not found to the end."""
    timings: dict[frozenset[str], Timing] = field(default_factory=dict)
    """What was laid out already, by codes: how many units are bought takes no time."""

    def __post_init__(self) -> None:
        of_target = self.target is not None and programme_of(self.ground, self.target, self.opened)
        self.programme: Programme = of_target or open_programme(self.ground)
        self.columns = {p.code: i for i, p in enumerate(self.programme.packages)}
        self.end: int | None = None
        self._decide()
        if self.wish.budget is not None:
            whole = int(self.wish.budget * IN_MONEY)
            self._no_more(self.programme.costs(), whole)
        if self.wish.has_timing:
            self._count_time()

    # --- what is decided already --------------------------------------------------------------

    def _decide(self) -> None:
        for code, column in self.columns.items():
            if code in self.wish.left_out:
                self._no_more({column: 1}, 0)
            elif code in self.wish.taken | self.wish.ordered:
                self.programme.at_least({column: 1}, 1)
            units = units_wanted(self.ground, self.wish, self.programme.packages[column])
            if units is not None and column in self.programme.units:
                counting = self.programme.units[column]
                self.programme.at_least({counting: 1, column: -units}, 0)
                self.programme.at_least({counting: -1, column: units}, 0)

    def _no_more(self, terms: Mapping[int, int], most: int) -> None:
        self.programme.at_least({column: -value for column, value in terms.items()}, -most)

    def leave_one_out(self, codes: Iterable[str]) -> None:
        """Rule out what buys all of these; what is decided already cannot be left out."""
        free = set(codes) - self.wish.taken - self.wish.ordered
        columns = [self.columns[code] for code in free]
        if not columns:
            self.programme.is_hopeless = True
        self.programme.at_least(dict.fromkeys(columns, -1), 1 - len(columns))

    # --- time ---------------------------------------------------------------------------------

    def _count_time(self) -> None:
        """A column for the weeks until all is done, held below by what is seen without trying."""
        weeks = [weeks_of(package) for package in self.programme.packages]
        end = self.end = self.programme.column(self._longest(weeks))
        hands = at_once(self.ground, self.wish)
        self.programme.at_least({end: hands} | {c: -lasting for c, lasting in enumerate(weeks)}, 0)
        for column, package in enumerate(self.programme.packages):
            self.programme.at_least({end: 1, column: -weeks[column]}, 0)
            for code in package.prerequisites:
                if code in self.columns:
                    first = self.columns[code]
                    both = weeks[column] + weeks[first]
                    self.programme.at_least({end: 1, column: -both, first: -both}, -both)

    def _longest(self, weeks: list[int]) -> int:
        whole = sum(weeks)
        return whole if self.wish.weeks is None else min(whole, self.wish.weeks)

    def _too_early(self, purchases: tuple[Purchase, ...], weeks: int) -> bool:
        """Whether a choice takes longer than its column says; then all that buy what takes so long do."""
        timing = self.timing(purchases)
        self.is_unsure |= not timing.is_shortest
        if self.end is None or timing.weeks <= weeks:
            return False
        lasting, kept = timing.weeks, self._cause(purchases, timing.weeks)
        columns = [self.columns[p.package.code] for p in kept]
        self.programme.at_least(
            {self.end: 1} | dict.fromkeys(columns, -lasting), lasting * (1 - len(columns))
        )
        return True

    def _cause(self, purchases: tuple[Purchase, ...], weeks: int) -> tuple[Purchase, ...]:
        """As few of these as may be that take so long by themselves: each is tried without."""
        kept = purchases
        for one in sorted(purchases, key=lambda p: weeks_of(p.package)):
            fewer = tuple(p for p in kept if p is not one)
            timing = self.timing(fewer)
            if timing.is_shortest and timing.weeks == weeks:
                kept = fewer
        return kept

    def timing(self, purchases: tuple[Purchase, ...]) -> Timing:
        codes = frozenset(p.package.code for p in purchases)
        if codes not in self.timings:
            self.timings[codes] = timed(purchases, at_once(self.ground, self.wish))
        return self.timings[codes]

    # --- solving ------------------------------------------------------------------------------

    def aims(self) -> tuple[Mapping[int, int], ...]:
        money, number = self.programme.costs(), self.programme.each_package()
        if self.wish.aim == Aim.SHARE:
            gained = share_gained(self.programme)
            return {column: -value for column, value in gained.items()}, money, number
        if self.wish.aim == Aim.TIME and self.end is not None:
            return {self.end: 1}, money, number
        if self.wish.aim == Aim.COUNT:
            return number, money, self.programme.weeks()
        return self.programme.usual_aims()

    def is_refused(self, purchases: tuple[Purchase, ...], chosen: list[int]) -> bool:
        """Look at a choice again: does it reach the rung when it is scored, and in time?"""
        if self.target and rescored(self.ground, purchases).step < self.target.step:
            self.programme.ask_for_more(purchases)
            return True
        return self.end is not None and self._too_early(purchases, chosen[self.end])

    def told(self, found: Found) -> Optimum:
        purchases = found.purchases or ()
        after = None
        if found.purchases is not None:
            after = rescored(self.ground, purchases)
            if self.target and after.step < self.target.step:
                purchases, after = (), None
        ordered = in_order(self.ground, self.target, purchases) if self.target else purchases
        is_proven = found.bound is None and found.is_last and not self.is_unsure
        return Optimum(
            wish=self.wish,
            ground=self.ground,
            target=self.target,
            purchases=ordered,
            after=after,
            timing=self.timing(purchases),
            is_proven=is_proven,
        )
