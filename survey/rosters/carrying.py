"""What a cell says by standing under another: merged with it, or written 同上."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from questionnaires.sheets.lists import Cell, Line, Tab

DITTO = frozenset({"同上", "〃", "″", "”", "''", '"'})


CARRIED = frozenset(
    {
        "text",
        "phones",
        "industry",
        "day",
        "year",
        "period",
        "unit",
        "size",
        "truth",
        "grade",
        "digital",
    }
    | {"title", "titles", "recognition", "until"}
)
"""The sorts of columns whose words are carried: what is said of firms, not counted of one."""
COUNTED = frozenset({"money", "tax", "count", "power"})
"""The sorts that count something of one firm: a figure over several firms is that of none."""
WHOSE = frozenset({"name", "code"})
"""Those that say whose a row is: merged over several rows they are of one firm."""


class Carried:
    """Carries words down one sheet."""

    def __init__(self, tab: Tab, above: Iterable[Line]) -> None:
        self._starts: dict[int, list[tuple[int, int]]] = {}
        for top, left, bottom in tab.spans:
            self._starts.setdefault(top + 1, []).append((left, bottom + 1))
        self._merged: dict[int, tuple[int, Cell]] = {}
        """By column: the last row that the cell above reaches down to, and what it says."""
        self._before: Sequence[Cell] = ()
        for line in above:
            self.begin(line)

    def filled(self, line: Line, columns: Sequence[int]) -> Line:
        """Return a row with what is carried down into some of its columns."""
        row = self.merged(line, columns).cells.copy()
        for at in columns:
            said = row[at] if at < len(row) else ""
            if isinstance(said, str) and said.strip() in DITTO and at < len(self._before):
                row[at] = self._before[at]
        self._before = row
        return replace(line, cells=row)

    def merged(self, line: Line, columns: Sequence[int]) -> Line:
        """Return a row with what cells above, merged over it, say in some of its columns."""
        reaching = [at for at in columns if line.number <= self._merged.get(at, (0, ""))[0]]
        if not reaching:
            return line
        row = list(line.cells)
        for at in reaching:
            row += [""] * (at + 1 - len(row))
            if row[at] == "":
                row[at] = self._merged[at][1]
        return replace(line, cells=row)

    def shared(self, line: Line, columns: Sequence[int], whose: Sequence[int]) -> list[int]:
        """Return which figures of a row stand in cells merged over rows of other firms, too."""
        own = max((self._bottom(line, at) for at in whose), default=line.number)
        said = (at for at in columns if at < len(line.cells) and _is_said(line.cells[at]))
        return [at for at in said if self._bottom(line, at) > own]

    def _bottom(self, line: Line, at: int) -> int:
        return max(line.number, self._merged.get(at, (0, ""))[0])

    def begin(self, line: Line) -> None:
        """Note the cells of a row that reach down."""
        for left, bottom in self._starts.get(line.number, ()):
            if left < len(line.cells):
                self._merged[left] = bottom, line.cells[left]


def _is_said(cell: Cell) -> bool:
    return cell != "" and not isinstance(cell, dict)
