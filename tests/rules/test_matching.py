"""Providers fit by facts: no order can be bought, turns are fair, and who is tied stands apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from reports.matching import SHOWN, Candidate, Reason, match

PACKAGE, TRADE = "XV01", "valve"


def a_candidate(code, **given):
    known = {
        "offers": frozenset({PACKAGE}),
        "trades": frozenset(),
        "proven": frozenset(),
        "on_the_spot": 0,
        "response_hours": None,
        "tied": False,
    }
    return Candidate(code=code, **known | given)


CANDIDATES = st.lists(
    st.builds(
        a_candidate,
        st.text("ABCD12", min_size=3, max_size=6),
        offers=st.frozensets(st.sampled_from([PACKAGE, "XV02"])),
        trades=st.frozensets(st.sampled_from([TRADE, "pump"])),
        proven=st.frozensets(st.sampled_from([PACKAGE, "XV02"])),
        on_the_spot=st.integers(0, 3),
        response_hours=st.none() | st.integers(1, 100),
        tied=st.booleans(),
    ),
    unique_by=lambda one: one.code,
)


@given(CANDIDATES, st.randoms())
def test_the_order_rests_on_facts_and_the_firm_alone(candidates, chance):
    found = match("A", TRADE, PACKAGE, candidates)
    shuffled = candidates[:]
    chance.shuffle(shuffled)

    assert match("A", TRADE, PACKAGE, shuffled) == found
    counts = [len(one.reasons) for one in found.fitting]
    assert counts == sorted(counts, reverse=True)
    by_code = {one.code: one for one in candidates}
    for one in found.fitting:
        assert PACKAGE in by_code[one.code].offers
        assert not by_code[one.code].trades or TRADE in by_code[one.code].trades


@given(CANDIDATES)
def test_whoever_a_consultant_is_tied_to_never_stands_among_the_others(candidates):
    found = match("A", TRADE, PACKAGE, candidates)
    tied = {one.code for one in candidates if one.tied}

    assert not tied & {one.code for one in found.fitting}
    assert {one.code for one in found.tied} <= tied
    untied = [one for one in candidates if not one.tied]
    assert match("A", TRADE, PACKAGE, untied).fitting == found.fitting


@given(CANDIDATES)
def test_at_least_three_are_shown_wherever_three_fit(candidates):
    found = match("A", TRADE, PACKAGE, candidates)

    fits = [
        one
        for one in candidates
        if PACKAGE in one.offers and (not one.trades or TRADE in one.trades)
    ]
    assert found.total == len(fits)
    assert len(found.fitting) == min(SHOWN, sum(not one.tied for one in fits))
    assert found.few == (len(found.fitting) < SHOWN)


def test_more_people_or_a_quicker_promise_than_enough_buy_no_better_place():
    usual = a_candidate("A1", on_the_spot=1, response_hours=24)
    lavish = replace(usual, on_the_spot=500, response_hours=1)

    assert match("F", TRADE, PACKAGE, [usual]) == match("F", TRADE, PACKAGE, [lavish])


def test_matching_knows_nothing_that_could_be_paid_for():
    assert {field.name for field in fields(Candidate)} == {
        *("code", "offers", "trades", "proven", "on_the_spot", "response_hours", "tied")
    }


def test_equals_take_turns_over_firms_and_each_firm_sees_the_same_twice():
    equals = [a_candidate(f"P{n}") for n in range(6)]

    first = Counter(match(f"F{n}", TRADE, PACKAGE, equals).fitting[0].code for n in range(600))

    assert set(first) == {one.code for one in equals}
    assert min(first.values()) > 60


def test_every_fact_is_told_as_a_reason():
    best = a_candidate(
        "A", trades=frozenset({TRADE}), proven=frozenset({PACKAGE}), on_the_spot=2, response_hours=8
    )

    (found,) = match("F", TRADE, PACKAGE, [best]).fitting
    assert found.reasons == tuple(Reason)
