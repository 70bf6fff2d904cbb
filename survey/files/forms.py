"""XLSForms brought as workbooks: recognised, and their sheets read in the limited child."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from questionnaires.sheets.lists import MOST_TEXT, Cell, Line, Tab, loaded
from questionnaires.sheets.marks import MOST_COLUMNS
from survey.config import MEGABYTE
from survey.files import lists, signatures
from survey.files.inside import Verdict
from survey.files.names import extension_of, plain_name
from survey.files.signatures import Signature
from survey.files.uploads import BadUpload, Fault

KINDS = {"xlsx": Signature.ZIP, "xls": Signature.OLD_OFFICE}
WANTED = ("survey", "choices", "settings")
"""The sheets an XLSForm has; what else a workbook holds is not read on."""
MOST = 5 * MEGABYTE
"""Bytes of a workbook."""
MOST_PACKED, MOST_UNPACKED = 1_000_000, 8_000_000
Sheets = Mapping[str, Sequence[tuple[int, Sequence[Cell]]]]


def sheets(content: bytes, name: str) -> Sheets:
    """Read a workbook's sheets, those of a form, by their names.

    Raises:
        BadUpload: It is no workbook, too large, or harmful.
        lists.NotRead: Its rows cannot be read.
    """
    name = plain_name(name)
    kind = extension_of(name)
    if len(content) > MOST:
        raise BadUpload(Fault.OVERSIZED, name, most=MOST)
    if not content:
        raise BadUpload(Fault.EMPTY, name)
    found = signatures.recognise(content[: signatures.HEAD])
    if kind not in KINDS or found != KINDS[kind]:
        raise BadUpload(Fault.MISNAMED if kind in KINDS else Fault.UNSUPPORTED, name, found=found)
    read = lists.rows(content, kind, name)
    if (
        len(read) > MOST_UNPACKED
    ):  # before any of it becomes a value: a small workbook may unpack far
        raise BadUpload(Verdict.HEAVY, name)
    return _by_name(read)


def _by_name(lines: bytes) -> Sheets:
    found: dict[str, list[tuple[int, Sequence[Cell]]]] = {}
    here: list[tuple[int, Sequence[Cell]]] = []
    for said in loaded([lines]):
        if isinstance(said, Tab):
            here = found.setdefault(said.name, [])
        elif isinstance(said, Line):
            here.append((said.number, said.cells))
    return {name: rows for name, rows in found.items() if name.strip().lower() in WANTED}


# --- carried by a page from one step to the next --------------------------------------------------


def packed(read: Sheets) -> str:
    """Write sheets as text that a form carries on.

    Raises:
        BadUpload: They are too long for that.
    """
    said = json.dumps(read, ensure_ascii=False, separators=(",", ":")).encode()
    text = base64.b64encode(zlib.compress(said, 9)).decode()
    if len(text) > MOST_PACKED:
        raise BadUpload(Fault.OVERSIZED, "", most=MOST)
    return text


def unpacked(text: str) -> Sheets:
    """Read back what a form carried; it is a stranger's like the workbook.

    Raises:
        ValueError: It is not what ``packed`` writes.
    """
    try:
        raw = base64.b64decode(text, validate=True)
        unpacking = zlib.decompressobj()
        said = unpacking.decompress(raw, MOST_UNPACKED)
        if not unpacking.eof:
            raise ValueError("longer than it may be")
        read = json.loads(said)
    except (binascii.Error, zlib.error, RecursionError) as error:
        raise ValueError("damaged") from error
    if not isinstance(read, dict) or not all(isinstance(rows, list) for rows in read.values()):
        raise ValueError("no sheets")
    return {name: [_line(row) for row in rows] for name, rows in read.items()}


def _line(row: Any) -> tuple[int, Sequence[Cell]]:
    if not isinstance(row, list) or len(row) != 2:
        raise ValueError("no row")
    number, cells = row
    if type(number) is not int or not isinstance(cells, list):
        raise ValueError("no row")
    if len(cells) > MOST_COLUMNS or not all(map(_is_cell, cells)):
        raise ValueError("no cell")
    return number, cells


def _is_cell(cell: Any) -> bool:
    if isinstance(cell, str):
        return len(cell) <= MOST_TEXT
    return isinstance(cell, int | float | dict)
