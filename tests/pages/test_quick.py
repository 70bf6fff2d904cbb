"""The short first look: one question a page until the rung is certain; the answers are the sheet's."""

from __future__ import annotations

import re

import pytest

from survey.library import questionnaire_of
from survey.lifecycle.sheets import sheet_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import Firm, SheetKind
from tests.support.people import a_firm, a_user, begun, filled, handed_in, signed_in

MOST = 200
"""More pages than there are questions: whoever comes here goes round in circles."""


@pytest.fixture
def person(session):
    return a_user(session, name="王小明")


@pytest.fixture
def assessment(session, person):
    return begun(session, session.get(Firm, person.firm_id))


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


def quick(assessment):
    return f"/firm/assessments/{assessment.id}/quick"


def wire(question, level):
    if question.kind == "ratio":
        return {f"q_{question.id}-part": str(20 * level), f"q_{question.id}-whole": "80"}
    return {f"q_{question.id}": str(level)}


def answered_until_certain(firm, assessment, level):
    """Answer what is asked on one level; return the questions in their order and the last page."""
    questions, asked = questionnaire_of(assessment).questions, []
    page = firm.get(quick(assessment))
    while page.status_code == 302 and len(asked) < MOST:
        assert firm.get(page.location).status_code == 200
        question = questions[page.location.rpartition("/")[2]]
        asked.append(question.id)
        assert firm.submit("", wire(question, level) | {"go": "next"}).status_code == 302
        page = firm.get(quick(assessment))
    assert page.status_code == 200
    return asked, page.text


def test_a_firm_without_anything_is_certain_after_a_few_answers(session, assessment, firm):
    asked, page = answered_until_certain(firm, assessment, level=0)

    assert len(asked) < 10
    assert len(set(asked)) == len(asked)
    assert "其余" in page
    assert "尚未达到最低等级" in page
    assert "为什么到不了" in page


def test_what_was_answered_stands_in_the_sheet_and_the_rung_is_the_one_of_the_whole_sheet(
    session, assessment, firm
):
    asked, page = answered_until_certain(firm, assessment, level=3)

    session.rollback()
    sheet = store.sheet(session, assessment.id, SheetKind.SELF)
    kept = sheet_of(questionnaire_of(assessment), answer_store.answers(session, sheet.id))
    assert set(kept) == set(asked)
    rung = re.search(r"台阶(?:都)?是“([^”]+)”", page)[1]
    titles = [r.title for r in questionnaire_of(assessment).ladder]
    assert page.count('data-state="sure"') == titles.index(rung) + 1
    assert 'data-state="open"' not in page


def test_a_question_page_says_how_far_it_may_come_and_never_a_rung_that_is_not_certain(
    assessment, firm
):
    page = firm.get(firm.get(quick(assessment)).location).text

    assert 'data-state="sure"' not in page
    assert page.count('data-state="open"') == len(questionnaire_of(assessment).ladder)
    assert page.count("<fieldset") == 1 or page.count("data-question=") == 1


def test_a_bad_answer_comes_back_as_it_was_typed_and_leads_nowhere(assessment, firm):
    where = firm.get(quick(assessment)).location
    firm.get(where)
    name = where.rpartition("/")[2]
    bad = wire(questionnaire_of(assessment).questions[name], 3)
    bad = dict.fromkeys(bad, "九")

    answer = firm.submit("", bad | {"go": "next"})

    assert answer.status_code == 422
    assert firm.get(quick(assessment)).location == where


def test_a_complete_sheet_is_certain_at_once_and_leads_to_handing_in(app, session, person):
    assessment = filled(session, person)

    page = signed_in(app, session, person).get(quick(assessment))

    assert page.status_code == 200
    assert "检查并提交" in page.text
    assert "不论怎么答" not in page.text


def test_a_sheet_that_was_handed_in_is_read_in_its_overview(app, session, person):
    assessment = handed_in(session, person)
    firm = signed_in(app, session, person)

    assert firm.get(quick(assessment)).location == f"/firm/assessments/{assessment.id}/"
    assert firm.get(f"{quick(assessment)}/design_tools").status_code == 200


@pytest.mark.parametrize("question", ["nothing", "oee", "投资", "design"])
def test_what_is_no_required_question_of_the_sheet_is_not_there(assessment, firm, question):
    assert firm.get(f"{quick(assessment)}/{question}").status_code == 404


def test_another_firms_sheet_is_not_there(session, assessment, firm):
    other = begun(session, a_firm(session))

    assert firm.get(quick(other)).status_code == 404
    assert firm.get(f"{quick(other)}/design_tools").status_code == 404


def test_the_overview_offers_it_while_something_is_missing(app, session, person, assessment, firm):
    assert quick(assessment) in firm.get(f"/firm/assessments/{assessment.id}/").text


def test_an_answer_of_the_last_round_is_taken_over_by_going_on(app, session, person):
    handed_in(session, person, level=2)
    assessment = begun(session, session.get(Firm, person.firm_id))
    firm = signed_in(app, session, person)
    where = firm.get(quick(assessment)).location
    assert 'value="same"' in firm.get(where).text

    firm.submit("", {"go": "same"})

    assert firm.get(quick(assessment)).location != where
    sheet = store.sheet(session, assessment.id, SheetKind.SELF)
    assert list(answer_store.answers(session, sheet.id)) == [where.rpartition("/")[2]]
