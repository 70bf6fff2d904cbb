"""What a sheet is worth, rule by rule."""

from __future__ import annotations

from fractions import Fraction

import pytest

from questionnaires.answers import NOT_APPLICABLE, Ratio
from questionnaires.progress import progress
from questionnaires.scoring import UnansweredQuestion, score
from questionnaires.trace import trace
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung, a_section


def test_a_failed_gate_holds_the_firm_back_however_high_its_share() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling", "tracing"],
        ladder=[
            a_rung("basic", at_least="0.4"),
            a_rung("advanced", at_least="0.6", gate=("scheduling", 3)),
        ],
    )

    result = score(questionnaire, {"scheduling": 2, "tracing": 4})

    assert result.share == Fraction(3, 4)
    assert result.rung is not None
    assert result.rung.id == "basic"
    assert result.next is not None
    assert result.next.rung.id == "advanced"
    assert [gate.question_ids for gate in result.next.failed_gates] == [("scheduling",)]


@pytest.mark.parametrize("level", range(5))
def test_level_l_earns_l_quarters(level: int) -> None:
    result = score(a_questionnaire(["scheduling"]), {"scheduling": level})

    assert result.share == Fraction(level, 4)
    assert result.question["scheduling"].points == Fraction(level, 4)


@pytest.mark.parametrize(("part", "share"), [(10, "0"), (11, "1/4"), (40, "1/2"), (61, "1")])
def test_a_ratio_earns_by_its_bands(part: int, share: str) -> None:
    result = score(a_questionnaire([a_ratio()]), {"networked": Ratio(part, 100)})

    assert result.share == Fraction(share)


def test_questions_weigh_as_they_say_and_one_unless_they_say_so() -> None:
    questions = [a_question("heavy", weight="2.5"), a_question("light")]

    result = score(a_questionnaire(questions), {"heavy": 4, "light": 0})

    assert result.share == Fraction("2.5") / Fraction("3.5")


def test_sections_weigh_as_they_say() -> None:
    questionnaire = a_questionnaire(
        sections=[a_section("production", ["scheduling"], weight=65)],
        trade_sections=[a_section("valves", ["heat_number"], weight=35)],
    )

    result = score(questionnaire, {"scheduling": 4, "heat_number": 1})

    assert result.share == Fraction(65 * 4 + 35 * 1, 400)
    assert result.core_share == 1
    assert result.trade_share == Fraction(1, 4)


def test_不适用_leaves_both_sides_of_the_mean() -> None:
    questions = ["scheduling", a_question("coating", not_applicable=True)]

    result = score(a_questionnaire(questions), {"scheduling": 3, "coating": NOT_APPLICABLE})

    assert result.share == Fraction(3, 4)
    assert result.question["coating"].state == "not_applicable"


def test_a_section_in_which_nothing_applies_leaves_both_sides() -> None:
    questionnaire = a_questionnaire(
        sections=[
            a_section("production", ["scheduling"], weight=1),
            a_section("finish", [a_question("coating", not_applicable=True)], weight=99),
        ]
    )

    result = score(questionnaire, {"scheduling": 3, "coating": NOT_APPLICABLE})

    assert result.share == Fraction(3, 4)
    assert result.section["finish"].share is None


def test_a_sheet_in_which_nothing_applies_has_the_share_nought() -> None:
    questionnaire = a_questionnaire(
        [a_question("coating", not_applicable=True)], ladder=[a_rung(at_least="0.2")]
    )

    result = score(questionnaire, {"coating": NOT_APPLICABLE})

    assert result.share == 0
    assert result.rung is None
    assert result.core_share is None
    assert result.trade_share is None


def test_a_question_whose_process_is_absent_is_not_asked_and_its_old_answer_is_not_scored() -> None:
    questionnaire = a_questionnaire(
        ["scheduling", a_question("casting_receipt", needs=["casting"])], processes=["casting"]
    )
    sheet = {"scheduling": 4, "casting_receipt": 0}

    without = score(questionnaire, sheet)
    with_casting = score(questionnaire, sheet, frozenset({"casting"}))

    assert without.share == 1
    assert without.question["casting_receipt"].state == "not_asked"
    assert without.question["casting_receipt"].answer is None
    assert with_casting.share == Fraction(1, 2)


def test_one_of_the_needed_processes_is_enough() -> None:
    questionnaire = a_questionnaire([a_question("joining", needs=["welding", "hardfacing"])])

    result = score(questionnaire, {"joining": 2}, frozenset({"hardfacing"}))

    assert result.question["joining"].state == "scored"


def test_the_first_unanswered_question_is_named() -> None:
    questionnaire = a_questionnaire(["scheduling", "tracing", "coding"])

    with pytest.raises(UnansweredQuestion) as caught:
        score(questionnaire, {"scheduling": 2})

    assert caught.value.question_id == "tracing"


def test_optional_sections_and_key_figures_never_score_and_never_block() -> None:
    figures = [a_question("oee", "number"), a_question("on_time", "ratio")]
    questionnaire = a_questionnaire(
        ["scheduling", a_question("turnover", "number"), a_question("remarks", "text")],
        sections=[a_section("figures", [*figures, a_question("extra")], optional=True)],
    )

    empty = score(questionnaire, {"scheduling": 2})
    filled = score(questionnaire, {"scheduling": 2, "extra": 0, "on_time": Ratio(0, 9)})

    assert empty.share == filled.share == Fraction(1, 2)
    assert empty.section["figures"].share is None
    assert empty.question["turnover"].state == "unanswered"
    assert filled.question["extra"].state == filled.question["on_time"].state == "unscored"
    assert filled.question["extra"].points is None
    assert [line.question.id for line in trace(filled)] == ["scheduling"]


