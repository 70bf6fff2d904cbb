"""Which floors cannot be met, where nothing keeps the terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import NamedTuple

from reports.budget.choice import SECONDS, Programme, programme_of
from reports.budget.errors import OutOfTime
from reports.budget.offers import Offers
from reports.budget.subsidy import MOST_MONEY
from reports.budget.terms import Limit, Terms


class Unmet(NamedTuple):
    """A floor that cannot be met.

    ``possible`` is the most it could have by itself; None where it could be met by itself, but not
    together with the others that are named.
    """

    limit: Limit
    possible: int | None


@dataclass(frozen=True)
class Hopeless:
    """Nothing keeps the terms. ``needed`` is the least money in 元 that would; None of no sum would.

    Where no floor is named, what is kept already takes more than there is.
    """

    floors: tuple[Unmet, ...]
    needed: int | None


def why_hopeless(offers: Offers, terms: Terms, seconds: float = SECONDS) -> Hopeless:
    """Say which floors of terms that nothing keeps cannot be met.

    Those that cannot be met by themselves; or else some that cannot be met together, of which none
    may be left out.
    """
    until = monotonic() + seconds
    floors = [one for one in terms.limits if one.least]
    alone = [Unmet(one, most) for one in floors if (most := _most(offers, terms, one)) < one.least]
    together = () if alone else tuple(_conflict(offers, terms, floors, until))
    return Hopeless(
        tuple(alone) or tuple(Unmet(one, None) for one in together), _needed(offers, terms, until)
    )


def _most(offers: Offers, terms: Terms, one: Limit) -> int:
    """How many firms of one limit could be supported at most, if no other had a floor."""
    counted = replace(
        offers,
        offers=tuple(it._replace(worth=int(one.holds_for(it.firm))) for it in offers.offers),
    )
    found = _without_floors(counted, terms, ()).most(monotonic() + SECONDS)
    return -found.bound if found else 0


def _without_floors(offers: Offers, terms: Terms, but: Sequence[Limit]) -> Programme:
    limits = [one if one in but else replace(one, least=0) for one in terms.limits]
    return programme_of(offers, terms, limits=limits)


def _conflict(
    offers: Offers, terms: Terms, floors: Sequence[Limit], until: float
) -> Sequence[Limit]:
    """Leave out of the floors whatever is not needed for nothing to keep the rest."""
    needed = list(floors)
    for one in floors:
        rest = [other for other in needed if other != one]
        if _is_hopeless(_without_floors(offers, terms, rest), until):
            needed = rest
    return needed


def _is_hopeless(programme: Programme, until: float) -> bool:
    try:
        return programme.most(until) is None
    except OutOfTime:
        return False


def _needed(offers: Offers, terms: Terms, until: float) -> int | None:
    programme = programme_of(offers, terms, money=MOST_MONEY)
    found = programme.search([it.money for it in offers.offers], programme.kept(), until)
    return None if found.taken is None else found.bound
