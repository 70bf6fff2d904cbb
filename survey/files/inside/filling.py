"""Fill a bureau's own workbook with a list: one row is repeated for each firm, formats stay.

The first line of the input is JSON, the workbook follows. ``{"fields": […], "once": […]}`` asks what
the workbook holds; with ``rows`` and ``once`` as values it is filled. A cell that is nothing but
``{{名称}}`` takes the value as what it is, a date a date; in other words it stands as text. Whatever
begins like a formula is written as text. What stands below the repeated row moves down, and what is
added up over it reaches to its last copy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date
from io import BytesIO
from typing import IO, Any
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_STRING, MergedCell
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.sheets import archive, lists
from survey.files.inside import Refused, Verdict
from survey.files.inside.office import VERDICTS
from survey.files.inside.problems import saved
from survey.files.inside.room import Place, cells_of, formula_of, make_room

MARK = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
MOST_CELLS = 400_000
"""Of the table that is written: what this process can hold in its memory."""
CALLS = re.compile(
    r"\b(WEBSERVICE|HYPERLINK|CALL|REGISTER(\.ID)?|EXEC|RTD|DDE|IMPORT\w+)\s*\(", re.I
)
"""What a formula may not do: reach outside when it is opened."""
LOST = {
    "charts": re.compile(r"^xl/charts/"),
    "pictures": re.compile(r"^xl/media/"),
    "shapes": re.compile(r"^xl/drawings/drawing"),
    "pivots": re.compile(r"^xl/pivot"),
    "slicers": re.compile(r"^xl/(slicers|timelines)"),
    "controls": re.compile(r"^xl/(ctrlProps|activeX)"),
    "threads": re.compile(r"^xl/(threadedComments|persons)/"),
    "printer": re.compile(r"^xl/printerSettings/"),
}
"""Parts that the library does not write again, by the names of a workbook's entries."""
_AREA = re.compile(rb"<definedName[^>]*_xlnm\.Print_Area[^>]*>([^<]*)<")
_COLUMNS = re.compile(rb"!\$?[A-Z]+:|!\$?\d+:|#REF!")
"""A print area of whole columns or rows."""
_EXTENDED = (b"<extLst", b"x14:")


def look(file: IO[bytes], _kind: str) -> list[bytes]:
    """Return what the workbook holds as JSON, or the workbook filled."""
    asked = json.loads(file.readline())
    content = BytesIO(file.read())
    try:
        names = archive.inspect(content, lists.LIMITS)
    except archive.Refused as refused:
        raise Refused(VERDICTS[refused.reason]) from refused
    content.seek(0)
    lost = _lost(content, names)
    content.seek(0)
    book = load_workbook(content, keep_links=False)
    for page in book.worksheets:
        _settle(page)
    if "rows" not in asked:
        said = _said(book, set(asked["fields"]), set(asked["once"])) | {"lost": lost}
        return [json.dumps(said, ensure_ascii=False).encode()]
    return [_filled(book, asked)]


def _lost(content: IO[bytes], names: tuple[str, ...]) -> list[str]:
    found = [kind for kind, part in LOST.items() if any(part.match(name) for name in names)]
    sheets = [name for name in names if re.match(r"^xl/worksheets/[^/]+\.xml$", name)]
    with ZipFile(content) as opened:
        if any(word in opened.read(name) for name in sheets for word in _EXTENDED):
            found.append("extensions")
        words = "xl/sharedStrings.xml"
        if any(_COLUMNS.search(area) for area in _AREA.findall(opened.read("xl/workbook.xml"))):
            found.append("areas")
        texts = [(words, b"<r>")] if words in names else []
        texts += [(name, b"<is><r>") for name in sheets]
        if any(sign in opened.read(name) for name, sign in texts):
            found.append("runs")
    return [kind for kind in found if not (kind == "shapes" and {"charts", "pictures"} & {*found})]


def _settle(page: Worksheet) -> None:
    """Drop what is not written again, refuse formulas that reach outside."""
    page._charts, page._images = [], []
    for cell in cells_of(page):
        formula = formula_of(cell)
        if formula and CALLS.search(formula):
            raise Refused(Verdict.REACHES_OUT)


def _marks(value: Any) -> list[str]:
    return MARK.findall(value) if isinstance(value, str) else []


def _said(book: Any, fields: set[str], once: set[str]) -> dict[str, Any]:
    """Which names stand where: unknown ones, and the rows that are to be repeated."""
    rows: set[tuple[str, int]] = set()
    named: list[str] = []
    for page in book.worksheets:
        for cell in cells_of(page):
            for name in _marks(cell.value):
                named.append(name)
                if name in fields:
                    rows.add((page.title, cell.row))
    around = [
        name for page in book.worksheets for part in _margins(page) for name in _marks(part.text)
    ]
    unknown = [name for name in dict.fromkeys(named) if name not in fields | once]
    unknown += [name for name in dict.fromkeys(around) if name not in once]
    named += around
    return {"unknown": unknown, "rows": sorted(rows), "named": list(dict.fromkeys(named))}


