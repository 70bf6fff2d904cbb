"""Lists of firms read as the page proposes to, and what their rows would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from questionnaires.sheets import lists
from survey.rosters import choosing, heads
from survey.rosters.asides import Aside
from survey.rosters.comparing import Judged, Known, judged
from survey.rosters.recognising import rows_of
from survey.rosters.rows import Choices, FirmRow, NoFirm
from survey.tables import RowNote, RowOutcome

FILES = Path(__file__).parents[1] / "rosters"
TRADES = ("bearing", "metal_products", "valve")


@dataclass
class Seen:
    """A list as it was read, with what its rows would do."""

    choices: Choices
    rows: list[Judged]
    asides: list[NoFirm]

    @property
    def counts(self) -> tuple[int, ...]:
        found = Counter(line.outcome for line in self.rows)
        return tuple(found[outcome] for outcome in RowOutcome)

    def at(self, number: int, sheet: str = "") -> Judged:
        return next(
            line
            for line in self.rows
            if line.row.number == number and sheet in ("", line.row.sheet)
        )

    def noted(self, note: RowNote) -> list[int]:
        return [
            line.row.number for line in self.rows if any(n.code == note for n in line.row.notes)
        ]

    def of(self, aside: Aside) -> list[int]:
        return [row.number for row in self.asides if row.aside == aside]


Tabs = list[tuple[lists.Tab, list[lists.Line]]]


def read(content: bytes, kind: str) -> Tabs:
    return [(tab, list(lines)) for tab, lines in lists.read(BytesIO(content), kind)]


def kept_list(name: str) -> Tabs:
    """Read one of the files beside the tests."""
    path = FILES / name
    return read(path.read_bytes(), path.suffix[1:])


def see(name: str, known: dict[str, Known] | None = None, **given: Any) -> Seen:
    return seen_in(kept_list(name), known, **given)


def seen_in(tabs: Tabs, known: dict[str, Known] | None = None, **given: Any) -> Seen:
    """Read a list as the page proposes it, but for what is ``given``."""
    sheets = [lists.Sheet(tab, lines, len(lines)) for tab, lines in tabs]
    found = {sheet.tab.name: head for sheet in sheets if (head := heads.find(sheet))}
    chosen = choosing.first_choice(sheets, found)
    head = found[chosen[0]]
    choices = Choices(
        sheets=chosen,
        head=(head.first, head.last),
        first=head.last + 1,
        unit=head.unit or "万元",
        year=head.year or 2025,
        columns=choosing.columns_of(choosing.heads_of(sheets, chosen, head, found)),
        trade="metal_products",
        **given,
    )
    rows = list(rows_of(tabs, choices, TRADES))
    firms = [row for row in rows if isinstance(row, FirmRow)]
    asides = [row for row in rows if isinstance(row, NoFirm)]
    return Seen(choices, list(judged(firms, known or {})), asides)


def kept(seen: Seen) -> dict[str, Known]:
    """What would stand after an import into an empty store."""
    return {
        line.row.code: Known(
            number,
            1,
            line.row.name,
            confirmed=False,
            facts=line.row.facts,
            figures=line.row.figures,
            titles=frozenset(line.row.titles),
            recognitions=frozenset(line.row.recognitions),
        )
        for number, line in enumerate(seen.rows, start=1)
        if line.outcome == RowOutcome.NEW
    }
