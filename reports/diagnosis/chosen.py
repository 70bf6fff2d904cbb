"""What a consultant recommends (顾问方案), told beside what is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from questionnaires.model import NOTHING, Amounts, Cost, Package, Range, Weeks
from reports.diagnosis.advice import Advice, Wave, say, waves
from reports.diagnosis.costs import units_said
from reports.facts import Choice
from reports.figures import once_text, percent, percentage_points, period_text, yearly_text
from reports.lifting import Ground, Purchase
from reports.roadmap import Roadmap, rescored, total

OWN = "自拟"
"""What a measure of the consultant's own is called before its number."""
NOT_SAID = "启动时间未定"


@dataclass(frozen=True)
class Chosen:
    """One choice as it is bought; ``code`` tells it from all others of its plan."""

    choice: Choice
    purchase: Purchase

    @property
    def code(self) -> str:
        return self.purchase.package.code


@dataclass(frozen=True)
class Reach:
    """Where a list of purchases leads once all of it is in place and accepted.

    ``missing`` says what the next rung still lacks; empty where it is reached.
    """

    share: str
    rung: str
    climbs: bool
    target: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Totals:
    """What a list comes to: how many lines, what is paid once and every year, where it leads."""

    count: int
    once: str
    yearly: str
    reach: Reach


@dataclass(frozen=True)
class Row:
    """One line of either list; words are empty where it does not stand on that list."""

    code: str
    title: str
    computed: str
    chosen: str
    starts: str
    mark: str


@dataclass(frozen=True)
class BothPlans:
    """The computed list and the consultant's, side by side."""

    rows: tuple[Row, ...]
    computed: Totals
    chosen: Totals
    left_out: tuple[Advice, ...]
    """What is computed and not on the consultant's list."""
    needed: tuple[Advice, ...]
    """What must come before something chosen, is not there, and stands on neither list."""

    @property
    def different(self) -> int:
        """How many lines differ."""
        return sum(bool(row.mark) for row in self.rows)


def bought(ground: Ground, way: Roadmap | None, choices: Iterable[Choice]) -> tuple[Chosen, ...]:
    """Read a consultant's choices as purchases; a package the edition does not know is left out."""
    by_code = ground.score.questionnaire.package_by_code
    on_way = {p.package.code: p for p in way.purchases} if way else {}
    found: list[Chosen] = []
    for choice in choices:
        if not choice.code:
            number = sum(not one.choice.code for one in found) + 1
            found.append(Chosen(choice, Purchase(_own(choice, number))))
        elif choice.code in by_code:
            listed = on_way.get(choice.code) or ground.offer(by_code[choice.code])
            units = choice.units or listed.units
            found.append(Chosen(choice, Purchase(listed.package, units, _price(choice))))
    return tuple(found)


def _price(choice: Choice) -> Range | None:
    if choice.low is None or choice.high is None:
        return None
    return Range(low=Fraction(choice.low, 100), high=Fraction(choice.high, 100))


def _own(choice: Choice, number: int) -> Package:
    # Not validated: its code is no catalogue's, and it may lift nothing.
    weeks = choice.weeks or 0
    return Package.model_construct(
        code=f"{OWN}{number}",
        title=choice.title,
        summary=choice.what,
        lifts=dict(choice.helps),
        cost=Cost(fixed=Amounts(undivided=_price(choice) or NOTHING)),
        weeks=Weeks(low=weeks, high=weeks),
        acceptance="",
        source="诊断顾问",
    )


def told(ground: Ground, chosen: Sequence[Chosen], said: set[str]) -> tuple[Wave, ...]:
    """Tell what is chosen by the time it starts; in the usual waves where nothing says when.

    ``said`` is what ``say`` takes.
    """
    by_code = {one.code: one for one in chosen}
    purchases = [one.purchase for one in chosen]
    if not any(one.choice.starts for one in chosen):
        return tuple(
            replace(wave, advice=tuple(_reworded(a, by_code[a.code].choice) for a in wave.advice))
            for wave in waves(ground, purchases, said)
        )
    periods = sorted({one.choice.starts for one in chosen}, key=_in_time)
    return tuple(
        Wave(
            f"{period_text(starts)}启动" if starts else NOT_SAID,
            "",
            tuple(
                _reworded(say(ground, one.purchase, said), one.choice)
                for one in chosen
                if one.choice.starts == starts
            ),
        )
        for starts in periods
    )


