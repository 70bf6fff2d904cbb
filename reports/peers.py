"""A firm beside its trade: in which band median and quartiles of a period lie (``benchmarks``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from reports.benchmarks import ALL, BAND, STEP, WHOLE, Group, Quartiles, Told, band_of
from reports.small_cells import FEWEST

WHOLE_TITLE = "总得分率"


@dataclass(frozen=True)
class PeerLine:
    """One share of the firm beside the quartiles of its trade."""

    title: str
    own: str
    low: str
    middle: str
    high: str
    stands: str


@dataclass(frozen=True)
class Peers:
    """The firm beside firms of its trade, or of all trades where its own is told nothing of.

    Args:
        whose: Which firms, such as 阀门行业.
        firms: How many, as from-to.
        day: From which day on these figures are told.
    """

    whose: str
    firms: str
    day: date
    lines: tuple[PeerLine, ...]


Shares = Mapping[str, Fraction]
"""A share by section id, the whole under an empty one."""
Figures = Mapping[Told, Quartiles]


@dataclass(frozen=True)
class Named:
    """A group with the words for it."""

    group: Group
    trade: str
    size: str


def peers(
    own: Shares, titles: Mapping[str, str], figures: Figures, named: Named, day: date
) -> Peers | None:
    """Hold a firm against its trade; None where nothing is told of it, nor of all trades.

    Args:
        own: The firm's shares as its report has them.
        titles: What the sections are called, in reading order.
        named: The firm's trade and size.
        day: When the figures were made.
    """
    trade = next(
        (one for one in (named.group.trade, ALL) if Told(WHOLE, one, ALL) in figures), None
    )
    if trade is None:
        return None
    lines = _lines(own, titles, figures, Group(trade, named.group.size), named.size)
    whose = f"{named.trade}行业" if trade else "全部行业"
    return Peers(whose, _firms(figures[Told(WHOLE, trade, ALL)]), day, tuple(lines))


def _lines(
    own: Shares, titles: Mapping[str, str], figures: Figures, group: Group, size: str
) -> Iterator[PeerLine]:
    asked = [(WHOLE, ALL, WHOLE_TITLE)]
    if group.size:
        asked.append((WHOLE, group.size, f"{WHOLE_TITLE}（{size}企业）"))
    asked += [(id, ALL, title) for id, title in titles.items()]
    for section, among, title in asked:
        found = figures.get(Told(section, group.trade, among))
        if found and section in own:
            yield _line(title, own[section], found, BAND if section else STEP)


def _line(title: str, own: Fraction, found: Quartiles, width: Fraction) -> PeerLine:
    return PeerLine(
        title=title,
        own=f"{own * 100 // 1}%",
        low=band_text(found.low, width),
        middle=band_text(found.middle, width),
        high=band_text(found.high, width),
        stands=_stands(band_of(own, width), found),
    )


def _stands(band: int, found: Quartiles) -> str:
    """Say where a band lies among the quartiles; between equals it is in the middle."""
    if band == found.middle:
        return "中位附近"
    if band > found.middle:
        return "前四分之一" if band > found.high else "中位以上"
    return "后四分之一" if band < found.low else "中位以下"


def band_text(band: int, width: Fraction) -> str:
    """Write a band, such as 30–40%."""
    low = band * width * 100
    return f"{low}–{low + width * 100}%"


def _firms(found: Quartiles) -> str:
    return f"{found.firms}–{found.firms + FEWEST - 1}"
