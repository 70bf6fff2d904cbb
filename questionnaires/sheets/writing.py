"""Workbooks written so that they open safely: text stays text, figures stay figures.

Nothing anybody typed becomes a formula, a link or a number. What a cell cannot hold is ``cut`` in
lists, which must come out whatever one note says, and refused (``whole``) in what is read back: a
cut text would return as the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter

Written = str | int | float | Decimal | date

MOST_CHARACTERS = 32_767
"""Of one cell, counted as spreadsheets count: in UTF-16 units."""
LONGEST_NAME = 31
REPLACED = "\ufffd"
FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
# quote_prefix is the spreadsheet's own apostrophe: editing the cell makes no formula.
TEXT = {"num_format": "@", "quote_prefix": True}

_SAFELY = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
_CUT = "……（超出单元格上限，已截断）"
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "＿"))


class UnsayableText(ValueError):
    """A text that no spreadsheet can hold: too long, or half a character."""


def cut(text: str) -> str:
    """Return text that a cell can hold: control characters and lone surrogates are replaced.

    Longer than a cell holds, it is cut and says so; what is lost is never silent.
    """
    if len(text) <= MOST_CHARACTERS // 2 and text.isprintable():
        return text  # as nearly every cell: nothing to replace, nothing to measure
    clean = "".join(REPLACED if _unwritable(c) else c for c in text)
    if _length(clean) <= MOST_CHARACTERS:
        return clean
    return clean[: MOST_CHARACTERS // 2 - len(_CUT)] + _CUT


def whole(text: str) -> str:
    """Return a text that is read back as it went out.

    Raises:
        UnsayableText: No cell can hold it.
    """
    if _length(text) > MOST_CHARACTERS:
        raise UnsayableText(f"文字超过 {MOST_CHARACTERS} 个字：{text[:20]}…")
    if any(unicodedata.category(character) == "Cs" for character in text):
        raise UnsayableText(f"文字里有不完整的字符：{text[:20]!a}")
    return text


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _unwritable(character: str) -> bool:
    if character in "\n\t":
        return False
    category = unicodedata.category(character)
    return category in ("Cc", "Cs") or character in "\ufffe\uffff"


class Pen:
    """A workbook with its formats by name; ``said`` is what becomes of every text."""

    def __init__(
        self, book: Any, forms: Mapping[str, Mapping[str, Any]], said: Callable[[str], str]
    ) -> None:
        self.book = book
        self.forms = {name: book.add_format({**FONT, **form}) for name, form in forms.items()}
        self.said = said
        self._names: set[str] = set()

    def sheet(self, name: str) -> Any:
        """Add a sheet; its name is made one that spreadsheets accept and no other has."""
        return self.book.add_worksheet(sheet_name(name, self._names))

    def put(self, page: Any, row: int, column: int, value: Written, form: str = "words") -> None:
        """Write a value as what it is."""
        look = self.forms[form]
        if isinstance(value, str):
            page.write_string(row, column, self.said(value), look)
        elif isinstance(value, date):
            page.write_datetime(row, column, date(value.year, value.month, value.day), look)
        else:
            page.write_number(row, column, float(value), look)


@contextmanager
def writing(
    target: Path | IO[bytes],
    forms: Mapping[str, Mapping[str, Any]],
    *,
    said: Callable[[str], str],
    title: str = "",
    streaming: bool = False,
) -> Iterator[Pen]:
    """Open a workbook to write.

    Args:
        forms: Formats by name, beside the font all of them have.
        said: ``cut`` or ``whole``.
        title: As the file's properties show it.
        streaming: Rows are written from the top down and not held.

    Raises:
        OSError: The file cannot be written.
    """
    # Opened here: the library notices only at the end that it cannot write.
    opening = target.open("wb") if isinstance(target, Path) else nullcontext(target)
    options = {**_SAFELY, "constant_memory": streaming}
    with opening as file, xlsxwriter.Workbook(file, options) as book:
        if title:
            book.set_properties({"title": title})
        yield Pen(book, forms, said)


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a name spreadsheets accept, unlike every one in ``taken``, to which it is added."""
    clean = cut(name).translate(_FORBIDDEN).replace("\n", " ").replace("\t", " ")
    clean = clean.strip().strip("'") or "表"
    if clean.casefold() == "history":
        clean = "History＿"
    candidate, number = _shortened(clean, ""), 1
    while candidate.casefold() in taken:
        number += 1
        candidate = _shortened(clean, f"（{number}）")
    taken.add(candidate.casefold())
    return candidate


def _shortened(name: str, ending: str) -> str:
    """Cut to 31 UTF-16 units, as spreadsheets count, ending included."""
    room = LONGEST_NAME - len(ending)
    while _length(name) > room:
        name = name[:-1]
    return name.rstrip("'") + ending
