"""Every edition in the house is without fault, and every trade of it can be scored."""

from __future__ import annotations

from fractions import Fraction

import pytest

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, describe, parse, plain
from questionnaires.checking import check
from questionnaires.library import SHIPPED
from questionnaires.model import Question, Questionnaire, RatioQuestion
from questionnaires.progress import progress
from questionnaires.scoring import score
from questionnaires.trace import trace
from tests.support.patience import calls

EDITIONS = SHIPPED.editions()
TRADES = [(edition, trade) for edition in EDITIONS for trade in SHIPPED.load(edition).trades]


def test_there_are_editions_with_trades() -> None:
    assert EDITIONS
    assert TRADES


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_has_no_fault(edition: str) -> None:
    _, faults = check(SHIPPED.folder_of(edition))

    assert [str(fault) for fault in faults] == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_dictionary_of_standards_lists_only_what_a_text_names(edition: str) -> None:
    folder = SHIPPED.folder_of(edition)
    texts = [f.read_text("utf-8") for f in folder.glob("*.yaml") if f.name != "standards.yaml"]

    standards = SHIPPED.load(edition).standards

    assert standards
    assert [s.number for s in standards if not any(s.number in text for text in texts)] == []


def everything(questionnaire: Questionnaire) -> frozenset[str]:
    return frozenset(process.id for process in questionnaire.trade.processes)


def filled(questionnaire: Questionnaire, best: bool) -> dict[str, Answer]:
    """The best or the worst answer to every scored question."""

    def answer(question: Question) -> Answer:
        if isinstance(question, RatioQuestion):
            return Ratio(10 if best else 0, 10)
        return 4 if best else 0

    return {
        question.id: answer(question)
        for section in questionnaire.sections
        for question in section.scored_questions
    }


@pytest.mark.parametrize(("edition", "trade"), TRADES)
def test_the_best_sheet_stands_on_top_and_the_worst_on_no_rung(edition: str, trade: str) -> None:
    questionnaire = SHIPPED.load(edition).questionnaire(trade)
    processes = everything(questionnaire)

    best = score(questionnaire, filled(questionnaire, best=True), processes)
    worst = score(questionnaire, filled(questionnaire, best=False), processes)

    assert (best.share, best.step) == (Fraction(1), len(questionnaire.ladder))
    assert (worst.share, worst.step) == (Fraction(0), 0)


@pytest.mark.parametrize(("edition", "trade"), TRADES)
def test_不适用_wherever_it_is_allowed_still_leaves_a_score(edition: str, trade: str) -> None:
    questionnaire = SHIPPED.load(edition).questionnaire(trade)
    sheet = {
        name: NOT_APPLICABLE if questionnaire.questions[name].not_applicable else answer
        for name, answer in filled(questionnaire, best=True).items()
    }

    result = score(questionnaire, sheet)

    assert result.share == 1
    assert sum((line.contribution for line in trace(result)), Fraction(0)) == 1


@pytest.mark.parametrize(("edition", "trade"), TRADES)
def test_every_answer_goes_to_the_wire_and_back_and_can_be_said(edition: str, trade: str) -> None:
    questionnaire = SHIPPED.load(edition).questionnaire(trade)
    sheet = filled(questionnaire, best=True)

    assert sheet
    for name, answer in sheet.items():
        question = questionnaire.questions[name]
        assert parse(question, plain(answer)) == answer
        assert describe(question, answer)


@pytest.mark.parametrize(("edition", "trade"), TRADES)
def test_an_empty_sheet_may_still_become_anything(edition: str, trade: str) -> None:
    questionnaire = SHIPPED.load(edition).questionnaire(trade)

    so_far = progress(questionnaire, {}, everything(questionnaire))

    assert (so_far.lower, so_far.upper) == (Fraction(0), Fraction(1))
    assert so_far.answered == 0
    assert len(so_far.missing) == so_far.required > 0


@pytest.mark.parametrize(("edition", "trade"), TRADES)
def test_scoring_takes_at_most_a_hundred_calls_a_question(edition: str, trade: str) -> None:
    questionnaire = SHIPPED.load(edition).questionnaire(trade)
    sheet, processes = filled(questionnaire, best=True), everything(questionnaire)

    work = calls(lambda: score(questionnaire, sheet, processes))

    assert 0 < work < 100 * len(sheet)


@pytest.mark.parametrize("trade", sorted(SHIPPED.load("2026").trades))
def test_questions_are_numbered_in_the_order_in_which_they_are_read(trade: str) -> None:
    numbered: dict[str, list[int]] = {}
    for question in SHIPPED.load("2026").questionnaire(trade).questions.values():
        numbered.setdefault(question.code[0], []).append(int(question.code[1:3]))

    assert {letter: sorted(numbers) for letter, numbers in numbered.items()} == numbered
