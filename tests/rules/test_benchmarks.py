"""Benchmarks: whoever knows all that is told, and even every other firm, finds nobody's share."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from statistics import quantiles

import pytest

from questionnaires.scoring import weighted_share
from reports import benchmarks
from reports.benchmarks import (
    ALL,
    BAND,
    STEP,
    WHOLE,
    Counted,
    Group,
    Member,
    Period,
    Quartiles,
    Told,
    next_period,
)
from reports.peers import Named, Peers, peers
from reports.small_cells import FEWEST

WEIGHTS = {"design": Fraction(3), "planning": Fraction(2), "tracing": Fraction(5)}
TRIED = [Fraction(step, 100) for step in range(101)]
"""Shares an attacker tries, one point apart."""
SEEDS = range(8)


@dataclass(frozen=True)
class Firm:
    number: int
    group: Group
    shares: Mapping[str, Fraction]

    @property
    def whole(self) -> Fraction:
        return weighted_share(
            (WEIGHTS[id], share) for id, share in self.shares.items()
        ) or Fraction(0)


def a_district(chance: random.Random, firms: int, first: int = 0) -> list[Firm]:
    return [
        Firm(
            number,
            Group(
                chance.choice(["valve", "bearing"]),
                chance.choice(["small", "small", "medium"]),
                chance.choice(["东镇", "东镇", "西镇"]),
            ),
            {id: Fraction(chance.randrange(5, 100), 100) for id in WEIGHTS},
        )
        for number in range(first, first + firms)
    ]


def members(firms: Iterable[Firm]) -> list[Member]:
    return [benchmarks.member(f.number, f.group, f.shares, WEIGHTS) for f in firms]


def periods(states: Iterable[Sequence[Firm]]) -> list[Period]:
    return list(_periods(tuple(Members(members(firms)) for firms in states)))


class Members(tuple[Member, ...]):
    """Known by their marks, which name all that counts of them."""

    def __hash__(self) -> int:
        return hash(tuple(one.mark for one in self))


@lru_cache
def _periods(states: tuple[Members, ...]) -> tuple[Period, ...]:
    past: list[Period] = []
    for counted in states:
        if period := next_period(counted, past):
            past.append(period)
    return tuple(past)


def told(states: Sequence[Sequence[Firm]]) -> list[object]:
    """All that readers ever see of a district that stood so, one state after another."""
    return [dict(period.figures) for period in periods(states)]


def told_before(states: Sequence[Sequence[Firm]]) -> list[object]:
    """What was told once: quartiles of a trade at any time, cut to whole percentages."""
    seen: list[object] = []
    for firms in states:
        for trade in ("valve", "bearing"):
            ours = [firm for firm in firms if firm.group.trade == trade]
            for id in (WHOLE, "tracing"):
                shares = [firm.shares[id] if id else firm.whole for firm in ours]
                few = len(shares) <= FEWEST
                seen.append(
                    few or [q * 100 // 1 for q in quantiles(shares, n=4, method="inclusive")]
                )
    return seen


# --- the attacker who knows all firms but one ------------------------------------------------------

Tells = Callable[[Sequence[Sequence[Firm]]], list[object]]


def found(tells: Tells, states: Sequence[Sequence[Firm]], who: Firm, section: str) -> Fraction:
    """Return within how much a firm's share of a section lies for whoever knows all else of it."""

    def beside(share: Fraction) -> list[object]:
        other = replace(who, shares={**who.shares, section: share})
        return tells([[other if f is who else f for f in firms] for firms in states])

    seen = tells(states)
    possible = [share for share in TRIED if beside(share) == seen]
    return max(possible) - min(possible) + TRIED[1]


