"""Which providers fit a firm's package, by facts alone: nothing that is paid for can move one.

Nobody can buy a place: price, name and size are no facts here. Who holds as many facts as another
takes turns with them, differently for each firm and package, and the same whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

SHOWN = 3
"""Providers shown for a package where so many fit."""
QUICK_HOURS = 24
"""An answer promised within so many hours counts as quick."""


class Reason(StrEnum):
    """What speaks for a provider; each counts the same."""

    TRADE = "trade"
    """It names the firm's trade among those it serves."""
    CASE = "case"
    """It has an accepted project of this package that can be checked."""
    PLACE = "place"
    """It has people in the district."""
    QUICK = "quick"
    """It promises an answer within a day."""


@dataclass(frozen=True)
class Candidate:
    """A provider on the district's list, as far as matching may know it.

    Attributes:
        offers: Codes of the packages it offers.
        trades: Ids of the trades it serves; none named means any.
        proven: Codes of the packages of its accepted projects.
        on_the_spot: People in the district.
        response_hours: Within how many it promises to answer; None where it does not.
        tied: Whether a consultant of the district has an interest in it.
    """

    code: str
    offers: frozenset[str]
    trades: frozenset[str]
    proven: frozenset[str]
    on_the_spot: int
    response_hours: int | None
    tied: bool


@dataclass(frozen=True)
class Match:
    """One provider that fits, and why."""

    code: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Matches:
    """Who fits one package of one firm.

    Attributes:
        fitting: At most ``SHOWN``, in order.
        tied: Those a consultant has an interest in: told apart, never among the others.
        total: How many fit in all.
    """

    fitting: tuple[Match, ...]
    tied: tuple[Match, ...]
    total: int

    @property
    def few(self) -> bool:
        """Whether there are fewer than should be shown."""
        return len(self.fitting) < SHOWN


def match(firm: str, trade: str, package: str, candidates: Iterable[Candidate]) -> Matches:
    """Return who fits a package of a firm.

    Args:
        firm: The firm's code, by which those of equal facts take turns.
        candidates: Active providers, in any order.
    """
    fits = [one for one in candidates if package in one.offers and _serves(one, trade)]
    fits.sort(key=lambda one: (-len(_reasons(one, trade, package)), _turn(firm, package, one)))
    found = [(one.tied, Match(one.code, _reasons(one, trade, package))) for one in fits]
    fitting = tuple(match for tied, match in found if not tied)[:SHOWN]
    tied = tuple(match for tied, match in found if tied)[:SHOWN]
    return Matches(fitting, tied, len(found))


def _serves(one: Candidate, trade: str) -> bool:
    return not one.trades or trade in one.trades


def _reasons(one: Candidate, trade: str, package: str) -> tuple[Reason, ...]:
    hours = one.response_hours
    holds = {
        Reason.TRADE: trade in one.trades,
        Reason.CASE: package in one.proven,
        Reason.PLACE: one.on_the_spot > 0,
        Reason.QUICK: hours is not None and hours <= QUICK_HOURS,
    }
    return tuple(reason for reason, held in holds.items() if held)


def _turn(firm: str, package: str, one: Candidate) -> str:
    return sha256(f"{firm}|{package}|{one.code}".encode()).hexdigest()
