"""What is said when the terms of a budget make no sense."""

from __future__ import annotations

from typing import Final

from reports.budget.errors import Absurd, Fault

FIELDS: Final = {
    "money": "预算",
    "share": "补助比例",
    "cap": "每家最多",
    "least_counted": "计入投入的起点",
    "least_own": "企业自己至少承担",
    "kinds": "计入的费用",
    "fee_years": "每年费用计几年",
    "awards": "达级定额奖励",
    "until": "政策截止",
    "day": "开工日期",
    "worth": "各级分值",
    "limits": "名额下限和上限",
    "withdrawing": "退出的可能",
}
FAULTS: Final = {
    Fault.NO_NUMBER: "请填一个数。",
    Fault.TOO_SMALL: "不能小于 0。",
    Fault.TOO_LARGE: "数太大了，请核对单位。",
    Fault.EMPTY: "至少要有一项。",
    Fault.BEFORE: "日期先后不对，请核对开始、截止和开工日期。",
    Fault.CROSSED: "上限不能小于下限。",
    Fault.TWICE: "同一项写了两次，请留一条。",
    Fault.UNKNOWN: "没有这一项，请重新选择。",
}


def said(error: Absurd) -> str:
    """Name the field and the remedy."""
    return f"{FIELDS.get(error.field, error.field)}：{FAULTS[error.fault]}"
