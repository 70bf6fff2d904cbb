"""Evidence through tokens: by the same reading, scanner and limits as on the pages, and for the same people."""

from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfWriter
from sqlalchemy import func, select

from survey import db
from survey.joining import create_app
from survey.lifecycle import assessments
from survey.lifecycle.step import Actor, Step
from survey.store import settings as settings_store
from survey.store import together
from survey.tables import Assessment, AuditEntry, Evidence, Firm, Role, SheetKind, Verdict
from survey.views.api.operations import BYTES
from tests.support.people import (
    a_consultant,
    a_file,
    a_photo,
    a_user,
    begun,
    fill,
    moment,
    visited,
)
from tests.support.people import signed_in as in_a_browser
from tests.support.servers import free_port
from tests.support.tokens import Program, a_token
from tests.support.world import QUESTION


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def firm(app, session, user):
    return Program(app.test_client(), a_token(session, user))


@pytest.fixture
def draft(session, user):
    found = begun(session, session.get(Firm, user.firm_id)).id
    session.rollback()
    return found


def bring(program, number, content, name="设备.jpg", question=QUESTION, **given):
    return program.open(
        "POST",
        f"assessments/{number}/questions/{question}/evidence",
        query_string={"name": name},
        **({"data": content, "content_type": BYTES} | given),
    )


def count(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Evidence))


def test_a_file_is_brought_listed_fetched_and_taken_back(session, firm, draft, user):
    photo = a_photo()

    told = bring(firm, draft, photo)

    assert told.status_code == 200, told.text
    file = told.json
    assert (file["name"], file["question"], file["kind"]) == ("设备.jpg", QUESTION, "self")
    assert (file["size"], file["sha256"]) == (len(photo), sha256(photo).hexdigest())
    assert firm.get(f"assessments/{draft}/sheets/self/evidence").json == {"items": [file]}
    assert firm.get(f"evidence/{file['id']}").json == file
    fetched = firm.open("GET", f"evidence/{file['id']}/content", buffered=True)
    assert (fetched.status_code, fetched.mimetype) == (200, "image/jpeg")
    assert "attachment" in fetched.headers["Content-Disposition"]

    assert firm.open("DELETE", f"evidence/{file['id']}").json == file

    assert count(session) == 0
    assert firm.open("DELETE", f"evidence/{file['id']}").status_code == 404
    rows = session.scalars(select(AuditEntry).where(AuditEntry.action.like("%_evidence")))
    assert [(row.action, row.user_id) for row in rows] == [
        ("attach_evidence", user.id),
        ("remove_evidence", user.id),
    ]


def test_the_same_content_again_is_the_file_already_there(session, firm, draft):
    first, again = (bring(firm, draft, a_photo()).json for _ in range(2))

    assert first == again
    assert count(session) == 1


def test_what_the_page_refuses_is_refused_with_the_same_words_and_keeps_nothing(
    session, firm, draft
):
    locked = PdfWriter()
    locked.add_blank_page(100, 100)
    locked.encrypt("word")
    locked.write(held := BytesIO())
    for content, name, status in (
        (b"", "设备.jpg", 422),
        (b"MZ harmless", "设备.exe", 415),
        (b"<script>", "设备.jpg", 415),
        (a_photo(), "设备.pdf", 415),
        (a_photo()[:400], "设备.jpg", 422),
        (held.getvalue(), "合同.pdf", 422),
        (b"x" * (21 * 1024 * 1024), "设备.jpg", 413),
    ):
        answer = bring(firm, draft, content, name)
        assert answer.status_code == status, (name, answer.text)
        assert answer.json["message"]
    assert bring(firm, draft, b"{}", content_type="application/json").status_code == 415
    assert bring(firm, draft, a_photo(), question="none").status_code in (404, 422)
    assert bring(firm, draft, a_photo(), name="").status_code == 422
    assert bring(firm, draft, a_photo(), question="note.x").status_code == 422
    assert count(session) == 0


