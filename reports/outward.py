"""The district's page as it may leave the bureau: no names, no small counts, none to be worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from reports.benchmarks import BAND, STEP, Quartiles, known_counts
from reports.contracts import band_of
from reports.contracts import ends as ends_of
from reports.dashboard import NONE, TOTAL, Basis, Cell, Line, Table, money
from reports.figures import amount, span
from reports.peers import band_text
from reports.published import Before, Published
from reports.small_cells import FEWEST, WITHHELD, withheld
from reports.small_cells import Cell as Key
from reports.ties import COUNTED, DISTRIBUTIONS, Ties

INSIDE = frozenset({"near", "stages", "nation"})
"""Blocks that name firms, and the pool's stages (how far the bureau is with whom)."""
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


class Outside(NamedTuple):
    """The blocks that may leave the bureau, and what is remembered of them for the next paper."""

    tables: tuple[Table, ...]
    published: Published


def outward(
    tables: Sequence[Table],
    current: str,
    basis: Basis,
    told: Sequence[Benchmark],
    told_on: Collection[str] = (),
    before: Sequence[Published] = (),
) -> Outside:
    """Return the blocks that may leave the bureau, small counts held back in all of them together.

    Means of shares do not leave it: in their place stands what everybody is told of each trade.

    Args:
        current: The number of the round whose firms most tables count.
        basis: Whose rungs they count.
        told: What everybody is told of groups of firms; which groups that are tells on counts.
        told_on: Packages whose sums one of a few firms could work out another's part from.
        before: What earlier public papers told, the newest first.
    """
    medians = {(one.section, one.trade): one.found.middle for one in told if _is_trade(one)}
    shown = [
        _public(t, medians, told_on)
        for t in tables
        if t.id not in INSIDE and (t.id != HEAT or medians)
    ]
    shown += _groups(told)
    known = Ties(current, basis, _width(shown))
    for table in shown:
        known.note(table)
    elsewhere = _known_counts(told, known)
    held = _held(known, Before(before), elsewhere)
    written = (_written(table, known, held) for table in shown)
    blocks = tuple(_listed(table) if table.id in LISTED else table for table in written)
    kept = Published.of(known.counts, known.sums, held, known.few, known.names)
    return Outside(blocks, kept)


def _held(known: Ties, before: Before, elsewhere: Mapping[Key, tuple[int, int]]) -> frozenset[Key]:
    """Return the counts of a page that are held back, beside all that was printed before."""
    held = withheld(
        {**known.counts, **before.counts},
        [*known.sums, *before.sums],
        [*known.changes, *before.changes(known.names)],
        gone=before.held | before.still_held(known.counts, known.names),
        few=known.few | before.few,
        known=elsewhere,
        fixed=before.printed,
    )
    return held & known.counts.keys()


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


def _known_counts(told: Sequence[Benchmark], known: Ties) -> Mapping[Key, tuple[int, int]]:
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


def _written(table: Table, known: Ties, held: frozenset[Key]) -> Table:
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
