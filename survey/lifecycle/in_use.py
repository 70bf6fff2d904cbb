"""Which systems and main machines a firm says it uses, line by line as a form sends them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from reports.facts import InUse, Use
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid

MOST = 12
"""Lines of each kind; a report shows the main ones, not an inventory."""
MOST_NAME, MOST_VENDOR = 60, 60
EARLIEST = 1950
WORDS = {Use.SYSTEM: "系统", Use.MACHINE: "设备"}

Line = tuple[str, ...]
"""Kind, name, vendor, year as they were typed."""


def read(lines: Iterable[Line], today: date) -> list[InUse]:
    """Return what was typed, without empty lines.

    Raises:
        Invalid: Names the line that cannot be taken, and why.
    """
    found: list[InUse] = []
    count: Counter[Use] = Counter()
    for kind, *said in lines:
        if kind not in list(Use):
            raise Invalid({"in_use": "请从“系统”和“设备”中选择。"})
        count[Use(kind)] += 1
        name, vendor, year = (typed.line(one) for one in said)
        if name or vendor or year:
            at = f"第 {count[Use(kind)]} 行{WORDS[Use(kind)]}："
            found.append(_line(Use(kind), name, vendor, _year(year, today, at), at))
    if any(sum(one.kind == kind for one in found) > MOST for kind in Use):
        raise Invalid({"in_use": f"系统和设备各最多 {MOST} 行，请只留主要的。"})
    return found


def _line(kind: Use, name: str, vendor: str, year: int | None, at: str) -> InUse:
    if not name:
        raise Invalid({"in_use": f"{at}请填写名称，或清空这一行。"})
    if len(name) > MOST_NAME or len(vendor) > MOST_VENDOR:
        raise Invalid({"in_use": f"{at}名称和厂商各最多 {MOST_NAME} 字，请删减。"})
    return InUse(kind, name, vendor, year)


def _year(given: str, today: date, at: str) -> int | None:
    said = typed.plain(given).removesuffix("年")
    if not said:
        return None
    year = typed.whole(said)
    if year is None or not EARLIEST <= year <= today.year:
        raise Invalid(
            {"in_use": f"{at}年份请填 {EARLIEST} 至 {today.year} 之间的四位数，例如 2021。"}
        )
    return year
