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
from typing import IO, Any, NamedTuple
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_FORMULA, TYPE_STRING, MergedCell
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.formula.translate import Translator
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.sheets import archive, lists
from survey.files.inside import Refused, Verdict
from survey.files.inside.office import VERDICTS
from survey.files.inside.problems import saved

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
_EXTENDED = (b"<extLst", b"x14:")


class Place(NamedTuple):
    """Where the repeated row stands."""

    page: Worksheet
    row: int


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
        if words in names and b"<r>" in opened.read(words):
            found.append("runs")
    return [kind for kind in found if not (kind == "shapes" and {"charts", "pictures"} & {*found})]


def _settle(page: Worksheet) -> None:
    """Drop what is not written again, refuse formulas that reach outside."""
    page._charts, page._images = [], []
    for cell in _cells(page):
        formula = _formula(cell)
        if formula and CALLS.search(formula):
            raise Refused(Verdict.REACHES_OUT)


def _cells(page: Worksheet, first: int = 1) -> Iterator[Any]:
    """The cells of a sheet that hold something, from a row on."""
    held = sorted(at for at in page._cells if at[0] >= first)
    for at in held:
        cell = page._cells[at]
        if not isinstance(cell, MergedCell) and cell.value is not None:
            yield cell


def _formula(cell: Any) -> str:
    """Return the formula of a cell; a text that only looks like one is none."""
    text = getattr(cell.value, "text", cell.value)
    return text if cell.data_type == TYPE_FORMULA and isinstance(text, str) else ""


def _marks(value: Any) -> list[str]:
    return MARK.findall(value) if isinstance(value, str) else []


def _said(book: Any, fields: set[str], once: set[str]) -> dict[str, Any]:
    """Which names stand where: unknown ones, and the rows that are to be repeated."""
    rows: set[tuple[str, int]] = set()
    named: list[str] = []
    for page in book.worksheets:
        for cell in _cells(page):
            for name in _marks(cell.value):
                named.append(name)
                if name in fields:
                    rows.add((page.title, cell.row))
    unknown = [name for name in dict.fromkeys(named) if name not in fields | once]
    return {"unknown": unknown, "rows": sorted(rows), "named": list(dict.fromkeys(named))}


def _filled(book: Any, asked: Mapping[str, Any]) -> bytes:
    rows, once = asked["rows"], asked["once"]
    at = {name: number for number, name in enumerate(asked["fields"])}
    place, copies = _repeated(book, at), max(len(rows), 1)
    for page in book.worksheets:
        # What firms are called is written after this: nothing in it is a mark.
        for cell in list(_cells(page)):
            if _marks(cell.value) and (page, cell.row) != place:
                _put(cell, cell.value, once)
    if place is not None:
        if copies * place.page.max_column > MOST_CELLS:
            raise Refused(Verdict.HEAVY)
        _make_room(book, place, copies - 1)
        _repeat(place, rows, at, once)
    return saved(book)


def _repeated(book: Any, fields: Mapping[str, int]) -> Place | None:
    for page in book.worksheets:
        for cell in _cells(page):
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
                target.value = value.translate_formula(target.coordinate)
            else:
                _put(target, value, said)


def _held(cell: Any) -> Any:
    """What a cell of the pattern gives its copies; of a formula what makes one for each."""
    if isinstance(cell, MergedCell):
        return None
    formula = _formula(cell)
    return Translator(formula, origin=cell.coordinate) if formula else cell.value


def _put(cell: Any, value: Any, said: Mapping[str, Any]) -> None:
    """Write a value with its marks replaced; one that is a mark alone keeps the value's kind."""
    alone = MARK.fullmatch(value.strip()) if isinstance(value, str) else None
    if alone and alone[1] in said:
        _write(cell, said[alone[1]])
    elif _marks(value):
        _write(cell, MARK.sub(lambda mark: _text(said.get(mark[1], mark[0])), value))
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


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value["day"])
    return "" if value is None else str(value)


# --- room for the copies --------------------------------------------------------------------------


