"""What an old workbook (BIFF8, .xls) says beside its values: what is hidden, struck through, scaled, an error.

The reader proper tells nothing of these, and says itself what is wrong with a file: what is not
understood here is left to it.

Source: [MS-CFB] 2 (sectors, directory), [MS-XLS] 2.4 (records).
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Sequence

from questionnaires.sheets.marks import MOST_COLUMNS, MOST_ROWS, Marks, is_scaling

SMALL_SECTOR = 64
_LAST = 0xFFFFFFFA
"""From here on a sector's number is a sign, such as the end of a chain."""
_BEGINS, _ENDS, _SHEET, _FONT, _FORMAT, _STYLE = 0x0809, 0x000A, 0x0085, 0x0031, 0x041E, 0x00E0
_ROW, _COLUMNS, _FORMULA, _TRUTH, _FIGURES = 0x0208, 0x007D, 0x0006, 0x0205, 0x00BD
_CELLS = frozenset({_FORMULA, _TRUTH, 0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6})
"""Records of one cell: row, column, style first."""
_BIFF8 = 0x0600


def marked(content: bytes) -> dict[str, Marks]:
    """Look through every sheet of an old workbook; nothing where it is not understood."""
    try:
        return _marked(_stream(content))
    except (struct.error, ValueError):
        return {}


# --- the file: sectors in chains ------------------------------------------------------------------


def _stream(content: bytes) -> bytes:
    """Return the stream that holds the workbook; nothing where there is none.

    A short one lies in small sectors of the directory's first entry, with a table of their own.
    """
    size = 1 << min(struct.unpack_from("<H", content, 0x1E)[0], 16)
    least = struct.unpack_from("<I", content, 0x38)[0]
    following = _following(content, size)
    after_the_head = content[size:]

    def chain(number: int) -> bytes:
        return _chain(after_the_head, size, following, number)

    directory = chain(struct.unpack_from("<I", content, 0x30)[0])
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    for entry in entries:
        start, length = struct.unpack_from("<II", entry, 116)
        if _entry_name(entry) != "Workbook":
            continue
        if length >= least:
            return chain(start)[:length]
        small = chain(struct.unpack_from("<I", entries[0], 116)[0])
        table = chain(struct.unpack_from("<I", content, 0x3C)[0])
        followed = struct.unpack_from(f"<{len(table) // 4}I", table)
        return _chain(small, SMALL_SECTOR, followed, start)[:length]
    return b""


def _entry_name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(length - 2, 0)].decode("utf-16-le")


def _chain(content: bytes, size: int, following: Sequence[int], number: int) -> bytes:
    """Put together the sectors of a size that follow one another from one."""
    pieces = list[bytes]()
    while number < len(following) and len(pieces) <= len(content) // size:
        pieces.append(content[number * size : (number + 1) * size])
        number = following[number]
    return b"".join(pieces)


def _following(content: bytes, size: int) -> list[int]:
    """Return for every sector the one that follows it in its chain."""
    tables = list(struct.unpack_from("<109I", content, 0x4C))
    more = struct.unpack_from("<I", content, 0x44)[0]
    each = size // 4
    while more < _LAST and len(tables) <= len(content) // size:
        *some, more = struct.unpack_from(f"<{each}I", content, (more + 1) * size)
        tables += some
    found: list[int] = []
    for number in (number for number in tables if number < _LAST):
        found += struct.unpack_from(f"<{each}I", content, (number + 1) * size)
    return found


# --- the workbook: records ------------------------------------------------------------------------


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Give the records of one part of the workbook, not those of charts within it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _BEGINS:
            depth += 1
        elif kind == _ENDS:
            depth -= 1
            if depth < 1:
                return
        elif depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _marked(stream: bytes) -> dict[str, Marks]:
    if struct.unpack_from("<HHH", stream, 0)[::2] != (_BEGINS, _BIFF8):
        return {}
    sheets: dict[str, int] = {}
    fonts, styles, scaling = list[bool](), list[tuple[int, int]](), set[int]()
    for kind, said in _records(stream, 0):
        if kind == _SHEET:
            sheets[_words(said, 6, 1)] = struct.unpack_from("<I", said)[0]
        elif kind == _FONT:
            fonts.append(bool(struct.unpack_from("<H", said, 2)[0] & 0x08))
        elif kind == _FORMAT and is_scaling(_words(said, 2)):
            scaling.add(struct.unpack_from("<H", said)[0])
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<HH", said))
    struck_fonts = {
        at + (at > 3) for at, struck in enumerate(fonts) if struck
    }  # there is no fourth
    struck = {at for at, (font, _) in enumerate(styles) if font in struck_fonts}
    scaled = {at for at, (_, number) in enumerate(styles) if number in scaling}
    return {name: _of_sheet(_records(stream, at), struck, scaled) for name, at in sheets.items()}


def _words(said: bytes, at: int, length_size: int = 2) -> str:
    """Read a text of a record: its length, whether it is wide, its letters."""
    length = int.from_bytes(said[at : at + length_size], "little")
    at += length_size
    if said[at] & 1:
        return said[at + 1 : at + 1 + 2 * length].decode("utf-16-le")
    return said[at + 1 : at + 1 + length].decode("latin-1")


def _of_sheet(records: Iterator[tuple[int, bytes]], struck: set[int], scaled: set[int]) -> Marks:
    marks, more_struck = Marks(), Counter[int]()
    for kind, said in records:
        if kind == _ROW:
            row, flags = struct.unpack_from("<H10xH", said)
            if flags & 0x20:
                marks.hidden_rows.add(row + 1)
        elif kind == _COLUMNS:
            first, last, flags = struct.unpack_from("<HH4xH", said)
            if flags & 1:
                marks.hidden_columns.update(range(first, min(last + 1, MOST_COLUMNS)))
        elif kind in _CELLS:
            row, column, style = struct.unpack_from("<HHH", said)
            more_struck[row + 1] += 1 if style in struck else -1
            if style in scaled and row < MOST_ROWS and column < MOST_COLUMNS:
                marks.scaled.setdefault(row + 1, []).append(column)
            if _is_error(kind, said) and row < MOST_ROWS and column < MOST_COLUMNS:
                marks.valueless.setdefault(row + 1, []).append(column)
        elif kind == _FIGURES:
            row, first = struct.unpack_from("<HH", said)
            for at in range(4, len(said) - 2, 6):
                style, column = struct.unpack_from("<H", said, at)[0], first + (at - 4) // 6
                more_struck[row + 1] += 1 if style in struck else -1
                if style in scaled and row < MOST_ROWS and column < MOST_COLUMNS:
                    marks.scaled.setdefault(row + 1, []).append(column)
    marks.struck_rows = {row for row, more in more_struck.items() if more > 0}
    return marks


def _is_error(kind: int, said: bytes) -> bool:
    """Whether a cell is an error, or a formula that came to one."""
    if kind == _TRUTH:
        return said[7] == 1
    return kind == _FORMULA and said[6] == 2 and said[12:14] == b"\xff\xff"
