"""What a request asks of a list: which page, which filters, which order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import request

from survey.lifecycle import typed
from survey.store.lists import Slice
from survey.web import here

LAST = 10_000
PAGE_SIZE = 30
MOST_WORDS = 60
NO_FILTERS = frozenset({"page", "endpoint"})
"""Names in an address that narrow nothing; ``url_for`` owns the second, and all with a leading _."""


def page_number() -> int:
    """Return the page asked for, 1 by default; anything that is no page number answers 400."""
    asked = typed.whole(request.args.get("page", "1"))
    if asked is None:
        here.refuse(400, "页码不正确，请从列表下方的翻页按钮进入。")
    return min(max(asked, 1), LAST)


def part(size: int = PAGE_SIZE) -> Slice:
    return Slice(page_number(), size)


def one_of(name: str, allowed: Collection[str]) -> str:
    """Return one choice of a filter, empty for all; anything else answers 400."""
    value = request.args.get(name, "")
    if value and value not in allowed:
        here.refuse(400, "筛选或排序条件不正确，请从列表上方重新选择。")
    return value


def words(name: str = "q") -> str:
    return typed.line(request.args.get(name))[:MOST_WORDS]


def sort_key(sorts: Collection[str]) -> str:
    return one_of("sort", {*sorts, *(f"-{key}" for key in sorts)})


def day(name: str) -> date | None:
    """Return a day of a filter, None where it is empty."""
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        here.refuse(400, "日期不正确，请写成 2026-01-31 这样的格式。")


def arguments() -> dict[str, str]:
    """Return the filters in force as the arguments of a link: to the next page, to the workbook."""
    return {
        name: value
        for name, value in request.args.items()
        if value and name not in NO_FILTERS and not name.startswith("_")
    }
