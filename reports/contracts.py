"""What packages really cost (成交价), from accepted contracts, told so that no contract is found in it.

What is promised, as of shares (``benchmarks``, which makes the periods): before anything is counted,
what a firm paid for one of a package is put into a band of prices. All that is told is worked out
from bands, so whoever takes tables and periods from each other, or knows every other contract, finds
what a firm paid no more closely than a band, a quarter of the price. A firm counts once, however many
contracts it has.

What is held back: a package that fewer than six firms bought, and one whose market few can work out
(``_dominated``), by what firms paid and by what sellers were paid. A package may not be told anew while
one to four firms came or left since it was told last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median_low
from typing import NamedTuple

from reports.benchmarks import Group, Member, Quartiles, Told, mark_of
from reports.small_cells import FEWEST, tells_one

BANDS = tuple(map(Fraction, ("1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8")))
"""Where bands of prices begin in each power of ten.

Source:
    GB/T 321—2005《优先数和优先数系》, series R10.
"""


class Contract(NamedTuple):
    """What a firm paid a seller for so many of a package, in 0.01 万元.

    ``seller``: who it is, in any words that tell sellers apart; all that nobody named are one.
    """

    firm: int
    seller: str
    package: str
    paid: int
    quantity: int


class Opinion(NamedTuple):
    """How satisfied a firm was with a seller's project: 1 to 5."""

    firm: int
    seller: str
    mark: int


@dataclass(frozen=True)
class Prices:
    """What one of a package came to, in 0.01 万元: each from where its band begins to where it ends.

    ``firms``: from how few to how many; a quarter paid no more than ``low``, a quarter no less than
    ``high``.
    """

    firms: tuple[int, int]
    low: tuple[Fraction, Fraction]
    median: tuple[Fraction, Fraction]
    high: tuple[Fraction, Fraction]


def members(contracts: Iterable[Contract]) -> list[Member]:
    """Return what each firm paid for one of each package, in bands; packages stand for sections."""
    by_package: defaultdict[str, list[Contract]] = defaultdict(list)
    for one in contracts:
        by_package[one.package].append(one)
    return [
        Member(mark_of(f"{package} {firm} {band}"), Group(), {package: band})
        for package, ours in sorted(by_package.items())
        if not _told_on(ours)
        for firm, band in _bands(ours)
    ]


def satisfied(opinions: Iterable[Opinion]) -> list[Member]:
    """Return how satisfied each firm was with each seller, a firm once; sellers stand for sections.

    Of several projects it is the middle mark, the lower of two.
    """
    said: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for one in opinions:
        said[one.seller, one.firm].append(one.mark)
    found = [(*whose, median_low(marks)) for whose, marks in sorted(said.items())]
    return [
        Member(mark_of(f"{seller} {firm} {mark}"), Group(), {seller: mark})
        for seller, firm, mark in found
    ]


def _bands(contracts: Iterable[Contract]) -> Iterator[tuple[int, int]]:
    paid: defaultdict[int, int] = defaultdict(int)
    bought: defaultdict[int, int] = defaultdict(int)
    for one in contracts:
        paid[one.firm] += one.paid
        bought[one.firm] += one.quantity
    return ((firm, band_of(Fraction(paid[firm], bought[firm]))) for firm in sorted(paid))


def _told_on(contracts: Iterable[Contract]) -> bool:
    firms: defaultdict[object, int] = defaultdict(int)
    sellers: defaultdict[object, int] = defaultdict(int)
    for one in contracts:
        firms[one.firm] += one.paid
        sellers[one.seller] += one.paid
    return len(firms) < FEWEST or _dominated(firms) or _dominated(sellers)


def _dominated(parts: Mapping[object, int]) -> bool:
    first, second, *_ = [*sorted(parts.values(), reverse=True), 0, 0]
    return tells_one(sum(parts.values()), first, second)


def band_of(price: Fraction) -> int:
    """Return in which band a price lies, ten to a power of ten; of less than 100 元 in the first."""
    decade, rest = 0, max(price, Fraction(1))
    while rest >= 10:
        decade, rest = decade + 1, rest / 10
    return decade * len(BANDS) + bisect_right(BANDS, rest) - 1


def ends(band: int) -> tuple[Fraction, Fraction]:
    """Return from where to where a band reaches."""
    return _begins(band), _begins(band + 1)


def _begins(band: int) -> Fraction:
    decade, place = divmod(band, len(BANDS))
    return BANDS[place] * 10**decade


def prices(figures: Mapping[Told, Quartiles]) -> dict[str, Prices]:
    """Return by package what a period tells."""
    return {
        told.section: Prices(
            (found.firms, found.firms + FEWEST - 1),
            *(ends(band) for band in (found.low, found.middle, found.high)),
        )
        for told, found in figures.items()
    }


class Rate(NamedTuple):
    """Which part of its sales the district's policy pays a provider, in thousandths, from a day on.

    ``document``: by which paper; while none is named, the part is a reference. ``since``: None from
    the beginning.
    """

    permille: int
    document: str = ""
    since: date | None = None


NO_RATE = Rate(0)


def rate_on(rates: Iterable[Rate], day: date | None) -> Rate:
    """Return the rate in force on a day, of rates in their order; none before the first."""
    begun = [one for one in rates if one.since is None or (day and one.since <= day)]
    return begun[-1] if begun else NO_RATE


def claimable(sales: int, accepted_on: date | None, rates: Iterable[Rate]) -> int:
    """Return what a provider may claim for a project, cut to whole 0.01 万元.

    The rate of the day on which the project was accepted holds, whatever came later.

    Source:
        The district's policy for providers, as the settings have it (6 % in the plan).
    """
    return sales * rate_on(rates, accepted_on).permille // 1000