def _margins(page: Worksheet) -> Iterator[Any]:
    """The parts of a sheet's page headers and footers that say something."""
    for margin in ("Header", "Footer"):
        for pages in ("odd", "even", "first"):
            for side in ("left", "center", "right"):
                part = getattr(getattr(page, pages + margin), side)
                if part.text:
                    yield part


def _filled(book: Any, asked: Mapping[str, Any]) -> bytes:
    rows, once = asked["rows"], asked["once"]
    at = {name: number for number, name in enumerate(asked["fields"])}
    place, copies = _repeated(book, at), max(len(rows), 1)
    for page in book.worksheets:
        # What firms are called is written after this: nothing in it is a mark.
        for cell in list(cells_of(page)):
            if _marks(cell.value) and (page, cell.row) != place:
                _put(cell, cell.value, once)
        for part in _margins(page):
            # There a single & begins a command.
            part.text = MARK.sub(lambda m: _said_of(m, once).replace("&", "&&"), part.text)
        _name_columns(page, once)
    if place is not None:
        if copies * place.page.max_column > MOST_CELLS:
            raise Refused(Verdict.HEAVY)
        make_room(book, place, copies - 1)
        _repeat(place, rows, at, once)
    return saved(book)


def _name_columns(page: Worksheet, once: Mapping[str, Any]) -> None:
    """Let a table's columns be called what its head says: else it would have to be repaired."""
    for table in page.tables.values():
        heads = page[table.ref][0] if table.headerRowCount != 0 else ()
        for cell, column in zip(heads, table.tableColumns, strict=False):
            if _marks(column.name):
                column.name = MARK.sub(lambda mark: _said_of(mark, once), column.name)
                _write(cell, column.name)


def _repeated(book: Any, fields: Mapping[str, int]) -> Place | None:
    for page in book.worksheets:
        for cell in cells_of(page):
            if any(name in fields for name in _marks(cell.value)):
                return Place(page, cell.row)
    return None


def _repeat(
    place: Place, rows: list[list[Any]], at: Mapping[str, int], once: Mapping[str, Any]
) -> None:
    """Write each firm's row with the look of the first; without a firm, the row stays empty."""
    page, first = place
    pattern = [page.cell(first, column) for column in range(1, page.max_column + 1)]
    values = [_held(cell) for cell in pattern]
    arrays = {cell.column for cell in pattern if isinstance(cell.value, ArrayFormula)}
    height = page.row_dimensions[first].height
    for number, row in enumerate(rows or [[None] * len(at)]):
        said = {**once, **{name: row[column] for name, column in at.items()}}
        if height:
            page.row_dimensions[first + number].height = height
        for cell, value in zip(pattern, values, strict=True):
            target = page.cell(first + number, cell.column)
            if isinstance(target, MergedCell):
                continue
            if number:
                target._style = copy(cell._style)
            if isinstance(value, Translator):
                formula = value.translate_formula(target.coordinate)
                array = cell.column in arrays
                target.value = ArrayFormula(target.coordinate, formula) if array else formula
            else:
                _put(target, value, said)


def _held(cell: Any) -> Any:
    """What a cell of the pattern gives its copies; of a formula what makes one for each."""
    if isinstance(cell, MergedCell):
        return None
    formula = formula_of(cell)
    return Translator(formula, origin=cell.coordinate) if formula else cell.value


def _put(cell: Any, value: Any, said: Mapping[str, Any]) -> None:
    """Write a value with its marks replaced; one that is a mark alone keeps the value's kind."""
    alone = MARK.fullmatch(value.strip()) if isinstance(value, str) else None
    if alone and alone[1] in said:
        _write(cell, said[alone[1]])
    elif _marks(value):
        _write(cell, MARK.sub(lambda mark: _said_of(mark, said), value))
    else:
        _write(cell, value)


_LOOKS_CALLED = ("=", "+", "-", "@")


def _write(cell: Any, value: Any) -> None:
    if isinstance(value, Mapping):
        cell.value = date.fromisoformat(value["day"])
        if cell.number_format == "General":
            cell.number_format = "yyyy-mm-dd"
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = TYPE_STRING
        cell.quotePrefix = value.startswith(_LOOKS_CALLED)


def _said_of(mark: re.Match[str], said: Mapping[str, Any]) -> str:
    return _text(said.get(mark[1], mark[0]))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value["day"])
    return "" if value is None else str(value)
