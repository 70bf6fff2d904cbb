"""Visits through tokens: a program of the bureau sends people, one of theirs brings the visit to its end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.lifecycle import interests
from survey.lifecycle.interests import Declared
from survey.lifecycle.step import Actor, Step
from survey.tables import (
    Assessment,
    AuditEntry,
    Firm,
    Response,
    Role,
    SheetKind,
    Signature,
    Verdict,
)
from tests.support.people import (
    a_consultant,
    a_firm,
    a_user,
    confirmed,
    fill,
    handed_in,
    moment,
    visited,
)
from tests.support.tokens import Program, a_token

CHECK = "scale_without_revenue"


@pytest.fixture
def consultant(session):
    return a_consultant(session, name="顾问甲")


@pytest.fixture
def bureau(app, session):
    return Program(app.test_client(), a_token(session, a_user(session, Role.OFFICER)))


@pytest.fixture
def theirs(app, session, consultant):
    """A program of the consultant's own, such as an app of their office."""
    return Program(app.test_client(), a_token(session, consultant))


def row(session, number):
    session.rollback()
    return session.get(Assessment, number, populate_existing=True)


def actions(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def judged(session, consultant, revenue=5000):
    """A visit on which every answer was verified; a revenue of 1500 does not sit well with 规上."""
    one = visited(session, a_user(session, firm=a_firm(session, revenue=revenue)), consultant)
    fill(session, one, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    session.rollback()
    return one.id


def test_a_pair_is_sent_on_a_day_and_taken_back(session, bureau, consultant):
    second = a_consultant(session, name="顾问乙")
    a_consultant(session, name="停用的", active=False)
    one = handed_in(session, a_user(session))
    offered = bureau.get("consultants").json["items"]
    assert {(who["id"], who["visits"]) for who in offered} == {(consultant.id, 0), (second.id, 0)}

    path, version = f"assessments/{one.id}/assignment", bureau.get(f"assessments/{one.id}").json["version"]  # fmt: skip
    told = {"consultant": consultant.id, "second": second.id, "planned_on": "2099-01-01"}
    late = bureau.send("POST", path, **told, version=version)
    assert (late.status_code, set(late.json["fields"])) == (422, {"planned_on"})
    told["planned_on"] = (moment() + timedelta(days=9)).date().isoformat()
    sent = bureau.send("POST", path, **told, version=version)
    assert sent.status_code == 200, sent.text
    assert (sent.json["state"], sent.json["consultant"]) == ("visiting", {"id": consultant.id, "name": "顾问甲"})  # fmt: skip
    assert (sent.json["second"]["name"], sent.json["planned_on"]) == ("顾问乙", told["planned_on"])
    assert sent.json["left"] is None
    assert row(session, one.id).visitors == (consultant.id, second.id)

    stale = bureau.send("POST", path, consultant=second.id, version=version)
    assert stale.status_code == 409
    back = bureau.send("POST", f"assessments/{one.id}/unassignment", reason="改期")
    assert (back.status_code, back.json["state"], back.json["consultant"]) == (200, "submitted", None)  # fmt: skip
    assert actions(session)[-2:] == ["assign", "unassign"]


def test_nobody_but_a_consultant_in_use_is_sent(session, bureau, consultant):
    one = handed_in(session, a_user(session))
    path, version = f"assessments/{one.id}/assignment", one.version
    for wrong in ({"consultant": 999_999}, {"consultant": a_user(session).id}):
        refused = bureau.send("POST", path, **wrong, version=version)
        assert (refused.status_code, set(refused.json["fields"])) == (422, {"consultant"})
    same = bureau.send(
        "POST", path, consultant=consultant.id, second=consultant.id, version=version
    )
    assert (same.status_code, set(same.json["fields"])) == (422, {"second"})
    assert row(session, one.id).state == "submitted"


def test_whoever_has_an_interest_is_sent_only_with_a_reason(session, bureau, consultant):
    one = handed_in(session, a_user(session))
    firm = session.get(Firm, one.firm_id)
    step = Step(session, Actor(consultant.id, "顾问甲"), moment())
    interests.declare(
        step, consultant.id, Declared(firm.name, firm.code, False, "持有股份。"), demonstration=True
    )
    path, told = f"assessments/{one.id}/assignment", {"consultant": consultant.id}
    told["version"] = row(session, one.id).version

    warned = bureau.send("POST", path, **told)
    assert (warned.status_code, set(warned.json["fields"])) == (409, {"despite"})
    assert "持有股份" in warned.json["message"]
    assert row(session, one.id).state == "submitted"

    assert bureau.send("POST", path, **told, despite="只有他懂这一行").status_code == 200
    session.rollback()
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.reason) == ("assign", "只有他懂这一行")


def test_what_is_left_is_told_to_whoever_visits_and_ends_with_the_confirmation(
    session, bureau, theirs, consultant
):
    one = visited(session, a_user(session), consultant).id
    left = theirs.get(f"assessments/{one}/visit").json["left"]
    assert {"question": "scheduling", "needs": ["verdict"]} in left["questions"]
    path = f"assessments/{one}/confirmation"
    early = theirs.send("POST", path, content=left["content"])
    assert early.status_code == 422
    assert early.json["fields"]["scheduling"]

    fill(session, row(session, one), consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)  # fmt: skip
    session.rollback()
    assert theirs.send("POST", path, content=left["content"]).status_code == 409
    left = theirs.get(f"assessments/{one}/visit").json["left"]
    assert left["questions"] == left["contradictions"] == []
    word = {"kind": "acknowledged", "name": "虚构代表", "post": "厂长"}
    done = theirs.send("POST", path, content=left["content"], word=word)
    assert done.status_code == 200, done.text
    assert done.json["state"] == "confirmed"
    assert done.json["visited"]["rung"] is not None
    session.rollback()
    signed = session.execute(select(Signature.role, Signature.name)).all()
    assert sorted(signed) == [("consultant", "顾问甲"), ("firm", "虚构代表")]
    assert session.scalars(select(Response.kind)).one() == "acknowledged"
    told = bureau.get(f"assessments/{one}/visit").json
    assert (told["state"], told["left"]) == ("confirmed", None)


def test_a_contradiction_is_explained_before_a_visit_is_confirmed(session, theirs, consultant):
    one = judged(session, consultant, revenue=1500)
    (open_,) = theirs.get(f"assessments/{one}/visit").json["left"]["contradictions"]
    assert open_["id"] == CHECK
    content = theirs.get(f"assessments/{one}/visit").json["left"]["content"]
    assert (
        theirs.send("POST", f"assessments/{one}/confirmation", content=content).status_code == 422
    )

    path = f"assessments/{one}/contradictions/{CHECK}"
    assert theirs.send("PUT", path, says=" ").status_code == 422
    done = theirs.send("PUT", path, says="去年停产大修半年。")
    assert (done.status_code, done.json["left"]["contradictions"]) == (200, [])
    assert theirs.send("PUT", path[:-2], says="没有这一条").status_code == 404
    assert (
        theirs.send("POST", f"assessments/{one}/confirmation", content=content).status_code == 200
    )


def test_a_visit_is_read_and_ended_by_its_own_consultants_alone(app, session, bureau, consultant):
    one = judged(session, consultant)
    other = Program(app.test_client(), a_token(session, a_consultant(session)))
    content = {"content": "0" * 64}
    assert other.get(f"assessments/{one}/visit").status_code == 404
    assert other.send("POST", f"assessments/{one}/confirmation", **content).status_code == 404
    assert bureau.send("POST", f"assessments/{one}/confirmation", **content).status_code == 403
    assert bureau.get(f"assessments/{one}/visit").json["left"] is None


def test_a_token_for_reading_sends_nobody(app, session, consultant):
    one = handed_in(session, a_user(session))
    officer = a_user(session, Role.OFFICER)
    reader = Program(app.test_client(), a_token(session, officer, "assessments:read"))
    assert reader.get("consultants").status_code == 200
    path = f"assessments/{one.id}/assignment"
    assert reader.send("POST", path, consultant=consultant.id, version=0).status_code == 403


def test_a_confirmed_one_is_no_more_assigned(session, bureau, consultant):
    one = confirmed(session, a_user(session), consultant)
    version = row(session, one.id).version
    path = f"assessments/{one.id}/assignment"
    other = a_consultant(session)
    assert bureau.send("POST", path, consultant=other.id, version=version).status_code == 409
