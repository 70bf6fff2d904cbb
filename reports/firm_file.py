"""What is known of one firm, part by part: its tables, and the files behind them (一企一档).

A firm's page and its ZIP are made of the same values, so that they say the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from reports.facts import Outlook
from reports.tables import Cell, Column, Kind
from reports.way import Way

Of = TypeVar("Of")


@dataclass(frozen=True)
class Field(Generic[Of]):
    """One column of a table: its heading, and what a row says in it.

    Attributes:
        inside: The bureau's own: no firm reads it.
        beside: For the workbook alone; the page has no room for it.
    """

    title: str
    of: Callable[[Of], Cell]
    width: int = 14
    kind: Kind = "text"
    inside: bool = False
    beside: bool = False

    @property
    def column(self) -> Column:
        return Column(self.title, self.width, self.kind)


@dataclass(frozen=True)
class Leads:
    """Where a row leads on a page: ``what`` it is, and its number."""

    what: str
    number: int


@dataclass(frozen=True)
class Row:
    """What a table says of one thing, the day on which that came about, and where it leads."""

    cells: tuple[Cell, ...]
    day: date | None = None
    leads: Leads | None = None


@dataclass(frozen=True)
class Table:
    """One table; ``on_page`` unless it is too long to be read there, ``of_one`` where it tells one thing."""

    title: str
    fields: tuple[Field[Any], ...]
    rows: tuple[Row, ...]
    on_page: bool = True
    of_one: bool = False

    def shown(self, row: Row) -> Iterator[tuple[str, Cell]]:
        """Give what a page shows of a row: heading and cell."""
        for field, cell in zip(self.fields, row.cells, strict=True):
            if not field.beside:
                yield field.title, cell

    @property
    def heads(self) -> list[Field[Any]]:
        return [field for field in self.fields if not field.beside]


@dataclass(frozen=True)
class Part:
    """One subject of a file (一类); ``empty`` is said where nothing is known."""

    key: str
    title: str
    tables: tuple[Table, ...]
    empty: str

    @property
    def count(self) -> int:
        """How many things it holds: the rows of its first table, or of the first that has any."""
        return next((len(table.rows) for table in self.tables if table.rows), 0)

    @property
    def newest(self) -> date | None:
        days = (row.day for table in self.tables for row in table.rows)
        return max(filter(None, days), default=None)


@dataclass(frozen=True)
class Kept:
    """A file behind something: where it goes in the ZIP, and what it belongs to.

    ``name`` and ``folder`` are what people typed: nothing of them is a path yet.
    """

    folder: tuple[str, ...]
    name: str
    sha256: str
    size: int | None
    at: datetime
    """When it was handed in or made, by the local clock."""
    what: str
    of: str
    standing: str = ""


@dataclass(frozen=True)
class FirmFile:
    """Everything of one firm that one outlook sees."""

    name: str
    code: str
    outlook: Outlook
    facts: tuple[tuple[str, str], ...]
    way: Way
    parts: tuple[Part, ...]
    files: tuple[Kept, ...]

    @property
    def as_of(self) -> date | None:
        """The newest day that it knows of (资料截至); None where it knows of none."""
        days = [*(part.newest for part in self.parts), *(one.at.date() for one in self.files)]
        return max(filter(None, days), default=None)

    @property
    def basis(self) -> str:
        """A name for all it says: the same file has the same name."""
        said: list[Any] = [self.name, self.code, self.outlook, self.facts]
        said += [
            [t.title, *(f.title for f in t.fields), *(row.cells for row in t.rows)]
            for part in self.parts
            for t in part.tables
        ]
        said += [(f.folder, f.name, f.sha256, f.at, f.what, f.of, f.standing) for f in self.files]
        written = json.dumps(said, ensure_ascii=False, default=str)
        return hashlib.sha256(written.encode(errors="surrogatepass")).hexdigest()


def table(
    title: str,
    fields: Iterable[Field[Of]],
    rows: Iterable[Of],
    outlook: Outlook,
    *,
    day: Callable[[Of], date | None] = lambda _row: None,
    leads: Callable[[Of], Leads | None] = lambda _row: None,
    on_page: bool = True,
    of_one: bool = False,
) -> Table:
    """Make a table of what an outlook may see of some rows."""
    seen = tuple(f for f in fields if outlook == Outlook.BUREAU or not f.inside)
    made = tuple(Row(tuple(f.of(row) for f in seen), day(row), leads(row)) for row in rows)
    return Table(title, seen, made, on_page, of_one)
