"""The district's page as it may leave the bureau: no names, no small counts, none to be worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from reports.benchmarks import BAND, STEP, Quartiles, known_counts
from reports.contracts import band_of
from reports.contracts import ends as ends_of
from reports.dashboard import NONE, TOTAL, Basis, Cell, Line, Table, money
from reports.figures import amount, span
from reports.peers import band_text
from reports.small_cells import FEWEST, WITHHELD, Change, Sum, withheld
from reports.small_cells import Cell as Key

INSIDE = frozenset({"near", "stages", "nation"})
"""Blocks that name firms, and the pool's stages (how far the bureau is with whom)."""
CONFIRMED, HANDED_IN = "诊断核定", "提交"
DISTRIBUTIONS = frozenset({"by-trade", "by-size", "by-township"})
COUNTED = {"plan": 3, "deviation": 3, "projects": 1, "samples": 2}
"""How many columns of a block leave the bureau, the first ones. Of the plan anybody knows what is wanted,
who was recognised (published by name), the rest of it; a mean deviation, taken twice, would tell a
newcomer's; what projects cost is told of all together, in the block's sentence."""
COLUMNS = frozenset(COUNTED) - {"plan", "deviation"}
"""Blocks whose columns each have a sum of their own, and no total beside them."""
LISTED = frozenset({"gates", "demand"})
"""Blocks that list what some firm lacks or wants: that a line is there says that somebody does."""
NONE_SHARED = f"没有至少 {FEWEST} 家企业共有的，或还没有结果。"
HEAT, PEERS = "heat", "peers"
HELD = Cell(WITHHELD)
Medians = Mapping[tuple[str, str], int]
"""In which band a median lies, by title of section and trade."""
MEDIANS = (
    "现场核定过的企业，中位数落在哪一档（%），数字越大越好；定一次管一期，各处相同。"
    "“—”表示这个行业不答这个模块。"
)
GROUPS = (
    "现场核定过的企业，总得分率的四分位各落在哪一档（%），数字越大越好；定一次管一期，各处相同。"
    "不到 6 家的和能推算出少数几家的不列。"
)
Place = tuple[int, int]
"""Line and column of a cell that counts firms."""


class Benchmark(NamedTuple):
    """What a period tells of one group in one section (``benchmarks``), by titles.

    Empty ones stand for the whole share, every trade, every size, every township.
    """

    section: str
    trade: str
    size: str
    township: str
    found: Quartiles

    @property
    def title(self) -> str:
        return "，".join(part for part in self[1:4] if part) or "全部企业"


def outward(
    tables: Sequence[Table],
    current: str,
    basis: Basis,
    told: Sequence[Benchmark],
    told_on: Collection[str] = (),
) -> tuple[Table, ...]:
    """Return the blocks that may leave the bureau, small counts held back in all of them together.

    Means of shares do not leave it: in their place stands what everybody is told of each trade.

    Args:
        current: The title of the round whose firms most tables count.
        basis: Whose rungs they count.
        told: What everybody is told of groups of firms; which groups that are tells on counts.
        told_on: Packages whose sums one of a few firms could work out another's part from.
    """
    medians = {(one.section, one.trade): one.found.middle for one in told if _is_trade(one)}
    shown = [
        _public(t, medians, told_on)
        for t in tables
        if t.id not in INSIDE and (t.id != HEAT or medians)
    ]
    shown += _groups(told)
    known = _Known(current, basis, _width(shown))
    for table in shown:
        known.note(table)
    elsewhere = _known_counts(told, known)
    held = withheld(known.counts, known.sums, known.changes, few=known.few, known=elsewhere)
    written = (_written(table, known, held) for table in shown)
    return tuple(_listed(table) if table.id in LISTED else table for table in written)


def _is_trade(one: Benchmark) -> bool:
    """Whether it is a section's of a whole trade."""
    return bool(one.section and one.trade) and not one.size and not one.township


def _groups(told: Sequence[Benchmark]) -> list[Table]:
    """Return a table of the groups' quartiles; none where nothing is told."""
    lines = [
        Line(one.title, tuple(_band(band, STEP) for band in one.found[2:]))
        for one in told
        if not one.section
    ]
    head = ("企业", "下四分位", "中位数", "上四分位")
    return [Table(PEERS, "同行参照", GROUPS, head, tuple(lines), unit="%")] if lines else []


def _known_counts(told: Sequence[Benchmark], known: _Known) -> Mapping[Key, tuple[int, int]]:
    """Return between what counts of this page lie, for whoever knows of which groups is told."""
    ids = ("by-trade", "by-size", "by-township")
    found: dict[Key, tuple[int, int]] = {}
    for one in told:
        names = [(id, name) for id, name in zip(ids, one[1:4], strict=True) if name]
        if one.section or len(names) > 1:
            continue
        key: Key = (*names[0], known.width) if names else known.everybody
        if key in known.counts:
            found[key] = known_counts(one.found)
    return found


