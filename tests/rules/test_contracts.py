"""Prices of accepted contracts: whoever knows every other contract finds no price closer than a band."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.benchmarks import Period, next_period
from reports.contracts import (
    BANDS,
    Contract,
    Prices,
    Rate,
    band_of,
    claimable,
    ends,
    members,
    prices,
    rate_on,
)
from reports.small_cells import FEWEST

SEEDS = range(8)
NARROWEST = Fraction(5, 4)
"""From where a band begins to where it ends, at least, but for rounding in the norm."""


def sold(firm: int, paid: int, package: str = "N01", quantity: int = 1) -> Contract:
    return Contract(firm, f"seller-{firm % 3}", package, paid, quantity)


def alike(firms: int, first: int = 0, paid: int = 2_100) -> list[Contract]:
    return [sold(first + number, paid) for number in range(firms)]


def periods(states: Sequence[Sequence[Contract]]) -> list[Period]:
    past: list[Period] = []
    for contracts in states:
        if period := next_period(members(contracts), past):
            past.append(period)
    return past


def told(*states: Sequence[Contract]) -> list[dict[str, Prices]]:
    """All that readers ever see of contracts that stood so, one state after another."""
    return [prices(period.figures) for period in periods(states)]


def told_before(*states: Sequence[Contract]) -> list[object]:
    """What was told once: quartiles of five contracts and more at any time, to a hundredth of 万元."""
    seen: list[object] = []
    for contracts in states:
        paid = [one.paid for one in contracts]
        seen.append(len(paid) < FEWEST or quantiles(paid, n=4, method="inclusive"))
    return seen


# --- the attacker who knows all firms but one -------------------------------------------------------

Tells = Callable[..., list[object]]


def found(tells: Tells, states: Sequence[Sequence[Contract]], who: int) -> Fraction:
    """Return the ratio of the highest price a firm may have paid to the lowest, for who knows all others."""

    def beside(paid: int) -> list[object]:
        return tells(
            *([one._replace(paid=paid) if one.firm == who else one for one in s] for s in states)
        )

    seen, true = tells(*states), next(c.paid for c in states[-1] if c.firm == who)
    tried = [true * percent // 100 for percent in range(40, 250)]
    possible = [paid for paid in tried if beside(paid) == seen]
    return Fraction(max(possible), min(possible))


def newcomers(seed: int) -> tuple[list[list[Contract]], int]:
    """Contracts before and after one firm's; as many come with it, all known, as must."""
    chance = random.Random(seed)
    before = [sold(n, chance.randrange(800, 4_000)) for n in range(chance.randrange(8, 20))]
    after = [*before, *(sold(n, chance.randrange(800, 4_000)) for n in range(50, 56))]
    return [before, after], 55


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_knows_all_contracts_but_one_firm_s_finds_its_price_in_a_band_at_best(seed):
    assert found(told, *newcomers(seed)) >= NARROWEST - Fraction(2, 100)


def test_exact_quartiles_at_any_time_would_not_stand_the_same_attacker():
    close = [found(told_before, *newcomers(seed)) for seed in SEEDS]

    assert min(close) == 1
    assert sum(ratio < NARROWEST for ratio in close) >= 3


# --- the attacker who takes periods and packages from each other -------------------------------------


def test_while_fewer_than_five_firms_come_everybody_is_told_what_was_told():
    first = alike(10)

    assert len(told(first, [*first, *alike(4, first=50, paid=9_000)])) == 1
    assert len(told(first, [*first, *alike(5, first=50, paid=9_000)])) == 2


def test_contracts_of_one_package_do_not_count_as_newcomers_of_another():
    """Else one firm's new contract would come to light among four of another package."""
    first = alike(10)
    others = [one._replace(package="N02") for one in alike(6, first=50)]

    before, after = told(first, [*first, sold(60, 9_000), *others])

    assert after["N01"] == before["N01"]
    assert set(after) == {"N01", "N02"}


def test_a_package_that_is_held_back_for_a_while_keeps_what_was_told_of_it():
    first = alike(10)
    new = [one._replace(package="N02") for one in alike(8)]
    giant = [*first, sold(70, 10**9), *new]

    before, meanwhile, after = told(first, giant, [*first, *alike(9, first=50, paid=9_000), *new])

    assert meanwhile["N01"] == before["N01"]
    assert after["N01"] != before["N01"]


# --- of whom nothing is told --------------------------------------------------------------------------


def test_ten_contracts_of_five_firms_are_five_and_nothing_is_said_of_them():
    assert told(alike(FEWEST) * 2) == []
    assert told(alike(FEWEST + 1)) != []


def test_nothing_is_said_where_one_or_two_sold_all_of_a_package():
    one, two = ([c._replace(seller=str(c.firm % n)) for c in alike(12)] for n in (1, 2))
    nameless = [c._replace(seller="") for c in alike(12)]

    assert told(one) == told(two) == told(nameless) == []


def test_nothing_is_said_where_the_second_largest_finds_what_the_largest_paid():
    small = alike(7, paid=20)

    def with_two(first: int, second: int) -> list[Contract]:
        contracts = [*small, sold(20, first), sold(21, second)]
        return [one._replace(seller=str(one.firm)) for one in contracts]

    assert told(with_two(5_000, 4_000)) == []
    assert told(with_two(1_000, 900)) != []


# --- what is said ---------------------------------------------------------------------------------------


def test_what_is_told_is_the_bands_of_quartiles_by_one_of_a_package():
    paid = [1_000, 1_300, 1_700, 2_100, 2_600, 3_200, 4_100, 5_100]

    (seen,) = told([sold(firm, each * 2, quantity=2) for firm, each in enumerate(paid)])

    assert seen == {"N01": Prices((5, 9), (1_250, 1_600), (2_000, 2_500), (3_150, 4_000))}


def test_of_several_contracts_a_firm_s_mean_counts():
    twice = [sold(firm, paid) for firm in range(6) for paid in (1_000, 3_200)]

    (seen,) = told(twice)

    assert seen["N01"].median == (2_000, 2_500)


@given(st.fractions(1, 10**9))
def test_a_price_lies_in_its_band_which_is_a_quarter_wide(price):
    low, high = ends(band_of(price))

    assert low <= price < high
    assert NARROWEST <= high / low <= Fraction(128, 100)


def test_there_are_ten_bands_in_every_power_of_ten():
    assert len(BANDS) == 10
    assert [ends(band_of(Fraction(price)))[0] for price in (1, 10, 99, 0)] == [1, 10, 80, 1]


@given(st.integers(0, 10**8), st.integers(0, 1000))
def test_a_share_of_sales_is_never_more_than_the_share(price, permille):
    most = claimable(price, None, [Rate(permille)])

    assert Fraction(price * permille, 1000) - 1 < most <= price


def test_the_rate_of_a_day_is_the_last_that_had_begun():
    first, then = Rate(60, "甲", date(2025, 1, 1)), Rate(50, "乙", date(2026, 1, 1))

    def on(*day: int) -> Rate:
        return rate_on((first, then), date(*day))

    assert [on(2025, 1, 1), on(2025, 12, 31), on(2026, 1, 1)] == [first, first, then]
    assert on(2024, 12, 31).permille == 0
    assert rate_on((Rate(60), then), date(2024, 12, 31)) == Rate(60)
    assert rate_on((), date(2026, 1, 1)).permille == 0
