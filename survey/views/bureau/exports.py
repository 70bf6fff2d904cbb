"""A list as a workbook: the same rows under the same filters, all pages, noted in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Generic, TypeVar

from flask.typing import ResponseReturnValue

from reports import tables
from reports.tables import Cell, Kind, Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.lifecycle.exports import note_export
from survey.views.bureau.choices import Said, said_filters
from survey.web import here
from survey.web.downloads import sent_workbook
from survey.web.here import now, today

Line = TypeVar("Line")


@dataclass(frozen=True)
class Column(Generic[Line]):
    """One column of a list: its title, what a line says in it, and how it is written."""

    title: str
    cell: Callable[[Line], Cell]
    width: int = 14
    kind: Kind = "text"


def local_day(moment: datetime | None) -> date | None:
    return moment.astimezone(LOCAL).date() if moment else None


def send_list(
    listed: str,
    title: str,
    columns: Sequence[Column[Any]],
    lines: Sequence[Any],
    filters: Mapping[str, Said],
    beside: Sequence[Sheet] = (),
) -> ResponseReturnValue:
    """Send lines as a workbook, after noting who took how many of them.

    Args:
        beside: Further sheets, such as sums.
    """
    said, district = said_filters(filters), here.district()
    sheet = Sheet(
        title,
        [tables.Column(column.title, column.width, column.kind) for column in columns],
        [[column.cell(line) for column in columns] for line in lines],
    )
    stream = BytesIO()
    origin = Origin(
        f"{district.name}{title}", now().astimezone(LOCAL), said, district.demonstration
    )
    write_table(stream, [sheet, *beside], origin)
    stream.seek(0)
    note_export(here.step(), listed, len(lines), said)
    name = f"{title}-{today().isoformat()}.xlsx"
    return sent_workbook(stream, name, f"{listed}-{today().isoformat()}.xlsx")
