"""What a request asks of a list: which page, which filters, which order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from flask import request

from survey.lifecycle import typed
from survey.store.lists import SEVERAL, Slice, any_of
from survey.web import here

LAST = 10_000
PAGE_SIZE = 30
MOST_WORDS = 60
MOST_SEVERAL = 100
"""Most values of one filter."""
BOXED = frozenset(
    "trade township park scale size rung own visited support unseen gate state round consultant pool target"
    " stage nation responsible standing category department source year waits provider policy package"
    " outcome class".split()
)
"""Filters that may ask for any of several values."""
MOST_CHOSEN = 150
"""Most rows of one selection: their numbers must fit an address, and one transaction takes them."""
MOST_WHOLE = 1_000
"""Most rows of a whole filter: one transaction takes them while others wait."""
YEARS = range(1900, 2200)
"""Of the days a list may be narrowed to."""
NO_FILTERS = frozenset({"page", "endpoint", "chosen", "whole", "back", "action", "kind", "open"})
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


def some_of(name: str, allowed: Collection[str]) -> str:
    """Return choices of a filter, ``SEVERAL`` between them; any other among them answers 400."""
    asked = several(name)
    if asked and not set(any_of(asked)) <= set(allowed):
        here.refuse(400, "筛选或排序条件不正确，请从列表上方重新选择。")
    return asked


def several(name: str) -> str:
    """Return what boxes of one name ask, or a link of ours, as one text with ``SEVERAL`` between."""
    given = joined(request.args.getlist(name))
    lines = (typed.line(value)[:MOST_WORDS] for value in any_of(given)[:MOST_SEVERAL])
    return joined(list(lines))


def joined(values: Sequence[str]) -> str:
    """Write values as one, each once; what is empty asks nothing."""
    ones = (one for value in values for one in any_of(value))
    return SEVERAL.join(dict.fromkeys(one for one in ones if one))


def words(name: str = "q") -> str:
    return typed.line(request.args.get(name))[:MOST_WORDS]


def sort_key(sorts: Collection[str]) -> str:
    return one_of("sort", {*sorts, *(f"-{key}" for key in sorts)})


def row(name: str) -> int | None:
    """Return the row a filter names, None for all; anything that is no number answers 400."""
    value = request.args.get(name, "")
    number = typed.whole(value)
    if value and number is None:
        here.refuse(400, "筛选或排序条件不正确，请从列表上方重新选择。")
    return number


def chosen() -> tuple[int, ...]:
    """Return the rows that were ticked, each once; what no box of ours says answers 400."""
    ticked = [typed.whole(value) for value in request.args.getlist("chosen")]
    rows = tuple(dict.fromkeys(number for number in ticked if number is not None))
    if None in ticked:
        here.refuse(400, "选中的企业不正确，请回到列表重新勾选。")
    if len(rows) > MOST_CHOSEN:
        here.refuse(400, f"一次最多选 {MOST_CHOSEN} 家，请分几次办理。")
    return rows


def whole() -> bool:
    """Whether everything the filters find is meant, not what was ticked."""
    return request.args.get("whole") == "yes"


def day(name: str) -> date | None:
    """Return a day of a filter, None where it is empty."""
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:  # the day before the first of all days is none
        here.refuse(400, "日期不正确，请写成 2026-01-31 这样的格式。")
    return found


def arguments() -> dict[str, Any]:
    """Return the filters in force as the arguments of a link: to the next page, to the workbook.

    What is part of the address itself, such as the number of a round, goes along.
    """
    asked = {
        name: several(name) if name in BOXED else value
        for name, value in request.args.items()
        if name not in NO_FILTERS and not name.startswith("_")
    }
    asked = {name: value for name, value in asked.items() if value}
    return {**asked, **(request.view_args or {})}
