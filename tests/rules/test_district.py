"""The district in numbers: the plan's targets beside today, and firms by rung."""

from __future__ import annotations

from datetime import date

import pytest

from reports.district import (
    Counting,
    Eligible,
    PlanLine,
    Recognised,
    Target,
    plan_lines,
    rung_lines,
)
from tests.support.builders import a_rung

LADDER = [a_rung(id) for id in ("a", "b", "c", "d", "e")]
EVERYTHING = Counting()
BY_2025 = Target(2025, 1, ("c", "d"))


def line(
    recognised: list[Recognised], target: Target = BY_2025, counting: Counting = EVERYTHING
) -> PlanLine:
    (only,) = plan_lines([target], LADDER, recognised, {}, counting)
    return only


def test_a_firm_recognised_by_the_end_of_the_year_counts() -> None:
    met = line([Recognised(1, "d", date(2025, 12, 31))])

    assert (met.recognised, met.missing) == (1, 0)


def test_a_firm_recognised_after_the_year_does_not_count_for_it() -> None:
    in_may_2026 = [Recognised(1, "d", date(2026, 5, 1))]

    of_2025, of_2027 = plan_lines([BY_2025, Target(2027, 4, ("c", "d"))], LADDER, in_may_2026, {})

    assert (of_2025.recognised, of_2025.missing) == (0, 1)
    assert (of_2027.recognised, of_2027.missing) == (1, 3)


def test_a_firm_counts_once_however_many_rungs_it_holds() -> None:
    held = [Recognised(1, "c", date(2024, 3, 1)), Recognised(1, "d", date(2025, 3, 1))]

    assert line(held).recognised == 1


def test_a_rung_the_target_does_not_name_does_not_count() -> None:
    assert line([Recognised(1, "b", date(2025, 3, 1))]).recognised == 0


def test_more_than_wanted_leaves_nothing_missing() -> None:
    both = [Recognised(firm, "c", date(2025, 3, 1)) for firm in (1, 2)]

    assert (line(both).recognised, line(both).missing) == (2, 0)


def test_a_recognition_before_the_rule_begins_is_in_the_base_and_not_counted_again() -> None:
    rule = Counting(since=date(2023, 1, 1), base=5)
    facts = [Recognised(1, "c", date(2022, 12, 31)), Recognised(2, "c", date(2023, 1, 1))]

    assert line(facts, counting=rule).recognised == 6
    assert line(facts).recognised == 2


def test_the_rule_by_which_a_figure_was_counted_is_said_in_a_sentence() -> None:
    rule = Counting(("智能工厂", "数字化车间"), ("省级",), date(2023, 1, 1), base=5)

    assert line([], counting=rule).rule == (
        "登记的等级是c、d，称号含“智能工厂”或“数字化车间”，级别为省级"
        "（登记时没有写称号或级别的，只看等级），认定日期自 2023 年 1 月 1 日起、到 2025 年 12 月 31 日止，一家企业只计一次，另加基数 5 家。"
    )
    assert line([]).rule.startswith("登记的等级是c、d，认定日期到 2025 年")


@pytest.mark.parametrize(
    "title,level,counted",
    [
        ("浙江省智能工厂", "省级", 1),
        ("浙江省智能工厂", "市级", 0),
        ("绿色工厂", "省级", 0),
        ("", "", 1),  # an earlier record says only its rung
    ],
)
def test_a_recognition_counts_by_the_title_and_the_level_its_record_holds(
    title: str, level: str, counted: int
) -> None:
    rule = Counting(("智能工厂",), ("省级",))

    assert (
        line([Recognised(1, "c", date(2024, 3, 1), title, level)], counting=rule).recognised
        == counted
    )


def test_who_meets_the_conditions_is_counted_among_those_who_stand_there_and_no_others() -> None:
    nothing: frozenset[str] = frozenset()
    firms = [
        Eligible(3, frozenset({"c"}), nothing),  # stands on c and meets it
        Eligible(4, nothing, frozenset({"c", "d"})),  # something is not known
        Eligible(4, nothing, nothing),  # something is known against it
        Eligible(3, frozenset({"d"}), nothing),  # meets d, on which it does not stand
        Eligible(4, frozenset({"c"}), frozenset({"d"})),  # one rung is enough
    ]

    (found,) = plan_lines([BY_2025], LADDER, [], {3: 2, 4: 3}, EVERYTHING, firms)

    assert (found.reaching, found.eligible, found.open) == (5, 2, 1)


def test_who_reaches_stands_on_the_lowest_named_rung_or_above_and_never_counts() -> None:
    (found,) = plan_lines([BY_2025], LADDER, [], confirmed={0: 5, 2: 7, 3: 1, 4: 2, 5: 4})

    assert (found.reaching, found.recognised, found.missing) == (7, 0, 1)
    assert found.rungs == ("c", "d")


def test_a_target_on_rungs_of_another_ladder_qualifies_nobody() -> None:
    (found,) = plan_lines([Target(2025, 1, ("x",))], LADDER, [], confirmed={5: 3})

    assert (found.rungs, found.reaching) == ((), 0)


def test_rungs_are_counted_in_firms_from_the_highest_down() -> None:
    lines = rung_lines(
        LADDER,
        [Recognised(1, "c", date(2024, 3, 1)), Recognised(2, "c", date(2026, 3, 1))],
        confirmed={0: 9, 3: 2, 5: 1},
        proposed={"d": 2},
        in_pool={"d": 1, "c": 3},
    )

    assert [(n.rung.id, n.standing, n.at_or_above) for n in lines] == [
        ("e", 1, 1),
        ("d", 0, 1),
        ("c", 2, 3),
        ("b", 0, 3),
        ("a", 0, 3),
    ]
    assert [(n.rung.id, n.proposed, n.in_pool, n.recognised) for n in lines[1:3]] == [
        ("d", 2, 1, 0),
        ("c", 0, 3, 2),
    ]