def _public(table: Table, medians: Medians, told_on: Collection[str]) -> Table:
    if table.id == HEAT:
        return _told(table, medians)
    if table.id == "demand":
        lines = tuple(_roughly(line, told_on) for line in table.lines)
        return replace(table, lines=lines, says=table.outside or table.says)
    columns = COUNTED.get(table.id)
    if columns is None:
        return table
    cut = tuple(Line(line.title, line.cells[:columns]) for line in table.lines)
    says = table.says if table.outside is None else table.outside
    return replace(table, head=table.head[: columns + 1], lines=cut, says=says)


def _told(table: Table, medians: Medians) -> Table:
    """Put medians' bands in the place of means."""
    lines = (
        Line(
            line.title,
            tuple(
                cell if cell.number is None else _median(medians.get((line.title, trade)))
                for cell, trade in zip(line.cells, table.head[1:], strict=True)
            ),
        )
        for line in table.lines
    )
    return replace(table, title="各模块得分率中位数", says=MEDIANS, lines=tuple(lines))


def _roughly(line: Line, told_on: Collection[str]) -> Line:
    """Let sums of money begin and end where a band of prices does: one more firm is not seen in them.

    One in which a firm could find another's part is not told at all.
    """
    where = line.cells[0].where
    if where is not None and where.asks["key"] in told_on:
        return line._replace(cells=(line.cells[0], *[HELD] * (len(line.cells) - 1)))
    low, high = (Fraction(cell.number or 0) * 100 for cell in line.cells[2:4])
    if not high:
        return line
    begins, ends = (ends_of(band_of(low))[0] if low else Fraction(0)), ends_of(band_of(high))[1]
    told = (amount(begins / 100), amount(ends / 100))
    numbers = (Cell(text, Decimal(text)) for text in told)
    return line._replace(cells=(line.cells[0], Cell(span(*told)), *numbers))


def _median(band: int | None) -> Cell:
    return HELD if band is None else _band(band, BAND)


def _band(band: int, width: Fraction) -> Cell:
    return Cell(
        band_text(band, width).removesuffix("%"), int((band + Fraction(1, 2)) * width * 100)
    )


def _width(tables: Sequence[Table]) -> int:
    """The column in which a distribution has its totals."""
    return next((table.bars for table in tables if table.id in DISTRIBUTIONS), 0)


