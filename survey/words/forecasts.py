"""Where an unverified sheet would probably be found, and which firms to verify next: for officers only.

A forecast is about questions and chance, never about a firm's honesty; nothing here may sound otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from reports.falls.checking import Band, Calibration
from reports.falls.choice import PREFERRED, Aim
from reports.falls.spans import Standing
from survey.words.lists import NO_RUNG
from survey.words.wording import SIZES

AIMS: Final = {
    Aim.EACH: "核验后等级低于自评的企业最多",
    Aim.POOL: f"在库和拟入库的先看（1 家算 {PREFERRED} 家）",
    Aim.COUNTED: f"自评数字化车间以上的先看（1 家算 {PREFERRED} 家）",
}
SIZED: Final = {**SIZES, "": "没有填规模"}
NO_REASON: Final = "没有哪一题特别突出，各题都可能有小的出入。"

HELD: Final = {"预估以后核验了的": "answered", "拿核验过的企业倒过来试": "tried"}
"""How forecasts were held against visits, by the name of ``readings.visiting.Known``'s field."""


def days(halves: int) -> str:
    """Write half days as days: 2.5."""
    return f"{halves / 2:g}"


def percent(thousandths: int) -> str:
    """Write a chance or a share in whole percents, cut; what is less than one is not written as none."""
    return "不到 1%" if 0 < thousandths < 10 else f"{thousandths // 10}%"


def between(low: int, high: int) -> str:
    """Write an interval of thousandths."""
    return f"{percent(low)} 到 {percent(high)}"


def rung(step: int, titles: Sequence[str]) -> str:
    """Name a rung by its position, 0 for none."""
    return titles[step - 1] if step else NO_RUNG


def standing(told: Standing, titles: Sequence[str]) -> str:
    """Say on which rung a sheet would probably be found, and how far that may be off."""
    low, high = told.steps
    most = f"多半在“{rung(told.likeliest, titles)}”"
    if low == high:
        return f"{most}，十次里有八次以上都在这一级"
    return f"{most}，十次里有八次在“{rung(low, titles)}”到“{rung(high, titles)}”之间"


def reasons(own: str, named: Sequence[str], visits: int) -> str:
    """Say which questions decide.

    Args:
        own: The rung of the firm's own sheet.
        named: Code and short name of each question.
        visits: How many of the firm's own visits are counted in.
    """
    itself = f"它自己以前核验过 {visits} 次，也算在内。" if visits else ""
    if not named:
        return f"{NO_REASON}{itself}"
    these = "它" if len(named) == 1 else "这几题"
    return f"自评“{own}”要靠 {'、'.join(named)}；同行核验时{these}常有出入，低一档就可能到不了这一级。{itself}"


def by_lot(trade: str, size: str, seen: int) -> str:
    """Say why a firm is visited while nothing is forecast."""
    before = f"只核验过 {seen} 家" if seen else "一家都没核验过"
    return f"{trade}行业、{size}的企业{before}，按固定签号轮到它，没有看它的自评。"


def band(one: Band) -> str:
    """Write the fifth of a band: 20% 到 40%."""
    return f"{int(one.low * 100)}% 到 {int(one.high * 100)}%"


def held(found: Calibration) -> str:
    """Say how often intervals held what a visit found."""
    return f"{found.firms} 家里 {found.within} 家的核定得分率落在预估的范围里（{percent(1000 * found.within // found.firms)}）"


def agrees(one: Band) -> str:
    """Say whether a band of forecasts held."""
    if one.is_few:
        return "家数太少"
    return "对得上" if one.agrees else "对不上"


def count(expected: Fraction) -> str:
    """Write an expected number of firms with one decimal."""
    return f"{float(expected):.1f}"
