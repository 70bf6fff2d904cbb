"""Quartiles of groups of firms (同行参照), made once a period and the same for all, that tell on nobody.

What is promised, whoever reads and however much they know. Before anything is counted, each firm's
share of a section is put into one of ten bands; whole shares are worked out from the bands' middles.
All that is ever told is worked out from bands, so nobody finds a firm's share of a section, or its
whole share, more closely than ``BAND``: not by taking tables, groups and periods from each other,
and not by knowing every other firm.

What is done besides, for readers who know no firm. Of fewer than six firms nothing is told. Trades,
sizes and their totals are held back together (``small_cells``), so that no total less its parts
leaves one to four firms; the firms that came and those that left from one period to the next are
counted and held back the same way. A group that may not be told anew keeps its earlier figures. The
townships are told beside trades and sizes, and judged together with them. Other tables of counts over
the same firms are told which groups are told, and hold back what would follow (``known_counts``).

What is not promised. Who knows all firms of a group but one may learn that one's bands. In a section
of few questions a band may hold a single possible share. Other publications tell what they tell: a
recognition its rung. A group that was held back for some periods is set against the last one in
which it was told, by itself and not together with the others.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from questionnaires.scoring import weighted_share
from reports.small_cells import FEWEST, Cell, Sum, withheld

BAND = Fraction(1, 10)
"""Width of a band; nobody finds a share more closely."""
STEP = Fraction(1, 20)
"""Whole shares are told in steps; worked out from bands, they tell no more of a firm than its bands."""
WHOLE, ALL, UNSAID = "", "", "-"
"""The whole share among sections; every trade, every size; a firm that did not say its size."""


class Group(NamedTuple):
    """Firms of a trade and a size, or of all of them; or all firms of a township."""

    trade: str = ALL
    size: str = ALL
    township: str = ALL


@dataclass(frozen=True)
class Member:
    """A firm's confirmed sheet as it is counted: nothing finer is known here.

    Args:
        mark: Names the sheet with all that counts of it.
        bands: By section id, 0 to 9; the whole share in steps, 0 to 19.
    """

    mark: str
    group: Group
    bands: Mapping[str, int]


class Quartiles(NamedTuple):
    """What is told of one section in one group: the bands of quartiles that are firms' own, never between two.

    ``period``: in which it was made; ``firms``: how many, cut to fives.
    """

    period: int
    firms: int
    low: int
    middle: int
    high: int


class Told(NamedTuple):
    """Of what quartiles are told."""

    section: str
    trade: str = ALL
    size: str = ALL
    township: str = ALL

    @property
    def group(self) -> Group:
        return Group(*self[1:])


class Counted(NamedTuple):
    """A member as a period remembers it: which firm's sheet was counted where, not what it reached."""

    mark: str
    trade: str
    size: str
    sections: tuple[str, ...]
    township: str = UNSAID


@dataclass(frozen=True)
class Period:
    """All that is told from one day until the next period, and who was counted."""

    number: int
    members: tuple[Counted, ...]
    figures: Mapping[Told, Quartiles]


def member(
    sheet: int, group: Group, shares: Mapping[str, Fraction], weights: Mapping[str, Fraction]
) -> Member:
    """Put a sheet's shares into bands.

    Args:
        shares: By section id, 0 to 1; a section that does not apply is missing.
        weights: Of the sections that count; others are left out.
    """
    bands = {id: band_of(share, BAND) for id, share in shares.items() if id in weights}
    middles = {id: (band + Fraction(1, 2)) * BAND for id, band in bands.items()}
    whole = weighted_share((weights[id], middle) for id, middle in middles.items())
    if whole is not None:
        bands[WHOLE] = band_of(whole, STEP)
    group = group._replace(size=group.size or UNSAID, township=group.township or UNSAID)
    # A firm that moves within the district is the same firm in another group.
    said = f"{sheet} Group(trade={group.trade!r}, size={group.size!r}) {sorted(bands.items())}"
    return Member(mark_of(said), group, bands)


def mark_of(said: str) -> str:
    """Return what names a member: all that counts of it, in 16 digits."""
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def band_of(share: Fraction, width: Fraction) -> int:
    """Return in which band a share lies; full marks lie in the highest."""
    return min(int(share / width), int(1 / width) - 1)


def next_period(members: Sequence[Member], past: Sequence[Period]) -> Period | None:
    """Make the figures of a new period; None where nothing could be told that is not told already.

    Args:
        past: All earlier periods of the edition, the first first.
    """
    number = past[-1].number + 1 if past else 1
    counted = tuple(_counted(one) for one in members)
    told = past[-1].figures if past else {}
    anew: dict[Told, Quartiles] = {}
    for section in sorted({id for one in members for id in one.bands}):
        bands = {one.mark: one.bands[section] for one in members if section in one.bands}
        history = [_groups(one.members, section) for one in past]
        now = _groups(counted, section)
        since = {g: told[t].period for g in now if (t := Told(section, *g)) in told}
        for group in _open(now, history, since):
            found = _quartiles(number, [bands[mark] for mark in now[group]])
            anew[Told(section, *group)] = found
    news = {key for key, found in anew.items() if key not in told or found[1:] != told[key][1:]}
    return Period(number, counted, {**told, **anew}) if news else None


