"""How one firm fared over its rounds: shares and rungs, and which of them may be held against another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from questionnaires.meaning import Comparable
from questionnaires.model import Rung
from reports.figures import difference, percent


@dataclass(frozen=True)
class Mark:
    """What one sheet was worth: the whole share, the rung, and each section's share by its id."""

    share: Fraction
    step: int
    rung: Rung | None
    provisional: bool
    sections: dict[str, Fraction]


@dataclass(frozen=True)
class Point:
    """One round of a firm.

    Attributes:
        day: When its own sheet was handed in.
        edition: The title of what it was measured by.
        follows: What of it was measured as in the point before; None for the first.
    """

    title: str
    day: date
    edition: str
    own: Mark | None
    confirmed: Mark | None
    follows: Comparable | None = None

    @property
    def breaks(self) -> bool:
        """Whether the whole may not be held against the point before."""
        return self.follows is not None and not self.follows.whole


@dataclass(frozen=True)
class Cell:
    """One share with what became of it since the point before; "" where that cannot be said."""

    own: str
    confirmed: str
    change: str = ""
    breaks: bool = False
    """Whether it was measured otherwise than before."""


@dataclass(frozen=True)
class Row:
    """One line of the table: the whole, or a section."""

    title: str
    cells: tuple[Cell, ...]


Share = Callable[[Mark], Fraction | None]


@dataclass(frozen=True)
class Trend:
    """The points of a firm, oldest first; ``sections`` are (id, title) in the newest one's order."""

    points: tuple[Point, ...]
    sections: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The whole first, then the sections."""
        whole = Row("总得分率", self._cells(lambda mark: mark.share, lambda like: like.whole))
        return (whole, *(self._row(id, title) for id, title in self.sections))

    def _row(self, id: str, title: str) -> Row:
        cells = self._cells(lambda mark: mark.sections.get(id), lambda like: id in like.sections)
        return Row(title, cells)

    def _cells(self, share: Share, alike: Callable[[Comparable], bool]) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        for number, point in enumerate(self.points):
            before = self.points[number - 1] if number else None
            breaks = point.follows is not None and not alike(point.follows)
            change = _change(before, point, share) if before and not breaks else ""
            own, confirmed = _text(point.own, share), _text(point.confirmed, share)
            cells.append(Cell(own, confirmed, change, breaks))
        return tuple(cells)

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The points between which the whole may be compared, as (first, one past the last)."""
        starts = [n for n, point in enumerate(self.points) if n == 0 or point.breaks]
        return tuple(zip(starts, [*starts[1:], len(self.points)], strict=True))


def _text(mark: Mark | None, share: Share) -> str:
    found = share(mark) if mark else None
    return "" if found is None else percent(found)


def _change(before: Point, point: Point, share: Share) -> str:
    """Say by how much a share moved: confirmed beside confirmed, else the firm's own beside its own."""
    for was, now in ((before.confirmed, point.confirmed), (before.own, point.own)):
        old, new = (share(mark) if mark else None for mark in (was, now))
        if old is not None and new is not None:
            return difference(new - old)
    return ""


def shares(points: Sequence[Point], of: Callable[[Point], Mark | None]) -> list[float | None]:
    """Return the whole shares as percentages to draw; None where there is none."""
    return [float(mark.share * 100) if (mark := of(point)) else None for point in points]
