"""Samples: what a card keeps, whom it resembles, how a copy of it differs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.samples import (
    SIZES,
    Card,
    Deviation,
    Differs,
    Done,
    Far,
    Figure,
    Item,
    Seeker,
    alike,
    deviations,
    how_far,
    rank,
)
from survey.lifecycle.sample_cards import names_firm
from survey.words.samples import difference, reasons

FIGURE = Figure("准时交付率", "%", "80", date(2026, 3, 1), "92.5", date(2026, 6, 1))


def a_card(trade="valve", size="small", processes=("casting", "machining"), packages=("N01",)):
    items = tuple(Item(code, needed=True, price=1200, weeks=10) for code in packages)
    return Card("样本", trade, size, processes, items=items)


def test_a_card_comes_back_from_json_as_it_was_kept():
    card = Card(
        "样本", "valve", "small", ("casting",), "问题", "坑", "周三", "经信局", date(2026, 6, 1),
        (Item("N01", needed=True, quantity=2, price=100, yearly=5, weeks=3, provider="甲"),),
        (FIGURE,),
    )  # fmt: skip

    assert Card.read(card.kept()) == card


def test_a_firm_is_shown_its_own_trade_first_then_what_it_lacks_then_its_processes_then_its_size():
    seeker = Seeker("valve", "small", ("casting", "machining"), ("N01", "N02"))
    cards = {
        1: a_card(trade="bearing", packages=("N01", "N02")),
        2: a_card(packages=("N09",), size="large", processes=("casting", "painting")),
        3: a_card(packages=("N09",), size="large"),
        4: a_card(packages=("N09",)),
        5: a_card(packages=("N02",), size="large", processes=()),
        6: a_card(packages=("N01", "N02"), size="large", processes=()),
    }

    assert [number for number, _ in rank(seeker, cards)] == [6, 5, 4, 3, 2, 1]


def test_what_is_equal_stays_in_order():
    cards = {7: a_card(), 3: a_card(), 5: a_card()}

    assert [number for number, _ in rank(Seeker("valve", "small"), cards)] == [7, 3, 5]


def test_the_reasons_say_what_both_have_in_common_and_nothing_else():
    both = alike(Seeker("valve", "medium", ("machining",), ("N01", "N04")), a_card())

    assert reasons(
        both, {"valve": "阀门"}, "valve", {"N01": "扫码报工", "machining": "机加工"}
    ) == [
        "同是阀门行业",
        "您要补的 2 项里它做了 1 项：扫码报工",
        "有 1 道工序相同：机加工",
        "规模相近",
    ]


def test_processes_of_another_trade_are_not_the_same_processes():
    both = alike(Seeker("bearing", None, ("casting",)), a_card())

    assert not both.is_similar
    assert (both.trade, both.processes, both.size) == (False, (), None)


NAMES = st.sampled_from(["a", "b", "c", "d"])
SOME = st.lists(NAMES, unique=True).map(tuple)
TRADES = st.sampled_from(["valve", "bearing"])
CARDS = st.builds(a_card, TRADES, st.sampled_from([*SIZES, ""]), SOME, SOME)


@given(st.builds(Seeker, TRADES, st.sampled_from([*SIZES, None]), SOME, SOME), st.lists(CARDS))
def test_every_card_is_ranked_once_and_lacking_more_of_it_never_puts_it_lower(seeker, cards):
    numbered = dict(enumerate(cards))

    assert sorted(number for number, _ in rank(seeker, numbered)) == sorted(numbered)
    for card in cards:
        done = {item.package for item in card.items}
        more = Seeker(seeker.trade, seeker.size, seeker.processes, {*seeker.gaps, *done})
        both = {1: a_card(seeker.trade, packages=()), 2: card}
        assert _place(rank(more, both)) <= _place(rank(seeker, both))


def _place(ranked):
    return [number for number, _ in ranked].index(2)


ITEM = Item("N01", needed=True, quantity=2, price=1000, weeks=10, provider="甲公司")


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (Done(2, 1100, 11, "甲公司"), []),
        (Done(2, 1101, 11, "甲公司"), [Deviation.DEARER]),
        (Done(2, 899, 9, ""), [Deviation.CHEAPER]),
        (Done(4, 2000, None, "甲公司"), []),
        (Done(2, None, 12, "乙公司"), [Deviation.LONGER, Deviation.PROVIDER]),
        (Done(2, None, 8, ""), [Deviation.SHORTER]),
        (None, [Deviation.LEFT_OUT]),
    ],
)
def test_a_copy_differs_beyond_a_tenth_counted_by_the_piece(done, expected):
    assert [one.what for one in deviations(ITEM, done)] == expected


def test_what_a_card_does_not_say_cannot_be_differed_from():
    assert deviations(Item("N01", needed=True), Done(1, 900, 20, "乙公司")) == ()


def test_differences_are_said_with_both_sides():
    dearer, provider = (difference(one) for one in deviations(ITEM, Done(1, 900, 10, "乙公司")))

    assert dearer == "价格更高：样本 5 万元，实际 9 万元"
    assert provider == "换了服务商：样本是甲公司，实际是乙公司"
    assert (
        difference(Differs(Deviation.LONGER, Fraction(10), 14))
        == "用时更长：样本 10 周，实际 14 周"
    )


@pytest.mark.parametrize(
    ("states", "far"),
    [
        (["planned", "planned"], Far.PLANNED),
        (["planned", "accepted"], Far.UNDER_WAY),
        (["finished"], Far.UNDER_WAY),
        (["accepted", "stopped"], Far.ACCEPTED),
        (["stopped"], Far.STOPPED),
        ([], Far.STOPPED),
    ],
)
def test_a_copy_is_as_far_as_the_least_of_what_goes_on(states, far):
    assert how_far(states) == far


@pytest.mark.parametrize(
    ("words", "gives_away"),
    [("云碓阀门的机加工车间", True), ("一家阀门厂的机加工车间", False)],
)
def test_a_text_that_names_the_firm_is_found_whatever_its_legal_form(words, gives_away):
    card = Card("样本", "valve", "small", (), problem=words)

    assert names_firm(card, "云碓阀门有限公司（虚构）") == gives_away
