"""What a diagnosis says: figures, gates, gaps, advice, key figures, and both sheets side by side."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from questionnaires.answers import NOT_APPLICABLE, Ratio
from questionnaires.model import Package, Questionnaire
from questionnaires.scoring import score
from reports.diagnosis import Diagnosis, diagnose
from reports.diagnosis.key_figures import reference_bands
from reports.diagnosis.sections import Notes
from reports.facts import Choice, File, SelfAssessment, Verdict, Verification
from reports.figures import amount, percent, percent_number, percentage_points, points_figure
from tests.support.builders import (
    a_package,
    a_question,
    a_questionnaire,
    a_ratio,
    a_rung,
    a_section,
)
from tests.support.reporting import a_valve_diagnosis, an_onsite_diagnosis, some_facts


def a_diagnosis(
    questionnaire: Questionnaire, sheet: dict[str, object], **given: object
) -> Diagnosis:
    result = score(questionnaire, sheet)  # type: ignore[arg-type]
    return diagnose(some_facts(), "self", result, sheet, **given)  # type: ignore[arg-type]


def two_rungs(*packages: Package) -> Questionnaire:
    return a_questionnaire(
        questions=["scheduling", "tracing"],
        ladder=[a_rung("basic"), a_rung("advanced", at_least="0.6", gate=("scheduling", 3))],
        packages=packages,
    )


# --- figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "text"),
    [("0.4496", "44.9%"), ("0.45", "45%"), ("1", "100%"), ("0", "0%"), ("2/3", "66.6%")],
)
def test_a_share_is_cut_never_rounded_up_to_a_threshold(share: str, text: str) -> None:
    assert percent(Fraction(share)) == text


def test_what_is_printed_as_reached_and_as_missing_adds_up_to_the_threshold() -> None:
    for thousandths in range(44_000, 45_000, 7):
        share = Fraction(thousandths, 100_000)

        missing = Decimal(percentage_points(Fraction("0.45") - share).split()[0])

        assert percent_number(share) + missing == Decimal(45)
        assert missing > 0


def test_amounts_lose_idle_noughts_and_nothing_else() -> None:
    assert [amount(Fraction(v)) for v in ("8", "0.15", "100", "2.50")] == [
        "8",
        "0.15",
        "100",
        "2.5",
    ]


# --- rung, gates, gaps ----------------------------------------------------------------------------


def test_the_gates_that_hold_a_firm_back_are_named_with_what_was_wanted_and_found() -> None:
    diagnosis = a_diagnosis(two_rungs(), {"scheduling": 2, "tracing": 4})

    assert diagnosis.rung == "basic"
    assert diagnosis.missing is not None
    assert diagnosis.missing.threshold_met
    assert [(g.wanted, g.found) for g in diagnosis.missing.gates] == [
        ("“scheduling”做到“第 3 档的做法”（3 档）", "“第 2 档的做法”（2 档）")
    ]
    assert diagnosis.missing.summary == "总得分率已达到分数线 60%，还有 1 项必备条件未满足。"


def test_points_missing_to_the_threshold_are_told_when_every_gate_holds() -> None:
    diagnosis = a_diagnosis(two_rungs(), {"scheduling": 3, "tracing": 1})

    assert diagnosis.missing is not None
    assert diagnosis.missing.missing.exact == Fraction(1, 10)
    assert (
        diagnosis.missing.summary == "总得分率距分数线 60% 还差 10 个百分点，必备条件已全部满足。"
    )


def test_on_the_top_rung_nothing_is_missing_and_no_way_is_shown() -> None:
    diagnosis = a_diagnosis(two_rungs(), {"scheduling": 4, "tracing": 4})

    assert (diagnosis.missing, diagnosis.route, diagnosis.gaps) == (None, None, ())


def test_a_firm_below_the_first_rung_is_told_so() -> None:
    questionnaire = a_questionnaire(questions=["scheduling"], ladder=[a_rung("basic", "0.5")])

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 1})

    assert (diagnosis.step, diagnosis.rung) == (0, "尚未达到basic")


def test_the_gap_list_begins_with_gates_then_with_what_is_worth_most() -> None:
    heavy = a_section("heavy", ["planning"], weight=3)
    questionnaire = a_questionnaire(
        questions=["scheduling", "tracing"],
        sections=[heavy],
        ladder=[a_rung("basic"), a_rung("advanced", gate=("tracing", 2))],
    )

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 0, "tracing": 1, "planning": 2})

    assert [(gap.question_id, gap.is_gate) for gap in diagnosis.gaps] == [
        ("tracing", True),
        ("planning", False),
        ("scheduling", False),
    ]
    assert diagnosis.gaps[1].worth.exact == Fraction(3, 4) * Fraction(1, 2)


def test_what_does_not_apply_is_neither_strong_nor_weak_nor_a_gap() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling"],
        sections=[a_section("welding", [a_question("welds", not_applicable=True)])],
    )

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 4, "welds": NOT_APPLICABLE})

    assert [s.title for s in diagnosis.strongest] == ["production"]
    assert diagnosis.weakest == ()
    assert diagnosis.sections[1].share_text == "不适用"
    assert diagnosis.gaps == ()


# --- advice ---------------------------------------------------------------------------------------


def test_a_package_that_opens_a_gate_comes_before_one_that_gains_more() -> None:
    questionnaire = two_rungs(a_package("N01", {"tracing": 4}), a_package("N02", {"scheduling": 3}))

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 2, "tracing": 0})

    (first, second) = diagnosis.waves[0].advice
    assert (first.code, first.opens_gate) == ("N02", True)
    assert (second.code, second.gain.exact) == ("N01", Fraction(1, 2))


def test_of_two_packages_that_gain_alike_the_cheaper_comes_first() -> None:
    questionnaire = two_rungs(
        a_package("N01", {"tracing": 4}, cost={"low": 10, "high": 20}),
        a_package("N02", {"tracing": 4}, cost={"low": 1, "high": 2}),
    )

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 4, "tracing": 0})

    assert [advice.code for advice in diagnosis.waves[0].advice] == ["N02"]


def test_waves_begin_with_what_opens_a_gate_and_a_slow_prerequisite_comes_one_before() -> None:
    slow = {"low": 20, "high": 30}
    questionnaire = two_rungs(
        a_package("N01", {"scheduling": 3}, prerequisites=["N02"]),
        a_package("N02", {"tracing": 1}, weeks=slow),
    )

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 2, "tracing": 0})

    assert [[a.code for a in wave.advice] for wave in diagnosis.waves] == [["N02"], ["N01"], []]


def test_never_more_than_six_packages_are_advised() -> None:
    ids = [f"q{n}" for n in range(9)]
    questionnaire = a_questionnaire(
        questions=ids, packages=[a_package(f"N{n:02}", {q: 4}) for n, q in enumerate(ids)]
    )

    diagnosis = a_diagnosis(questionnaire, dict.fromkeys(ids, 0))

    assert sum(len(wave.advice) for wave in diagnosis.waves) == 6


def test_a_package_for_other_sizes_is_not_advised() -> None:
    questionnaire = two_rungs(a_package("N01", {"tracing": 4}, sizes=["large"]))

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 4, "tracing": 0})

    assert not any(wave.advice for wave in diagnosis.waves)


def test_advice_carries_cost_weeks_acceptance_and_the_mark_of_a_reference_value() -> None:
    questionnaire = two_rungs(a_package("N01", {"tracing": 4}))

    (advice,) = a_diagnosis(questionnaire, {"scheduling": 4, "tracing": 0}).waves[0].advice

    assert (advice.cost, advice.weeks) == ("5–20 万元", "4–8 周")
    assert advice.acceptance == "现场任取一单查看"
    assert advice.is_reference


def test_the_consultant_chooses_what_is_recommended() -> None:
    diagnosis = an_onsite_diagnosis({}, {}, choices=(Choice("N07"), Choice("N01")))

    codes = {advice.code for wave in diagnosis.waves for advice in wave.advice}
    assert codes == {"N07", "N01"}


# --- key figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "edges", "value", "here"),
    [
        ("higher", ("40", "50"), "50", "advanced"),
        ("higher", ("40", "50"), "49.9", "basic"),
        ("higher", ("40", "50"), "39", None),
        ("lower", ("60", "30"), "30", "advanced"),
        ("lower", ("60", "30"), "61", None),
    ],
)
def test_a_key_figure_lies_in_the_band_whose_edge_it_reaches(
    direction: str, edges: tuple[str, ...], value: str, here: str | None
) -> None:
    bands = {"all": {"edges": edges, "direction": direction, "source": "建议值"}}
    figure = a_question("minutes", "number", bands=bands)
    questionnaire = a_questionnaire(
        questions=["scheduling", figure], ladder=[a_rung("basic"), a_rung("advanced")]
    )

    (line,) = a_diagnosis(questionnaire, {"scheduling": 2, "minutes": Decimal(value)}).key_figures

    assert [band.title for band in line.bands if band.here] == ([here] if here else [])
    assert line.is_reference


@pytest.mark.parametrize(
    ("direction", "edges", "said"),
    [
        ("higher", ("12", "20.5"), ["12–20.5 次", "≥20.5 次"]),
        ("lower", ("60", "30"), ["30–60 次", "≤30 次"]),
    ],
)
def test_a_band_reads_the_same_beside_the_question_and_beside_the_result(
    direction: str, edges: tuple[str, ...], said: list[str]
) -> None:
    bands = {"all": {"edges": edges, "direction": direction, "source": "建议值"}}
    figure = a_question("changes", "number", unit="次", bands=bands)
    questionnaire = a_questionnaire(
        questions=["scheduling", figure], ladder=[a_rung("basic"), a_rung("advanced")]
    )

    (line,) = a_diagnosis(questionnaire, {"scheduling": 2, "changes": Decimal(1)}).key_figures
    beside = reference_bands(questionnaire, questionnaire.questions["changes"])

    assert [band.words for band in beside] == [band.words for band in line.bands] == said
    assert reference_bands(questionnaire, questionnaire.questions["scheduling"]) == ()


def test_a_key_figure_that_was_not_given_says_so() -> None:
    bands = {"valve": {"edges": ["10", "20"], "source": "建议值"}}
    figure = a_ratio("oee", bands=bands)
    questionnaire = a_questionnaire(questions=[figure], ladder=[a_rung("a"), a_rung("b")])

    (given,) = a_diagnosis(questionnaire, {"oee": Ratio(1, 8)}).key_figures

    assert (given.value, given.stands) == ("1 / 8 台（12.5%）", "落在“a”区间")


@pytest.mark.parametrize(("part", "stands"), [(20, "落在“a”区间"), (21, "落在“b”区间")])
def test_a_band_that_begins_where_a_level_does_is_reached_as_the_level_is(
    part: int, stands: str
) -> None:
    bands = {"all": {"edges": [10, 20], "source": "建议值"}}
    questionnaire = a_questionnaire(
        questions=[a_ratio("controlled", bands=bands)], ladder=[a_rung("a"), a_rung("b")]
    )

    (line,) = a_diagnosis(questionnaire, {"controlled": Ratio(part, 100)}).key_figures

    assert line.stands == stands


def test_gates_that_do_not_apply_are_counted_apart() -> None:
    gates = [{"question": q, "at_least": 2} for q in ("casting_data", "scheduling", "coding")]
    questionnaire = a_questionnaire(
        questions=[a_question("casting_data", needs=["casting"]), "scheduling", "coding"],
        ladder=[a_rung("basic", gates=gates)],
        processes=["casting"],
    )

    (step,) = a_diagnosis(questionnaire, {"scheduling": 2, "coding": 1}).ladder

    assert step.gates_text == "1 / 2"
    assert step.gates_words == "适用的必备条件 2 项，满足 1 项；另有 1 项不作要求"


# --- the trace and both sheets ---------------------------------------------------------------------


def test_the_contributions_of_all_answers_add_up_to_the_share_exactly() -> None:
    diagnosis = a_valve_diagnosis()

    answers = [a for section in diagnosis.sections for a in section.answers]
    assert sum(a.contribution.exact for a in answers) == diagnosis.share.exact
    assert sum(s.contribution.exact for s in diagnosis.sections) == diagnosis.share.exact


def test_remarks_evidence_and_answers_stand_together() -> None:
    notes = Notes(
        remarks={"scheduling": "按周排"}, evidence={"scheduling": (File("排产表.jpg", 7),)}
    )
    questionnaire = a_questionnaire(questions=["scheduling"])

    (line,) = a_diagnosis(questionnaire, {"scheduling": 2}, notes=notes).sections[0].answers

    assert (line.answer, line.points) == ("2 档：第 2 档的做法", "2/4")
    assert (line.remark, line.evidence) == ("按周排", (File("排产表.jpg", 7),))


def test_both_sheets_stand_side_by_side_where_they_differ() -> None:
    changed = Verification(Verdict.CHANGED, "抽查三张工单，只有一张有记录")
    diagnosis = an_onsite_diagnosis({"item_coding": 0}, {"item_coding": changed})

    assert diagnosis.title == "诊断报告（现场诊断版）"
    assert diagnosis.comparison is not None
    (line,) = diagnosis.comparison.differences
    assert (line.code, line.change, line.reason) == ("C04", "降 2 档", changed.reason)
    assert diagnosis.comparison.own_share.exact > diagnosis.share.exact


def test_an_answer_only_one_side_gave_is_a_difference() -> None:
    questionnaire = a_questionnaire(questions=["scheduling", a_question("note", "text")])
    own = {"scheduling": 2, "note": "两班"}
    assessment = SelfAssessment(score(questionnaire, own), own)

    diagnosis = a_diagnosis(questionnaire, {"scheduling": 2}, own=assessment)

    assert diagnosis.comparison is not None
    assert [(d.own, d.onsite, d.change) for d in diagnosis.comparison.differences] == [
        ("两班", "未填写", "更正")
    ]


def test_a_report_never_calls_itself_an_official_finding() -> None:
    assert "不是任何主管部门的官方认定结论" in a_valve_diagnosis().statement
    assert "不是官方认定结论" in an_onsite_diagnosis({}, {}).statement


# --- other people's rules -----------------------------------------------------------------------


def test_the_newest_notice_of_the_next_rung_is_nearest_and_the_others_wait() -> None:
    it = a_valve_diagnosis()
    near, others = it.nearest_conditions, it.other_conditions

    assert near is not None
    assert near.year == max(c.year for c in it.conditions)
    assert {near, *others} == set(it.conditions)
    assert near not in others


def test_a_scored_ratio_shows_no_bands_before_its_answer_and_gains_are_points():
    bands = {"all": {"edges": ["10", "20", "30", "40"], "source": "建议值"}}
    questionnaire = a_questionnaire(questions=[a_ratio("networked", bands=bands)])

    assert reference_bands(questionnaire, questionnaire.questions["networked"]) == ()
    assert points_figure(Fraction(329, 10_000)).text == "3.2 个百分点"
    assert points_figure(Fraction(1, 10_000)).text == "不到 0.1 个百分点"
