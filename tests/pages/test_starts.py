"""The second round before its firm: last round's answers shown, confirmed or changed, never assumed."""

from __future__ import annotations

import pytest

from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import Firm, Role, SheetKind
from tests.support.people import (
    TESTER,
    a_consultant,
    a_file,
    a_round,
    a_user,
    begun,
    fill,
    filled,
    handed_in,
    moment,
    signed_in,
)

QUESTION, OTHER, SECTION = "scheduling", "exceptions", "production"
SAME = "与上年相同，确认本节"


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def again(session, settings, user):
    """The second round of a firm whose first had a file."""
    last = filled(session, user, level=2, remark="上一轮的备注")
    a_file(session, settings, last, QUESTION, name="去年的台账.jpg")
    steps.submit(Step(session, TESTER, moment()), last.id, declared_by="虚构人")
    return begun(session, session.get(Firm, user.firm_id)).id


@pytest.fixture
def firm(app, session, user):
    return signed_in(app, session, user)


def page(assessment_id, section=SECTION):
    return f"/firm/assessments/{assessment_id}/sections/{section}"


def kept(session, assessment_id):
    session.rollback()
    sheet = store.sheet(session, assessment_id, SheetKind.SELF)
    found = answer_store.answers(session, sheet.id)
    session.rollback()
    return {id: (row.value, row.remark) for id, row in found.items()}


def test_last_rounds_answers_stand_in_the_inputs_and_a_page_sent_untouched_keeps_none(
    session, firm, again
):
    shown = firm.get(page(again)).text

    assert shown.count("上一轮的答案，待确认。") > 1
    assert "上一轮的备注" in shown
    assert SAME in shown
    assert firm.submit("").status_code == 302
    assert kept(session, again) == {}


def test_one_button_lets_the_section_stand_and_leads_on(session, firm, again):
    firm.get(page(again))

    answered = firm.submit("", {"go": "same"})

    assert answered.status_code == 302
    assert SECTION not in answered.location
    found = kept(session, again)
    assert found[QUESTION] == found[OTHER] == (2, "上一轮的备注")
    assert f"有 {len(found)} 题已按上年答案确认" in firm.get(answered.location).text
    assert SAME not in firm.get(page(again)).text


def test_what_was_changed_on_the_page_is_kept_beside_what_is_confirmed(session, firm, again):
    firm.get(page(again))

    firm.submit("", {f"q_{QUESTION}": "4", f"q_{OTHER}-remark": "今年换了系统", "go": "same"})

    found = kept(session, again)
    assert found[QUESTION] == (4, "上一轮的备注")
    assert found[OTHER] == (2, "今年换了系统")
    assert len(found) > 2


def test_touching_one_question_answers_that_one_alone(session, firm, again):
    firm.get(page(again))

    firm.submit("", {f"q_{QUESTION}-remark": "只改备注"})
    firm.get(page(again))
    firm.submit("", {"same": OTHER})

    assert kept(session, again) == {QUESTION: (2, "只改备注"), OTHER: (2, "上一轮的备注")}


def test_a_cleared_answer_is_no_answer_and_stands_no_more(session, firm, again):
    firm.get(page(again))
    firm.submit("", {f"q_{QUESTION}": None})

    assert kept(session, again) == {QUESTION: (None, "上一轮的备注")}
    firm.get(page(again))
    firm.submit("", {"go": "same"})
    assert kept(session, again)[QUESTION] == (None, "上一轮的备注")


def test_a_fault_on_the_page_confirms_nothing_else(session, firm, again):
    firm.get(page(again))

    answered = firm.submit("", {f"q_{QUESTION}-remark": "有\x00空", "go": "same"})

    assert answered.status_code == 422
    assert kept(session, again) == {}
    assert "上一轮的答案，待确认。" in answered.text


def test_a_second_tab_that_is_late_overwrites_nothing(app, session, user, firm, again):
    other = signed_in(app, session, user)
    other.get(page(again))
    firm.get(page(again))
    firm.submit("", {f"q_{QUESTION}": "4"})

    assert other.submit("", {"go": "same"}).status_code == 302
    assert kept(session, again)[QUESTION] == (4, "上一轮的备注")
    other.get(page(again))
    late = other.submit("", {f"q_{QUESTION}": "1", f"q_{QUESTION}-base": "0"})
    assert late.status_code == 409