def test_a_ratio_without_bands_is_asked_but_not_required() -> None:
    questionnaire = a_questionnaire(["scheduling", a_question("on_time", "ratio")])

    assert score(questionnaire, {"scheduling": 4}).share == 1


# --- the ladder ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheduling", "reached"), [(1, None), (2, "basic"), (3, "basic")])
def test_exactly_on_a_threshold_stands_on_the_rung(scheduling: int, reached: str | None) -> None:
    questionnaire = a_questionnaire(["scheduling"], ladder=[a_rung("basic", at_least="0.5")])

    result = score(questionnaire, {"scheduling": scheduling})

    assert (result.rung and result.rung.id) == reached


def test_a_third_is_a_third_and_not_its_decimals() -> None:
    questionnaire = a_questionnaire(
        ["a", "b", "c"],
        ladder=[a_rung("third", at_least="1/3"), a_rung("more", at_least="0.333333334")],
    )

    result = score(questionnaire, {"a": 4, "b": 0, "c": 0})

    assert result.share == Fraction(1, 3)
    assert result.rung is not None
    assert result.rung.id == "third"


def test_no_rung_is_reached_over_one_that_is_not() -> None:
    questionnaire = a_questionnaire(
        ["scheduling", "compliance"],
        ladder=[
            a_rung("first", gate=("compliance", 1)),
            a_rung("second", at_least="0.4"),
        ],
    )

    result = score(questionnaire, {"scheduling": 4, "compliance": 0})

    assert [rung.reached for rung in result.rungs] == [False, False]
    assert result.rungs[1].threshold_met
    assert result.step == 0
    assert result.rung is None
    assert result.next is result.rungs[0]


def test_the_missing_share_is_what_the_threshold_still_wants() -> None:
    questionnaire = a_questionnaire(
        ["scheduling"], ladder=[a_rung("a", at_least="0.2"), a_rung("b", at_least="0.8")]
    )

    result = score(questionnaire, {"scheduling": 2})

    assert [rung.missing_share for rung in result.rungs] == [0, Fraction(3, 10)]


def test_on_the_top_rung_there_is_no_next_one() -> None:
    result = score(a_questionnaire(["scheduling"]), {"scheduling": 4})

    assert result.step == 1
    assert result.next is None


# --- while it is being filled -------------------------------------------------------------------


def test_bounds_assume_nothing_and_everything_where_answers_are_missing() -> None:
    questionnaire = a_questionnaire(["a", "b", "c", "d"])

    so_far = progress(questionnaire, {"a": 2, "b": 4})

    assert (so_far.lower, so_far.upper) == (Fraction(6, 16), Fraction(14, 16))
    assert (so_far.required, so_far.answered, so_far.missing) == (4, 2, ("c", "d"))


def test_progress_counts_what_submission_needs_and_shows_what_was_given() -> None:
    questionnaire = a_questionnaire(
        ["scheduling", a_question("remarks", "text"), a_question("casting_in", needs=["casting"])],
        sections=[a_section("figures", [a_question("oee", "number")], optional=True)],
    )

    production, figures = progress(questionnaire, {"remarks": "有"}).sections

    assert (production.asked, production.given) == (2, 1)
    assert (production.required, production.answered) == (1, 0)
    assert production.missing == ("scheduling",)
    assert (figures.asked, figures.required, figures.missing) == (1, 0, ())


def test_a_complete_sheet_has_its_share_for_both_bounds() -> None:
    questionnaire = a_questionnaire(["a", "b"])

    so_far = progress(questionnaire, {"a": 1, "b": 4})

    assert so_far.lower == so_far.upper == score(questionnaire, {"a": 1, "b": 4}).share
    assert so_far.missing == ()


# --- the trace ----------------------------------------------------------------------------------


def test_the_trace_follows_an_answer_into_the_share() -> None:
    questionnaire = a_questionnaire(
        sections=[
            a_section("production", [a_question("heavy", weight=3), "light"], weight=65),
            a_section("quality", ["tracing"], weight=35),
        ]
    )

    heavy, light, tracing = trace(score(questionnaire, {"heavy": 2, "light": 4, "tracing": 0}))

    assert (heavy.level, heavy.points, heavy.weight) == (2, Fraction(1, 2), Fraction(3))
    assert heavy.answer == "2 档：第 2 档的做法"
    assert heavy.of_section == Fraction(3, 4)
    assert heavy.of_whole == Fraction(3, 4) * Fraction(65, 100)
    assert heavy.contribution == Fraction(3, 8) * Fraction(65, 100)
    assert light.contribution == Fraction(1, 4) * Fraction(65, 100)
    assert tracing.contribution == 0


def test_the_trace_says_what_does_not_count_and_why() -> None:
    questionnaire = a_questionnaire(
        [
            "scheduling",
            a_question("coating", not_applicable=True),
            a_question("casting_in", needs=["casting"]),
        ]
    )

    lines = trace(score(questionnaire, {"scheduling": 4, "coating": NOT_APPLICABLE}))

    assert [(line.state, line.answer) for line in lines] == [
        ("scored", "4 档：第 4 档的做法"),
        ("not_applicable", "不适用"),
        ("not_asked", "未涉及"),
    ]
    assert [line.of_whole for line in lines] == [1, 0, 0]