def _in_time(starts: str) -> tuple[bool, str, int, bool]:
    """Order periods by their first month, a quarter before its months; what has no time is last."""
    year, _, part = starts.partition("-")
    is_quarter = part.startswith("Q")
    month = int(part[1]) * 3 - 2 if is_quarter else int(part or 0)
    return not starts, year, month, not is_quarter


def _reworded(advice: Advice, choice: Choice) -> Advice:
    own = not choice.code
    return replace(
        advice,
        summary=choice.what or advice.summary,
        why=choice.why or advice.why,
        cost=_priced(advice.cost, choice),
        weeks=advice.weeks if choice.weeks or not own else "",
        starts=period_text(choice.starts),
        is_reference=advice.is_reference and choice.low is None and not own,
    )


def _priced(cost: str, choice: Choice) -> str:
    if choice.low is not None:
        return f"{cost}（顾问估价）"
    return cost if choice.code else "未估价"


def beside(
    ground: Ground, computed: Sequence[Purchase], chosen: Sequence[Chosen], said: set[str]
) -> BothPlans:
    """Hold the consultant's list against the computed one, line by line and as a whole.

    ``said`` is what ``say`` takes.
    """
    by_code = {p.package.code: p for p in computed}
    codes = {one.code for one in chosen}
    left_out = [p for p in computed if p.package.code not in codes]
    rows = [_row(ground, by_code.get(one.code), one) for one in chosen]
    rows += [_row(ground, purchase, None) for purchase in left_out]
    return BothPlans(
        rows=tuple(rows),
        computed=totals(ground, computed),
        chosen=totals(ground, [one.purchase for one in chosen]),
        left_out=tuple(say(ground, purchase, said) for purchase in left_out),
        needed=_needed(ground, chosen, codes | by_code.keys()),
    )


def _needed(ground: Ground, chosen: Sequence[Chosen], known: set[str]) -> tuple[Advice, ...]:
    found: dict[str, Package] = {}
    waiting = [one.purchase.package for one in chosen]
    while waiting:
        for package in ground.missing_prerequisites(waiting.pop()):
            if package.code not in known | found.keys():
                found[package.code] = package
                waiting.append(package)
    return tuple(say(ground, ground.offer(package)) for package in found.values())


def totals(ground: Ground, purchases: Sequence[Purchase]) -> Totals:
    """Say what a list of purchases comes to."""
    amounts = total(purchases)
    return Totals(
        len(purchases), once_text(amounts), yearly_text(amounts), _reach(ground, purchases)
    )


def _reach(ground: Ground, purchases: Sequence[Purchase]) -> Reach:
    after, target = rescored(ground, purchases), ground.score.next
    missing: tuple[str, ...] = ()
    if target is not None and after.step < target.step:
        there = after.rungs[target.step - 1]
        missing = tuple(gate.wanted for gate in there.failed_gates)
        if not there.threshold_met:
            missing += (f"总得分率还差 {percentage_points(there.missing_share)}",)
    return Reach(
        share=percent(after.share),
        rung=after.rung.title if after.rung else "",
        climbs=after.step > ground.score.step,
        target=target.rung.title if target else "",
        missing=missing,
    )


def _row(ground: Ground, computed: Purchase | None, chosen: Chosen | None) -> Row:
    package = chosen.purchase.package if chosen else computed.package  # type: ignore[union-attr]
    return Row(
        code=package.code,
        title=package.title,
        computed=_words(ground, computed) if computed else "",
        chosen=_words(ground, chosen.purchase, chosen.choice) if chosen else "",
        starts=period_text(chosen.choice.starts) if chosen else "",
        mark=_mark(computed, chosen),
    )


def _words(ground: Ground, purchase: Purchase, choice: Choice | None = None) -> str:
    once = once_text(purchase.amounts)
    said = (
        units_said(ground, purchase),
        _priced(once, choice) if choice else once,
        yearly_text(purchase.amounts),
    )
    return "，".join(filter(None, said))


def _mark(computed: Purchase | None, chosen: Chosen | None) -> str:
    """Say in which way the two lists differ here; empty where they agree."""
    if chosen is None:
        return "未列入"
    if not chosen.choice.code:
        return "顾问自拟"
    if computed is None:
        return "顾问增加"
    priced = chosen.choice.low is not None  # otherwise it follows the quantity
    different = (
        ("数量", computed.units != chosen.purchase.units),
        ("造价", priced and computed.amounts.once != chosen.purchase.amounts.once),
    )
    named = "、".join(name for name, differs in different if differs)
    return f"{named}不同" if named else ""
