"""A list's sheets, row by row: where each sheet's head is, whose a row is, what stands under what."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from questionnaires.sheets.lists import Line, Sheet, Tab
from survey.rosters import cells, heads
from survey.rosters.asides import Aside, Asides, is_code
from survey.rosters.carrying import CARRIED, COUNTED, WHOSE, Carried
from survey.rosters.columns import BY_KEY, Field, Heading
from survey.rosters.heads import Head
from survey.rosters.proposing import beside, is_called
from survey.rosters.rows import Choices, FirmRow, NoFirm, Said
from survey.rosters.taking import Found, Rules, sound_code
from survey.tables import RowFault, RowNote


def rows_of(
    read: Iterable[tuple[Tab, Iterable[Line]]],
    choices: Choices,
    known_trades: Collection[str],
    *,
    invented: Collection[str] = (),
) -> Iterator[FirmRow | NoFirm]:
    """Recognise the rows of the chosen sheets, in order; every row that holds anything gives one.

    Args:
        read: Tabs with their lines, the head among them.
        invented: Codes of a demonstration's firms, which no real firm can bear.
    """
    for tab, lines in read:
        if tab.name in choices.sheets:
            yield from _of_sheet(tab, lines, choices, Rules(known_trades, invented))


def _of_sheet(
    tab: Tab, lines: Iterable[Line], choices: Choices, rules: Rules
) -> Iterator[FirmRow | NoFirm]:
    coming = iter(lines)
    above = _above(coming, choices.first)
    near = [*above, *itertools.islice(coming, heads.LOOKED_AT)]
    head, first = _head_of(tab, near, choices)
    reader = _Reader(tab, [line for line in near if line.number < first], head, choices, rules)
    firms = (line for line in itertools.chain(near, coming) if line.number >= first)
    yield from itertools.starmap(reader.row, _with_the_next(firms))


def _with_the_next(lines: Iterable[Line]) -> Iterator[tuple[Line, Line | None]]:
    before: Line | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, None


def _above(coming: Iterator[Line], first: int) -> list[Line]:
    """Take the lines over the first firm's, and that one."""
    found: list[Line] = []
    for line in coming:
        found.append(line)
        if line.number >= first:
            break
    return found


def _head_of(tab: Tab, near: Sequence[Line], choices: Choices) -> tuple[Head, int]:
    """Return a sheet's head and its first row of firms: as chosen, or where this sheet has them."""
    sheet = Sheet(tab, near, len(near))
    head = heads.at(sheet, *choices.head)
    if not _says_whose(head, choices):
        own = heads.find(sheet)
        if own is not None and _says_whose(own, choices):
            return own, own.last + 1
    return head, choices.first


def _says_whose(head: Head, choices: Choices) -> bool:
    said = {choices.columns.get(heading.key, "") for heading in head.headings}
    return {"name", "code"} <= said