def test_limits_of_a_question_count_files_of_both_ways(settings, engine, app, session, user, draft):
    small = create_app(replace(settings, most_files_per_question=2), engine)
    small.test_client_class = app.test_client_class
    program = Program(small.test_client(), a_token(session, user))
    one = session.get(Assessment, draft)
    a_file(session, settings, one, QUESTION, content=a_photo((9, 9, 9)))
    assert bring(program, draft, a_photo()).status_code == 200

    answer = bring(program, draft, a_photo((1, 2, 3)))

    assert (answer.status_code, set(answer.json["fields"])) == (422, {"files"})


def test_what_waits_for_the_scanner_goes_to_whoever_brought_it_alone(
    settings, engine, app, session, user, draft
):
    scanned = create_app(replace(settings, clamd=f"tcp://127.0.0.1:{free_port()}"), engine)
    scanned.test_client_class = app.test_client_class
    mine, others = (
        Program(scanned.test_client(), a_token(session, one))
        for one in (user, a_user(session, firm=session.get(Firm, user.firm_id)))
    )
    file = bring(mine, draft, a_photo()).json
    assert file["scan"] == "waiting"

    path = f"evidence/{file['id']}/content"
    assert mine.open("GET", path, buffered=True).status_code == 200
    assert others.get(path).status_code == 409


def test_an_onsite_file_is_the_visitors_until_it_is_confirmed_and_only_theirs_to_change(
    app, session, settings, user
):
    consultant = a_consultant(session)
    visit = visited(session, user, consultant)
    file = a_file(session, settings, visit, QUESTION, kind=SheetKind.ONSITE).id
    theirs, firm, bureau, other = (
        Program(app.test_client(), a_token(session, one))
        for one in (consultant, user, a_user(session, Role.OFFICER), a_consultant(session))
    )
    listed, number = f"assessments/{visit.id}/sheets/onsite/evidence", visit.id
    session.rollback()

    assert [one["id"] for one in theirs.get(listed).json["items"]] == [file]
    assert [who.get(listed).status_code for who in (firm, bureau, other)] == [404] * 3
    assert [who.get(f"evidence/{file}").status_code for who in (firm, other)] == [404] * 2
    assert firm.open("DELETE", f"evidence/{file}").status_code == 404
    assert bureau.open("DELETE", f"evidence/{file}").status_code == 403
    assert bring(theirs, number, a_photo((5, 5, 5))).json["kind"] == "onsite"
    assert bring(firm, number, a_photo((6, 6, 6))).status_code == 409, "it was handed in"


def test_what_is_confirmed_is_read_by_its_firm_and_the_bureau_and_changed_by_nobody(
    app, session, settings, user
):
    consultant = a_consultant(session)
    visit = visited(session, user, consultant)
    file = a_file(session, settings, visit, QUESTION, kind=SheetKind.ONSITE).id
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    assessments.confirm(Step(session, Actor(consultant.id, "顾问"), moment()), visit.id)
    session.rollback()
    firm, theirs, bureau = (
        Program(app.test_client(), a_token(session, one))
        for one in (user, consultant, a_user(session, Role.OFFICER))
    )
    for who in (firm, theirs, bureau):
        listed = who.get(f"assessments/{visit.id}/sheets/onsite/evidence").json["items"]
        assert [one["id"] for one in listed] == [file]
        assert who.get(f"evidence/{file}").status_code == 200
    assert bring(theirs, visit.id, a_photo((7, 7, 7))).status_code == 409
    assert theirs.open("DELETE", f"evidence/{file}").status_code == 409
    assert firm.open("DELETE", f"evidence/{file}").status_code == 404


def test_its_scopes_are_given_once_the_release_before_is_gone_which_has_no_words_for_them(
    app, session, user
):
    with db.writing(session):
        settings_store.keep_beside(session, together.KEY, moment().isoformat())
    page = in_a_browser(app, session, user).get("/account/tokens").text

    assert "查看、下载佐证材料" not in page
    word = a_token(session, user)
    assert Program(app.test_client(), word).get("evidence/1").status_code == 403
