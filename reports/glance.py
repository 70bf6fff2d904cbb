"""The district at a glance: the few figures asked for first, taken from the tables that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reports.dashboard import Cell, Table

HANDED_IN, CONFIRMED, POOLED = 2, 3, 4
"""Steps of a round's way that are shown, as they stand in its table."""

TITLES = {"projects": "改造项目", "needs": "企业诉求"}


class Fact(NamedTuple):
    """One figure, what it is, and what to read it beside."""

    title: str
    cell: Cell
    note: str


def facts(tables: Sequence[Table]) -> list[Fact]:
    """Return what stands at the head of the page; nothing where a table has no lines yet."""
    held = {table.id: table for table in tables if table.lines}
    return [*_target(held), *_way(held), *_followed(held)]


def _target(held: Mapping[str, Table]) -> Iterator[Fact]:
    """Recognised firms beside what the last year of the plan asks."""
    if "plan" in held:
        line = held["plan"].lines[-1]
        wanted, recognised = line.cells[:2]
        yield Fact("已认定", recognised, f"{line.title}要求 {wanted.text} 家")


def _way(held: Mapping[str, Table]) -> Iterator[Fact]:
    if "funnel" in held:
        lines = held["funnel"].lines
        for at in (HANDED_IN, CONFIRMED, POOLED):
            yield Fact(
                f"本轮{lines[at].title}", lines[at].cells[0], f"占邀请 {lines[at].cells[1].text}"
            )


def _followed(held: Mapping[str, Table]) -> Iterator[Fact]:
    """What is under way, and how much of it is late."""
    for name, whole, late in (("projects", 0, -1), ("needs", -2, 2)):
        if name in held:
            table = held[name]
            cells = table.lines[-1].cells
            yield Fact(TITLES[name], cells[whole], f"其中超期 {cells[late].text} {table.unit}")
