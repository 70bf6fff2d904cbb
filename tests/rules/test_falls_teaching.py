"""Whom to visit while too few visits were made: every trade and size in turn, by lot."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reports.falls.spans import Standing
from reports.falls.teaching import Group, Unseen, teaching

LENGTHS = {"small": 1, "medium": 2, "large": 4}
GROUPS = [Group(trade, size) for trade in ("bearing", "valve") for size in LENGTHS]


@st.composite
def waiting(draw: st.DrawFn) -> list[Unseen]:
    lots = draw(st.lists(st.integers(1, 2**20), unique=True, max_size=20))
    groups = [draw(st.sampled_from(GROUPS)) for _ in lots]
    return [
        Unseen(n, group, lot, LENGTHS[group.size])
        for n, (group, lot) in enumerate(zip(groups, lots, strict=True))
    ]


seen = st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 5))


@given(waiting(), seen, st.integers(0, 30))
def test_each_visit_goes_to_the_group_seen_least_and_in_it_to_the_lowest_lot(
    firms: list[Unseen], known: dict[Group, int], length: int
) -> None:
    count, left, there = Counter(known), length, list(firms)

    for one in teaching(firms, known, length):
        others = [it for it in there if it.length <= left]
        assert all(count[one.group] <= count[it.group] for it in others)
        assert all(one.lot <= it.lot for it in others if it.group == one.group)
        count[one.group] += 1
        left -= one.length
        there.remove(one)

    assert left >= 0
    assert not [it for it in there if it.length <= left]


@given(waiting(), seen, st.integers(0, 30), st.randoms())
def test_the_order_of_registration_changes_nothing(firms, known, length, dice) -> None:
    shuffled = [*firms]
    dice.shuffle(shuffled)

    assert teaching(shuffled, known, length) == teaching(firms, known, length)


def test_a_trade_nobody_looked_at_comes_before_one_seen_often() -> None:
    often, never = Group("valve", "small"), Group("bearing", "small")
    firms = [Unseen(1, often, 1, 1), Unseen(2, often, 2, 1), Unseen(3, never, 9, 1)]

    assert [one.id for one in teaching(firms, {often: 9}, 2)] == [3, 1]


def test_an_interval_of_rungs_holds_eight_of_ten_draws_and_the_likeliest_is_told() -> None:
    told = Standing([50, 300, 600, 50])

    assert told.likeliest == 2
    assert told.steps == (1, 2)
    assert Standing([500, 500, 0]).likeliest == 0
    assert Standing([0, 1000]).steps == (1, 1)
