"""What is said about files made for many firms at once."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

from survey.tables import Batch, BatchKind, BatchState, ItemState
from survey.words.wording import SHEETS

WHAT: Final = {
    "self": "诊断报告（自评版），每家一份",
    "onsite": "诊断报告（现场诊断版），每家一份",
    "workbook": "答卷和结果，全部企业一个 Excel",
}
EDITIONS: Final[dict[str, str]] = {
    BatchKind.REPORTS: "全本（PDF）",
    BatchKind.SHORT: "四页简版（PDF）",
    BatchKind.PICTURE: "一页图片（PNG）",
    BatchKind.WORD: "Word 版（docx）",
}
"""What each report may be had as; the answer book has but one form."""
TICKED: Final = "逐家勾选"
NO_PACE: Final = "正在估算还要多久"
CANCELLED: Final = "已取消。已经做好的照样有效，可以接着做完剩下的。"
NO_FILE: Final = "这份文件还没有做好，或已经清除，请在批量文件里重新做一次。"
INDEX: Final = "目录.xlsx"
NOT_MADE: Final = "还没有做"
LEFT_OUT: Final = "报告已撤销，没有放进压缩包"
LOST: Final = "报告文件缺失，请在结果页重新生成"
LOST_BUNDLE: Final = "档案包的文件缺失，请在这家企业的页面重新打包"

_EDITION: Final = {
    BatchKind.SHORT: "四页简版",
    BatchKind.PICTURE: "一页图片",
    BatchKind.WORD: " Word 版",
}
STATES: Final[dict[str, str]] = {
    BatchState.MAKING: "正在做",
    BatchState.MADE: "已做好",
    BatchState.CANCELLED: "已取消",
}
STOPPED: Final = "中断了"
"""Still being made, and nobody works on it."""
ITEM_STATES: Final[dict[str, str]] = {
    ItemState.WAITING: "等待",
    ItemState.WORKING: "正在做",
    ItemState.DONE: "已做好",
    ItemState.FAILED: "没做成",
}


def title(batch: Batch) -> str:
    """Name what is made, such as 诊断报告（自评版）."""
    if batch.kind == BatchKind.WORKBOOK:
        return "答卷和结果"
    if batch.kind == BatchKind.FILES:
        return "一企一档"
    return f"诊断报告（{SHEETS[batch.sheet or '']}版）{_EDITION.get(batch.kind, '')}"


def pace(each: timedelta, left: int) -> str:
    """Say how fast documents come, and how long the rest of them takes.

    Args:
        each: Between two documents, all workers together.
    """
    minutes = math.ceil(each * left / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    long = f"{hours} 小时 {rest} 分钟" if hours else f"{rest} 分钟"
    return f"每分钟约 {max(round(timedelta(minutes=1) / each), 1)} 份，还要约 {long}"


def file_name(batch: Batch, day: str) -> str:
    """Name the finished file."""
    kind = "xlsx" if batch.kind == BatchKind.WORKBOOK else "zip"
    return f"{title(batch)}-{day}-{batch.id}.{kind}"
