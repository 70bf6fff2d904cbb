"""How far two consultants agree, in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from reports.agreement import LEAST_PAIRS, LEAST_VISITS, Kappa, Undefined, band

WHY: Final[Mapping[Undefined, str]] = {
    Undefined.NO_PAIRS: "没有可比的题",
    Undefined.FEW_PAIRS: f"不足 {LEAST_PAIRS} 组，不计算",
    Undefined.ONE_LEVEL: "全部判在同一档，算不出",
    Undefined.FEW_VISITS: f"不足 {LEAST_VISITS} 次诊断，不给区间",
    Undefined.UNSTABLE: "重抽时多次全在同一档，不给区间",
}
BANDS: Final = ("差", "轻微", "一般", "中等", "较好", "几乎一致")
"""Of Landis and Koch 1977, who call their bounds arbitrary: shown as 参考值."""


def number(value: Fraction) -> str:
    """Write a kappa with two decimals, rounded half away from zero, such as 0.62 or −0.05."""
    hundredths = int(abs(value) * 100 + Fraction(1, 2))
    sign = "−" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def interval(kappa: Kappa) -> str:
    """Write the interval, or why there is none; nothing where there is no kappa at all."""
    if kappa.value is None:
        return ""
    if kappa.low is None or kappa.high is None:
        return WHY[kappa.why] if kappa.why else ""
    return f"{number(kappa.low)} 至 {number(kappa.high)}"


def said(kappa: Kappa) -> str:
    """Write a kappa, or why there is none."""
    if kappa.value is not None:
        return number(kappa.value)
    return WHY[kappa.why] if kappa.why else ""


def in_words(value: Fraction) -> str:
    """Say a kappa on the scale of Landis and Koch."""
    return BANDS[band(value)]
