"""Demand is told without names: no description fits fewer than five firms, whoever knows the rule."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reports.demand import Described, described, groups
from reports.small_cells import FEWEST

FIRMS = st.lists(
    st.tuples(
        st.sampled_from(["valve", "pump", ""]),
        st.sampled_from(["small", "large", ""]),
        st.sampled_from(["东镇", "西镇", "北镇", ""]),
    ),
    max_size=60,
)


@given(FIRMS)
def test_a_description_always_fits_at_least_five_firms_or_says_nothing(firms):
    said = described(firms)
    standing = Counter(said[firm] for firm in firms)

    assert set(said) == set(firms)
    for words, count in standing.items():
        assert count >= FEWEST or words == Described()
    for firm, words in said.items():
        told = [part for part in words if part]
        assert told == list(firm)[: len(told)]


def test_firms_left_over_by_the_rule_are_not_told_by_what_is_missing():
    """Five stand in one township, one in another: naming the five would name the one."""
    firms = [("valve", "small", "东镇")] * 5 + [("valve", "small", "西镇")]

    assert set(described(firms).values()) == {Described("valve", "small")}


def test_a_count_that_says_what_every_firm_of_a_group_wants_is_not_told():
    firms = [("valve", "small", "东镇")] * 12
    wanting = [("XV01", firms[0])] * 12 + [("XV02", firms[0])] * 6 + [("XV03", firms[0])] * 2

    found = {one.package: one.firms for one in groups(firms, wanting)}

    assert found == {"XV01": None, "XV02": 6, "XV03": None}