class _Reader:
    """Reads the rows of one sheet by the mapping of its headings."""

    def __init__(
        self, tab: Tab, above: Sequence[Line], head: Head, choices: Choices, rules: Rules
    ) -> None:
        self._carried = Carried(tab, above)
        self._columns = [
            (at, BY_KEY[key], heading)
            for at, heading in enumerate(head.headings)
            if (key := choices.columns.get(heading.key, "")) in BY_KEY
        ]
        self._columns.sort(key=lambda placed: placed[1].sort != "unit")  # speaks of the others
        self._beside = _beside(self._columns, head.headings)
        self._texts = [at for at, column, _ in self._columns if column.sort in CARRIED]
        self._whose = [at for at, column, _ in self._columns if column.sort in WHOSE]
        self._counts = [at for at, column, _ in self._columns if column.sort in COUNTED]
        self._width = len(head.headings) if tab.encoding else None
        """Of a text's rows: a longer one was parted where it should not be."""
        titles = [line for line in above if line.number < head.first]
        self._asides = Asides(self._columns, head.headings, titles)
        self._other_head = 0
        """The row of another table's head above, whose columns are not these."""
        self._titles: deque[Line] = deque(maxlen=heads.LOOKED_AT)
        """Rows above that are no firm's, since the last one that was."""
        self._other_title: Mapping[str, Any] = {}
        """The row above that says another unit or year than the list's title; and what it says."""
        self._township = ""
        """Whose part of the list this is, where rows of their own say so."""
        self._tab, self._choices, self._rules = tab, choices, rules
        self._power = head.power
        self._head = head

    def row(self, line: Line, below: Line | None = None) -> FirmRow | NoFirm:
        self._carried.begin(line)
        line = self._carried.merged(line, self._whose)
        if aside := self._asides.of(line):
            if aside == Aside.HEADING:
                self._turn(line)
            elif aside == Aside.TOTAL and self._sums_up(line):
                self._township = ""
            self._titles.append(line)
            return NoFirm(self._tab.name, line.number, aside)
        self._titles.clear()
        if self._other_head:
            return self._unread(line, RowFault.OTHER_HEAD, {"row": self._other_head})
        if self._other_title:
            return self._unread(line, RowFault.OTHER_TITLE, self._other_title)
        if self._width and any(cell != "" for cell in line.cells[self._width :]):
            said = {"most": self._width, "found": len(line.cells)}
            return self._unread(line, RowFault.TOO_WIDE, said)
        firm = self._firm(self._carried.filled(line, self._texts))
        if below and (rest := self._asides.rest_of_name(line, below)):
            parted = Said(RowFault.NAME_PARTED, "name", {"shown": rest, "row": below.number})
            return replace(firm, faults=(*firm.faults, parted))
        return firm

    def _turn(self, line: Line) -> None:
        """Note whose part begins, or another table, or that this one's head stands there again."""
        self._township = self._asides.township_of(line) or self._township
        if self._asides.is_other_head(line):
            self._other_head = line.number
        elif self._asides.repeats_head(line):
            self._other_head = 0
            said = heads.told_apart(self._head, self._titles)
            self._other_title = self._other_title if said is None else said

    def _sums_up(self, line: Line) -> bool:
        """Whether a sum is that of the township whose part this is: it ends there."""
        said = (cells.plain(cell) for cell in line.cells if isinstance(cell, str))
        return bool(self._township) and any(self._township in words for words in said)

    def _unread(self, line: Line, fault: RowFault, said: Mapping[str, Any]) -> FirmRow:
        """A row whose columns are not the head's; whose it is stays known: its firm is not missing."""
        code = next(filter(None, map(sound_code, line.cells)), "")
        return FirmRow(self._tab.name, line.number, code, faults=(Said(fault, "", said),))

    def _firm(self, line: Line) -> FirmRow:
        found = Found(self._choices, self._rules, self._power)
        shared = self._carried.shared(line, self._counts, self._whose)
        for at, column, heading in self._columns:
            if at in shared:
                said = {"shown": cells.text(line.cells[at])[:40]}
                found.notes.append(Said(RowNote.SHARED, column.key, said))
            elif at < len(line.cells):
                found.take(line.cells[at], column, heading)
        if self._township:
            found.facts.setdefault("township", self._township)
        found.notes.extend(
            Said(RowNote.BESIDE, "code", {"shown": cells.text(line.cells[at])[:30]})
            for at in self._beside
            if at < len(line.cells) and is_code(line.cells[at])
        )
        if line.hidden:
            found.notes.append(Said(RowNote.HIDDEN))
        if line.struck:
            found.notes.append(Said(RowNote.STRUCK))
        return found.row(self._tab.name, line.number)


def _beside(
    columns: Sequence[tuple[int, Field, Heading]], headings: Sequence[Heading]
) -> list[int]:
    """Return where codes of another table stand, to the right of this one."""
    mapped = {at for at, _, _ in columns}
    right = range(beside(headings), len(headings))
    return [at for at in right if at not in mapped and is_called(headings[at], "code")]