@dataclass
class _Known:
    """Every count of the page under one key, however often it is printed, and what ties them."""

    current: str
    basis: Basis
    width: int
    counts: dict[Key, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    few: set[Key] = field(default_factory=set)

    @property
    def everybody(self) -> Key:
        return ("all", self.width)

    def key(self, table: Table, at: int, column: int) -> Key:
        """Name a count; the same firms have one name in all tables."""
        title = table.lines[at].title
        whole = title == TOTAL or len(table.lines) == 1
        if (table.id in DISTRIBUTIONS and whole) or (table.id, title) == ("by-round", self.current):
            return ("all", column)
        rated = CONFIRMED if self.basis == Basis.VISITED else HANDED_IN
        if (table.id, title, column) == ("funnel", rated, 0):
            return self.everybody
        return (table.id, title, column)

    def note(self, table: Table) -> None:
        """Take in the counts of a table, and how they hang together."""
        keys = self.keys(table)
        for (at, column), key in keys.items():
            cell = table.lines[at].cells[column]
            self.counts[key] = int(cell.number or 0)
            if cell.firms is not None and cell.firms < FEWEST:
                self.few.add(key)
        ties = {
            "by-round": self._of_rounds,
            "funnel": self._one_within_another,
            "systems": self._one_within_another,
            "gates": self._within_everybody,
            "deviation": self._of_deviation,
        }
        if table.id in DISTRIBUTIONS or table.id in ("by-round", "unreached", "needs"):
            self.sums += _sums_of(table, keys)
        if table.id in COLUMNS:
            self.sums += _sums_down(table, keys, COUNTED[table.id])
        if table.id in ties:
            ties[table.id](table, keys)

    def keys(self, table: Table) -> Mapping[Place, Key]:
        """The key of each cell that counts firms; the plan's are public."""
        return {
            (at, column): self.key(table, at, column)
            for at, line in enumerate(table.lines)
            for column, cell in enumerate(line.cells)
            if cell.where is not None and table.id != "plan"
        }

    def _of_rounds(self, table: Table, keys: Mapping[Place, Key]) -> None:
        """What came and went from one round to the next is a count as well."""
        for at, column in keys:
            if at + 1 < len(table.lines):
                self.changes.append(Change(keys[at, column], keys[at + 1, column]))

    def _one_within_another(self, table: Table, keys: Mapping[Place, Key]) -> None:
        """Each step holds the firms of the next, and those that stayed behind are a count.

        Of systems each lies within the firms that have a result.
        """
        for at in range(1, len(table.lines)):
            outer = min(at - 1, 1) if table.id == "systems" else at - 1
            self.changes.append(Change(keys[at, 0], keys[outer, 0]))

    def _within_everybody(self, table: Table, keys: Mapping[Place, Key]) -> None:
        if self.everybody in self.counts:
            self.changes += [Change(key, self.everybody) for key in keys.values()]

    def _of_deviation(self, table: Table, keys: Mapping[Place, Key]) -> None:
        """Of confirmed firms the three columns are all there are."""
        lines = range(len(table.lines))
        for at in lines:
            title = table.lines[at].title
            whole = ("by-trade", title, self.width)
            if self.basis == Basis.VISITED and whole in self.counts:
                self.sums.append(Sum(whole, _row(keys, at, table.bars)))
        last = lines[-1] if lines else 0
        confirmed = self.everybody if self.basis == Basis.VISITED else ("funnel", CONFIRMED, 0)
        if lines and confirmed in self.counts:
            self.sums.append(Sum(confirmed, _row(keys, last, table.bars)))
        if len(lines) > 1:
            for column in range(table.bars):
                parts = tuple(keys[at, column] for at in lines[:-1])
                self.sums.append(Sum(keys[last, column], parts))


def _row(keys: Mapping[Place, Key], at: int, width: int) -> tuple[Key, ...]:
    return tuple(keys[at, column] for column in range(width))


def _sums_of(table: Table, keys: Mapping[Place, Key]) -> Iterator[Sum]:
    """A line's total is the sum of its parts, and the last line that of those above."""
    width, lines = table.bars, range(len(table.lines))
    for at in lines:
        yield Sum(keys[at, width], _row(keys, at, width))
    yield from _sums_down(table, keys, width + 1)


def _sums_down(table: Table, keys: Mapping[Place, Key], columns: int) -> Iterator[Sum]:
    """The last line is the sum of those above."""
    last = len(table.lines) - 1
    if last > 0 and table.lines[-1].title == TOTAL:
        for column in range(columns):
            yield Sum(keys[last, column], tuple(keys[at, column] for at in range(last)))


def _written(table: Table, known: _Known, held: frozenset[Key]) -> Table:
    keys = known.keys(table)
    wholes = {
        "funnel": keys.get((0, 0)),
        "gates": known.everybody,
        "systems": keys.get((1, 0)),
    }
    no_shares = wholes.get(table.id) in held
    lines = []
    for at, line in enumerate(table.lines):
        gone = [keys.get((at, column)) in held for column in range(len(line.cells))]
        cells = (
            HELD if _is_gone(table, gone, column, cell, no_shares) else cell._replace(where=None)
            for column, cell in enumerate(line.cells)
        )
        lines.append(Line(line.title, tuple(cells)))
    return replace(table, lines=tuple(lines))


def _listed(table: Table) -> Table:
    """Leave out the lines of a few, and add up the others anew where the table has a sum."""
    lines = [line for line in table.lines if line.cells[0].number is not None]
    says = f"只列至少 {FEWEST} 家企业的。"
    if table.id == "demand":
        says = f"只列至少 {FEWEST} 家企业的，合计是说了金额的各项的合计。"
        if len(lines) > 1:
            lines.append(Line(TOTAL, (Cell(NONE), *_added_up(lines))))
    return replace(table, lines=tuple(lines), says=table.says + says, empty=NONE_SHARED)


def _added_up(lines: Sequence[Line]) -> tuple[Cell, ...]:
    """What the lines cost together: as it is read, at least, at most."""
    low, high = (
        sum((Fraction(line.cells[at].number or 0) for line in lines), Fraction()) for at in (2, 3)
    )
    ends = (money(int(end * 100)) for end in (low, high))
    return Cell(span(amount(low), amount(high))), *ends


def _is_gone(
    table: Table,
    gone: Sequence[bool],
    column: int,
    cell: Cell,
    no_shares: bool,
) -> bool:
    """Whether a cell goes: it is held back, or what it is worked out from is."""
    if cell.where is not None or table.id == "plan":
        return gone[column]
    says = cell.number is not None or table.id in ("demand", "needs")
    return says and (any(gone) or no_shares)
