"""What may be chosen: every goal that the rules pay for, without those that another one beats."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from reports.budget.firms import FirmGoals, Goal
from reports.budget.subsidy import Refused, grant
from reports.budget.terms import Terms

LOT_BITS = 20


class Offer(NamedTuple):
    """A firm's goal with its grant in 元 and the points it counts."""

    firm: FirmGoals
    goal: Goal
    money: int
    worth: int


class Unpaid(NamedTuple):
    """A firm to which the rules pay nothing, and the refusals of all its goals."""

    firm: FirmGoals
    refusals: tuple[Refused, ...]


@dataclass(frozen=True)
class Offers:
    """All offers, firm by firm in the order of their numbers; and the firms without any."""

    offers: tuple[Offer, ...]
    unpaid: tuple[Unpaid, ...]

    @cached_property
    def lots(self) -> list[int]:
        return [lot(offer.firm.id) for offer in self.offers]


def offers_of(firms: Iterable[FirmGoals], terms: Terms) -> Offers:
    """Return what may be chosen under the terms; firms that withdrew are left out."""
    offers: list[Offer] = []
    unpaid: list[Unpaid] = []
    for firm in sorted(firms, key=lambda it: it.id):
        if firm.id in terms.withdrawn:
            continue
        found, refusals = _of_firm(firm, terms)
        offers += found
        if not found:
            unpaid.append(Unpaid(firm, refusals))
    return Offers(tuple(offers), tuple(unpaid))


def _of_firm(firm: FirmGoals, terms: Terms) -> tuple[list[Offer], tuple[Refused, ...]]:
    paid: list[Offer] = []
    refusals: list[Refused] = []
    kept = terms.kept.get(firm.id)
    for goal in firm.goals:
        money = grant(terms.rules, firm, goal, terms.day, terms.price)
        if isinstance(money, Refused):
            refusals.append(money)
        elif kept in (None, goal.step):
            paid.append(Offer(firm, goal, money, terms.points(firm, goal)))
    return _unbeaten(paid), tuple(refusals)


def _unbeaten(paid: list[Offer]) -> list[Offer]:
    """Leave out what costs no less and counts no more than another goal of the same firm.

    Of two that cost and count the same the higher rung stays, then the one that is there sooner.
    """
    ordered = sorted(paid, key=lambda it: (it.money, -it.worth, -it.goal.step, it.goal.weeks))
    kept: list[Offer] = []
    for offer in ordered:
        if not kept or offer.worth > kept[-1].worth:
            kept.append(offer)
    return kept


def lot(firm_id: int) -> int:
    """Return a firm's lot: a number drawn once and for all from its own number.

    It decides between choices that reach and cost the same. In the order of registration, those
    who came late would lose every tie.
    """
    drawn = hashlib.sha256(str(firm_id).encode()).digest()
    return 1 + (int.from_bytes(drawn[:4]) >> (32 - LOT_BITS))
