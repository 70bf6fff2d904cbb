"""What the rules of a subsidy pay for a goal, and which figures are refused."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reports.budget.errors import Absurd
from reports.budget.firms import Costs, Goal, Kind, Price
from reports.budget.offers import offers_of
from reports.budget.subsidy import Refused, Rules, Why, grant, nearest
from reports.budget.terms import By, Limit, Terms
from tests.support.budgets import DAY, a_firm, a_goal

THIRD = Rules(share=3_333, cap=100_000)


def paid(rules: Rules, goal: Goal, price: Price = Price.MIDDLE, **firm: Any) -> int | Refused:
    return grant(rules, a_firm(1, goal, **firm), goal, DAY, price)


def test_a_share_of_what_counts_is_paid_in_whole_hundreds_up_to_the_cap() -> None:
    assert paid(THIRD, a_goal(2, 100_000)) == 33_300
    assert paid(THIRD, a_goal(2, 1_000_000)) == 100_000


def test_only_the_kinds_that_count_are_counted_and_fees_for_the_years_allowed() -> None:
    goal = Goal(2, costs := Costs(10_000, 20_000, 40_000, 80_000, 1_000), costs)
    soft = replace(THIRD, share=10_000, kinds=frozenset({Kind.SOFTWARE, Kind.YEARLY}), fee_years=3)

    assert paid(soft, goal) == 23_000
    assert paid(replace(soft, kinds=frozenset({Kind.SERVICES})), goal) == 40_000


def test_the_middle_of_a_range_is_counted_or_either_end() -> None:
    rules, goal = Rules(share=5_000, cap=10**9), a_goal(2, 10_000, times=3)

    assert [paid(rules, goal, price) for price in Price] == [5_000, 10_000, 15_000]


def test_a_rungs_award_is_paid_on_top_of_the_share_within_the_cap() -> None:
    rules = replace(THIRD, share=1_000, awards={3: 50_000})

    assert paid(rules, a_goal(2, 100_000)) == 10_000
    assert paid(rules, a_goal(3, 100_000)) == 60_000
    assert paid(rules, a_goal(3, 900_000)) == 100_000


def test_what_the_rules_do_not_pay_is_refused_with_what_is_missing() -> None:
    goal = a_goal(2, 100_000, weeks=10)

    assert paid(replace(THIRD, sizes=frozenset({"large"})), goal) == Refused(Why.SIZE)
    assert paid(replace(THIRD, titles=frozenset({"规上"})), goal) == Refused(Why.TITLE)
    held = frozenset({"规上", "高新"})
    assert paid(replace(THIRD, titles=frozenset({"规上"})), goal, titles=held) == 33_300
    assert paid(replace(THIRD, until=date(2027, 3, 1)), goal) == Refused(Why.LATE, 14)
    assert paid(replace(THIRD, until=date(2027, 3, 15)), goal) == 33_300
    assert paid(replace(THIRD, least_counted=150_000), goal) == Refused(Why.TOO_LITTLE, 50_000)
    assert paid(replace(THIRD, least_own=70_000), goal) == Refused(Why.OWN, 3_300)
    assert paid(replace(THIRD, share=0), goal) == Refused(Why.NOTHING)


def test_of_several_refusals_the_one_that_lacks_least_is_told() -> None:
    found = [Refused(Why.SIZE), Refused(Why.OWN, 9_000), Refused(Why.TOO_LITTLE, 4_000)]

    assert nearest(found) == Refused(Why.TOO_LITTLE, 4_000)
    assert nearest([]) is None


def test_a_goal_that_costs_more_and_counts_no_more_is_not_offered() -> None:
    firm = a_firm(1, a_goal(2, 30_000), a_goal(3, 60_000), a_goal(4, 60_000))
    terms = Terms(0, THIRD, DAY)

    assert [it.goal.step for it in offers_of([firm], terms).offers] == [2]
    worth = replace(terms, worth={2: 1, 3: 4, 4: 4})
    assert [it.goal.step for it in offers_of([firm], worth).offers] == [2, 4]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("share", -1),
        ("share", 10_001),
        ("share", math.nan),
        ("share", True),
        ("cap", -5),
        ("cap", 10**13),
        ("cap", "5"),
        ("least_own", math.inf),
        ("fee_years", 11),
        ("kinds", frozenset()),
        ("awards", {2: -1}),
        ("awards", {0: 1}),
    ],
)
def test_absurd_rules_are_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(Absurd) as refused:
        replace(THIRD, **{field: value})

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("money", {"money": -1}),
        ("money", {"money": math.nan}),
        ("money", {"money": 10**15}),
        ("worth", {"worth": {2: 0}}),
        ("worth", {"worth": {2: -3}}),
        ("limits", {"limits": (Limit(By.SIZE, "small", 1), Limit(By.SIZE, "small", 2))}),
        ("day", {"rules": replace(THIRD, since=date(2028, 1, 1))}),
        ("withdrawn", {"kept": {1: 2}, "withdrawn": frozenset({1})}),
    ],
)
def test_absurd_terms_are_refused_by_field(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(Absurd) as refused:
        Terms(**{"money": 1, "rules": THIRD, "day": DAY} | given)

    assert refused.value.field == field


def test_a_ceiling_below_its_floor_and_an_end_before_its_beginning_are_refused() -> None:
    with pytest.raises(Absurd, match="limits: crossed"):
        Limit(By.TRADE, "valve", 3, 2)
    with pytest.raises(Absurd, match="until: before"):
        replace(THIRD, since=date(2027, 2, 1), until=date(2027, 1, 1))
