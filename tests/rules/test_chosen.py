"""A consultant's plan beside the computed one: sums, marks, and where each of them leads."""

from __future__ import annotations

from questionnaires.model import Questionnaire
from questionnaires.scoring import score
from reports.diagnosis import Diagnosis, diagnose
from reports.diagnosis.chosen import NOT_SAID, beside, bought
from reports.facts import Choice
from reports.lifting import Ground
from tests.support.builders import a_package, a_questionnaire, a_rung
from tests.support.reporting import some_facts

LOW = {"scheduling": 1, "tracing": 1}


def a_plan(*choices: Choice, questionnaire: Questionnaire | None = None) -> Diagnosis:
    asked = questionnaire or two_rungs()
    return diagnose(some_facts(), "onsite", score(asked, LOW), LOW, choices=choices)


def two_rungs() -> Questionnaire:
    stands = {"each": {"equipment": {"low": 2, "high": 3}}, "per": "站"}
    return a_questionnaire(
        questions=["scheduling", "tracing"],
        ladder=[a_rung("basic"), a_rung("advanced", at_least="0.6", gate=("scheduling", 3))],
        packages=[
            a_package("N01", {"scheduling": 3}),
            a_package("N02", {"tracing": 3}),
            a_package("N03", {"tracing": 1, "scheduling": 1}, cost=stands),
        ],
    )


def test_what_is_chosen_is_counted_with_its_own_quantity_and_price() -> None:
    it = a_plan(Choice("N03", units=4), Choice("N01", low=1250, high=1500))

    assert [(line.units, line.once) for line in it.advice_costs.lines] == [
        ("按 4 站计", "8–12"),
        ("", "12.5–15"),
    ]
    assert it.both_plans is not None
    assert it.both_plans.chosen.once == "20.5–27 万元"


def test_the_two_lists_are_held_against_each_other_line_by_line() -> None:
    it = a_plan(
        Choice("N01", low=100, high=100, starts="2027-Q2"),
        Choice("N03"),
        Choice(title="设专人盯排产", helps={"scheduling": 2}),
    )

    assert it.both_plans is not None
    assert [(row.code, row.mark, row.starts) for row in it.both_plans.rows] == [
        ("N01", "造价不同", "2027 年二季度"),
        ("N03", "顾问增加", ""),
        ("自拟1", "顾问自拟", ""),
        ("N02", "未列入", ""),
    ]
    assert [advice.code for advice in it.both_plans.left_out] == ["N02"]
    assert (it.both_plans.computed.count, it.both_plans.chosen.count) == (2, 3)


def test_a_plan_says_what_it_reaches_or_what_the_next_rung_still_lacks() -> None:
    short, enough = a_plan(Choice("N02")), a_plan(Choice("N02"), Choice("N01"))

    assert short.both_plans is not None
    assert enough.both_plans is not None
    lacking = short.both_plans.chosen.reach
    assert (lacking.climbs, lacking.share, lacking.target) == (False, "50%", "advanced")
    assert lacking.missing[-1] == "总得分率还差 10 个百分点"
    assert len(lacking.missing) == 2
    assert (enough.both_plans.chosen.reach.climbs, enough.both_plans.chosen.reach.missing) == (
        True,
        (),
    )
    assert short.both_plans.computed.reach.climbs


def test_a_measure_of_ones_own_lifts_what_it_says_and_no_further() -> None:
    it = a_plan(Choice(title="自己编排产表", helps={"scheduling": 3}), Choice("N02"))

    assert it.both_plans is not None
    assert it.both_plans.chosen.reach.climbs
    (own, _) = [advice for wave in it.waves for advice in wave.advice]
    assert (own.code, own.cost, own.weeks) == ("自拟1", "未估价", "")
    assert [(r.short, r.before, r.after) for r in own.raises] == [("scheduling", 1, 3)]


def test_choices_are_told_in_time_a_quarter_before_its_months_and_the_undated_last() -> None:
    starts = ("2027-04", "", "2027-Q2", "2026-12")
    it = a_plan(*(Choice(title=f"措施{n}", starts=s) for n, s in enumerate(starts)))

    assert [wave.title for wave in it.waves] == [
        "2026 年 12 月启动",
        "2027 年二季度启动",
        "2027 年 4 月启动",
        NOT_SAID,
    ]


def test_words_of_the_consultant_stand_in_place_of_the_catalogues() -> None:
    it = a_plan(Choice("N01", why="插单把周计划冲掉了。", what="先上一条线。"))

    (advice,) = [advice for wave in it.waves for advice in wave.advice]
    assert (advice.why, advice.summary) == ("插单把周计划冲掉了。", "先上一条线。")


def test_what_must_come_first_and_stands_on_neither_list_is_told_too() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling", "tracing"],
        packages=[
            a_package("N01", {"scheduling": 3}, prerequisites=["N02"]),
            a_package("N02", {"tracing": 3}, prerequisites=["N03"]),
            a_package("N03", {"tracing": 2}),
        ],
        ladder=[a_rung("basic")],
    )
    at_the_top = {"scheduling": 1, "tracing": 1}
    ground = Ground(score(questionnaire, at_the_top), None)

    both = beside(ground, (), bought(ground, None, [Choice("N01")]), set())

    assert [advice.code for advice in both.needed] == ["N02", "N03"]


def test_an_empty_plan_is_a_decision_too() -> None:
    it = a_plan()

    assert it.advised
    assert it.both_plans is not None
    assert (it.both_plans.chosen.count, it.both_plans.chosen.once) == (0, "无需采购")
    assert [row.mark for row in it.both_plans.rows] == ["未列入", "未列入"]
