"""The cheapest way to every rung above a firm's own."""

from __future__ import annotations

from fractions import Fraction

import pytest

from questionnaires.scoring import score
from reports.lifting import Ground
from reports.plan.ways import ways
from reports.roadmap import rescored, roadmap
from tests.rules.test_roadmap_units import priced, random_grounds
from tests.support.builders import a_questionnaire, a_rung


def three_rungs() -> Ground:
    questionnaire = a_questionnaire(
        questions=["a", "b"],
        ladder=[
            a_rung("basic"),
            a_rung("advanced", gate=("a", 2)),
            a_rung("top", gate=("b", 3)),
        ],
        packages=[
            priced("N01", 5, {"a": 2}),
            priced("N02", 9, {"b": 3}),
            priced("N03", 12, {"a": 3, "b": 3}),
        ],
    )
    return Ground(score(questionnaire, {"a": 0, "b": 0}), None)


def test_a_rung_further_up_is_reached_over_those_below_it() -> None:
    found = ways(three_rungs())

    bought = [(way.rung, [p.package.code for p in way.purchases]) for way in found]
    assert bought == [("advanced", ["N01"]), ("top", ["N03"])]
    assert [way.amounts.once.low for way in found] == [5, 12]


def test_above_a_rung_that_nothing_leads_to_there_is_no_way_either() -> None:
    questionnaire = a_questionnaire(
        questions=["a", "b"],
        ladder=[
            a_rung("basic"),
            a_rung("advanced", gate=("a", 2)),
            a_rung("top", gate=("b", 3)),
        ],
        packages=[priced("N02", 9, {"b": 3})],
    )

    found = ways(Ground(score(questionnaire, {"a": 0, "b": 0}), None))

    assert [(way.is_reached, way.purchases, way.bound) for way in found] == [(False, (), None)] * 2


def test_on_the_top_rung_there_are_no_ways() -> None:
    questionnaire = a_questionnaire(questions=["a"], ladder=[a_rung("basic")])

    assert ways(Ground(score(questionnaire, {"a": 2}), None)) == ()


def test_time_that_ran_out_is_told_from_no_way() -> None:
    found = ways(three_rungs(), seconds=0)

    assert [(way.is_reached, way.bound) for way in found] == [(False, Fraction(0))] * 2


@pytest.mark.parametrize("number", [8, pytest.param(500, marks=pytest.mark.nightly)])
def test_every_way_kept_reaches_its_rung_and_a_higher_rung_never_costs_less(number: int) -> None:
    reached = 0
    for ground, _ in random_grounds(number):
        found = ways(ground)
        next_way = roadmap(ground)
        assert next_way is not None
        assert found[0].purchases == next_way.purchases
        least = Fraction(-1)
        for way in found:
            if way.is_reached:
                after = rescored(ground, way.purchases)
                assert after.step >= way.step
                years = ground.score.questionnaire.fee_years
                once, yearly = way.amounts.once, way.amounts.yearly
                paid = once.low + once.high + years * (yearly.low + yearly.high)
                assert paid >= least
                least, reached = paid, reached + 1
    assert reached > number
