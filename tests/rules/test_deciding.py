"""The claims that decide the rung: what one level lower would cost, checked against every re-scoring."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, Sheet, level_of
from questionnaires.library import SHIPPED
from questionnaires.model import Question, Questionnaire, RatioQuestion
from questionnaires.scoring import Score, score
from reports.deciding import deciding, one_lower
from tests.rules.test_score_properties import Case, cases
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung, a_section
from tests.support.patience import calls

LADDER = [a_rung("basic"), a_rung("advanced", "0.5", gate=("scheduling", 2))]
EDITION = SHIPPED.load("2026")


def test_an_answer_exactly_on_its_gate_decides_and_says_which_gate() -> None:
    asked = a_questionnaire(questions=["scheduling", "tracing"], ladder=LADDER)
    sheet: Sheet = {"scheduling": 2, "tracing": 4}

    (claim,) = deciding(score(asked, sheet), sheet)

    assert (claim.question.id, claim.lower) == ("scheduling", 1)
    assert claim.fall == "advanced → basic"
    assert claim.losses == ("必备条件：“scheduling”做到“第 2 档的做法”（2 档）",)


def test_every_answer_decides_where_the_share_stands_exactly_on_the_threshold() -> None:
    asked = a_questionnaire(questions=["a", "b"], ladder=[a_rung("basic", "0.5")])
    sheet: Sheet = {"a": 1, "b": 3}

    found = deciding(score(asked, sheet), sheet)

    assert [claim.question.id for claim in found] == ["a", "b"]
    assert found[0].floor.lost_threshold == Fraction(1, 2)
    assert found[0].losses == ("分数线 50%：得分率会降到 37.5%",)


def test_a_ratio_falls_to_the_most_machines_of_a_level_below() -> None:
    networked = a_ratio("networked", above=(10, 20, 40, 60))

    assert one_lower(networked, Ratio(41, 100)) == Ratio(40, 100)
    assert one_lower(networked, Ratio(2, 3)) == Ratio(1, 3)
    assert one_lower(networked, Ratio(1, 20)) == Ratio(0, 20)
    assert one_lower(networked, Ratio(0, 20)) is None


def test_a_gate_on_a_percentage_below_the_first_level_is_noticed() -> None:
    ladder = [a_rung("basic", gates=[{"question": "networked", "at_least_percent": 5}])]
    asked = a_questionnaire(questions=[a_ratio("networked")], ladder=ladder)
    sheet: Sheet = {"networked": Ratio(1, 20)}

    (claim,) = deciding(score(asked, sheet), sheet)

    assert claim.after is None


def test_不适用_an_optional_section_and_a_sheet_on_no_rung_decide_nothing() -> None:
    optional = a_section("facts", [a_question("fact")], optional=True)
    asked = a_questionnaire(
        questions=[a_question("casting", not_applicable=True), "a"],
        sections=[optional],
        ladder=[a_rung("basic", "0.5", gate=("casting", 2))],
    )
    aside: Sheet = {"casting": NOT_APPLICABLE, "a": 3, "fact": 1}
    low: Sheet = {"casting": 1, "a": 1, "fact": 1}

    assert deciding(score(asked, aside), aside) == ()
    assert deciding(score(asked, low), low) == ()


# --- against every re-scoring -----------------------------------------------------------------------


def by_brute_force(found: Score, sheet: Sheet) -> dict[str, Answer]:
    """Every answer put on every lower place; the highest of them on a lower level is kept."""
    lost: dict[str, Answer] = {}
    for id, answer in sheet.items():
        question = found.questionnaire.questions[id]
        for lower in _lower(question, answer):
            least = score(found.questionnaire, {**sheet, id: lower}, found.processes)
            if least.step < found.step and found.question[id].state == "scored":
                lost[id] = lower
            break
    return lost


def _lower(question: Question, answer: Answer) -> list[Answer]:
    if isinstance(question, RatioQuestion) and isinstance(answer, Ratio):
        fewer = [Ratio(part, answer.whole) for part in reversed(range(answer.part))]
        level = level_of(question, answer)
        below = [one for one in fewer if level_of(question, one) != level]
        return [*(below or fewer[-1:])]
    return [*reversed(range(answer))] if isinstance(answer, int) else []


@given(cases())
def test_the_claims_are_exactly_those_whose_lowering_loses_the_rung(case: Case) -> None:
    questionnaire, sheet, processes = case
    found = score(questionnaire, sheet, processes)

    claims = deciding(found, sheet)

    assert {claim.question.id: claim.lower for claim in claims} == by_brute_force(found, sheet)
    assert all(claim.losses for claim in claims)


def sheets(questionnaire: Questionnaire, *, seed: int) -> Sheet:
    """A sheet of a real trade that is good enough for a rung, with some answers 不适用."""
    random = Random(seed)
    least = random.choice([1, 2, 3])
    sheet: dict[str, Answer] = {}
    for section in questionnaire.sections:
        for question in section.scored_questions:
            level = min(4, least + random.choice([0, 0, 1]))
            sheet[question.id] = Ratio(4 + 3 * level, 20) if question.kind == "ratio" else level
            if question.not_applicable and random.random() < 0.1:
                sheet[question.id] = NOT_APPLICABLE
    return sheet


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("trade", EDITION.trades)
def test_so_they_are_for_every_trade(trade: str, seed: int) -> None:
    questionnaire = EDITION.questionnaire(trade)
    processes = frozenset(process.id for process in questionnaire.trade.processes)
    sheet = sheets(questionnaire, seed=seed)
    found = score(questionnaire, sheet, processes)

    claims = deciding(found, sheet)

    assert found.step
    assert {claim.question.id: claim.lower for claim in claims} == by_brute_force(found, sheet)


@pytest.mark.parametrize("trade", EDITION.trades)
def test_a_sheet_is_judged_within_the_work_of_scoring_each_answer_once(trade: str) -> None:
    questionnaire = EDITION.questionnaire(trade)
    processes = frozenset(process.id for process in questionnaire.trade.processes)
    sheet = sheets(questionnaire, seed=0)
    found = score(questionnaire, sheet, processes)

    once = calls(lambda: score(questionnaire, sheet, processes))

    assert calls(lambda: deciding(found, sheet)) <= (len(sheet) + 2) * once
