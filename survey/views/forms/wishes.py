"""What a firm asks of its plan, as an address tells it: nothing of it is believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from werkzeug.datastructures import MultiDict

from questionnaires.model import Range
from reports.lifting import Ground
from reports.plan.wish import Aim, Wish
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.lifecycle.projects import MOST_QUANTITY

MOST_HANDS: Final = 10
MOST_MONTHS: Final = 120
AIMS: Final[Mapping[str, str]] = {
    Aim.COST: "最省钱",
    Aim.TIME: "最快做完",
    Aim.COUNT: "项目最少",
    Aim.SHARE: "预算内提分最多",
}


@dataclass
class Asked:
    """A wish as it was typed and as it was read; what could not be read is left out of the wish.

    ``faults`` are sentences by field. ``why`` is a package whose absence is asked about, ``trial``
    are packages to be scored without any plan, ``rows`` those whose line the form shows, ``before``
    the plan that was on the page: units by code.
    """

    given: MultiDict[str, str]
    wish: Wish
    faults: dict[str, str] = field(default_factory=dict)
    why: str = ""
    trial: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    before: Mapping[str, int] = field(default_factory=dict)

    def typed(self, name: str) -> str:
        """Return what stands in a field."""
        return self.given.get(name, "")[:20]

    @property
    def is_plain(self) -> bool:
        """Whether nothing narrows the plan but the rung and what counts."""
        wish = self.wish
        decided = wish.left_out | wish.ordered | wish.prices.keys() | wish.quantities.keys()
        return not decided and wish.budget is None and wish.weeks is None


def asked(given: MultiDict[str, str], ground: Ground) -> Asked:
    """Read an address as a wish."""
    it = Asked(given, Wish())
    known = {package.code for package in ground.score.questionnaire.packages}
    left_out, ordered = (_codes(it, name, known) for name in ("out", "got"))
    if both := left_out & ordered:
        it.faults["out"] = f"{'、'.join(sorted(both))} 不能既不做又已订购，请只勾一处。"
    aim = _aim(it)
    it.wish = Wish(
        step=_whole(it, "to", 1, len(ground.score.rungs), "目标等级"),
        aim=aim,
        left_out=left_out - ordered,
        ordered=ordered,
        prices=_by_code(it, "price", known, _price),
        quantities=_units(it, known, ground),
        budget=_budget(it, aim),
        at_once=_whole(it, "hands", 1, MOST_HANDS, "同时做几项"),
        weeks=_weeks(it),
    )
    it.why = next(iter(sorted(_codes(it, "why", known))), "")
    it.trial = tuple(sorted(_codes(it, "do", known)))
    shown = _codes(it, "row", known) | left_out | ordered
    it.rows = tuple(sorted(shown | it.wish.prices.keys() | it.wish.quantities.keys()))
    it.before = _before(given.get("before", ""), known)
    return it


def _codes(it: Asked, name: str, known: set[str]) -> frozenset[str]:
    given = {code for code in it.given.getlist(name) if code}
    if strange := given - known:
        it.faults[name] = f"目录里没有“{min(strange)[:20]}”这个场景，请从列表里选。"
    return frozenset(given & known)


def _aim(it: Asked) -> Aim:
    given = it.given.get("aim") or Aim.COST
    if given in AIMS:
        return Aim(given)
    it.faults["aim"] = "请从列表里选按什么挑。"
    return Aim.COST


def _whole(it: Asked, name: str, least: int, most: int, title: str) -> int | None:
    text = typed.plain(it.given.get(name))
    if not text:
        return None
    number = typed.whole(text)
    if number is None or not least <= number <= most:
        it.faults[name] = f"{title}请填 {least} 到 {most} 的整数。"
        return None
    return number


def _budget(it: Asked, aim: Aim) -> Fraction | None:
    try:
        money = typed.money("budget", it.given.get("budget"))
    except Invalid as error:
        it.faults |= error.fields
        return Fraction(0) if aim == Aim.SHARE else None
    if money is None and aim == Aim.SHARE:
        it.faults["budget"] = "按“预算内提分最多”来挑，请先填预算。"
        return Fraction(0)
    return None if money is None else Fraction(money, 100)


def _weeks(it: Asked) -> int | None:
    months = _whole(it, "months", 1, MOST_MONTHS, "几个月内做完")
    return None if months is None else months * 52 // 12


def _by_code(
    it: Asked, kind: str, known: set[str], read: Callable[[str, str], Range | None]
) -> dict[str, Range]:
    found = {}
    for name, text in it.given.items():
        code = name.removeprefix(f"{kind}.")
        if code == name or code not in known:
            continue
        try:
            value = read(name, text)
        except Invalid as error:
            it.faults |= error.fields
            continue
        if value is not None:
            found[code] = value
    return found


def _price(name: str, text: str) -> Range | None:
    money = typed.money(name, text)
    if money is None:
        return None
    return Range(low=Fraction(money, 100), high=Fraction(money, 100))


def _units(it: Asked, known: set[str], ground: Ground) -> dict[str, int]:
    by_code, found = {package.code: package for package in ground.packages}, {}
    for name in it.given:
        code = name.removeprefix("units.")
        if code == name or code not in known:
            continue
        package = by_code.get(code)
        room = ground.room(package) if package and ground.ratio_of(package) else MOST_QUANTITY
        number = _whole(it, name, 1, max(room, 1), f"{code} 的数量")
        if number is not None:
            found[code] = number
    return found


def _before(text: str, known: set[str]) -> dict[str, int]:
    """Read the plan that was on the page; what cannot be read is left out."""
    found: dict[str, int] = {}
    for part in text[:2000].split(","):
        code, _, units = part.partition("*")
        number = typed.whole(units)
        if code in known and number is not None:
            found[code] = min(number, MOST_QUANTITY)
    return found
