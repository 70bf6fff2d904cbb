"""A whole list with every column it has, as the bureau's own templates take it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from survey.store.lists import Slice
from survey.views.bureau.choices import Said
from survey.views.bureau.exports import Column
from survey.web import here

MOST_ROWS = 5_000
"""Rows of one template: a workbook with its formats is held in memory whole."""

Line = TypeVar("Line")


class Everything(NamedTuple):
    """A list with every column it has, all pages of it."""

    columns: Sequence[Column[Any]]
    lines: Sequence[Any]
    said: Mapping[str, Said]


Read = Callable[[Slice | None], tuple[list[Line], int]]
"""Gives one page of a list, or all of it, and how many lines there are."""


def lines_of(read: Read[Line]) -> list[Line]:
    """Return all lines of a list, counted before they are read; more than fit answer 422."""
    _first, total = read(Slice(1, 1))
    require_room(total)
    return read(Slice(1, MOST_ROWS))[0]


class Flow(NamedTuple):
    """A list with every column it has, however long: of its lines some at a time are held.

    ``portions`` gives the columns as they speak of some lines, and these lines.
    """

    columns: Sequence[Column[Any]]
    portions: Iterator[tuple[Sequence[Column[Any]], Sequence[Any]]]
    said: Mapping[str, Said]


def require_room(total: int) -> None:
    if total > MOST_ROWS:
        here.refuse(
            422,
            f"筛选出 {total} 行，本单位的表格模板一次最多填 {MOST_ROWS} 行。"
            "请缩小筛选范围，或在“导出”里选 Excel，那里不限行数。",
        )
