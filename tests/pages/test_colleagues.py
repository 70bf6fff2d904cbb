"""A firm's colleagues: each sees and writes what the owner gave, on every route, and nothing else."""

import io
import re

import pytest
from sqlalchemy import select

from survey import db
from survey.lifecycle import colleagues
from survey.lifecycle.errors import NotThere
from survey.lifecycle.step import Actor, Step
from survey.tables import AnswerRow, AuditEntry, Evidence, Firm, Role, User
from survey.web import routes
from tests.support.files import a_photo
from tests.support.people import (
    PASSWORD,
    a_firm,
    a_user,
    filled,
    handed_in,
    moment,
    signed_in,
)
from tests.support.tokens import page_rules

HOME = "/firm/colleagues"
GIVEN, OTHER = "production", "quality"
HIS, HERS = "scheduling", "inspection_records"


@pytest.fixture
def owner(session):
    return a_user(session)


@pytest.fixture
def assessment(session, owner):
    return filled(session, owner)


@pytest.fixture
def boss(app, session, owner, assessment):
    return signed_in(app, session, owner)


@pytest.fixture
def colleague(app, session, owner, assessment):
    user = a_user(session, owner=False, sections=[GIVEN], firm=owner_firm(session, owner))
    return signed_in(app, session, user)


def owner_firm(session, owner):
    return session.get(Firm, owner.firm_id)


def invite(boss, **given):
    boss.get(HOME)
    return boss.submit("", {"name": "虚构班长", "reach": "some", "sections": [GIVEN]} | given)


def test_an_owner_gives_a_colleague_some_modules_by_a_link_and_sees_how_far_they_are(
    app, session, boss, assessment
):
    page = invite(boss)
    link = re.search(r"http://localhost(/link/[\w-]+)", page.text)

    newcomer = app.test_client()
    newcomer.get(link[1])
    assert newcomer.submit("", {"password": PASSWORD}).status_code == 302

    overview = newcomer.get(f"/firm/assessments/{assessment.id}/").text
    assert f"sections/{GIVEN}" in overview
    assert f"sections/{OTHER}" not in overview
    assert "检查并提交" not in overview
    user = session.scalars(select(User).where(User.name == "虚构班长")).one()
    assert re.fullmatch(r"[0-9a-z]{18}-2", user.username)
    assert (user.owner, user.sections) == (False, [GIVEN])
    shown = boss.get(HOME).text
    assert "虚构班长" in shown
    assert "生产" in shown


def test_a_colleague_writes_what_was_given_and_finds_nothing_else(session, colleague, assessment):
    colleague.get(f"/firm/assessments/{assessment.id}/sections/{GIVEN}")
    save = f"/firm/assessments/{assessment.id}/answers"

    own = colleague.send(
        save, {"question": HIS, "request_id": "a.1", "base_revision": 1, "value": 3}
    )
    other = colleague.send(
        save, {"question": HERS, "request_id": "a.2", "base_revision": 1, "value": 3}
    )

    assert (own.status_code, other.status_code) == (200, 404)
    assert colleague.get(f"/firm/assessments/{assessment.id}/sections/{OTHER}").status_code == 404
    session.rollback()
    kept = {
        row.question_id: row.value
        for row in session.scalars(select(AnswerRow).where(AnswerRow.question_id.in_([HIS, HERS])))
    }
    assert kept == {HIS: 3, HERS: 2}


def test_a_colleague_sees_and_adds_files_of_their_modules_alone(
    session, boss, colleague, assessment
):
    def put(client, question):
        client.get(f"/firm/assessments/{assessment.id}/sections/{GIVEN}")
        return client.post(
            f"/assessments/{assessment.id}/questions/{question}/evidence",
            data={"csrf_token": client.token, "files": (io.BytesIO(a_photo()), "看板.jpg")},
            headers={"Accept": "application/json"},
        )

    assert put(colleague, HIS).status_code == 201
    assert put(colleague, HERS).status_code == 404
    assert put(boss, HERS).status_code == 201
    hers = session.scalars(select(Evidence.id).where(Evidence.question_id == HERS)).one()
    for address in (f"/evidence/{hers}", f"/evidence/{hers}/thumbnail"):
        assert colleague.get(address).status_code == 404
        assert boss.get(address).status_code == 200
    removed = colleague.post(f"/evidence/{hers}/delete", data={"csrf_token": colleague.token})
    assert removed.status_code == 404


def test_every_other_page_of_the_firm_is_the_owners(app, colleague, assessment):
    with_ids = {"assessment_id": assessment.id, "number": 1}
    tried = 0
    for rule in page_rules(app):
        if Role.FIRM not in routes.ROUTES[rule.endpoint] or rule.endpoint in routes.GIVEN:
            continue
        rows = dict.fromkeys(re.findall(r"row:(\w+)", rule.rule), 1) | with_ids
        address = re.sub(
            r"<(?:[^<>]*:)?(\w+)>",
            lambda m, rows=rows: str(rows.get(m[1], "self")),
            rule.rule,
        )
        method = "GET" if "GET" in rule.methods else "POST"
        data = {"csrf_token": colleague.token} if method == "POST" else None
        answer = colleague.open(address, method=method, data=data)
        assert answer.status_code == 403, rule.endpoint
        tried += 1
    assert tried >= 8


