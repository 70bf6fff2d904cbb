"""A table of figures: what stands in it, how it is drawn, and to which list each figure leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from reports.figures import amount, percent, percent_number

NONE = "—"
TOTAL = "合计"

Shape = Literal["stacked", "bars", "heat", ""]
Asked = Mapping[str, str]


class Where(NamedTuple):
    """A list, and what it is narrowed to."""

    listed: str
    asks: Asked


class Cell(NamedTuple):
    """A figure as it is read, the same as a number, and the list of what it counts or adds up."""

    text: str
    number: int | Decimal | None = None
    where: Where | None = None
    firms: int | None = None
    """How many firms stand behind a count of something else."""


class Line(NamedTuple):
    """One line of a table, and what its name leads to where it is one firm's."""

    title: str
    cells: tuple[Cell, ...]
    where: Where | None = None


@dataclass(frozen=True)
class Table:
    """One block of the page.

    Args:
        says: How its figures are counted, as a sentence.
        outside: The same where the block leaves the bureau and tells less; None for what it says inside.
        head: What the first column and the others are called.
        shape: How it is drawn; empty for a table alone.
        bars: How many of its columns are drawn, from the first on.
        for_files: How many of its columns, the last ones, stand in workbook and CSV alone.
        empty: What stands there when it has no lines.
    """

    id: str
    title: str
    says: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    shape: Shape = ""
    bars: int = 1
    unit: str = "家"
    empty: str = "还没有可以统计的结果。"
    for_files: int = 0
    outside: str | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Table:
        """Read one as it is kept in JSON."""
        lines = (
            Line(title, tuple(_read(*cell) for cell in cells)) for title, cells in kept["lines"]
        )
        return cls(**{**kept, "head": tuple(kept["head"]), "lines": tuple(lines)})

    @property
    def as_data(self) -> dict[str, Any]:
        """The table as it is kept in JSON: what is read of it, not the lists its figures lead to."""
        kept = {one.name: getattr(self, one.name) for one in fields(self)}
        lines = [[line.title, [_kept(cell) for cell in line.cells]] for line in self.lines]
        return {**kept, "head": list(self.head), "lines": lines}

    def is_figure(self, at: int) -> bool:
        """Whether a column after the first holds figures; some of its lines may have none."""
        return any(line.cells[at].number is not None for line in self.lines)

    @property
    def to_read(self) -> Table:
        """The table as page and paper show it."""
        if not self.for_files:
            return self
        kept = len(self.head) - self.for_files
        lines = tuple(line._replace(cells=line.cells[: kept - 1]) for line in self.lines)
        return replace(self, head=self.head[:kept], lines=lines, for_files=0)


def _kept(cell: Cell) -> list[str | int | None]:
    return [cell.text, None if cell.number is None else str(cell.number), cell.firms]


def _read(text: str, number: str | None, firms: int | None) -> Cell:
    return Cell(text, None if number is None else _number(number), firms=firms)


def _number(kept: str) -> int | Decimal:
    """A count comes back as a count: a chart takes nothing else."""
    return int(kept) if kept.lstrip("-").isdecimal() else Decimal(kept)


def count(number: int, listed: str = "", **asks: str) -> Cell:
    """Return a count of firms with the list of them."""
    return Cell(str(number), number, Where(listed, asks) if listed else None)


def money(hundredths: int, where: Where | None = None) -> Cell:
    """Return a sum of whole 0.01 万元, in 万元, with the list it adds up."""
    return Cell(amount(Fraction(hundredths, 100)), Decimal(hundredths) / 100, where)


def share(part: int, whole: int) -> Cell:
    """Return a part of firms as a percentage; nothing of nobody."""
    if not whole:
        return Cell(NONE)
    exact = Fraction(part, whole)
    return Cell(percent(exact), percent_number(exact))
