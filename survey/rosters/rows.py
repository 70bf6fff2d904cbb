"""What a list says, row by row, as values; and how an officer has it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import Any

from survey.rosters.asides import Aside
from survey.tables import RowFault, RowNote


@dataclass(frozen=True)
class Choices:
    """How an officer has a list read.

    Attributes:
        sheets: Their names, in the file's order.
        head: First and last row of the head.
        first: The first row of firms.
        unit: Of money, where a heading does not say its own.
        columns: What each heading stands for (a field's key), by the heading's key.
        trade: Of new firms whose trade nothing tells.
        by_sheet: The township is the sheet's name.
    """

    sheets: tuple[str, ...]
    head: tuple[int, int]
    first: int
    unit: str
    year: int
    columns: Mapping[str, str]
    trade: str
    by_sheet: bool = False


@dataclass(frozen=True)
class Said:
    """A fault or a note of a row: its code, the field it is of, and what its sentence names."""

    code: RowFault | RowNote
    field: str = ""
    values: Mapping[str, Any] = made(default_factory=dict)


@dataclass(frozen=True)
class Title:
    """A title of a firm (资质), or a recognition a list names (认定)."""

    title: str
    year: int | None = None
    level: str | None = None
    until: str | None = None
    """The end of its validity, as exactly as the list says it: 2026, 2026-12 or 2026-12-07."""

    @property
    def itself(self) -> tuple[str, int | None, str | None]:
        """What tells it from the firm's other titles: a later end of validity makes no new one."""
        return self.title, self.year, self.level


@dataclass(frozen=True)
class FirmRow:
    """What one row says of a firm: only what it says; a field that is not there stays as it was.

    Attributes:
        facts: Text by field; never empty.
        figures: By year, then by field: money in 分, electricity in kWh.
    """

    sheet: str
    number: int
    code: str = ""
    name: str = ""
    trade: str = ""
    told: bool = False
    """Whether the trade was told from the row; else it is the officer's choice for the rest."""
    facts: Mapping[str, str] = made(default_factory=dict)
    figures: Mapping[int, Mapping[str, Any]] = made(default_factory=dict)
    titles: tuple[Title, ...] = ()
    recognitions: tuple[Title, ...] = ()
    faults: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()

    @property
    def is_sound(self) -> bool:
        return not self.faults

    @property
    def is_of_other_year(self) -> bool:
        return any(fault.code == RowFault.OTHER_YEAR for fault in self.faults)


@dataclass(frozen=True)
class NoFirm:
    """A row that is no firm's, and why."""

    sheet: str
    number: int
    aside: Aside


def with_notes(row: FirmRow, *notes: Said) -> FirmRow:
    return replace(row, notes=(*row.notes, *notes))
