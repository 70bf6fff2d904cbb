"""What a page or a paper says is wrong with a firm is true of the level its sheet has."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest

from questionnaires.checking import examples
from questionnaires.checking.examples import Example
from questionnaires.library import SHIPPED
from questionnaires.model import Weakness
from questionnaires.scoring import Score, score
from reports.diagnosis import Diagnosis, diagnose
from reports.facts import SheetKind
from reports.paper.html import render_html
from survey.views import results
from tests.support.people import a_firm, a_user, handed_in, signed_in
from tests.support.reporting import some_facts

EDITION = SHIPPED.load("2026")
WORKED = {
    name: example
    for name, (_, example) in examples.load(SHIPPED.folder_of("2026")).items()
    if example
}


def diagnosed(example: Example) -> tuple[Score, Diagnosis]:
    questionnaire = EDITION.questionnaire(example.trade)
    sheet = examples.sheet(example, questionnaire)
    scored = score(questionnaire, sheet, frozenset(example.processes))
    facts = some_facts(trade=questionnaire.trade.title)
    return scored, diagnose(facts, SheetKind.SELF, scored, sheet)


def sayings(scored: Score) -> Iterator[tuple[str, str, Weakness]]:
    """Every sentence that may be said of an answer to this trade's questions, with its question."""
    for question in scored.questionnaire.questions.values():
        for weakness in question.weakness:
            yield weakness.plain, question.id, weakness
            yield weakness.official, question.id, weakness


def said(scored: Score, printed: str) -> tuple[set[str], set[str]]:
    """The sentences printed, and those of them that are true of no answer of this sheet."""
    levels = {name: mark.level for name, mark in scored.question.items() if mark.state == "scored"}
    found = [(words, name, band) for words, name, band in sayings(scored) if words in printed]
    true = {words for words, name, band in found if levels.get(name) in band.levels}
    printed_words = {words for words, _, _ in found}
    return printed_words, printed_words - true


@pytest.mark.parametrize("name", WORKED)
def test_no_problem_on_paper_belongs_to_a_level_the_sheet_does_not_have(name: str) -> None:
    scored, diagnosis = diagnosed(WORKED[name])

    spoken, untrue = said(scored, unescape(render_html(diagnosis)))

    assert untrue == set()
    assert {gap.weakness.official for gap in diagnosis.gaps if gap.weakness} <= spoken


@pytest.mark.parametrize("name", WORKED)
def test_everything_on_the_way_up_stands_in_the_advice_however_long_the_way(name: str) -> None:
    _, diagnosis = diagnosed(WORKED[name])
    advised = {each.code for wave in diagnosis.waves for each in wave.advice}

    assert diagnosis.route is None or {line.code for line in diagnosis.route.costs.lines} <= advised


@pytest.mark.parametrize("trade", EDITION.trades)
def test_no_problem_on_the_page_belongs_to_a_level_the_sheet_does_not_have(
    app, session, monkeypatch, trade: str
) -> None:
    user = a_user(session, firm=a_firm(session, trade=trade))
    assessment = handed_in(session, user)
    reader = signed_in(app, session, user)
    shown = [example for example in WORKED.values() if example.trade == trade]
    assert len(shown) >= 20

    for example in shown:
        scored, diagnosis = diagnosed(example)
        monkeypatch.setattr(results, "diagnosis_of", lambda *_, it=diagnosis, **__: it)
        page = unescape(reader.get(f"/assessments/{assessment.id}/result/self").text)

        spoken, untrue = said(scored, page)

        assert untrue == set(), example.title
        assert {gap.weakness.plain for gap in diagnosis.gaps if gap.weakness} <= spoken
