"""Samples (样本): what a card says, whom it resembles, and how a copy of it differs.

Amounts are whole 0.01 万元, as in projects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from reports.dashboard import Cell, Line, Table, Where

SIZES = ("micro", "small", "medium", "large")
SHOWN = "现在公开给同行看的样本卡和照做的企业，不分评估轮次。"
ADDED = {"columns": "title.state.seen.copied.accepted"}
"""The columns of the list that are added up, shown whoever looks."""
TOLERANCE = Fraction(1, 10)
"""Price and duration within a tenth of the card's count as the same."""


# --- what a card says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One package of a sample: ``needed`` (N) by every firm of its trade, else chosen (X).

    ``price`` and ``yearly`` are those of the contract for ``quantity``; None where nobody said.
    """

    package: str
    needed: bool
    quantity: int = 1
    price: int | None = None
    yearly: int | None = None
    weeks: int | None = None
    provider: str = ""
    acceptance: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure before and after, of one definition; decimal numbers as typed."""

    title: str
    unit: str
    before: str
    before_on: date
    after: str
    after_on: date


@dataclass(frozen=True)
class Card:
    """Everything the readers of a sample are shown beside the firm's name."""

    title: str
    trade: str
    size: str
    processes: tuple[str, ...]
    problem: str = ""
    pitfalls: str = ""
    visiting: str = ""
    accepted_by: str = ""
    accepted_on: date | None = None
    items: tuple[Item, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def needed(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.needed)

    @property
    def chosen(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.needed)

    @property
    def price(self) -> int:
        """What all of it cost once, as far as it is known."""
        return sum(item.price or 0 for item in self.items)

    @property
    def yearly(self) -> int:
        return sum(item.yearly or 0 for item in self.items)

    @property
    def words(self) -> tuple[str, ...]:
        """Every text somebody typed."""
        own = (self.title, self.problem, self.pitfalls, self.visiting, self.accepted_by)
        items = [text for item in self.items for text in (item.provider, item.acceptance)]
        return (*own, *items, *(figure.title for figure in self.figures))

    def kept(self) -> dict[str, Any]:
        """Return the card as JSON holds it."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Card:
        """Return a card from JSON, as ``kept`` wrote it."""
        accepted = kept["accepted_on"]
        return cls(
            **{
                **kept,
                "processes": tuple(kept["processes"]),
                "accepted_on": date.fromisoformat(accepted) if accepted else None,
                "items": tuple(Item(**item) for item in kept["items"]),
                "figures": tuple(_figure(figure) for figure in kept["figures"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _figure(kept: Mapping[str, Any]) -> Figure:
    days = {name: date.fromisoformat(kept[name]) for name in ("before_on", "after_on")}
    return Figure(**{**kept, **days})


# --- whom it resembles ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Seeker:
    """A firm that looks for samples; ``gaps`` are the packages its last result recommends."""

    trade: str
    size: str | None
    processes: Collection[str] = ()
    gaps: Collection[str] = ()


@dataclass(frozen=True)
class Alike:
    """What a sample and a firm have in common.

    Attributes:
        trade: Whether the trade is the same.
        size: Steps between both sizes, 0 for the same; None where one is not known.
        processes: Those both have, in the sample's order; only of the same trade.
        gaps: Packages the firm lacks that the sample has done, in the card's order.
        missing: How many packages the firm lacks in all.
    """

    trade: bool
    size: int | None
    processes: tuple[str, ...]
    gaps: tuple[str, ...]
    missing: int = 0

    @property
    def is_similar(self) -> bool:
        """Of the same trade, and something else in common: worth showing unasked."""
        return self.trade and bool(self.processes or self.gaps or self.size == 0)


def alike(seeker: Seeker, card: Card) -> Alike:
    same = seeker.trade == card.trade
    known = seeker.size in SIZES and card.size in SIZES
    return Alike(
        trade=same,
        size=abs(SIZES.index(str(seeker.size)) - SIZES.index(card.size)) if known else None,
        processes=tuple(one for one in card.processes if same and one in seeker.processes),
        gaps=tuple(item.package for item in card.items if item.package in seeker.gaps),
        missing=len(seeker.gaps),
    )


def rank(seeker: Seeker, cards: Mapping[int, Card]) -> list[tuple[int, Alike]]:
    """Return every card by its number with what both have in common, the most alike first.

    Trade counts before gaps, gaps before processes, processes before size: a firm copies what its
    own kind of shop needs. What is equal stands in the order of ``cards``.
    """
    found = [(number, alike(seeker, card)) for number, card in cards.items()]
    return sorted(found, key=lambda one: _order(one[1], cards[one[0]]))


def _order(both: Alike, card: Card) -> tuple[bool, int, Fraction, int]:
    of_all = Fraction(len(both.processes), max(1, len(card.processes)))
    away = len(SIZES) if both.size is None else both.size
    return (not both.trade, -len(both.gaps), -of_all, away)


# --- the district's page ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Followed:
    """Samples that were counted: cards shown to others, copies of cards, copies that are accepted.

    Args:
        title: What they have in common: their trade, or that they are all there are.
        asks: What the list of their cards is narrowed to.
        cards: Cards, of ``firms`` firms.
        copies: What ``copying`` firms took of a card.
    """

    title: str
    asks: Mapping[str, str]
    cards: int
    firms: int
    copies: int
    copying: int
    accepted: int = 0


def table(lines: Sequence[Followed], whole: Followed) -> Table:
    """Return the district's samples by trade: how many cards, how often they were copied."""
    shown = [_told(line) for line in lines if line.cards or line.copies]
    if len(shown) > 1:
        shown.append(_told(whole))
    return Table(
        id="samples",
        title="做样学样",
        says=f"{SHOWN}照做的一家企业照一张卡算一次，卡已撤下的也算；已验收的是照做的项目都验收了的。",
        head=("行业", "公开的样本", "照做（家）", "已验收（家）"),
        lines=tuple(shown),
        unit="张",
        empty="还没有公开的样本，也没有企业照做。",
        outside=f"{SHOWN}照做的一家企业照一张卡算一次，卡已撤下的也算。",
    )


def _told(line: Followed) -> Line:
    shown = Where("samples", {**line.asks, "state": "published"})
    copied = Where("samples", {**line.asks, **ADDED})
    return Line(
        line.title,
        (
            Cell(str(line.cards), line.cards, shown, line.firms),
            Cell(str(line.copies), line.copies, copied, line.copying),
            Cell(str(line.accepted), line.accepted, copied),
        ),
    )


# --- copies ---------------------------------------------------------------------------------------


class Far(StrEnum):
    """How far a copy is: as far as the least of what it does."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    ACCEPTED = "accepted"
    STOPPED = "stopped"


def how_far(states: Iterable[str]) -> Far:
    """Return how far a copy is by its projects' states; stopped ones count no more."""
    going = [state for state in states if state != "stopped"]
    if not going:
        return Far.STOPPED
    if all(state == "planned" for state in going):
        return Far.PLANNED
    return Far.ACCEPTED if all(state == "accepted" for state in going) else Far.UNDER_WAY


class Deviation(StrEnum):
    """How a copy differs from its sample."""

    LEFT_OUT = "left_out"
    DEARER = "dearer"
    CHEAPER = "cheaper"
    LONGER = "longer"
    SHORTER = "shorter"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Done:
    """What a copy made of an item; None and nothing for what is not known yet.

    ``price`` is the contract's for ``quantity``, paid once.
    """

    quantity: int = 1
    price: int | None = None
    weeks: int | None = None
    provider: str = ""


@dataclass(frozen=True)
class Differs:
    """One difference: what the card says and what was done, of the same quantity."""

    what: Deviation
    planned: Fraction | str = ""
    real: int | str = ""


def deviations(item: Item, done: Done | None) -> tuple[Differs, ...]:
    """Return how one item was done otherwise; ``done`` is None where it was left out."""
    if done is None:
        return (Differs(Deviation.LEFT_OUT),)
    priced = None if item.price is None else Fraction(item.price * done.quantity, item.quantity)
    found = [
        _beyond(priced, done.price, Deviation.DEARER, Deviation.CHEAPER),
        _beyond(
            None if item.weeks is None else Fraction(item.weeks),
            done.weeks,
            Deviation.LONGER,
            Deviation.SHORTER,
        ),
    ]
    if item.provider and done.provider and item.provider != done.provider:
        found.append(Differs(Deviation.PROVIDER, item.provider, done.provider))
    return tuple(one for one in found if one is not None)


def _beyond(
    planned: Fraction | None, real: int | None, more: Deviation, less: Deviation
) -> Differs | None:
    if planned is None or real is None or abs(real - planned) <= planned * TOLERANCE:
        return None
    return Differs(more if real > planned else less, planned, real)