def _make_room(book: Any, place: Place, more: int) -> None:
    """Move down what stands below the repeated row, with everything that points there."""
    page, row = place
    if not more:
        return
    for other in book.worksheets:
        for cell in _cells(other):
            # In the row itself each copy is moved with its row.
            if (formula := _formula(cell)) and not (other is page and cell.row == row):
                cell.value = _stretched(formula, other.title, page.title, row, more)
    for name in list(page.defined_names):
        defined = page.defined_names[name]
        defined.attr_text = _stretched("=" + defined.attr_text, page.title, page.title, row, more)[
            1:
        ]
    for name, defined in book.defined_names.items():
        book.defined_names[name].attr_text = _stretched(
            "=" + defined.attr_text, "", page.title, row, more
        )[1:]
    _move_cells(page, row, more)
    _move_ranges(page, row, more)


def _move_cells(page: Worksheet, row: int, more: int) -> None:
    for at in sorted((at for at in page._cells if at[0] > row), reverse=True):
        cell = page._cells.pop(at)
        cell.row += more
        page._cells[cell.row, cell.column] = cell
    for number in sorted((n for n in page.row_dimensions if n > row), reverse=True):
        known = page.row_dimensions.pop(number)
        known.index = number + more
        page.row_dimensions[number + more] = known


def _move_ranges(page: Worksheet, row: int, more: int) -> None:
    merged = [_reaching(one, row, more) for one in page.merged_cells.ranges]
    across = [one for one in merged if one.min_row == one.max_row == row]
    for one in across:
        merged += [_shifted(one, number) for number in range(1, more + 1)]
    page.merged_cells = MultiCellRange(merged)
    for one in across:
        _merge_copies(page, one, more)
    for rule in page.data_validations.dataValidation:
        rule.sqref = MultiCellRange(
            [_reaching(one, row, more, grow=True) for one in rule.sqref.ranges]
        )
    formats = list(page.conditional_formatting._cf_rules.items())
    page.conditional_formatting._cf_rules.clear()
    for known, rules in formats:
        known.sqref = MultiCellRange(
            [_reaching(one, row, more, grow=True) for one in known.sqref.ranges]
        )
        page.conditional_formatting._cf_rules[known] = rules
    if page.auto_filter.ref:
        found = CellRange(page.auto_filter.ref)
        page.auto_filter.ref = _reaching(found, row, more, grow=True).coord
    page.print_area = ",".join(_area(one, row, more) for one in _areas(page)) or None


def _merge_copies(page: Worksheet, one: CellRange, more: int) -> None:
    for number in range(one.min_row, one.min_row + more + 1):
        for column in range(one.min_col + 1, one.max_col + 1):
            page._cells[number, column] = MergedCell(page, number, column)


def _areas(page: Worksheet) -> list[str]:
    return [part.rpartition("!")[2] for part in str(page.print_area or "").split(",") if part]


def _area(area: str, row: int, more: int) -> str:
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    return _reaching(CellRange(None, left, top, right, bottom), row, more, grow=True).coord


def _reaching(one: CellRange, row: int, more: int, *, grow: bool = False) -> CellRange:
    """Return a range as it lies after the copies: below the row moved, over it longer.

    Args:
        grow: A range that ends in the row covers its copies, too.
    """
    found = copy(one)
    over = one.max_row > row or (grow and one.max_row == row)
    bottom = one.max_row + more if over else one.max_row
    top = one.min_row + more if one.min_row > row else one.min_row
    return CellRange(None, found.min_col, top, found.max_col, bottom)


def _shifted(one: CellRange, by: int) -> CellRange:
    return CellRange(None, one.min_col, one.min_row + by, one.max_col, one.max_row + by)


_REFERENCE = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)")


def _stretched(formula: str, owner: str, title: str, row: int, more: int) -> str:
    """Return a formula that points to the same cells after the copies were put in."""
    tokens = Tokenizer(formula)
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            sheet, mark, cells = token.value.rpartition("!")
            if (sheet.strip("'").replace("''", "'") if mark else owner) == title:
                token.value = sheet + mark + _pointed(cells, row, more)
    return "=" + "".join(token.value for token in tokens.items)


def _pointed(cells: str, row: int, more: int) -> str:
    first, colon, last = cells.partition(":")

    def moved(part: str, *, last: bool) -> str:
        def one(found: re.Match[str]) -> str:
            number = int(found[2])
            below = number > row or (last and number == row)
            return f"{found[1]}{number + more if below else number}"

        return _REFERENCE.sub(one, part)

    if not colon:
        return moved(first, last=False)
    return f"{moved(first, last=False)}:{moved(last, last=True)}"
