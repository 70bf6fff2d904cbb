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
from questionnaires.model import Amounts, Range, Weeks


@dataclass(frozen=True)
class Figure:
    """A share (0 to 1) as it is and as it is read."""

    exact: Fraction
    text: str


def share_figure(share: Fraction) -> Figure:
    """Return a share with its reading, such as 58.3%."""
    return Figure(share, percent(share))


def points_figure(share: Fraction) -> Figure:
    """Return what a share can grow by with its reading, cut to one decimal: 3.2 个百分点."""
    text = percent(share).removesuffix("%")
    return Figure(share, f"{'不到 0.1' if share and text == '0' else text} 个百分点")


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


def money_text(hundredths: int) -> str:
    """Write an amount of whole 0.01 万元: 12.5 万元."""
    return f"{amount(Fraction(hundredths, 100))} 万元"


def span(low: str, high: str) -> str:
    """Join the ends of a range; one figure where they are equal."""
    return low if low == high else f"{low}–{high}"


def range_text(paid: Range) -> str:
    """Write a range of 万元 without the word; empty for nothing."""
    return span(amount(paid.low), amount(paid.high)) if paid.high else ""


def once_text(amounts: Amounts) -> str:
    """Write what is paid once."""
    return f"{range_text(amounts.once)} 万元" if amounts.once.high else "无需采购"


def yearly_text(amounts: Amounts) -> str:
    """Write what is paid every year; empty for nothing."""
    return f"每年 {range_text(amounts.yearly)} 万元" if amounts.yearly.high else ""


def weeks_text(weeks: Weeks) -> str:
    """Write a duration in weeks."""
    return f"{span(str(weeks.low), str(weeks.high))} 周"


def months_text(low: int, high: int) -> str:
    """Write weeks as months, the lower end cut and the upper raised, at least one."""
    return f"{span(str(max(low * 12 // 52, 1)), str(max(ceil(high * 12 / 52), 1)))} 个月"


def period_text(starts: str) -> str:
    """Write a month or a quarter (2027-03, 2027-Q1) as Chinese readers do; empty for none."""
    year, _, part = starts.partition("-")
    if not part:
        return ""
    if part.startswith("Q"):
        return f"{year} 年{'一二三四'[int(part[1]) - 1]}季度"
    return f"{year} 年 {int(part)} 月"


def date_text(day: date | None) -> str:
    """Write a date as Chinese readers do; empty for none."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else ""


def difference(share: Fraction) -> str:
    """Write by how much a share moved: signed, cut to two decimals, never 0 for a move."""
    if not share:
        return "不变"
    sign, hundredths = ("+" if share > 0 else "−"), abs(share) * 10_000 // 1
    points = amount(Fraction(hundredths, 100)) if hundredths else "不到 0.01"
    return f"{sign}{points} 个百分点"
