"""Whoever is sent to the bureau is told whom to ask there, and under which number."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from survey import db
from survey.store import settings
from survey.store.accounts import hashed
from survey.store.settings import District
from survey.tables import Firm, OneTimeLink
from survey.words.contact import said
from tests.support.client import CheckingClient
from tests.support.people import a_user, begun, handed_in, moment, signed_in

ROOM = Path(__file__).parents[2] / "survey"
NAME, PHONE = "虚构联系人", "000-12345"
SENT = re.compile(r"(联系|请向|告诉|询问|请找)(主管部门|经信局|经济商务局|管理员)(?!的联系人)")
STAFF = {"bureau", "administrator", "editions"}
"""Rooms of templates whose readers work at the bureau: they know their administrator."""


def spoken() -> list[Path]:
    templates = [path for path in ROOM.glob("templates/**/*.html") if path.parent.name not in STAFF]
    modules = [
        p for room in ("words", "lifecycle", "views", "web") for p in ROOM.glob(f"{room}/**/*.py")
    ]
    return sorted([*templates, *modules, *(ROOM.parent / "static/js").rglob("*.js")])


def test_no_sentence_sends_anybody_to_a_bureau_without_saying_whom_to_ask():
    files = spoken()

    bare = [
        f"{path.name}: {found[0]}"
        for path in files
        if (found := SENT.search(path.read_text("utf-8")))
    ]

    assert len(files) > 100
    assert bare == []


def test_a_sentence_without_a_contact_still_names_the_bureau():
    assert said("请联系{bureau}。") == "请联系主管部门。"
    assert said("请联系{bureau}。", "虚构局", "虚构人 000") == "请联系虚构局（虚构人 000）。"


@pytest.fixture(autouse=True)
def _contact(session):
    with db.writing(session):
        settings.keep(
            session, District("虚构县", "虚构县局", contact_name=NAME, contact_phone=PHONE)
        )


def tells(page: str) -> bool:
    return NAME in page and f'href="tel:{PHONE}"' in page


def test_who_cannot_sign_in_and_who_comes_too_late_is_told_whom_to_ask(app, session):
    client = app.test_client()
    late = a_user(session, password_hash=None)
    with db.writing(session):
        session.add(
            OneTimeLink(
                token_hash=hashed("w" * 43),
                user_id=late.id,
                purpose="invite",
                created_at=moment() - timedelta(days=9),
                expires_at=moment() - timedelta(days=1),
            )
        )

    for where in ("/sign-in", f"/link/{'w' * 43}", f"/link/{'x' * 43}"):
        assert tells(client.get(where).text), where


def test_a_refusal_says_whom_to_ask(app, session):
    client = signed_in(app, session, a_user(session))

    for where, status in (("/bureau/", 403), ("/firm/assessments/9999/", 404)):
        answer = client.get(where)
        assert answer.status_code == status
        assert tells(answer.text), where


def test_a_locked_sheet_says_whom_to_ask_on_its_page_and_to_a_script(app, session):
    owner = a_user(session)
    assessment = handed_in(session, owner)
    client: CheckingClient = signed_in(app, session, owner)
    sheet = f"/firm/assessments/{assessment.id}"

    for where in ("/", "/review", "/sections/production"):
        assert tells(client.get(sheet + where).text), where
    change = {"question": "scheduling", "request_id": "late.1", "base_revision": 1, "value": 1}
    refused = client.send(f"{sheet}/answers", change)
    assert refused.status_code == 409
    assert f"虚构县局（{NAME} {PHONE}）" in refused.json["message"]


def test_a_firm_reads_whom_to_ask_about_its_trade(app, session):
    owner = a_user(session)
    begun(session, session.get(Firm, owner.firm_id))

    assert tells(signed_in(app, session, owner).get("/firm/profile").text)
