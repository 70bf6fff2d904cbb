"""Answers sent again, late, by two at once, or when nothing may be sent: each is kept once or told why not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.scoring import score
from survey.library import questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.tables import AnswerRow, Assessment, AssessmentState, AuditEntry, Firm, Round, ScoreRow
from tests.support.people import (
    EDITION,
    TESTER,
    a_round,
    a_user,
    filled,
    handed_in,
    moment,
    signed_in,
)
from tests.support.sitting import LEVEL, Sitting


@pytest.fixture
def sitting(app, session):
    return Sitting(app, session)


def test_a_request_id_stands_for_one_content(sitting):
    def send(**changed):
        body = {"question": LEVEL, "request_id": "same.1", "base_revision": 0, "value": 2}
        return sitting.client.send(f"/firm/assessments/{sitting.id}/answers", body | changed)

    assert send().status_code == 200
    assert send().status_code == 200  # a retry

    other_value = send(value=4)
    other_question = send(question="exceptions")
    other_words = send(remark="别的话")

    assert [a.status_code for a in (other_value, other_question, other_words)] == [409] * 3
    assert "没有保存" in other_value.json["message"]
    assert (sitting.kept(), sitting.kept("exceptions")) == (2, None)
    assert sitting.revisions() == 1


def test_a_request_id_of_one_sheet_means_nothing_on_another(app, session):
    sittings = [Sitting(app, session) for _ in range(2)]
    for number, one in enumerate(sittings):
        body = {"question": LEVEL, "request_id": "same.1", "base_revision": 0, "value": number}
        answer = one.client.send(f"/firm/assessments/{one.id}/answers", body)
        assert answer.json["value"] == number


def test_a_retry_after_handing_in_is_still_acknowledged_but_nothing_new_is(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{assessment.id}/answers"
    body = {"question": LEVEL, "request_id": "late.1", "base_revision": 1, "value": 3}
    assert client.send(address, body).status_code == 200
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")

    again = client.send(address, body)
    new = client.send(address, body | {"request_id": "late.2", "base_revision": 2, "value": 0})

    assert again.status_code == 200
    assert new.status_code == 409
    assert new.json["state"] == "submitted"
    assert "退回" in new.json["message"]


def test_what_cannot_be_kept_any_more_stays_on_the_page_to_be_copied(app, session):
    user = a_user(session)
    assessment = handed_in(session, user)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{assessment.id}/sections/production"

    answer = client.post(
        address,
        data={
            "csrf_token": client.token,
            "q_scheduling": "4",
            "q_scheduling-remark": "来不及提交的话",
            "q_scheduling-base": "1",
        },
    )

    assert answer.status_code == 409
    assert "来不及提交的话" in answer.text


def test_two_tabs_on_one_question_the_second_is_shown_both(app, sitting):
    colleague = a_user(sitting.session, firm=sitting.firm, name="王小明")
    other = signed_in(app, sitting.session, colleague)
    sitting.save(1, client=other)

    answer = sitting.save(3)

    assert answer.status_code == 409
    assert answer.json["current"]["value"] == 1
    assert answer.json["current"]["author"] == "王小明"
    assert answer.json["yours"] == 3
    assert "王小明" in answer.json["message"]
    assert sitting.kept() == 1


def test_handing_in_and_saving_at_the_same_moment_never_meet_half_way(app, session, engine):
    user = a_user(session)
    assessment = filled(session, user, level=2)
    clients = [signed_in(app, session, user) for _ in range(6)]
    number = assessment.id
    clients[0].get(f"/firm/assessments/{number}/review")
    token = clients[0].token

    def hand_in():
        return clients[0].post(
            f"/firm/assessments/{number}/review",
            data={"csrf_token": token, "agreed": "y", "declared_by": "虚构人"},
        )

    def save(place):
        body = {"question": LEVEL, "request_id": f"r{place}.1", "base_revision": 1, "value": 4}
        return clients[place].send(f"/firm/assessments/{number}/answers", body)

    with ThreadPoolExecutor(6) as pool:
        saves = [pool.submit(save, place) for place in range(1, 6)]
        submitted = pool.submit(hand_in).result()
        statuses = {future.result().status_code for future in saves}

    assert submitted.status_code == 302
    assert statuses <= {200, 409}
    with Session(engine) as fresh:
        value = fresh.scalar(select(AnswerRow.value).where(AnswerRow.question_id == LEVEL))
        share = fresh.scalar(select(ScoreRow.share))
        kept = fresh.get(Assessment, number)
        sheet = sheet_of(
            questionnaire_of(kept),
            answer_store.answers(fresh, fresh.scalar(select(ScoreRow.sheet_id))),
        )
        again = score(questionnaire_of(kept), sheet, frozenset(_processes(fresh)))
    assert value in (2, 4)
    assert str(again.share) == share


def _processes(session):
    return session.scalar(select(Firm.processes))


def test_handing_in_twice_or_by_two_at_once_is_one_receipt(app, session, engine):
    user = a_user(session)
    colleague = a_user(session, firm=session.get(Firm, user.firm_id))
    assessment = filled(session, user)
    clients = [signed_in(app, session, who) for who in (user, user, colleague, colleague)]
    number = assessment.id
    session.rollback()

    def hand_in(client):
        return client.post(
            f"/firm/assessments/{number}/review",
            data={"csrf_token": client.token, "agreed": "y", "declared_by": "虚构人"},
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(hand_in, clients))

    assert {answer.status_code for answer in answers} == {302}
    with Session(engine) as fresh:
        submits = select(func.count(AuditEntry.id)).where(AuditEntry.action == "submit")
        assert fresh.scalar(submits) == 1
        assert fresh.scalar(select(func.count()).select_from(ScoreRow)) == 1
    for client in clients:
        assert "回执" in client.get(f"/firm/assessments/{number}/").text


def test_handing_in_without_agreeing_or_signing_keeps_what_was_typed(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{assessment.id}/review"

    for given in (
        {"declared_by": "没有打勾的人"},
        {"agreed": "y", "declared_by": ""},
        {"agreed": "y", "declared_by": "名" * 61},
        {"agreed": "y", "declared_by": "\u200b \x00"},
    ):
        answer = client.post(address, data={"csrf_token": client.token} | given)
        assert answer.status_code == 422, given
    session.rollback()
    assert (
        session.get(Assessment, assessment.id, populate_existing=True).state
        == AssessmentState.DRAFT
    )
    assert (
        "没有打勾的人"
        in client.post(
            address, data={"csrf_token": client.token, "declared_by": "没有打勾的人"}
        ).text
    )


def test_an_incomplete_sheet_is_not_handed_in(sitting):
    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/review",
        data={"csrf_token": sitting.client.token, "agreed": "y", "declared_by": "虚构人"},
    )

    assert answer.status_code == 422
    sitting.session.rollback()
    assert sitting.session.scalar(select(Assessment.state)) == AssessmentState.DRAFT


def test_a_round_that_is_over_or_yet_to_come_cannot_be_begun(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    today = moment().date()
    over = a_round(session, closes_on=today - timedelta(days=3))
    coming = a_round(session, opens_on=today + timedelta(days=3))
    session.rollback()

    for round_ in (over, coming):
        answer = client.post(f"/firm/rounds/{round_.id}/begin", data={"csrf_token": client.token})
        assert answer.status_code == 409
        assert "这一轮评估" in answer.text
    session.rollback()
    assert session.scalar(select(func.count(Assessment.id))) == 0


def test_an_assessment_keeps_its_edition_whatever_its_round_becomes(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    session.get(Round, assessment.round_id).edition = "2099"
    session.commit()
    client = signed_in(app, session, user)

    page = client.get(f"/firm/assessments/{assessment.id}/sections/production")

    assert page.status_code == 200
    session.rollback()
    assert session.get(Assessment, assessment.id, populate_existing=True).edition == EDITION
