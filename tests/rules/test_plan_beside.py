"""What stands beside a plan: runner-ups, other prices, what parts are for, what binds, why not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from questionnaires.scoring import score
from reports.lifting import Ground
from reports.plan.beside import at_prices, binding, obstacle, parts, runners_up, why_not
from reports.plan.optimum import Clock, Optimum, optimum
from reports.plan.wish import Aim, Wish
from reports.roadmap import rescored
from tests.rules.test_roadmap_units import price, priced, random_grounds, weeks
from tests.support.builders import a_package, a_questionnaire, a_rung


def a_ground(size: str | None = "large") -> Ground:
    ranged = {"fixed": {"software": price(8, 14)}}
    questionnaire = a_questionnaire(
        questions=["a", "b", "c"],
        ladder=[
            a_rung("basic"),
            a_rung("advanced", gates=[{"question": q, "at_least": 3} for q in ("a", "b")]),
        ],
        packages=[
            a_package("N01", {"a": 3}, cost=ranged, weeks=weeks(4)),
            priced("N02", 12, {"a": 3}, weeks=weeks(4)),
            priced("N03", 10, {"b": 3}, weeks=weeks(4), prerequisites=["N04"]),
            priced("N04", 2, {"c": 2}, weeks=weeks(4)),
            priced("N05", 1, {"c": 1}, weeks=weeks(4)),
            priced("N06", 40, {"a": 3, "b": 3}, weeks=weeks(4), sizes=["large"]),
        ],
    )
    return Ground(score(questionnaire, {"a": 0, "b": 0, "c": 1}), size)


def clock() -> Clock:
    return Clock(20)


def planned(ground: Ground, wish: Wish | None = None) -> Optimum:
    return optimum(ground, wish or Wish(), clock())


def codes(found: Optimum) -> set[str]:
    return {purchase.package.code for purchase in found.purchases}


def test_runner_ups_do_without_something_of_every_plan_before_them() -> None:
    ground = a_ground()
    first = planned(ground)

    found = runners_up(ground, first, clock())

    assert codes(first) == {"N01", "N03", "N04"}
    assert [(codes(one), one.paid) for one in found] == [
        ({"N02", "N03", "N04"}, 24),
        ({"N06"}, 40),
    ]


def test_it_is_said_whether_other_prices_would_change_the_choice() -> None:
    low, high = at_prices(planned(a_ground()), clock())

    assert (low.end, low.cost, low.saves, low.other) == ("low", 20, 0, None)
    assert (high.end, high.cost, high.saves) == ("high", 26, 2)
    assert high.other is not None
    assert {p.package.code for p in high.other} == {"N02", "N03", "N04"}


def test_each_part_says_what_would_be_lost_without_it() -> None:
    found = {part.purchase.package.code: part for part in parts(planned(a_ground()))}

    assert [len(found[code].opens) for code in ("N01", "N03", "N04")] == [1, 1, 0]
    assert found["N01"].adds == Fraction(3, 4) / 3
    assert found["N04"].needed_by == ("N03",)
    assert not found["N01"].keeps_rung
    assert found["N04"].keeps_rung


def test_the_demand_that_costs_most_comes_first() -> None:
    found = binding(planned(a_ground()), clock())

    assert [(one.wanted[:3], one.saves) for one in found] == [("“b”", 12), ("“a”", 11)]


@pytest.mark.parametrize(
    ("code", "why", "more"),
    [
        ("N01", "part", 0),
        ("N02", "dearer", 1),
        ("N05", "idle", 0),
        ("N06", "dearer", 17),
        ("N99", "unsuited", 0),
    ],
)
def test_why_a_package_is_not_part_of_it(code: str, why: str, more: int) -> None:
    ground = a_ground()

    found = why_not(ground, planned(ground), code, clock())

    assert (found.why, found.more) == (why, more)


def test_why_not_is_unsuited_for_another_size_left_out_or_no_way_at_all() -> None:
    small, large = a_ground("small"), a_ground()
    left_out = planned(large, Wish(left_out=frozenset({"N02"})))
    poor = planned(large, Wish(budget=Fraction(25)))

    assert why_not(small, planned(small), "N06", clock()).why == "unsuited"
    assert why_not(large, left_out, "N02", clock()).why == "left_out"
    assert why_not(large, poor, "N06", clock()).why == "no_way"
    assert why_not(large, planned(large), "N06", Clock(0)).why == "unknown"


def test_what_cannot_be_kept_is_named() -> None:
    ground = a_ground()

    def said(wish: Wish) -> tuple[object, ...]:
        found = obstacle(ground, planned(ground, wish), clock())
        assert found is not None
        return found.kind, found.money, found.weeks, found.codes

    assert said(Wish(budget=Fraction(22))) == ("budget", 23, 0, ())
    assert said(Wish(weeks=3)) == ("time", 0, 4, ())
    assert said(Wish(weeks=4, budget=Fraction(30))) == ("both", 0, 0, ())
    without = Wish(left_out=frozenset({"N01", "N02", "N03", "N06"}))
    assert said(without) == ("left_out", 0, 0, ("N01", "N03"))


def test_gates_that_nothing_lifts_are_named() -> None:
    questionnaire = a_questionnaire(
        questions=["a"],
        ladder=[a_rung("basic"), a_rung("advanced", gate=("a", 3))],
        packages=[priced("N01", 1, {"a": 2})],
    )
    ground = Ground(score(questionnaire, {"a": 0}), None)

    found = obstacle(ground, planned(ground), clock())

    assert found is not None
    assert (found.kind, len(found.said)) == ("gates", 1)
    assert "目录中没有" in found.said[0]


@pytest.mark.parametrize("number", [3, pytest.param(200, marks=pytest.mark.nightly)])
def test_plans_of_real_firms_reach_their_rung_and_no_runner_up_is_better(number: int) -> None:
    seen = 0
    for ground, _ in random_grounds(number):
        for aim in (Aim.COST, Aim.TIME, Aim.COUNT):
            first = optimum(ground, Wish(aim=aim), Clock(5))
            for plan in (first, *runners_up(ground, first, Clock(5))):
                if plan.after is None or first.target is None:
                    continue
                assert rescored(plan.ground, plan.purchases).step >= first.target.step
                assert plan.timing.begins.keys() == codes(plan)
                if aim == Aim.COST:
                    assert plan.paid >= first.paid
                seen += 1
            named = why_not(ground, first, "N04", Clock(5))
            assert named.more >= 0 or aim != Aim.COST
    assert seen > number
