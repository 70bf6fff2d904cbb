"""Asking for a sheet back on the pages: what the firm sees, what the officer decides."""

from __future__ import annotations

import pytest

from survey import db
from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.tables import Assessment, AssessmentState, Firm, Role, User
from tests.support.people import (
    TESTER,
    a_consultant,
    a_user,
    confirmed,
    handed_in,
    moment,
    signed_in,
)

REASON = "设备台数填错了，要改排产那一题。"
ANSWER = "请等现场诊断时一并说明。"
QUESTION = "scheduling"


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def firm(app, session, user):
    return signed_in(app, session, user)


@pytest.fixture
def officer(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def press(client, where, **fields):
    return client.post(where, data={"csrf_token": client.token, **fields})


def test_a_firm_asks_and_the_officer_returns_the_sheet_with_the_questions_named(
    session, user, firm, officer
):
    assessment = handed_in(session, user)
    own, desk = f"/firm/assessments/{assessment.id}", f"/bureau/assessments/{assessment.id}"
    assert "申请退回修改" in firm.get(f"{own}/").text
    refused = press(firm, f"{own}/ask-return", reason=" ")
    assert (refused.status_code, "请写明理由" in refused.text) == (422, True)

    press(firm, f"{own}/ask-return", reason=REASON)
    waiting = firm.get(f"{own}/").text
    assert "申请待处理" in waiting
    assert REASON in waiting
    assert "申请退回" in officer.get("/bureau/assessments").text
    page = officer.get(desk).text
    assert "企业申请退回修改" in page
    assert page.count(REASON) > 1  # told, and typed into the form already

    press(officer, f"{desk}/return", reason=REASON, questions=[QUESTION])
    returned = firm.get(f"{own}/").text
    assert f'#question-{QUESTION}"' in returned
    assert "请重点看这 1 题" in returned


def test_an_officer_declines_in_words_the_firm_reads(session, user, firm, officer):
    assessment = handed_in(session, user)
    own, desk = f"/firm/assessments/{assessment.id}", f"/bureau/assessments/{assessment.id}"
    press(firm, f"{own}/ask-return", reason=REASON)
    assert press(officer, f"{desk}/decline-return", reason="").status_code == 422

    press(officer, f"{desk}/decline-return", reason=ANSWER)

    assert ANSWER in firm.get(f"{own}/").text
    assert press(officer, f"{desk}/decline-return", reason=ANSWER).status_code == 409
    assert "不同意退回" in officer.get(desk).text


def test_a_firm_takes_its_request_back(session, user, firm, officer):
    assessment = handed_in(session, user)
    own = f"/firm/assessments/{assessment.id}"
    press(firm, f"{own}/ask-return", reason=REASON)

    press(firm, f"{own}/take-back-request")
    assert "申请待处理" not in firm.get(f"{own}/").text
    assert "企业申请退回修改" not in officer.get(f"/bureau/assessments/{assessment.id}").text
    again = press(firm, f"{own}/take-back-request")
    assert again.status_code == 302
    assert "已经处理过了" in firm.get(f"{own}/").text


def test_after_confirmation_a_firm_asks_for_opening_again(session, user, firm, officer):
    assessment = confirmed(session, user, a_consultant(session))
    own, desk = f"/firm/assessments/{assessment.id}", f"/bureau/assessments/{assessment.id}"
    press(firm, f"{own}/ask-return", reason=REASON)
    assert "企业申请重新打开" in officer.get(desk).text

    press(officer, f"{desk}/reopen", reason=REASON)

    session.expire_all()
    assert session.get(Assessment, assessment.id).state == AssessmentState.VISITING
    assert "申请待处理" not in firm.get(f"{own}/").text


def test_a_colleague_with_modules_neither_asks_nor_reads_a_named_question_of_others(
    app, session, user
):
    assessment = handed_in(session, user)
    colleague = a_user(session, firm=session.get(Firm, user.firm_id), owner=False)
    with db.writing(session):
        session.get(User, colleague.id).sections = ["quality"]
    client, own = signed_in(app, session, colleague), f"/firm/assessments/{assessment.id}"
    assert press(client, f"{own}/ask-return", reason=REASON).status_code == 403

    step = Step(session, TESTER, moment())
    steps.return_to_firm(step, assessment.id, reason=REASON, questions=[QUESTION])
    assert f'#question-{QUESTION}"' not in client.get(f"{own}/").text


def test_another_firm_cannot_ask(app, session, user):
    assessment = handed_in(session, user)
    stranger = signed_in(app, session, a_user(session))
    own = f"/firm/assessments/{assessment.id}"

    assert press(stranger, f"{own}/ask-return", reason=REASON).status_code == 404
    assert press(stranger, f"{own}/take-back-request").status_code == 404