def newcomers(seed: int) -> tuple[list[list[Firm]], Firm]:
    """A district before and after one firm came; as many come with it, all known, as must."""
    chance = random.Random(seed)
    before = a_district(chance, chance.randrange(12, 30))
    after = before + a_district(chance, 1 + FEWEST, first=len(before))
    return [before, after], after[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_knows_all_firms_but_one_finds_no_share_closer_than_a_band(seed):
    states, who = newcomers(seed)

    assert found(told, states, who, "tracing") >= BAND


def test_quartiles_cut_to_whole_percentages_would_not_stand_the_same_attacker():
    close = [found(told_before, *newcomers(seed), "tracing") for seed in SEEDS]

    assert sum(width < BAND for width in close) >= len(close) // 2
    assert min(close) <= Fraction(2, 100)


def test_a_whole_share_lies_anywhere_in_a_band_for_whoever_knows_all_bands_of_its_sections():
    lowest = Firm(1, Group("valve", "small"), dict.fromkeys(WEIGHTS, Fraction(4, 10)))
    highest = replace(lowest, shares=dict.fromkeys(WEIGHTS, Fraction(4_999, 10_000)))

    assert members([lowest]) == members([highest])
    assert highest.whole - lowest.whole > BAND - Fraction(1, 1_000)


# --- the attacker who knows no firm, and takes tables and periods from each other ------------------


def a_life(seed: int) -> list[list[Firm]]:
    """A district over years: firms come, go, are visited again, and grow."""
    chance = random.Random(seed)
    states, number = [a_district(chance, chance.randrange(15, 40))], 100
    for _ in range(3):
        firms = [firm for firm in states[-1] if chance.random() > 0.1]
        for at in range(len(firms)):
            if chance.random() < 0.15:
                firms[at] = a_district(chance, 1, first=firms[at].number)[0]
        firms += a_district(chance, chance.randrange(14), first=number)
        number += 100
        states.append(firms)
    return states


def group_of(one: Counted) -> Group:
    return Group(one.trade, one.size, one.township)


def inside(period: Period, group: Group) -> frozenset[str]:
    return frozenset(
        one.mark
        for one in period.members
        if all(asked in (ALL, own) for asked, own in zip(group, group_of(one), strict=True))
    )


def leftovers(sets: Iterable[frozenset[str]]) -> Iterator[frozenset[str]]:
    """All that is left of a known set when known parts of it are taken away."""
    known = list(sets)
    for whole in known:
        parts = [part for part in known if part < whole]
        for many in range(4):
            for some in combinations(parts, many):
                if sum(map(len, some)) == len(frozenset().union(*some)):
                    yield whole.difference(*some)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_difference_of_tables_or_periods_is_about_one_to_four_firms(seed):
    made = periods(a_life(seed))

    assert made
    for period in made:
        now = {group for group, _ in of_whole(period)}
        assert all(len(inside(period, group)) > FEWEST for group in now)
        assert not [
            few for few in leftovers(inside(period, g) for g in now) if 0 < len(few) < FEWEST
        ]
    for before, after in pairwise(made):
        both = {g for g, _ in of_whole(before)} & {g for g, _ in of_whole(after)}
        for one, other in ((before, after), (after, before)):
            moved = [inside(other, group) - inside(one, group) for group in both]
            assert not [few for few in leftovers(moved) if 0 < len(few) < FEWEST]


def of_whole(period: Period) -> list[tuple[Group, Quartiles]]:
    """The groups of which whole shares were told anew in a period."""
    return [
        (told.group, found)
        for told, found in period.figures.items()
        if told.section == WHOLE and found.period == period.number
    ]


# --- what a reader meets ---------------------------------------------------------------------------


def alike(firms: int, first: int = 0) -> list[Firm]:
    shares = dict.fromkeys(WEIGHTS, Fraction(1, 3))
    return [Firm(first + n, Group("valve", "small"), shares) for n in range(firms)]


def test_of_five_firms_nothing_is_told_and_six_are_said_to_be_five_to_nine():
    assert next_period(members(alike(FEWEST)), []) is None

    period = next_period(members(alike(FEWEST + 1)), [])

    assert period is not None
    assert period.figures[Told(WHOLE, "valve", ALL)] == (1, 5, 7, 7, 7)
    assert period.figures[Told("design", "valve", "small")] == (1, 5, 3, 3, 3)


def test_while_fewer_than_five_come_everybody_is_told_what_was_told():
    first = alike(10)

    assert len(periods([first, first + alike(4, first=50)])) == 1
    assert len(periods([first, first + alike(5, first=50)])) == 2
    assert len(periods([first, first])) == 1


def test_a_total_less_its_one_part_does_not_tell_on_the_rest():
    rest = [replace(firm, group=Group("valve", "medium")) for firm in alike(2, first=50)]

    (period,) = periods([alike(12) + rest])

    assert Told(WHOLE, "valve", ALL) in period.figures
    assert Told(WHOLE, "valve", "small") not in period.figures


def test_a_firm_that_did_not_say_its_size_counts_in_its_trade_alone():
    unsaid = [replace(firm, group=Group("valve", "")) for firm in alike(8)]

    (period,) = periods([unsaid])

    assert {told.group for told in period.figures} == {Group("valve"), Group()}


def test_townships_are_told_and_none_is_found_by_taking_the_others_from_all():
    named = {"东镇": 8, "西镇": 7, "北镇": 2}
    firms = [
        replace(firm, group=Group("valve", "small", township))
        for first, (township, many) in enumerate(named.items())
        for firm in alike(many, first=100 * first)
    ]

    (period,) = periods([firms])

    assert {told.township for told in period.figures} == {ALL, "东镇"}


def test_a_firm_that_moves_to_another_township_is_no_newcomer_of_its_trade():
    stays = [replace(firm, group=Group("valve", "small", "东镇")) for firm in alike(12)]
    moved = [replace(stays[0], group=Group("valve", "small", "西镇")), *stays[1:]]

    assert members(stays[:1])[0].mark == members(moved[:1])[0].mark
    assert len(periods([stays, moved])) == 1


def test_periods_that_knew_no_townships_go_on():
    earlier = [
        replace(period, members=tuple(one._replace(township="-") for one in period.members))
        for period in periods([alike(12)])
    ]
    located = [replace(firm, group=Group("valve", "small", "东镇")) for firm in alike(12)]

    after = next_period(members(located), earlier)

    assert after is not None
    assert {told.township for told, it in after.figures.items() if it.period == 2} >= {"东镇"}


def test_a_whole_share_worked_out_from_bands_is_off_by_half_a_band_at_most():
    for firm in a_district(random.Random(1), 200):
        (one,) = members([firm])
        middle = (one.bands[WHOLE] + Fraction(1, 2)) * STEP

        assert abs(middle - firm.whole) <= BAND / 2 + STEP / 2


NAMED = Named(Group("valve", "small"), "阀门", "小型")


def beside(own: dict[str, Fraction], figures: dict[Told, Quartiles]) -> Peers | None:
    return peers(own, {"design": "研发设计"}, figures, NAMED, date(2026, 11, 1))


def test_a_firm_stands_among_bands_and_reads_no_figure_but_them():
    figures = {
        Told(WHOLE, "valve", ALL): Quartiles(1, 10, 5, 7, 11),
        Told(WHOLE, "valve", "small"): Quartiles(1, 5, 3, 7, 9),
        Told("design", "valve", ALL): Quartiles(1, 10, 2, 2, 4),
    }

    it = beside({WHOLE: Fraction(31, 100), "design": Fraction(1)}, figures)

    assert it is not None
    assert (it.whose, it.firms, it.day) == ("阀门行业", "10–14", date(2026, 11, 1))
    assert [(one.title, one.low, one.middle, one.high, one.stands) for one in it.lines] == [
        ("总得分率", "25–30%", "35–40%", "55–60%", "中位以下"),
        ("总得分率（小型企业）", "15–20%", "35–40%", "45–50%", "中位以下"),
        ("研发设计", "20–30%", "20–30%", "40–50%", "前四分之一"),
    ]


@pytest.mark.parametrize(
    "percent, stands",
    [(24, "后四分之一"), (25, "中位以下"), (36, "中位附近"), (40, "中位以上"), (60, "前四分之一")],
)
def test_where_a_firm_stands_is_said_by_bands(percent, stands):
    it = beside(
        {WHOLE: Fraction(percent, 100)}, {Told(WHOLE, "valve", ALL): Quartiles(1, 10, 5, 7, 11)}
    )

    assert it.lines[0].stands == stands


def test_where_a_trade_is_told_nothing_of_a_firm_stands_among_all_trades():
    everybody = {Told(WHOLE, ALL, ALL): Quartiles(1, 20, 5, 7, 11)}

    assert beside({WHOLE: Fraction(1)}, everybody).whose == "全部行业"
    assert beside({WHOLE: Fraction(1)}, {}) is None