def test_a_colleague_with_the_whole_sheet_fills_it_but_manages_nobody(
    app, session, owner, assessment
):
    user = a_user(session, owner=False, firm=owner_firm(session, owner))
    client = signed_in(app, session, user)

    assert client.get(f"/firm/assessments/{assessment.id}/sections/{OTHER}").status_code == 200
    assert client.get(f"/firm/assessments/{assessment.id}/review").status_code == 200
    assert client.get(HOME).status_code == 403
    assert HOME not in client.get("/firm/").text


def test_what_is_taken_back_ends_at_once_and_may_be_given_again(session, boss, colleague):
    user = session.scalars(select(User).where(User.owner.is_(False))).one()
    boss.get(HOME)
    assert boss.submit(f"{HOME}/{user.id}/away").status_code == 302
    assert colleague.get("/firm/").status_code == 302  # to the sign-in

    boss.get(HOME)
    boss.submit(f"{HOME}/{user.id}", {"reach": "some", "sections": [OTHER]})

    session.refresh(user)
    assert (user.active, user.sections) == (True, [OTHER])
    told = [row.action for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert told[-2:] == ["disable", "give"]


def test_a_module_must_be_chosen_where_not_all_are_meant(session, boss):
    refused = invite(boss, sections=[])
    strange = invite(boss, sections=["no_such_module"])

    assert (refused.status_code, strange.status_code) == (422, 422)
    assert "请至少选一个模块" in refused.text
    assert session.scalars(select(User).where(User.owner.is_(False))).all() == []


def test_only_an_owner_of_the_same_firm_gives_and_takes_back(session, owner):
    firm = owner_firm(session, owner)
    colleague = a_user(session, owner=False, firm=firm)
    second = a_user(session, firm=firm)
    stranger = a_user(session, firm=a_firm(session))

    for by, about in (
        (colleague, colleague),
        (stranger, colleague),
        (owner, second),
        (owner, stranger),
    ):
        step = Step(session, Actor(by.id, by.name), moment())
        with pytest.raises(NotThere):
            colleagues.give(step, owner.firm_id, about.id, None)
        with pytest.raises(NotThere):
            colleagues.take_back(step, owner.firm_id, about.id)
        with pytest.raises(NotThere):
            colleagues.new_link(step, owner.firm_id, about.id)
    with pytest.raises(NotThere):
        colleagues.invite_colleague(
            Step(session, Actor(stranger.id, "x"), moment()),
            owner.firm_id,
            name="甲",
            sections=None,
        )


def test_without_an_assessment_the_page_says_when_modules_can_be_given(app, session):
    client = signed_in(app, session, a_user(session))

    assert "开始评估以后" in client.get(HOME).text


def test_after_handing_in_a_colleague_still_reads_their_modules_and_no_result(app, session):
    owner = a_user(session)
    assessment = handed_in(session, owner)
    user = a_user(session, owner=False, sections=[GIVEN], firm=owner_firm(session, owner))
    client = signed_in(app, session, user)

    assert client.get(f"/firm/assessments/{assessment.id}/sections/{GIVEN}").status_code == 200
    home = client.get("/firm/").text
    assert f"/assessments/{assessment.id}/result" not in home
    assert client.get(f"/assessments/{assessment.id}/result/self").status_code == 403


def test_a_colleague_takes_no_file_away_from_a_module_that_was_not_given(
    session, boss, colleague, assessment
):
    boss.get(f"/firm/assessments/{assessment.id}/sections/{OTHER}")
    boss.post(
        f"/assessments/{assessment.id}/questions/{HERS}/evidence",
        data={"csrf_token": boss.token, "files": (io.BytesIO(a_photo()), "检验.jpg")},
        headers={"Accept": "application/json"},
    )
    hers = session.scalars(select(Evidence.id).where(Evidence.question_id == HERS)).one()
    session.rollback()

    section = f"/firm/assessments/{assessment.id}/sections/{GIVEN}"
    colleague.get(section)
    colleague.post(section, data={"csrf_token": colleague.token, "remove": str(hers)})

    assert session.scalars(select(Evidence.id).where(Evidence.question_id == HERS)).one() == hers


def test_what_a_returned_sheet_is_to_settle_is_told_to_who_sees_all_of_it(
    session, boss, colleague, assessment
):
    with db.writing(session):
        assessment.return_reason = "请核对设备联网。"
        for question, value in (
            ("networked_equipment", {"part": 0, "whole": 20}),
            ("data_collection", 4),
        ):
            row = session.scalars(select(AnswerRow).where(AnswerRow.question_id == question)).one()
            row.value = value
    overview = f"/firm/assessments/{assessment.id}/"

    assert "两边说法对不上" in boss.get(overview).text
    told = colleague.get(overview).text
    assert "请核对设备联网。" in told
    assert "两边说法对不上" not in told
