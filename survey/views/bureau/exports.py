"""A list as a workbook: the same rows under the same filters, all pages, noted in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import SEEK_END, BytesIO, StringIO
from typing import Any, Generic, TypeVar

from flask import Response, request
from flask.typing import ResponseReturnValue

from reports import tables
from reports.tables import Cell, Kind, Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.lifecycle.exports import note_export
from survey.views.bureau.choices import Said, said_filters
from survey.web import here
from survey.web.downloads import disposition, sent_workbook
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
    lines: Sequence[Any],
    filters: Mapping[str, Said],
    beside: Sequence[Sheet] = (),
) -> ResponseReturnValue:
    """Send lines as a workbook, or as CSV where that is asked, and note who took how many.

    Args:
        beside: Further sheets, such as sums.
    """
    said = said_filters(filters)
    heads = [tables.Column(column.title, column.width, column.kind) for column in columns]
    rows = ([column.cell(line) for column in columns] for line in lines)
    as_text = request.args.get("kind") == "csv"
    if as_text:
        answer = _text(heads, rows)
    else:
        stream = BytesIO()
        sheet = Sheet(title, heads, rows, f"{here.district().name}{title}")
        write_table(stream, [sheet, *beside], _origin(said))
        stream.seek(0)
        answer = sent_workbook(stream, "", "")
    note_export(here.step(), listed, len(lines), said)
    kind, day = "csv" if as_text else "xlsx", today().isoformat()
    named = disposition(f"{title}-{day}.{kind}", f"{listed}-{day}.{kind}")
    answer.headers["Content-Disposition"] = named
    return answer


def _origin(said: str) -> Origin:
    district = here.district()
    return Origin(district.bureau, now().astimezone(LOCAL), said, district.demonstration)


def _text(heads: Sequence[tables.Column], rows: Iterable[Sequence[Cell]]) -> Response:
    """With the mark by which Excel tells UTF-8."""
    target = StringIO("\ufeff", newline="")
    target.seek(0, SEEK_END)
    tables.write_csv(target, heads, rows)
    return Response(target.getvalue(), mimetype="text/csv")
