"""The best visits for a number of consultant days, and how forecasts stood the test."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reports.falls.checking import BANDS, LEAST, Outcome, calibration
from reports.falls.choice import Candidate, best

chances = st.integers(0, 20).map(lambda part: Fraction(part, 20))


@st.composite
def candidates(draw: st.DrawFn, most: int = 8) -> list[Candidate]:
    many = draw(st.integers(0, most))
    return [
        Candidate(n, draw(chances), draw(st.sampled_from([1, 2, 4])), draw(st.sampled_from([1, 3])))
        for n in range(many)
    ]


def by_trying(firms: list[Candidate], length: int) -> Fraction:
    """The most that any set of visits of this length is worth."""
    return max(
        sum((one.worth for one in chosen), Fraction(0))
        for size in range(len(firms) + 1)
        for chosen in combinations(firms, size)
        if sum(one.length for one in chosen) <= length
    )


@given(candidates(), st.integers(0, 16))
def test_no_other_visits_of_so_many_days_are_worth_more(
    firms: list[Candidate], length: int
) -> None:
    found = best(firms, length)

    assert sum((one.worth for one in found.chosen), Fraction(0)) == by_trying(firms, length)
    assert found.length == sum(one.length for one in found.chosen) <= length
    assert len({one.id for one in found.chosen}) == len(found.chosen)


@given(candidates(most=30), st.integers(0, 40), st.integers(0, 10))
def test_more_days_never_find_less(firms: list[Candidate], length: int, more: int) -> None:
    worth = [
        sum((one.worth for one in best(firms, days).chosen), Fraction(0))
        for days in (length, length + more)
    ]

    assert worth[0] <= worth[1]


@given(candidates(most=30), st.integers(0, 40), st.randoms())
def test_whoever_comes_first_in_the_list_wins_nothing(firms, length, dice) -> None:
    shuffled = [*firms]
    dice.shuffle(shuffled)

    assert best(shuffled, length) == best(firms, length)


def test_a_long_visit_waits_where_two_short_ones_find_more() -> None:
    long, short, other = (
        Candidate(1, Fraction(9, 10), 2),
        *(Candidate(n, Fraction(1, 2), 1) for n in (2, 3)),
    )

    assert best([long, short, other], 2).chosen == (short, other)


def test_a_firm_whose_rung_is_needed_first_goes_before_a_likelier_one() -> None:
    likely = Candidate(1, Fraction(1, 2), 1)
    needed = Candidate(2, Fraction(1, 4), 1, counts=3)

    found = best([likely, needed], 1)

    assert found.chosen == (needed,)
    assert found.expected == Fraction(1, 4)


def test_nobody_is_visited_for_nothing() -> None:
    assert best([Candidate(1, Fraction(0), 1)], 5).chosen == ()


# --- standing the test ----------------------------------------------------------------------------------


def test_forecasts_are_told_by_fifths_with_what_was_said_and_what_was_found() -> None:
    low = [Outcome(Fraction(1, 10), overturned=n == 0, within=True) for n in range(10)]
    high = [Outcome(Fraction(1), overturned=True, within=False) for _ in range(2)]

    found = calibration(low + high)

    first, last = found.bands
    assert (first.low, first.high, first.firms, first.said, first.share) == (
        0,
        Fraction(1, BANDS),
        10,
        Fraction(1, 10),
        Fraction(1, 10),
    )
    assert (last.high, last.firms, last.found, last.is_few) == (1, 2, 2, True)
    assert (found.firms, found.expected, found.found, found.within) == (12, 3, 3, 10)
    assert found.is_enough
    assert first.agrees


def test_a_band_whose_visits_found_much_more_than_was_said_does_not_agree() -> None:
    said = [Outcome(Fraction(1, 10), overturned=n < 15, within=True) for n in range(20)]

    (band,) = calibration(said).bands

    low, high = band.span
    assert 0 < low < 0.75 < high < 1
    assert not band.agrees
    assert calibration(said).is_off
    assert not calibration(said[:4]).is_off


def test_of_fewer_than_ten_answered_forecasts_nothing_is_said() -> None:
    said = [Outcome(Fraction(1, 10), overturned=False, within=True)] * (LEAST - 1)

    assert not calibration(said).is_enough
    assert calibration([]).bands == ()
