"""The district in numbers: the plan's targets beside today, and its firms on every rung.

What is counted is of one edition, except recognitions: those are facts whatever a firm was asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from questionnaires.model import Rung


@dataclass(frozen=True)
class Counting:
    """By which recognitions the plan's targets are counted; the bureau edits it.

    The plan itself does not say: its text and its table differ. A recognition counts by its rung,
    from ``since`` on, added to ``base``. Where ``titles`` or ``levels`` are named its own must hold
    one of them (浙江省智能工厂 holds 智能工厂), as far as its record says: earlier records say
    nothing and count by their rung.
    """

    titles: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    since: date | None = None
    base: int = 0

    def counts(self, fact: Recognised, target: Target) -> bool:
        """Whether a recognition counts towards a target: its rung named, its day within."""
        begun = self.since is None or self.since <= fact.day
        named = _holds(fact.title, self.titles)
        level = _holds(fact.level, self.levels)
        return begun and named and level and fact.rung in target.rungs and fact.day <= target.ends

    def says(self, target: Target, rungs: Sequence[str]) -> str:
        """The rule in one sentence, for the reader of the figure.

        Args:
            rungs: Titles of the target's rungs in the edition at hand.
        """
        since = f"自 {day_words(self.since)}起、" if self.since else ""
        titles = f"，称号含“{'”或“'.join(self.titles)}”" if self.titles else ""
        levels = f"，级别为{'或'.join(self.levels)}" if self.levels else ""
        unsaid = "（登记时没有写称号或级别的，只看等级）" if titles or levels else ""
        base = f"，另加基数 {self.base} 家" if self.base else ""
        return (
            f"登记的等级是{'、'.join(rungs)}{titles}{levels}{unsaid}，认定日期{since}"
            f"到 {day_words(target.ends)}止，一家企业只计一次{base}。"
        )


def _holds(said: str, wanted: Sequence[str]) -> bool:
    """Whether a record holds one of the words wanted; one that says nothing may."""
    return not said or not wanted or any(word in said for word in wanted)


def day_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


@dataclass(frozen=True)
class Target:
    """How many firms the plan wants recognised on one of these rungs by the end of a year."""

    year: int
    count: int
    rungs: tuple[str, ...]

    @property
    def ends(self) -> date:
        return date(self.year, 12, 31)


class Recognised(NamedTuple):
    """A firm holds a rung since a day, by a title of a level; both are empty where nobody said."""

    firm: int
    rung: str
    day: date
    title: str = ""
    level: str = ""


class Eligible(NamedTuple):
    """Firms on a rung, and the rungs whose application conditions each meets, or may meet."""

    step: int
    met: frozenset[str]
    open: frozenset[str]
    """Nothing is known against a firm, and something is not known."""
    firms: int = 1


@dataclass(frozen=True)
class PlanLine:
    """One year's target. Only recognition counts towards it."""

    year: int
    rungs: tuple[str, ...]
    """Titles, bottom-up."""
    wanted: int
    recognised: int
    rule: str
    """By which rule ``recognised`` was counted, as a sentence."""
    reaching: int
    """Firms whose confirmed sheet stands on the lowest of these rungs or above, in our rating."""
    eligible: int = 0
    """Of these, firms known to meet the newest notice's conditions for a rung they stand on."""
    open: int = 0
    """Of these, firms of which that is not known."""

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.recognised)


@dataclass(frozen=True)
class RungLine:
    """One rung of the ladder, counted in firms."""

    rung: Rung
    step: int
    standing: int
    at_or_above: int
    proposed: int
    in_pool: int
    recognised: int


def plan_lines(
    targets: Sequence[Target],
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
    counting: Counting = Counting(),
    eligible: Collection[Eligible] = (),
) -> tuple[PlanLine, ...]:
    """Return one line a target: who was recognised by the end of its year, and who stands where.

    A firm counts once however many of the rungs it holds; one recognised later does not count.

    Args:
        confirmed: {step: firms standing on it by their confirmed sheet}.
        eligible: The same firms, some at a time, with the conditions they meet; without them nothing
            is said of it.
    """
    return tuple(
        _plan_line(target, ladder, recognised, confirmed, counting, eligible) for target in targets
    )


def _plan_line(
    target: Target,
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
    counting: Counting,
    eligible: Collection[Eligible],
) -> PlanLine:
    named = {rung.id: step for step, rung in enumerate(ladder, 1) if rung.id in target.rungs}
    titles = tuple(ladder[step - 1].title for step in named.values())
    firms = {fact.firm for fact in recognised if counting.counts(fact, target)}
    met, still_open = _may_apply(named, eligible)
    return PlanLine(
        year=target.year,
        rungs=titles,
        wanted=target.count,
        recognised=counting.base + len(firms),
        rule=counting.says(target, titles),
        reaching=_at_or_above(min(named.values()), confirmed) if named else 0,
        eligible=met,
        open=still_open,
    )


def _may_apply(named: Mapping[str, int], eligible: Collection[Eligible]) -> tuple[int, int]:
    """Count firms that meet the conditions of a named rung they stand on, and those that may."""
    met = still_open = 0
    for one in eligible:
        stood_on = {rung for rung, step in named.items() if step <= one.step}
        if stood_on & one.met:
            met += one.firms
        elif stood_on & one.open:
            still_open += one.firms
    return met, still_open


def rung_lines(
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
    proposed: Mapping[str, int],
    in_pool: Mapping[str, int],
) -> tuple[RungLine, ...]:
    """Return one line a rung, the highest first.

    Args:
        confirmed: {step: firms standing on it by their confirmed sheet}.
        proposed, in_pool: {target rung: entries of the pool}.
    """
    lines = [
        RungLine(
            rung=rung,
            step=step,
            standing=confirmed.get(step, 0),
            at_or_above=_at_or_above(step, confirmed),
            proposed=proposed.get(rung.id, 0),
            in_pool=in_pool.get(rung.id, 0),
            recognised=len({fact.firm for fact in recognised if fact.rung == rung.id}),
        )
        for step, rung in enumerate(ladder, 1)
    ]
    return tuple(reversed(lines))


def _at_or_above(step: int, confirmed: Mapping[int, int]) -> int:
    return sum(firms for other, firms in confirmed.items() if other >= step)
