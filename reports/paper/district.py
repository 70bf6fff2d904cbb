"""The district on one A4 page, for whoever reads one page: the blocks of the screen, drawn for paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from reports import charts
from reports.dashboard import TOTAL, Table
from reports.paper.drawing import svg
from reports.paper.html import ours, stylesheet, templates
from reports.paper.letters import in_letters
from reports.paper.presses import write_pdf
from reports.small_cells import WITHHELD

LEFT = ("funnel", "systems", "by-trade", "by-size", "by-round")
RIGHT = ("gates", "deviation", "heat")
"""Blocks that are drawn, column by column."""
UNDER = {
    False: (("near", "demand"), ("projects", "samples")),
    True: (("peers", "samples"), ("projects", "demand")),
}
"""Blocks that are tables under them, column by column, where there are any; of a page that may leave
the bureau otherwise than of one that stays."""
WIDE = ("needs",)
"""Tables as wide as the page, last."""
KEPT = {
    "systems": ("企业", "占比"),
    "near": ("上一级", "缺必备条件（项）", "得分率还差"),
    "projects": ("项目", "一次性投入（万元）", "已申请补助（万元）", "已兑现补助（万元）", "超期"),
}
"""Of a wide block, the columns that paper has room for."""
MOST_LINES = {
    "plan": 3,
    "systems": 5,
    "by-trade": 5,
    "by-size": 6,
    "by-round": 3,
    "gates": 7,
    "deviation": 5,
    "heat": 16,
    "near": 3,
    "peers": 5,
    "demand": 4,
    "projects": 6,
    "samples": 1,
    "needs": 4,
}
"""So much fits the page whatever the district."""
WIDTH, DENSE, LETTERS = 356, 0.5, 10
"""Pixels of a column, what part of its height on screen a line has, and pixels of a letter."""


@dataclass(frozen=True)
class OnePage:
    """What the page says: whose it is, of when, and its blocks.

    ``outward``: it may leave the bureau, small counts held back.
    """

    district: str
    bureau: str
    department: str
    plan: str
    round: str
    whose: str
    number: str
    made: datetime
    tables: Sequence[Table]
    outward: bool
    demonstration: bool

    @property
    def title(self) -> str:
        return f"{self.district}企业数字化水平一页纸"


def print_page(page: OnePage, path: Path) -> None:
    """Write the page as PDF."""
    write_pdf(render(page), path)


def render(page: OnePage) -> str:
    """Return the page as one HTML with its styles and charts inside."""
    tables = {table.id: _short(table) for table in page.tables}
    html = (
        templates()
        .get_template("district.html")
        .render(
            it=page,
            stylesheet=stylesheet("district.css"),
            plan=tables["plan"],
            columns=[
                (_column(tables[name] for name in drawn if name in tables), _filled(tables, under))
                for drawn, under in zip((LEFT, RIGHT), UNDER[page.outward], strict=True)
            ],
            nothing=not _filled(tables, (*LEFT, *RIGHT)),
            wide=_filled(tables, WIDE),
        )
    )
    return in_letters(html)


def _column(tables: Iterable[Table]) -> Iterator[tuple[Table, Markup]]:
    """Draw blocks that stand under each other: what shades are is said by the first."""
    told: set[tuple[str, ...]] = set()
    for table in tables:
        chart = _drawn(table, legend=table.head[1:] not in told)
        if chart:
            told.add(table.head[1:])
        yield table, chart


def _filled(tables: Mapping[str, Table], names: Iterable[str]) -> list[Table]:
    return [tables[name] for name in names if name in tables and tables[name].lines]


def _narrow(table: Table) -> Table:
    kept = [
        at for at, title in enumerate(table.head[1:]) if title in KEPT.get(table.id, table.head)
    ]
    head = (table.head[0], *(table.head[at + 1] for at in kept))
    lines = (line._replace(cells=tuple(line.cells[at] for at in kept)) for line in table.lines)
    return replace(table, head=head, lines=tuple(lines))


def _short(table: Table) -> Table:
    """Keep of a block what the page has room for: the newest rounds, else the first lines and the sum."""
    table = _narrow(table.to_read)
    most, lines = MOST_LINES.get(table.id, len(table.lines)), table.lines
    if len(lines) > most and table.id == "by-round":
        lines = lines[-most:]
    elif len(lines) > most:
        has_sum = lines[-1].title == TOTAL
        lines = (*lines[: most - 1], lines[-1]) if has_sum else lines[:most]
    return replace(table, lines=lines)


def _drawn(table: Table, *, legend: bool) -> Markup:
    """A block's chart with its figures said to whoever cannot see it."""
    option = charts.of_table(table, LETTERS, legend=legend)
    if option is None or any(c.text == WITHHELD for line in table.lines for c in line.cells):
        return Markup()  # what is held back is said in words
    said = "；".join(
        f"{line.title} {'、'.join(cell.text for cell in line.cells[: table.bars])}"
        for line in table.lines
    )
    height = charts.height(table, DENSE, legend=legend)
    return ours(svg(option, WIDTH, height, f"{table.title}：{said}"))
