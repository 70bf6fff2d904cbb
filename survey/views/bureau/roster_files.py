"""What is handed out of lists: a template to fill, and the list itself with what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from flask import abort
from flask.typing import ResponseReturnValue

from questionnaires.sheets.lists import Line, Tab, loaded
from reports.tables import Column, Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.files import lists as files
from survey.files.contents import Damaged, Missing
from survey.files.lists import NotRead
from survey.files.uploads import BadUpload
from survey.lifecycle.errors import Cleared
from survey.lifecycle.exports import note_export
from survey.rosters import cells
from survey.rosters.cells import Unread
from survey.rosters.columns import FIELDS
from survey.store import rosters as store
from survey.tables import Roster, RosterFault, RosterRow, RosterState, RowOutcome
from survey.views.bureau.blueprint import pages
from survey.views.bureau.rosters import GONE, found_roster, problems
from survey.web import here, scanning
from survey.web.downloads import sent_workbook
from survey.words import rosters as words

MOST_KEPT = 10_000
"""Rows of a workbook that is written again with its formats; a longer list comes back plain."""
HEADING = "导入问题"
APART = frozenset({"titles", "year"})
"""What a template does without: each title has its own column, and all rows are of one year."""
UNITS = {"money": "（万元）", "power": "（万千瓦时）", "count": "（人）"}


@pages.get("/firms/rosters/template")
def roster_template() -> ResponseReturnValue:
    """Hand out a workbook with the headings that are read by themselves."""
    titles = [field.title + UNITS.get(field.sort, "") for field in FIELDS if field.key not in APART]
    stream = BytesIO()
    sheet = Sheet("名单", [Column(title, max(12, 2 * len(title) + 2)) for title in titles], [])
    write_table(stream, [sheet], _origin("企业名单模板（示例表头，不用的列可以删去）"))
    stream.seek(0)
    return sent_workbook(stream, "企业名单模板.xlsx", "roster-template.xlsx")


@pages.get("/firms/rosters/<row:roster_id>/problems")
def roster_problems(roster_id: int) -> ResponseReturnValue:
    """Hand a checked list back with a column that says what is wrong with each row."""
    roster = found_roster(roster_id)
    if roster.state in (RosterState.UPLOADED, RosterState.CHECKING):
        abort(404)
    if roster.is_cleared:
        raise Cleared
    if (instead := scanning.refused(roster.sha256)) is not None:
        return instead
    said, count = _said(roster), sum(roster.counts.get(kind, 0) for kind in RowOutcome)
    try:
        content = here.contents().read(roster.sha256)
    except (Missing, Damaged):
        here.refuse(410, GONE)
    note_export(here.step(), "roster", count, roster.name)
    stream = BytesIO(_kept(roster, content, said) if count <= MOST_KEPT else b"")
    if not stream.getvalue():
        stream = _plain(roster, content, said)
    name = f"{roster.name.rpartition('.')[0]}-导入问题.xlsx"
    return sent_workbook(stream, name, f"roster-{roster_id}.xlsx")


def _said(roster: Roster) -> dict[str, dict[int, str]]:
    """Return what is said of each row, by sheet."""
    found: dict[tuple[str, int], tuple[RosterRow, list[RosterFault]]] = {}
    for sheet, number, fault, row in store.faults_of(here.session(), roster.id):
        faults = found.setdefault((sheet, number), (row, []))[1]
        if fault is not None:
            faults.append(fault)
    here.session().rollback()  # the lists' bytes take their time
    said: dict[str, dict[int, str]] = {}
    for (sheet, number), (row, faults) in found.items():
        outcome = words.OUTCOMES[row.outcome]
        said.setdefault(sheet, {})[number] = f"{outcome}：{''.join(problems(row, faults))}"
    return said


def _kept(roster: Roster, content: bytes, said: dict[str, dict[int, str]]) -> bytes:
    """Return the workbook with its formats; nothing where the library cannot write it again."""
    if roster.kind != "xlsx":
        return b""
    head = (roster.choices or {}).get("head", [1, 1])[1]
    chosen: dict[str, dict[int, str]] = {
        name: {} for name in (roster.choices or {}).get("sheets", ())
    }
    try:
        return files.with_problems(content, {**chosen, **said}, head)
    except (BadUpload, NotRead):
        return b""


def _plain(roster: Roster, content: bytes, said: dict[str, dict[int, str]]) -> BytesIO:
    stream = BytesIO()
    sheets = _sheets(files.rows(content, roster.kind, roster.name), said, roster)
    write_table(stream, sheets, _origin(f"{roster.name}，第一列是原文件的行号"))
    stream.seek(0)
    return stream


def _sheets(pieces: bytes, said: dict[str, dict[int, str]], roster: Roster) -> list[Sheet]:
    """Return the chosen sheets; their rows are read as they are written, however many there are."""
    chosen = (roster.choices or {}).get("sheets", ())
    widths: dict[str, int] = {}
    for name, line in _lines(pieces):
        widths[name] = max(widths.get(name, 0), len(line.cells))
    return [
        _sheet(name, width, pieces, said.get(name, {}))
        for name, width in widths.items()
        if name in chosen
    ]


def _lines(pieces: bytes) -> Iterator[tuple[str, Line]]:
    """Give every line of a list with the name of its sheet."""
    name = ""
    for one in loaded(iter([pieces])):
        if isinstance(one, Tab):
            name = one.name
        elif isinstance(one, Line):
            yield name, one


def _sheet(name: str, width: int, pieces: bytes, said: dict[int, str]) -> Sheet:
    columns = [Column("行", 6), *(Column(f"第 {at} 列", 16) for at in range(1, width + 1))]
    lines = (line for sheet, line in _lines(pieces) if sheet == name)
    return Sheet(name, [*columns, Column(HEADING, 46)], _rows(lines, width, said))


def _rows(lines: Iterable[Line], width: int, said: dict[int, str]) -> Iterator[list[str]]:
    for line in lines:
        shown = [_words(cell) for cell in line.cells]
        rest = [""] * (width - len(shown))
        yield [str(line.number), *shown, *rest, said.get(line.number, "")]


def _words(cell: object) -> str:
    try:
        return cells.text(cell)  # type: ignore[arg-type]
    except Unread:
        return ""


def _origin(said: str) -> Origin:
    district, made = here.district(), here.now().astimezone(LOCAL)
    return Origin(said, made, "", district.demonstration)
