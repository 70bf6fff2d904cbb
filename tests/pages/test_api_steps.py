"""What the bureau's programs do with rounds, sheets and reports, and how they find what they were told of."""

import pytest
from sqlalchemy import select

from survey.tables import Assessment, AuditEntry, Role, Round
from tests.support.people import (
    a_consultant,
    a_round,
    a_user,
    an_issued_report,
    confirmed,
    handed_in,
    moment,
)
from tests.support.tokens import Program, a_token


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def bureau(app, session, officer):
    return Program(app.test_client(), a_token(session, officer))


def state(session, number):
    session.expire_all()
    return session.get(Assessment, number).state


def test_a_round_is_given_another_name_and_the_rest_stays(session, bureau):
    round_ = a_round(session, title="虚构轮次", notice="虚构〔2026〕1 号")
    path = f"rounds/{round_.id}"
    changed = bureau.send("PATCH", path, title="虚构新名", version=round_.version)
    assert changed.status_code == 200, changed.text
    assert (changed.json["title"], changed.json["notice"]) == ("虚构新名", "虚构〔2026〕1 号")
    assert changed.json["opens_on"] == str(round_.opens_on)

    stale = bureau.send("PATCH", path, title="又一个", version=round_.version)
    assert stale.status_code == 409
    session.rollback()
    assert session.scalars(select(Round.title)).all() == ["虚构新名"]


def test_a_day_is_taken_away_by_null_and_a_wrong_one_is_refused(session, bureau):
    round_ = a_round(session, closes_on=moment().date())
    path, version = f"rounds/{round_.id}", round_.version
    wrong = bureau.send("PATCH", path, closes_on="1999-01-01", version=version)
    assert wrong.status_code == 422
    assert "closes_on" in wrong.json["fields"]
    open_ended = bureau.send("PATCH", path, closes_on=None, version=version, sure=True)
    assert open_ended.status_code == 200, open_ended.text
    assert open_ended.json["closes_on"] is None


def test_a_sheet_is_sent_back_with_its_reason_and_is_then_the_firms_alone(session, bureau, officer):
    one = handed_in(session, a_user(session))
    path = f"assessments/{one.id}/return"
    assert bureau.send("POST", path, reason="缺材料", questions=["no_such"]).status_code == 422
    done = bureau.send("POST", path, reason="缺材料", questions=["scheduling"])
    assert done.status_code == 200, done.text
    assert done.json["state"] == "draft"
    session.refresh(one)
    assert one.return_questions == ["scheduling"]
    assert bureau.get(f"assessments/{one.id}").status_code == 404
    row = session.scalars(select(AuditEntry).where(AuditEntry.action == "return")).one()
    assert (row.user_id, row.reason) == (officer.id, "缺材料")
    assert bureau.send("POST", path, reason="再退").status_code == 409


def test_a_confirmed_one_is_opened_again(session, bureau):
    one = confirmed(session, a_user(session), a_consultant(session))
    done = bureau.send("POST", f"assessments/{one.id}/reopening", reason="有误")
    assert done.status_code == 200, done.text
    assert state(session, one.id) == "visiting"
    again = bureau.send("POST", f"assessments/{one.id}/reopening", reason="有误")
    assert again.status_code == 409


def test_what_a_webhook_told_of_by_its_number_is_found(app, session, settings, bureau):
    firm = a_user(session)
    one = handed_in(session, firm)
    report = an_issued_report(session, settings, one, firm)
    other = handed_in(session, a_user(session))
    an_issued_report(session, settings, other, firm)

    (found,) = bureau.get("documents", number=report.number).json["items"]
    assert (found["id"], found["assessment"]) == (report.id, one.id)
    assert bureau.get("documents", number="none").json == {"items": [], "next": None}
    page = bureau.get("documents", limit=1).json
    rest = bureau.get("documents", limit=1, after=page["next"]).json
    assert len({one["id"] for one in page["items"] + rest["items"]}) == 2

    owner = Program(app.test_client(), a_token(session, firm))
    assert [one["id"] for one in owner.get("documents").json["items"]] == [report.id]


def test_a_report_is_withdrawn_and_is_the_bureaus_alone(app, session, settings, bureau):
    firm = a_user(session)
    report = an_issued_report(session, settings, handed_in(session, firm), firm)
    path = f"documents/{report.id}/withdrawal"
    done = bureau.send("POST", path, reason="有误")
    assert done.status_code == 200, done.text
    assert done.json["standing"] == "withdrawn"
    assert bureau.send("POST", path, reason="有误").status_code == 409
    owner = Program(app.test_client(), a_token(session, firm))
    assert owner.get("documents").json["items"] == []
    assert owner.get(f"documents/{report.id}").status_code == 410
    assert bureau.get("documents").json["items"][0]["standing"] == "withdrawn"


def test_jobs_are_those_the_tokens_user_asked_for(app, session, bureau):
    firm = a_user(session)
    one = handed_in(session, firm)
    asked = bureau.send("POST", "documents", assessment=one.id, kind="self").json["job"]
    assert [job["id"] for job in bureau.get("jobs").json["items"]] == [asked]
    owner = Program(app.test_client(), a_token(session, firm))
    assert owner.get("jobs").json["items"] == []