def _counted(one: Member) -> Counted:
    group = one.group
    return Counted(one.mark, group.trade, group.size, tuple(sorted(one.bands)), group.township)


def known_counts(found: Quartiles) -> tuple[int, int]:
    """Return how few and how many firms a group may have, as whoever reads its figures knows."""
    return max(found.firms, FEWEST + 1), found.firms + FEWEST - 1


def _quartiles(period: int, bands: list[int]) -> Quartiles:
    """Take the firms a quarter, half and three quarters of which do not stand above."""
    ordered, many = sorted(bands), len(bands)
    low, middle, high = (ordered[-(-many * quarter // 4) - 1] for quarter in (1, 2, 3))
    return Quartiles(period, many // FEWEST * FEWEST, low, middle, high)


# --- which groups may be told ----------------------------------------------------------------------

Marks = Mapping[Group, frozenset[str]]
"""Who is in a group, for every group in which somebody is."""


def _groups(members: Iterable[Counted], section: str) -> Marks:
    found: defaultdict[Group, set[str]] = defaultdict(set)
    for one in members:
        if section in one.sections:
            for trade in (one.trade, ALL):
                for size in (one.size, ALL):
                    found[Group(trade, size)].add(one.mark)
            found[Group(township=one.township)].add(one.mark)
    return {group: frozenset(marks) for group, marks in sorted(found.items())}


def _open(now: Marks, history: Sequence[Marks], since: Mapping[Group, int]) -> list[Group]:
    """Return the groups that may be told anew.

    Args:
        history: Who was in the groups in each earlier period.
        since: In which of them a group was told last, counted from 1.
    """
    counts = {group: len(marks) for group, marks in now.items()}
    too_few = [g for g, firms in counts.items() if firms <= FEWEST or UNSAID in g]
    open_ = counts.keys() - _held(counts, too_few)
    if not history:
        return sorted(open_)
    fresh = {group for group in open_ if since.get(group) == len(history)}
    for moved in _moves(history[-1], now):
        open_ -= fresh & _held(moved, moved.keys() - (fresh & open_))
    longer_ago = {group for group in open_ - fresh if group in since}
    return sorted(
        open_ - {g for g in longer_ago if _tells_few(history[since[g] - 1].get(g), now[g])}
    )


def _held(counts: Mapping[Group, int], gone: Iterable[Group]) -> frozenset[Group]:
    return _worked_out(tuple(counts.items()), tuple(sorted(gone)))


@lru_cache(maxsize=1_000)  # sections that all firms answer have the same counts
def _worked_out(counts: tuple[tuple[Group, int], ...], gone: tuple[Group, ...]) -> frozenset[Group]:
    known: dict[Cell, int] = dict(counts)
    held = withheld(known, _sums(dict(counts)), gone=gone)
    return frozenset(group for group, _ in counts if group in held)


def _sums(counts: Mapping[Group, int]) -> list[Sum]:
    """Every total is the sum of its parts, where somebody is in them.

    Whoever moved from one township to another came to it and to no total: then townships do not add up.
    """
    trades = sorted({group.trade for group in counts} - {ALL})
    sizes = sorted({group.size for group in counts} - {ALL})
    lines = [(Group(t, ALL), [Group(t, s) for s in sizes]) for t in (*trades, ALL)]
    lines += [(Group(ALL, s), [Group(t, s) for t in trades]) for s in (*sizes, ALL)]
    lines.append((Group(), sorted(group for group in counts if group.township != ALL)))
    found = [
        (whole, [part for part in parts if part in counts])
        for whole, parts in lines
        if whole in counts
    ]
    return [
        Sum(whole, tuple(parts))
        for whole, parts in found
        if counts[whole] == sum(counts[part] for part in parts)
    ]


def _moves(before: Marks, now: Marks) -> Iterator[dict[Group, int]]:
    """Count who came to each group, then who left it; where nobody did there is nothing to tell."""
    nobody: frozenset[str] = frozenset()
    for first, second in ((before, now), (now, before)):
        gained = {g: len(marks - first.get(g, nobody)) for g, marks in second.items()}
        yield {group: count for group, count in gained.items() if count}


def _tells_few(before: frozenset[str] | None, now: frozenset[str]) -> bool:
    """Whether one to four firms came or left."""
    base = before or frozenset()
    return any(0 < len(moved) < FEWEST for moved in (now - base, base - now))
