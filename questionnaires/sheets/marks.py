"""What a workbook's sheets say beside their values: what is hidden, struck through, without a value, scaled.

The reader proper tells nothing of these; so each sheet is looked through once before it opens them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from questionnaires.sheets.inside import RESAVE, Unreadable, sheet_names

MOST_ROWS = 200_000
"""The last row that may hold anything; formats may reach down further."""
MOST_COLUMNS = 200
MOST_ELEMENTS = 16_000_000
TOO_LONG = f"内容超过 {MOST_ROWS // 10_000} 万行或 {MOST_COLUMNS} 列"
SPLIT = "拆成几个文件分别导入，删去远处多余的内容"


def marked(inside: ZipFile) -> dict[str, Marks]:
    """Look through every sheet before the reader proper does; return what it would not tell."""
    left, found = MOST_ELEMENTS, {}
    try:
        styles = _styles(inside)
        for part, name in sheet_names(inside).items():
            found[name] = marks = Marks(left, styles)
            with inside.open(part) as content:
                marks.look(content)
            left = marks.left
    except (expat.ExpatError, KeyError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("工作簿内部的内容读不懂", RESAVE) from error
    return found


@dataclass(frozen=True)
class Styles:
    """The numbers of the styles that mean something.

    Attributes:
        struck: Their letters are struck through.
        scaled: They show another number than the one that stands there.
    """

    struck: frozenset[str] = frozenset()
    scaled: frozenset[str] = frozenset()


def _styles(inside: ZipFile) -> Styles:
    fonts, styles, formats = list[bool](), list[tuple[int, str]](), dict[str, str]()
    section = ""

    def start(name: str, about: dict[str, str]) -> None:
        nonlocal section
        name = name.rpartition(":")[2]
        if name in ("fonts", "cellXfs", "cellStyleXfs", "dxfs"):
            section = name
        elif name == "font" and section == "fonts":
            fonts.append(False)
        elif name == "strike" and section == "fonts" and fonts:
            fonts[-1] = about.get("val", "1") not in ("0", "false")
        elif name == "numFmt" and "numFmtId" in about:
            formats.setdefault(about["numFmtId"], about.get("formatCode", ""))
        elif name == "xf" and section == "cellXfs":
            styles.append((int(about.get("fontId") or 0), about.get("numFmtId", "")))

    if "xl/styles.xml" not in inside.namelist():
        return Styles()
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    with inside.open("xl/styles.xml") as content:
        parser.ParseFile(content)
    struck = {at for at, is_struck in enumerate(fonts) if is_struck}
    scaling = {number for number, code in formats.items() if is_scaling(code)}
    return Styles(
        frozenset(str(at) for at, (font, _) in enumerate(styles) if font in struck),
        frozenset(str(at) for at, (_, number) in enumerate(styles) if number in scaling),
    )


_WORDS = re.compile(r'"[^"]*"|\[[^\]]*\]|[_*].')
_POINT = re.compile(r'[\\!]\.|"\."')
"""A point put between digits as a word is: 12345 shown as 1234.5."""
_SCALING = re.compile(r"[0#?],+(?![0#?,])|[0#?]·[0#?]")


def is_scaling(code: str) -> bool:
    """Whether a format shows another number than the one that stands there: 0!.0, · #,##0.00,"""
    shown = _WORDS.sub("", _POINT.sub("·", code.partition(";")[0]))
    return bool(_SCALING.search(re.sub(r"[\\!].", "", shown)))


def _refuse(*_about: object) -> None:
    raise Unreadable("工作簿内部的内容读不懂", RESAVE)


class Marks:
    """What a sheet says beside its values: hidden rows and columns, struck rows, what has no value.

    A cell in the last corner makes a sheet of billions: one that holds a value is refused. Text
    that a formula gave may be empty; its other values may not. A row is struck where more than half
    of the cells that hold anything are.
    """

    def __init__(self, left: int = MOST_ELEMENTS, styles: Styles | None = None) -> None:
        self.left = left
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.struck_rows: set[int] = set()
        self.valueless: dict[int, list[int]] = {}
        """By row, where a formula or an error stands: it shows no value unless the reader finds one."""
        self.scaled: dict[int, list[int]] = {}
        """By row, where a number's format shows another."""
        self._row = self._column = 0
        self._is_text = self._is_struck = False
        self._styles = styles or Styles()
        self._more_struck = 0
        """How many more cells of this row are struck than are not."""

    def look(self, content: IO[bytes]) -> None:
        """Read one sheet's part to its end."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse
        parser.ParseFile(content)

    def _start(self, name: str, about: dict[str, str]) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unreadable(TOO_LONG, SPLIT)
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cell(about)
        elif name == "v" or name == "is":
            if self._row > MOST_ROWS or self._column > MOST_COLUMNS:
                raise Unreadable(TOO_LONG, SPLIT)
            if self._styles.struck:
                self._weigh()
        elif name == "row":
            self._row, self._column = int(about.get("r") or self._row + 1), 0
            self._more_struck = 0
            if about.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self._row)
        elif name == "f":
            if not self._is_text:
                self._note(self.valueless)
        elif name == "col" and about.get("hidden") in ("1", "true"):
            last = min(int(about["max"]), MOST_COLUMNS)
            self.hidden_columns.update(range(int(about["min"]) - 1, last))

    def _cell(self, about: dict[str, str]) -> None:
        reference = about.get("r")
        self._column = _column(reference) if reference else self._column + 1
        self._is_text = about.get("t") == "str"
        style = about.get("s")
        self._is_struck = style in self._styles.struck
        if style in self._styles.scaled:
            self._note(self.scaled)
        if about.get("t") == "e":
            self._note(self.valueless)

    def _note(self, marks: dict[int, list[int]]) -> None:
        if self._row <= MOST_ROWS and self._column <= MOST_COLUMNS:
            marks.setdefault(self._row, []).append(self._column - 1)

    def _weigh(self) -> None:
        """Count a cell that holds something, and say whether its row is struck so far."""
        self._more_struck += 1 if self._is_struck else -1
        if self._more_struck > 0:
            self.struck_rows.add(self._row)
        else:
            self.struck_rows.discard(self._row)


def _column(reference: str) -> int:
    column = 0
    for letter in reference[:8]:
        if letter.isdecimal():
            break
        column = column * 26 + ord(letter) - 64
    return column
