"""Room for the copies of a row: what stands below moves down, and whatever points there with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, NamedTuple

from openpyxl.cell.cell import TYPE_FORMULA, MergedCell
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet


class Place(NamedTuple):
    """Where the repeated row stands."""

    page: Worksheet
    row: int


def cells_of(page: Worksheet, first: int = 1) -> Iterator[Any]:
    """The cells of a sheet that hold something, from a row on."""
    held = sorted(at for at in page._cells if at[0] >= first)
    for at in held:
        cell = page._cells[at]
        if not isinstance(cell, MergedCell) and cell.value is not None:
            yield cell


def formula_of(cell: Any) -> str:
    """Return the formula of a cell; a text that only looks like one is none."""
    text = getattr(cell.value, "text", cell.value)
    return text if cell.data_type == TYPE_FORMULA and isinstance(text, str) else ""


def make_room(book: Any, place: Place, more: int) -> None:
    """Move down what stands below the repeated row, with everything that points there."""
    page, row = place
    if not more:
        return
    for other in book.worksheets:

        def stretched(formula: str, owner: str = other.title) -> str:
            return _stretched(formula, owner, page.title, row, more)

        for cell in cells_of(other):
            # In the row itself each copy is moved with its row.
            if (formula := formula_of(cell)) and not (other is page and cell.row == row):
                _set_formula(cell, stretched(formula))
        for defined in other.defined_names.values():
            defined.attr_text = stretched(defined.attr_text)
        _stretch_rules(other, stretched)
    for defined in book.defined_names.values():
        defined.attr_text = _stretched(defined.attr_text, "", page.title, row, more)
    _move_cells(page, row, more)
    _move_ranges(page, row, more)
    _move_parts(page, row, more)


def _set_formula(cell: Any, formula: str) -> None:
    if isinstance(cell.value, ArrayFormula):
        cell.value.text = formula
    else:
        cell.value = formula


def _stretch_rules(page: Worksheet, stretched: Callable[[str], str]) -> None:
    """Let what formats and choices go by point to the same cells as before."""
    for rules in page.conditional_formatting._cf_rules.values():
        for rule in rules:
            rule.formula = [stretched(formula) for formula in rule.formula]
    for choice in page.data_validations.dataValidation:
        choice.formula1 = choice.formula1 and stretched(choice.formula1)
        choice.formula2 = choice.formula2 and stretched(choice.formula2)


def _move_cells(page: Worksheet, row: int, more: int) -> None:
    for at in sorted((at for at in page._cells if at[0] > row), reverse=True):
        cell = page._cells.pop(at)
        cell.row += more
        page._cells[cell.row, cell.column] = cell
        if isinstance(cell, MergedCell):
            continue
        if cell.hyperlink:
            cell.hyperlink.ref = cell.coordinate
        if isinstance(cell.value, ArrayFormula):
            cell.value.ref = _moved(cell.value.ref, row, more)
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
    page.print_area = ",".join(_area(one, row, more) for one in _areas(page)) or None


def _move_parts(page: Worksheet, row: int, more: int) -> None:
    """Move page breaks, filters and tables; a table that ends in the row reaches over its copies."""
    for mark in page.row_breaks.brk:
        mark.id += more if mark.id >= row else 0
    filters = [page.auto_filter, *(table.autoFilter for table in page.tables.values())]
    for part in (*page.tables.values(), *filter(None, filters)):
        if part.ref:
            part.ref = _moved(part.ref, row, more)


def _moved(area: str, row: int, more: int) -> str:
    return str(_reaching(CellRange(area), row, more, grow=True).coord)


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


_REFERENCE = re.compile(r"(\$?[A-Z]{0,3}\$?)(\d+)")
"""One cell or one row, and nothing that only looks like one: a name, a table's column."""


def _stretched(formula: str, owner: str, title: str, row: int, more: int) -> str:
    """Return a formula that points to the same cells after the copies were put in.

    Args:
        formula: With or without the sign it begins with, and so it comes back.
    """
    bare = formula.removeprefix("=")
    tokens = Tokenizer("=" + bare)
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            sheet, mark, cells = token.value.rpartition("!")
            if (sheet.strip("'").replace("''", "'") if mark else owner) == title:
                token.value = sheet + mark + _pointed(cells, row, more)
    said = "".join(token.value for token in tokens.items)
    return said if bare == formula else f"={said}"


def _pointed(cells: str, row: int, more: int) -> str:
    first, colon, last = cells.partition(":")

    def moved(part: str, *, last: bool) -> str:
        found = _REFERENCE.fullmatch(part)
        if found is None:
            return part
        number = int(found[2])
        below = number > row or (last and number == row)
        return f"{found[1]}{number + more if below else number}"

    if not colon:
        return moved(first, last=False)
    return f"{moved(first, last=False)}:{moved(last, last=True)}"
