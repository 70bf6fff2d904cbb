"""Whom a district supports: exactly the best choice there is, found among all."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from reports.budget.choice import Choice, programme_of
from reports.budget.firms import FirmGoals
from reports.budget.floors import why_hopeless
from reports.budget.offers import offers_of
from reports.budget.outlook import others
from reports.budget.subsidy import Rules, grant
from reports.budget.terms import By, Limit, Plan, Terms
from tests.support.budgets import (
    DAY,
    a_firm,
    a_goal,
    drawn,
    drawn_terms,
    every_choice,
    value,
)

HALF = Rules(share=5_000, cap=1_000_000)


def chosen(firms: list[FirmGoals], terms: Terms) -> Choice:
    found = programme_of(offers_of(firms, terms), terms).solve()
    assert found is not None
    return found


def supported(choice: Choice) -> dict[int, int]:
    return {it.firm: it.step for it in choice.grants}


def test_as_many_firms_as_the_money_reaches_and_no_dearer_than_needed() -> None:
    firms = [
        a_firm(1, a_goal(2, 40_000)),
        a_firm(2, a_goal(2, 20_000)),
        a_firm(3, a_goal(2, 30_000)),
    ]

    found = chosen(firms, Terms(30_000, HALF, DAY))

    assert (supported(found), found.money, found.is_proved) == ({2: 2, 3: 2}, 25_000, True)


def test_a_higher_rung_is_supported_where_it_counts_more() -> None:
    firms = [a_firm(1, a_goal(2, 20_000), a_goal(3, 60_000)), a_firm(2, a_goal(2, 40_000))]
    terms = Terms(30_000, HALF, DAY)

    assert supported(chosen(firms, terms)) == {1: 2, 2: 2}
    assert supported(chosen(firms, replace(terms, worth={2: 1, 3: 5}))) == {1: 3}
    assert supported(chosen(firms, replace(terms, worth={3: 1}))) == {1: 3}


def test_a_floor_and_a_ceiling_are_kept_even_at_the_cost_of_firms() -> None:
    firms = [
        a_firm(1, a_goal(2, 10_000)),
        a_firm(2, a_goal(2, 10_000)),
        a_firm(3, a_goal(2, 20_000), trade="bearing"),
    ]
    terms = Terms(10_000, HALF, DAY)

    floor = replace(terms, limits=(Limit(By.TRADE, "bearing", 1),))
    ceiling = replace(terms, limits=(Limit(By.TRADE, "valve", 0, 1),))

    assert supported(chosen(firms, terms)) == {1: 2, 2: 2}
    assert supported(chosen(firms, floor)) == {3: 2}
    assert len(supported(chosen(firms, ceiling))) == 1


def test_a_tie_goes_to_the_lower_lot_whoever_stands_first_in_the_list() -> None:
    firms = [a_firm(number, a_goal(2, 20_000)) for number in range(1, 9)]
    terms = Terms(30_000, HALF, DAY)

    found = chosen(firms, terms)

    assert value(found.grants) == min(map(value, every_choice(firms, terms)))
    assert chosen(firms[::-1], terms) == found


def test_a_firm_that_is_kept_stays_and_one_that_withdrew_does_not_come() -> None:
    firms = [
        a_firm(1, a_goal(2, 20_000)),
        a_firm(2, a_goal(2, 30_000)),
        a_firm(3, a_goal(2, 40_000)),
    ]
    terms = Terms(20_000, HALF, DAY, kept={3: 2}, withdrawn=frozenset({1}))

    assert supported(chosen(firms, terms)) == {3: 2}


def test_floors_that_cannot_be_met_are_named_with_what_could_be() -> None:
    firms = [a_firm(1, a_goal(2, 10_000)), a_firm(2, a_goal(2, 60_000), trade="bearing")]
    terms = Terms(20_000, HALF, DAY)

    few = replace(terms, limits=(Limit(By.TRADE, "valve", 2), Limit(By.SIZE, "small", 1)))
    dear = replace(terms, limits=(Limit(By.TRADE, "bearing", 1),))
    both = replace(
        terms, money=32_000, limits=(Limit(By.TRADE, "bearing", 1), Limit(By.TRADE, "valve", 1))
    )

    assert _unmet(firms, few) == ([("valve", 1)], None)
    assert _unmet(firms, dear) == ([("bearing", 0)], 30_000)
    assert _unmet(firms, both) == ([("bearing", None), ("valve", None)], 35_000)


def _unmet(firms: list[FirmGoals], terms: Terms) -> tuple[list[tuple[str, int | None]], int | None]:
    offers = offers_of(firms, terms)
    assert programme_of(offers, terms).solve() is None
    why = why_hopeless(offers, terms)
    return [(it.limit.value, it.possible) for it in why.floors], why.needed


# --- beside every choice there is ---------------------------------------------------------------


def exactly(seed: int) -> bool:
    """Compare one drawn district with every choice it has; return whether there was one."""
    random = Random(seed)
    firms = drawn(
        random, random.randint(0, 6), money=random.choice((100, 1_000, 1_000)), townships=2
    )
    terms = drawn_terms(random)
    offers = offers_of(firms, terms)
    found = programme_of(offers, terms).solve()
    best = min(map(value, every_choice(firms, terms)), default=None)
    if found is None:
        assert best is None, seed
        _is_hopeless(firms, terms, seed)
        return False
    assert value(found.grants) == best, seed
    assert found.is_proved, seed
    _pays_by_the_rules(firms, terms, found)
    _next_ones_are_the_next(firms, terms, found, seed)
    return True


def _pays_by_the_rules(firms: list[FirmGoals], terms: Terms, found: Choice) -> None:
    known = {firm.id: firm for firm in firms}
    for it in found.grants:
        goal = next(goal for goal in known[it.firm].goals if goal.step == it.step)
        assert it.money == grant(terms.rules, known[it.firm], goal, terms.day)


def _next_ones_are_the_next(firms: list[FirmGoals], terms: Terms, found: Choice, seed: int) -> None:
    by_firms: dict[frozenset[int], tuple[int, int, int]] = {}
    for grants in every_choice(firms, terms):
        key = frozenset(it.firm for it in grants)
        by_firms[key] = min(value(grants), by_firms.get(key, value(grants)))
    wanted = sorted(by_firms.values())[1:3]
    shown = [value(it.grants) for it in others(offers_of(firms, terms), terms, found, 10)]
    assert shown == wanted, seed


def _is_hopeless(firms: list[FirmGoals], terms: Terms, seed: int) -> None:
    why = why_hopeless(offers_of(firms, terms), terms)
    assert why.floors, seed
    named = {it.limit for it in why.floors}
    left = tuple(replace(one, least=0) if one not in named else one for one in terms.limits)
    assert next(every_choice(firms, replace(terms, limits=left)), None) is None, seed
    for it in why.floors if why.floors[0].possible is None else ():
        without = tuple(replace(one, least=0) if one == it.limit else one for one in left)
        assert next(every_choice(firms, replace(terms, limits=without)), None) is not None, seed


def test_what_the_plan_counts_is_counted_once_and_in_time() -> None:
    """By the plan's own rule: a firm that counts already adds nothing, nor one that is late."""
    firms = [
        a_firm(1, a_goal(2, 10_000), a_goal(3, 20_000)),
        a_firm(2, a_goal(3, 20_000)),
        a_firm(3, a_goal(3, 30_000)),
        a_firm(4, a_goal(3, 20_000, weeks=52)),
    ]
    by_rungs = Terms(100_000, HALF, DAY, worth={3: 1})
    assert supported(chosen(firms, by_rungs)) == {1: 3, 2: 3, 3: 3, 4: 3}

    counted = replace(by_rungs, plan=Plan(2027, frozenset({2})))

    assert supported(chosen(firms, counted)) == {1: 3, 3: 3}
    assert chosen(firms, counted).worth == 2
    assert supported(chosen(firms, replace(counted, plan=Plan(2028)))) == {1: 3, 2: 3, 3: 3, 4: 3}


def test_random_districts_are_chosen_for_exactly() -> None:
    found = [exactly(seed) for seed in range(30)]

    assert 5 < sum(found) < len(found)


@pytest.mark.nightly
def test_many_more_random_districts_are_chosen_for_exactly() -> None:
    found = [exactly(seed) for seed in range(1_000, 2_000)]

    assert 200 < sum(found) < len(found)


def test_more_money_never_reaches_less() -> None:
    random = Random(7)
    firms = drawn(random, 60)
    limits = (Limit(By.TRADE, "valve", 0, 6), Limit(By.SIZE, "small", 3))
    worth = {1: 1, 2: 2, 3: 4, 4: 7}
    reached = [
        chosen(firms, Terms(money, Rules(share=3_000, cap=200_000), DAY, worth, limits)).worth
        for money in range(150_000, 1_000_000, 90_000)
    ]

    assert reached == sorted(reached)
    assert reached[0] < reached[-1]
