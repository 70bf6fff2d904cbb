"""Write into a list of firms, as a new last column, what is wrong with each row; formats stay.

The first line of the input says it as JSON, {sheet: {row: words}}; the workbook follows. Formulas
are not written back: what they last gave stands in their place, as text where it is text.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from questionnaires.sheets import archive, lists
from survey.files.inside import Refused
from survey.files.inside.office import VERDICTS

HEADING = "导入问题"
WIDTH = 46
_FILL = PatternFill("solid", fgColor="FFF4D6")
_LOOK = Alignment(wrap_text=True, vertical="top")


def look(file: IO[bytes], _kind: str) -> list[bytes]:
    """Return the workbook with its column."""
    said = json.loads(file.readline())
    content = BytesIO(file.read())
    try:
        archive.inspect(content, lists.LIMITS)
    except archive.Refused as refused:
        raise Refused(VERDICTS[refused.reason]) from refused
    content.seek(0)
    book = load_workbook(content, data_only=True, keep_links=False)
    for page in book.worksheets:
        _settle(page)
        if page.title in said["rows"]:
            _note(page, said["rows"][page.title], said["head"])
    return [saved(book)]


def _settle(page: Worksheet) -> None:
    """Keep every text a text, whatever it begins with."""
    for cells in page.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = TYPE_STRING
                cell.hyperlink = None


def _note(page: Worksheet, rows: dict[str, str], head: int) -> None:
    at = _beyond(page)
    page.column_dimensions[get_column_letter(at)].width = WIDTH
    _put(page, head, at, HEADING).font = Font(bold=True)
    for number, words in rows.items():
        _put(page, int(number), at, words).fill = _FILL


def _beyond(page: Worksheet) -> int:
    """Return the first column to the right of all that is said; formats may reach far out."""
    held = (column for (_, column), cell in page._cells.items() if cell.value is not None)
    merged = (one.max_col for one in page.merged_cells.ranges)
    return max((*held, *merged), default=0) + 1


def _put(page: Worksheet, row: int, column: int, words: str) -> Any:
    cell = page.cell(row, column)
    cell.value, cell.data_type = words, TYPE_STRING
    cell.alignment = _LOOK
    return cell


class _Writer(ExcelWriter):
    """Writes without the library's files on the disk: this process may write none."""

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        out = BytesIO()
        writer = WorksheetWriter(ws, out)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], out.getvalue())
        self.manifest.append(ws)


def saved(book: Any) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        _Writer(book, packed).save()
    return out.getvalue()
