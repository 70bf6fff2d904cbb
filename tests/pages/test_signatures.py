"""Who signs a visit: under what they saw, said to be old as soon as that changes."""

import base64
import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from survey.files.stores import contents_of
from survey.lifecycle import assessments
from survey.lifecycle.signing import content_hash
from survey.lifecycle.step import Step
from survey.readings.stray import stray
from survey.store import assessments as store
from survey.tables import AssessmentState, AuditEntry, Role, Signature
from tests.pages.test_confirmation import Table
from tests.support.people import TESTER, a_consultant, a_user, moment, signed_in

OLD = "签署的是此前的版本"


def drawn(colour="navy", form="PNG"):
    stream = BytesIO()
    Image.new("RGB", (72, 24), colour).save(stream, form)
    return f"data:image/{form.lower()};base64,{base64.b64encode(stream.getvalue()).decode()}"


@pytest.fixture
def table(app, session):
    return Table(app, session)


def page(table):
    return table.tablet.get(f"/visits/{table.number}/confirm")


def sign(table, **fields):
    page(table)
    return table.tablet.submit(f"/visits/{table.number}/signatures", fields)


def signatures(session):
    rows = session.scalars(select(Signature).order_by(Signature.id)).all()
    session.rollback()
    return rows


def noted(table, item, **fields):
    body = {"item": item, "kind": "place", "request_id": f"{item}.1", "base_revision": 0}
    return table.tablet.send(f"/visits/{table.number}/notes/save", body | {"fields": fields})


def test_consultant_and_representative_sign_with_the_confirmation(table, session, app):
    answer = table.confirm(
        word="acknowledged", name="虚构代表", post="厂长",
        drawn_consultant=drawn("navy"), drawn_firm=drawn("maroon"),
    )  # fmt: skip

    assert answer.status_code == 302
    rows = signatures(session)
    assert [(row.role, row.name, bool(row.sha256)) for row in rows] == [
        ("consultant", table.consultant.name, True),
        ("firm", "虚构代表", True),
    ]
    assert rows[0].signed == content_hash(session, store.assessment(session, table.number))
    firm = signed_in(app, session, table.owner)
    for shown in (firm.get(table.page), firm.get(f"/assessments/{table.number}/result/onsite")):
        assert "企业代表" in shown.text
        assert OLD not in shown.text
    picture = firm.get(f"/assessments/signatures/{rows[1].id}")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")


def test_a_typed_name_alone_is_said_to_be_no_signature_by_hand(table, session):
    answer = table.confirm(word="", signer="李某")

    assert answer.status_code == 302
    assert "未手写签名" in page(table).text
    assert [row.sha256 for row in signatures(session)] == [None]


def test_the_same_signature_given_twice_is_kept_once(table, session):
    for _ in range(2):
        sign(table, role="firm", signer="虚构代表", drawn=drawn())

    assert len(signatures(session)) == 1


@pytest.mark.parametrize("change", ["answer", "note"])
def test_a_signature_is_old_as_soon_as_what_was_signed_changes(table, session, change):
    sign(table, role="consultant", signer="组员甲", drawn=drawn())
    before = page(table).text
    if change == "answer":
        table.judge("scheduling", {"value": 0, "reason": "没有排产表。"})
    else:
        noted(table, "n1", name="仓库", seen="")
    after = page(table).text

    assert OLD not in before
    assert OLD in after


def test_a_signature_stands_again_under_the_version_that_is_the_same(table, session):
    table.confirm(word="", signer="李某")
    assessments.reopen(Step(session, TESTER, moment()), table.number, reason="再看一题。")
    session.rollback()
    same = page(table).text
    table.judge("scheduling", {"value": 0, "reason": "没有排产表。"})

    assert OLD not in same
    assert OLD in page(table).text
    old = table.tablet.get(f"/assessments/{table.number}/versions/onsite/1")
    assert "李某" in old.text
    assert OLD not in old.text


def test_what_changed_between_reading_and_signing_is_not_signed(table, session):
    page(table)
    stale = re.search(r'name="shown" value="(\w{64})"', page(table).text)[1]
    noted(table, "n1", name="仓库", seen="")

    signing = sign(table, role="firm", signer="虚构代表", shown=stale)
    confirming = table.confirm(word="", shown=stale)

    assert (signing.status_code, confirming.status_code) == (409, 409)
    assert signatures(session) == []
    assert store.assessment(session, table.number).state == AssessmentState.VISITING


@pytest.mark.parametrize(
    "sent",
    [
        "drawn",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64,***",
        "data:image/png;base64,PHNjcmlwdD4=",
        "data:image/png;base64," + "A" * 200_001,
        drawn(form="JPEG"),
    ],
    ids=["marker", "svg", "no-base64", "script", "huge", "jpeg"],
)
def test_what_our_pad_does_not_draw_is_refused_and_nothing_is_confirmed(table, session, sent):
    signing = sign(table, role="firm", signer="虚构代表", drawn=sent)
    confirming = table.confirm(word="", signer="李某", drawn_consultant=sent)

    assert (signing.status_code, confirming.status_code) == (422, 422)
    assert "签名没有收到，请重新写一次。" in signing.text
    assert signatures(session) == []
    assert store.assessment(session, table.number).state == AssessmentState.VISITING


@pytest.mark.parametrize("signer", ["", " \u200b", "长" * 61])
def test_nobody_signs_without_a_name(table, session, signer):
    signing = sign(table, role="firm", signer=signer)
    confirming = table.confirm(word="", signer=signer)

    assert (signing.status_code, confirming.status_code) == (422, 422)
    assert "请填写签名人的姓名" in signing.text
    assert signatures(session) == []


def test_nobody_else_signs_or_sees_a_signature(table, session, app):
    sign(table, role="firm", signer="虚构代表", drawn=drawn())
    (row,) = signatures(session)
    url = f"/assessments/signatures/{row.id}"
    stranger = signed_in(app, session, a_consultant(session))
    stranger.get("/visits")
    owner, other = signed_in(app, session, table.owner), signed_in(app, session, a_user(session))
    officer = signed_in(app, session, a_user(session, Role.OFFICER))

    form = {"csrf_token": stranger.token, "role": "firm", "signer": "x", "shown": row.signed}
    posted = stranger.post(f"/visits/{table.number}/signatures", data=form)

    assert posted.status_code == 404
    assert [one.get(url).status_code for one in (stranger, other, owner)] == [404, 404, 404]
    assert [one.get(url).status_code for one in (table.tablet, officer)] == [200, 200]
    assert len(signatures(session)) == 1


def test_a_signature_leaves_a_row_in_the_log_and_its_picture_is_claimed(table, session, settings):
    sign(table, role="firm", signer="虚构代表", drawn=drawn())

    row = session.scalar(select(AuditEntry).where(AuditEntry.action == "sign"))
    assert row.after["name"] == "虚构代表"
    assert stray(session, contents_of(settings), moment()).missing == ()
