"""What is said around a choice: other budgets and prices, firms that withdraw, firms below the line."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import pytest

from reports.budget.answering import PARTS, Answer, answer
from reports.budget.choice import programme_of
from reports.budget.errors import Absurd
from reports.budget.firms import FirmGoals, Price
from reports.budget.floors import Hopeless
from reports.budget.offers import offers_of
from reports.budget.outlook import Below, NotPaid, Point, withdrawals
from reports.budget.subsidy import Refused, Rules, Why
from reports.budget.terms import By, Limit, Terms
from tests.support.budgets import DAY, a_firm, a_goal, drawn

HALF = Rules(share=5_000, cap=2_000_000)
FIRMS = [
    a_firm(1, a_goal(2, 200_000)),
    a_firm(2, a_goal(2, 400_000, times=3)),
    a_firm(3, a_goal(2, 1_000_000)),
    a_firm(4, a_goal(2, 600_000), trade="bearing"),
]
TERMS = Terms(600_000, HALF, DAY)


@cache
def usual() -> Answer:
    return answered(FIRMS)


def answered(firms: list[FirmGoals] = FIRMS, terms: Terms = TERMS, share: int = 10) -> Answer:
    found = answer(firms, terms, share)
    assert isinstance(found, Answer)
    return found


def test_the_frontier_says_what_twenty_budgets_up_to_twice_this_one_reach() -> None:
    points = usual().frontier

    assert [it.money for it in points] == [60_000 * n for n in range(1, 21)]
    assert points[0] == Point(60_000, 0, 0)
    assert [it.worth for it in points if it.money in (120_000, 420_000, 840_000, 1_200_000)] == [
        1,
        2,
        3,
        3,
    ]


def test_the_next_million_is_worth_what_it_adds() -> None:
    found = usual()

    assert (found.choice.worth, found.more and found.more.worth) == (2, 4)


def test_the_same_choice_is_priced_at_both_ends_and_a_new_one_is_made() -> None:
    firms = [a_firm(1, a_goal(2, 200_000)), a_firm(2, a_goal(2, 300_000, times=3))]
    low, high = answered(firms, replace(TERMS, money=400_000)).prices

    assert (low.price, high.price) == (Price.LOW, Price.HIGH)
    assert (low.cost, high.cost) == (250_000, 550_000)
    assert (low.stays, high.stays) == (2, 1)
    assert high.choice is not None
    assert high.choice.firms == {1}


def test_a_firm_that_would_be_paid_nothing_at_low_prices_is_named() -> None:
    firms = [a_firm(1, a_goal(2, 200_000, times=3))]
    terms = replace(TERMS, rules=replace(HALF, least_counted=300_000))

    assert [it.lost for it in answered(firms, terms).prices] == [(1,), ()]


def test_with_the_money_that_comes_back_the_next_firms_follow() -> None:
    found = answered(terms=replace(TERMS, money=500_000), share=80).withdrawals

    assert (found.stay, found.money) == (0.4, 320_000)
    assert [(it.firm, it.money) for it in found.followers] == [(2, 400_000)]


def test_nobody_follows_where_nobody_withdraws_or_a_ceiling_is_full() -> None:
    capped = replace(TERMS, limits=(Limit(By.TRADE, "valve", 0, 1),))

    found = programme_of(offers_of(FIRMS, capped), capped).solve()

    assert found is not None
    for terms, share in ((TERMS, 0), (capped, 100)):
        assert not withdrawals(offers_of(FIRMS, terms), terms, found, share, 10).followers


def test_a_firm_below_the_line_is_told_what_is_missing() -> None:
    limited = replace(TERMS, limits=(Limit(By.TRADE, "valve", 0, 1),))
    found = answered(terms=limited)

    assert found.choice.firms == {1, 4}
    assert found.below == (
        Below(2, 2, 400_000, 200_000, (By.TRADE,)),
        Below(3, 2, 500_000, 300_000, (By.TRADE,)),
    )


def test_a_firm_that_the_rules_do_not_pay_is_listed_with_the_reason() -> None:
    firms = [*FIRMS, a_firm(5, a_goal(2, 100_000)), a_firm(6), a_firm(7, a_goal(2, 150_000))]
    found = answered(firms, replace(TERMS, rules=replace(HALF, least_counted=160_000)))

    assert found.not_paid == (
        NotPaid(7, Refused(Why.TOO_LITTLE, 10_000)),
        NotPaid(5, Refused(Why.TOO_LITTLE, 60_000)),
    )
    assert (found.counted, found.all) == (4, 7)


def test_the_next_two_choices_are_of_other_firms_and_never_better() -> None:
    found = usual()
    values = [(-it.worth, it.money) for it in (found.choice, *found.others)]

    assert len({it.firms for it in (found.choice, *found.others)}) == 3
    assert values == sorted(values)


def test_floors_that_cannot_be_met_are_the_whole_answer() -> None:
    terms = replace(TERMS, limits=(Limit(By.TRADE, "bearing", 2),))

    found = answer(FIRMS, terms)

    assert isinstance(found, Hopeless)
    assert [(it.limit.value, it.possible) for it in found.floors] == [("bearing", 1)]


def test_a_district_without_firms_or_without_money_is_answered_with_nobody() -> None:
    assert answered([]).choice.grants == ()
    assert answered(terms=replace(TERMS, money=0)).choice.grants == ()


def test_the_same_firms_in_another_order_have_the_same_answer() -> None:
    firms = drawn(Random(3), 8, townships=2)

    assert answered(firms) == answered(firms[::-1])


def test_how_far_the_work_is_only_grows_and_ends() -> None:
    told: list[int] = []

    answer(FIRMS, TERMS, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == PARTS


def test_more_than_every_firm_cannot_withdraw() -> None:
    with pytest.raises(Absurd):
        answer(FIRMS, TERMS, 101)
