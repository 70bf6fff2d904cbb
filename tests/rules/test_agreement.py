"""Agreement of two consultants: kappa as scikit-learn has it, honest where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from reports.agreement import (
    LEAST_PAIRS,
    LEAST_VISITS,
    LEVELS,
    Pair,
    Undefined,
    Weights,
    agreement,
    band,
    cells,
    kappa,
)

LEVEL = st.integers(0, LEVELS - 1)
PAIRS = st.lists(st.tuples(LEVEL, LEVEL), min_size=1, max_size=60)


def are_of_one_level(pairs: Sequence[Pair]) -> bool:
    return len({level for pair in pairs for level in pair}) == 1


@given(pairs=PAIRS, weights=st.sampled_from(Weights))
def test_kappa_is_that_of_scikit_learn(pairs: list[Pair], weights: Weights) -> None:
    found = kappa(cells(pairs), weights)

    if are_of_one_level(pairs):
        assert found is None
    else:
        lead, second = zip(*pairs, strict=True)
        known = cohen_kappa_score(lead, second, labels=range(LEVELS), weights=weights.value)
        assert float(found) == pytest.approx(known, abs=1e-12)


@given(pairs=PAIRS, weights=st.sampled_from(Weights))
def test_it_does_not_matter_who_is_called_the_lead(pairs: list[Pair], weights: Weights) -> None:
    turned = [(second, lead) for lead, second in pairs]

    assert kappa(cells(pairs), weights) == kappa(cells(turned), weights)


def test_a_worked_example_is_exact() -> None:
    # Levels 0, 2 and 4 four times each by the lead; by the second 3, 1, 4, 1 and 3 times.
    pairs = [(0, 0)] * 3 + [(2, 2)] * 3 + [(4, 4)] * 3 + [(0, 1), (2, 3), (4, 2)]

    found = agreement([pairs])

    assert (found.pairs, found.visits) == (12, 1)
    assert (found.same, found.near) == (Fraction(3, 4), Fraction(11, 12))
    # Observed 1 + 1 + 2; expected (4·24 + 4·14 + 4·24) ÷ 12.
    assert found.linear.value == 1 - Fraction(4, 1) / Fraction(248, 12) == Fraction(25, 31)


def test_levels_far_apart_weigh_more_when_squared() -> None:
    near = [(0, 1), (1, 2), (2, 3), (3, 4)] * 5 + [(0, 0), (4, 4)] * 5
    far = [(0, 4), (0, 0), (1, 1), (2, 2), (3, 3), (4, 4)] * 5

    assert agreement([near]).quadratic.value > agreement([near]).linear.value
    assert agreement([far]).quadratic.value < agreement([far]).linear.value


def test_nothing_is_told_where_there_is_nothing_to_tell() -> None:
    nothing, few = agreement([]), agreement([[(1, 2)] * (LEAST_PAIRS - 1)])
    one_level = agreement([[(3, 3)] * 40])

    assert (nothing.same, nothing.linear.value, nothing.linear.why) == (None, None, "no_pairs")
    assert (few.same, few.linear.value, few.linear.why) == (0, None, Undefined.FEW_PAIRS)
    assert (one_level.same, one_level.linear.why) == (1, Undefined.ONE_LEVEL)


def test_nearly_everything_alike_may_still_be_no_better_than_chance() -> None:
    skewed = [(3, 3)] * 38 + [(3, 2), (2, 3)]

    found = agreement([skewed])

    assert found.same == Fraction(19, 20)
    assert found.linear.value < 0


VISIT = st.lists(st.tuples(LEVEL, LEVEL), min_size=1, max_size=8)


@given(visits=st.lists(VISIT, min_size=LEAST_VISITS, max_size=20))
def test_an_interval_is_in_order_and_the_same_each_time(visits: list[list[Pair]]) -> None:
    found, again = (agreement(visits, draws=60).linear for _ in range(2))

    assert found == again
    if found.has_interval:
        assert -LEVELS <= found.low <= found.high <= 1
        assert found.why is None
    else:
        assert found.why is not None


def test_the_interval_draws_visits_not_answers() -> None:
    """Ten visits whose answers are all alike within each: as good as ten answers, not a hundred."""
    kinds = [[(0, 0)], [(4, 4)], [(0, 2)], [(4, 1)], [(2, 2)]] * 2
    hanging_together = [pairs * 10 for pairs in kinds]
    on_their_own = [pairs for pairs in kinds for _ in range(10)]

    wide, narrow = (agreement(v).linear for v in (hanging_together, on_their_own))

    assert wide.value == narrow.value
    assert narrow.high - narrow.low < (wide.high - wide.low) * Fraction(2, 3)
    assert wide.low <= wide.value <= wide.high


def test_too_few_visits_and_draws_of_one_level_have_no_interval() -> None:
    few = agreement([[(0, 0), (1, 2), (4, 4)]] * (LEAST_VISITS - 1))
    unstable = agreement([[(2, 2)] * 5] * (LEAST_VISITS - 1) + [[(1, 2)]])

    assert few.linear.value is not None
    assert few.linear.why == Undefined.FEW_VISITS
    assert unstable.linear.value is not None
    assert unstable.linear.why == Undefined.UNSTABLE


def test_the_words_of_landis_and_koch_begin_above_their_bounds() -> None:
    bounds = [Fraction(-1, 10), Fraction(0), Fraction(1, 5), Fraction(21, 100), Fraction(1)]

    assert [band(value) for value in bounds] == [0, 1, 1, 2, 5]
