"""What stands around a choice: other choices, other budgets, other prices, firms that withdraw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final, NamedTuple

from reports.budget.choice import SECONDS, Choice, Grant, Programme, programme_of
from reports.budget.errors import OutOfTime
from reports.budget.firms import FirmGoals, Price
from reports.budget.offers import Offer, Offers, offers_of
from reports.budget.subsidy import Refused, grant, nearest
from reports.budget.terms import By, Terms

POINTS: Final = 20
MORE: Final = 1_000_000
"""元: what is asked of the next 100 万元."""
BESIDE: Final = 2
"""How many other choices are shown."""
LISTED: Final = 50
"""How many firms below the line are listed."""


class Point(NamedTuple):
    """What a budget of so many 元 reaches at most, in points; None where it meets no floor.

    ``bound`` is proved: no choice counts more. It differs only where time ran out.
    """

    money: int
    worth: int | None
    bound: int = 0


class AtPrice(NamedTuple):
    """The choice if all costs lay at one end of their ranges; None where nothing keeps the terms.

    ``stays`` is how many firms of the choice at hand are in it too; ``cost`` what the choice at
    hand itself would be paid at these prices, and ``lost`` its firms that would be paid nothing.
    """

    price: Price
    choice: Choice | None
    stays: int
    cost: int
    lost: tuple[int, ...]


class Withdrawals(NamedTuple):
    """If each firm withdrew with a probability of ``share`` percent, independently.

    ``stay`` firms are expected to stay, ``money`` 元 to come back; with that money, and nothing of
    the choice changed, ``followers`` would be supported.
    """

    share: int
    stay: float
    money: int
    followers: tuple[Grant, ...]


class Below(NamedTuple):
    """A firm that is paid for, but was not chosen: its cheapest goal by points, and what it lacks.

    ``short`` is what the budget lacks in 元, once what is left over is spent on it; ``full`` names
    by what its group is full, ``needs`` what it must buy.
    """

    firm: int
    step: int
    money: int
    short: int
    full: tuple[By, ...]
    needs: tuple[str, ...] = ()


class NotPaid(NamedTuple):
    """A firm to which the rules pay nothing: the goal's refusal that is least far from a grant."""

    firm: int
    refused: Refused


def in_time(programme: Programme, seconds: float) -> Choice | None:
    """The best choice; None where there is none, or none was found in time."""
    try:
        return programme.solve(seconds)
    except OutOfTime:
        return None


def others(offers: Offers, terms: Terms, choice: Choice, seconds: float) -> Iterator[Choice]:
    """Yield the next choices of other firms, the best first."""
    programme = programme_of(offers, terms)
    found: Choice | None = choice
    for _ in range(BESIDE):
        if found:
            programme.refuse(found.firms)
            found = in_time(programme, seconds)
        if found:
            yield found


def frontier(offers: Offers, terms: Terms, seconds: float = SECONDS) -> Iterator[Point]:
    """Yield what budgets up to twice the one at hand reach, in equal steps."""
    for number in range(1, POINTS + 1):
        money = terms.money * 2 * number // POINTS
        yield _point(offers, terms, money, seconds)


def _point(offers: Offers, terms: Terms, money: int, seconds: float) -> Point:
    try:
        found = programme_of(offers, terms, money).most(monotonic() + seconds)
    except OutOfTime:
        return Point(money, None)
    if found is None:
        return Point(money, None)
    return Point(money, sum(offers.offers[n].worth for n in found.taken or ()), -found.bound)


def at_price(
    firms: Sequence[FirmGoals], terms: Terms, choice: Choice, price: Price, seconds: float
) -> AtPrice:
    """Choose again with all costs at one end, and price the choice at hand there."""
    there = replace(terms, price=price)
    offers = offers_of(firms, there)
    again = in_time(programme_of(offers, there), seconds)
    known = {firm.id: firm for firm in firms}
    paid = {it.firm: _again(known[it.firm], it.step, there) for it in choice.grants}
    stays = len(choice.firms & again.firms) if again else 0
    return AtPrice(
        price,
        again,
        stays,
        sum(paid.values()),
        tuple(firm for firm, money in paid.items() if not money),
    )


def _again(firm: FirmGoals, step: int, terms: Terms) -> int:
    goal = next(goal for goal in firm.goals if goal.step == step)
    money = grant(terms.rules, firm, goal, terms.day, terms.price)
    return 0 if isinstance(money, Refused) else money


def withdrawals(
    offers: Offers, terms: Terms, choice: Choice, share: int, seconds: float
) -> Withdrawals:
    """Say who follows with the money that is expected back.

    Args:
        share: Percent.
    """
    freed = choice.money * share // 100
    kept = replace(terms, kept={it.firm: it.step for it in choice.grants})
    more = in_time(programme_of(offers, kept, terms.money + freed), seconds)
    followers = tuple(it for it in more.grants if it.firm not in choice.firms) if more else ()
    return Withdrawals(share, len(choice.grants) * (100 - share) / 100, freed, followers)


def below(offers: Offers, terms: Terms, choice: Choice) -> tuple[Below, ...]:
    """Return firms that were not chosen, those that cost least for what they count first."""
    left = terms.money - choice.money
    firms = {it.firm.id: it.firm for it in offers.offers}
    counted = [firms[one] for one in choice.firms]
    full = [
        one
        for one in terms.limits
        if one.most is not None and sum(map(one.holds_for, counted)) >= one.most
    ]
    best: dict[int, Offer] = {}
    for offer in offers.offers:
        known = best.get(offer.firm.id)
        if offer.firm.id not in choice.firms and (known is None or _dear(offer) < _dear(known)):
            best[offer.firm.id] = offer
    listed = sorted(best.values(), key=lambda it: (*_dear(it), it.firm.id))[:LISTED]
    return tuple(
        Below(
            it.firm.id,
            it.goal.step,
            it.money,
            max(0, it.money - left),
            tuple(one.by for one in full if one.holds_for(it.firm)),
            it.goal.needs,
        )
        for it in listed
    )


def _dear(offer: Offer) -> tuple[float, int]:
    return (offer.money / offer.worth if offer.worth else float("inf"), offer.money)


def not_paid(offers: Offers) -> tuple[NotPaid, ...]:
    """Return firms to which the rules pay nothing, those that lack least first."""
    found = [
        NotPaid(it.firm.id, refused) for it in offers.unpaid if (refused := nearest(it.refusals))
    ]
    found.sort(key=lambda it: (it.refused.short == 0, it.refused.short, it.firm))
    return tuple(found[:LISTED])
