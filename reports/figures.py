"""How figures are written, the same on screen, on paper and in spreadsheets.

Shares are cut to one decimal and what is missing is raised to one, so that neither ever reads as if
a threshold had been reached that was not; the two printed figures still add up to the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from questionnaires.answers import percent_text
from questionnaires.model import Cost, Weeks


@dataclass(frozen=True)
class Figure:
    """A share (0 to 1) as it is and as it is read."""

    exact: Fraction
    text: str


def share_figure(share: Fraction) -> Figure:
    """Return a share with its reading, such as 58.3%."""
    return Figure(share, percent(share))


def percent(share: Fraction) -> str:
    """Write a share of 0 to 1 as a percentage, cut to one decimal."""
    return percent_text(share * 100)


def percent_number(share: Fraction) -> Decimal:
    """Return the percentage that ``percent`` writes, as a number for a spreadsheet."""
    return Decimal(share * 1000 // 1) / 10


def percentage_points(share: Fraction) -> str:
    """Write what is missing to a threshold, raised to one decimal (0.1 个百分点)."""
    tenths = ceil(share * 1000)
    return f"{percent_text(Fraction(tenths, 10)).removesuffix('%')} 个百分点"


def amount(value: Fraction) -> str:
    """Write an exact amount with at most two decimals and no idle zeros."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):.2f}"
    return text.rstrip("0").rstrip(".")


def span(low: str, high: str) -> str:
    """Join the ends of a range; one figure where they are equal."""
    return low if low == high else f"{low}–{high}"


def cost_text(cost: Cost) -> str:
    """Write what is paid once for one unit in 万元, with the unit unless it is the project."""
    once = cost.of(1).once
    if not once.high:
        return "无需采购"
    per = "" if cost.per == "项目" else f"/{cost.per}"
    return f"{span(amount(once.low), amount(once.high))} 万元{per}"


def weeks_text(weeks: Weeks) -> str:
    """Write a duration in weeks."""
    return f"{span(str(weeks.low), str(weeks.high))} 周"


def date_text(day: date | None) -> str:
    """Write a date as Chinese readers do; empty for none."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else ""
