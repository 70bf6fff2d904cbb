"""A list as a workbook: the same rows under the same filters, all pages, noted in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, TextIOWrapper
from typing import IO, Any, Generic, TypeVar

from flask import request
from flask.typing import ResponseReturnValue

from reports import tables
from reports.tables import Cell, Kind, Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.lifecycle.exports import note_export
from survey.views.bureau.choices import Said, said_filters
from survey.web import here
from survey.web.downloads import sent_table, sent_workbook
from survey.web.here import now, today

Line = TypeVar("Line")


@dataclass(frozen=True)
class Column(Generic[Line]):
    """One column of a list: its title, what a line says in it, and how it is written.

    Attributes:
        key: By which an officer chooses it. Columns of one key are chosen together, and all but
            the first stand in workbooks only: on the page the first one's cell says them too.
        sort: The key that orders the list by it.
        usual: Whether it is shown until an officer chooses.
        label: What stands before it on a phone, where its value does not speak for itself.
        former: An earlier title, that templates kept since then may hold.
    """

    title: str
    cell: Callable[[Line], Cell]
    width: int = 14
    kind: Kind = "text"
    key: str = ""
    sort: str = ""
    usual: bool = False
    label: str = ""
    former: str = ""

    @property
    def head(self) -> str:
        """The title as a page shows it, where figures carry their sign themselves."""
        return self.title.removesuffix("（%）")


def local_day(moment: datetime | None) -> date | None:
    return moment.astimezone(LOCAL).date() if moment else None


def send_list(
    listed: str,
    title: str,
    columns: Sequence[Column[Any]],
    lines: Iterable[Any],
    filters: Mapping[str, Said],
    beside: Sequence[Sheet] = (),
) -> ResponseReturnValue:
    """Send lines as a workbook, or as CSV where that is asked, and note who took how many.

    Args:
        lines: Read once, one after the other.
        beside: Further sheets, such as sums.
    """
    rows = ([column.cell(line) for column in columns] for line in lines)
    return send_rows(listed, title, columns, rows, filters, beside)


def send_rows(
    listed: str,
    title: str,
    columns: Sequence[Column[Any]],
    rows: Iterable[Sequence[Cell]],
    filters: Mapping[str, Said],
    beside: Sequence[Sheet] = (),
) -> ResponseReturnValue:
    """Send the same from what its columns say of each line; no row is held, the file alone."""
    said, taken, stream = said_filters(filters), Counted(rows), BytesIO()
    heads = heads_of(columns)
    if request.args.get("kind") == "csv":
        kind, answered = "csv", sent_table
        write_text(stream, heads, taken)
    else:
        kind, answered = "xlsx", sent_workbook
        sheet = Sheet(title, heads, taken, f"{here.district().name}{title}")
        write_table(stream, [sheet, *beside], _origin(said))
    note_export(here.step(), listed, taken.count, said)
    stream.seek(0)
    day = today().isoformat()
    return answered(stream, f"{title}-{day}.{kind}", f"{listed}-{day}.{kind}")


def heads_of(columns: Sequence[Column[Any]]) -> list[tables.Column]:
    """Return what stands above the columns in a table that goes out."""
    return [tables.Column(column.title, column.width, column.kind) for column in columns]


class Counted:
    """Rows, and how many of them have gone out."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self._rows:
            self.count += 1
            yield row


def _origin(said: str) -> Origin:
    district = here.district()
    return Origin(district.bureau, now().astimezone(LOCAL), said, district.demonstration)


def write_text(
    stream: IO[bytes], heads: Sequence[tables.Column], rows: Iterable[Sequence[Cell]]
) -> None:
    """With the mark by which Excel tells UTF-8."""
    target = TextIOWrapper(stream, "utf-8-sig", newline="")
    tables.write_csv(target, heads, rows)
    target.detach()  # writes what is left, and leaves the stream open