def test_a_made_up_mark_confirms_nothing_that_was_not_shown(session, firm, again):
    firm.get(page(again, "design"))

    firm.submit("", {f"q_{QUESTION}-last": "1", "same": QUESTION})

    assert kept(session, again) == {}


def test_files_of_the_last_round_stand_apart_until_they_are_said_to_hold(session, firm, again):
    shown = firm.get(page(again)).text
    assert "上一轮的材料，不算本轮的" in shown
    assert "去年的台账.jpg" in shown

    answered = firm.submit("", {"again": QUESTION})

    shown = firm.get(answered.location).text
    assert "上一轮的材料，不算本轮的" not in shown
    assert "企业确认仍有效" in shown
    assert kept(session, again) == {}


def test_the_overview_and_the_last_look_say_what_waits(firm, again):
    overview = firm.get(f"/firm/assessments/{again}/").text
    review = firm.get(f"/firm/assessments/{again}/review").text

    assert "题带着上一轮的答案，待您确认" in overview
    assert "待确认" in overview
    assert "题带着上一轮的答案，打开模块核对" in review


def test_the_profile_of_the_last_round_is_said_to_hold_by_saving_it(app, session, user):
    handed_in(session, user)
    next_round = a_round(session)
    assessment = steps.begin(Step(session, TESTER, moment()), user.firm_id, next_round.id)
    fill(session, assessment, user)
    firm = signed_in(app, session, user)
    statement = {"agreed": "y", "declared_by": "虚构人"}
    where = f"/firm/assessments/{assessment.id}"

    assert "企业信息还是上一轮的" in firm.get(f"{where}/").text
    firm.get(f"{where}/review")
    refused = firm.submit("", statement)
    assert refused.status_code == 422
    assert "企业信息还是上一轮的" in refused.text
    assert "以下是上一轮的企业信息" in firm.get(f"{where}/profile").text
    assert firm.submit("").status_code == 302

    firm.get(f"{where}/review")
    assert firm.submit("", statement).status_code == 302


# --- who else reads it ----------------------------------------------------------------------------


@pytest.fixture
def compared(app, session, user, again):
    """The second round handed in with one answer changed, and its readers."""
    fill(session, store.assessment(session, again), user, level=2, remark="上一轮的备注")
    consultant = a_consultant(session)
    client = signed_in(app, session, user)
    client.get(page(again))
    client.submit("", {f"q_{QUESTION}": "4"})
    session.rollback()
    steps.submit(Step(session, TESTER, moment()), again, declared_by="虚构人")
    steps.assign(Step(session, TESTER, moment()), again, consultant.id)
    officer = a_user(session, Role.OFFICER)
    return {r: signed_in(app, session, u) for r, u in (("consultant", consultant), ("officer", officer), ("firm", user))}  # fmt: skip


def test_firm_consultant_and_officer_read_what_changed_and_how_much_did_not(compared, again):
    for client in compared.values():
        shown = client.get(f"/assessments/{again}/last-round").text
        assert "1 题不同" in shown
        assert "升 2 档" in shown
        assert "题没有变化" in shown

    assert "按模块看" in compared["consultant"].get(f"/visits/{again}/preparation").text
    assert "与上一轮相比" in compared["officer"].get(f"/bureau/assessments/{again}").text


def test_a_first_round_has_nothing_to_be_compared_with(app, session, user, firm):
    first = handed_in(session, user).id
    officer = signed_in(app, session, a_user(session, Role.OFFICER))

    assert "没有上一轮" in firm.get(f"/assessments/{first}/last-round").text
    assert "与上一轮相比" not in officer.get(f"/bureau/assessments/{first}").text


def test_a_firm_reads_its_rounds_as_a_table_and_what_cannot_be_compared(app, session, user):
    firm = signed_in(app, session, user)
    assert "还没有提交过" in firm.get("/firm/trend").text
    earlier = begun(session, session.get(Firm, user.firm_id), a_round(session, edition="2026-0"))
    fill(session, earlier, user, level=1)
    steps.submit(Step(session, TESTER, moment()), earlier.id, declared_by="虚构人")
    handed_in(session, user, level=2)
    handed_in(session, user, level=3)

    shown = firm.get("/firm/trend").text

    assert "口径有变，不比较" in shown
    assert "个百分点" in shown
    assert "data-chart" in shown
    assert "历轮变化" in firm.get("/firm/").text
