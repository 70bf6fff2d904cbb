"""What is kept of people: told, agreed to, taken along, and erased when they ask for it."""

from __future__ import annotations

import json

import pytest

from survey import db
from survey.lifecycle import new_firms
from survey.lifecycle.step import About, Actor, Step
from survey.store import settings
from survey.store.purposes import consents_of
from survey.tables import Firm, Role, User
from survey.words.purposes import FIRST
from tests.support.bureau import a_district, logged
from tests.support.people import PASSWORD, TESTER, a_firm, a_user, moment, signed_in

ASKED = "阅读《个人信息处理说明》并确认"
SECOND = FIRST + "\n七、补充\n新的一条。\n"


@pytest.fixture
def administrator(app, session):
    a_district(session)
    return signed_in(app, session, a_user(session, Role.ADMINISTRATOR))


def agreed(session, user_id):
    found = [one.version for one in consents_of(session, user_id)]
    session.rollback()
    return found


def test_whoever_joins_agrees_by_setting_a_password_and_is_asked_again_for_a_new_version(
    app, session, client, administrator
):
    client.get("/privacy")  # whoever joins may read it before
    firm = a_firm(session)
    link = new_firms.add_firm_user(
        Step(session, TESTER, moment()), firm.id, person="虚构人", username="xugou-ren"
    )
    assert "同意" in client.get(f"/link/{link.token}").text
    client.submit("", {"password": PASSWORD})
    assert agreed(session, link.user_id) == [1]
    assert ASKED not in client.get("/firm", follow_redirects=True).text

    administrator.get("/admin/privacy/text")
    assert administrator.submit("", {"text": SECOND}).status_code == 302
    assert settings.read(session).purpose_version == 2
    session.rollback()

    page = client.get("/account").text
    assert ASKED in page
    assert "更新为第 2 版" in page
    assert "新的一条。" in client.get("/privacy").text
    old = client.post("/privacy/agree", data={"csrf_token": client.token, "version": "1"})
    assert old.status_code == 409
    client.get("/privacy")
    assert client.submit("/privacy/agree", {}).status_code == 302
    assert ASKED not in client.get("/account").text
    assert agreed(session, link.user_id) == [1, 2]
    assert [e.after for e in logged(session, "agree")][-1] == {"purpose_version": 2}


def test_two_administrators_do_not_write_over_each_other_and_nothing_is_published_empty(
    session, administrator
):
    administrator.get("/admin/privacy/text")
    assert administrator.submit("", {"text": " "}).status_code == 422
    administrator.get("/admin/privacy/text")
    token = {"csrf_token": administrator.token, "version": "1"}
    assert (
        administrator.post("/admin/privacy/text", data=token | {"text": SECOND}).status_code == 302
    )
    assert (
        administrator.post("/admin/privacy/text", data=token | {"text": FIRST}).status_code == 409
    )
    assert settings.read(session).purpose_version == 2


def test_everybody_takes_along_what_is_kept_of_themselves(app, session):
    user = a_user(session, name="虚构本人", phone="13800000000")
    mine = signed_in(app, session, user)

    answer = mine.get("/account/data")

    said = json.loads(answer.data)
    told = {row["项目"]: row["内容"] for row in said["账号"]}
    assert (told["姓名"], told["手机号"]) == ("虚构本人", "13800000000")
    assert said["正在登录的设备"]
    assert mine.get("/account/data?kind=xlsx").data.startswith(b"PK")
    assert mine.get("/account/data?kind=exe").status_code == 400
    assert [entry.subject_id for entry in logged(session, "take_data")] == [str(user.id)] * 2


def test_what_somebody_looked_at_is_told_by_the_pages_name(app, session):
    user = a_user(session, Role.ADMINISTRATOR)
    with db.writing(session):
        Step(session, Actor(user.id, user.name), moment()).log(
            "view_person", About("page", "administrator.users")
        )

    said = json.loads(signed_in(app, session, user).get("/account/data").data)

    assert "用户和权限" in {row["对象"] for row in said["操作日志"]}


def test_an_administrator_erases_a_contact_after_a_second_look(session, administrator):
    firm = a_firm(session, name="虚构轴承厂", contact_name="虚构联系人", contact_phone="000-77")
    assert "虚构轴承厂" in administrator.get("/admin/privacy?q=000-77").text
    page = administrator.get(f"/admin/privacy/firms/{firm.id}")
    assert "虚构联系人" in page.text
    assert "已经签发的 PDF 报告" in page.text
    where = f"/admin/privacy/firms/{firm.id}/erase"
    for typed, said in (
        ({"reason": "本人书面提出", "sure": "别的厂"}, "请照抄"),
        ({"reason": "", "sure": "虚构轴承厂"}, "为什么提出"),
    ):
        answer = administrator.submit(where, typed)
        assert answer.status_code == 422
        assert said in answer.text
    assert session.get_one(Firm, firm.id).contact_name == "虚构联系人"
    session.rollback()

    assert (
        administrator.submit(where, {"reason": "本人书面提出", "sure": "虚构轴承厂"}).status_code
        == 302
    )

    session.expire_all()
    assert session.get_one(Firm, firm.id).contact_name is None
    assert [entry.reason for entry in logged(session, "erase_contact")] == ["本人书面提出"]
    assert json.loads(administrator.get(f"/admin/privacy/firms/{firm.id}/data").data)


def test_an_account_is_erased_by_its_name_and_can_never_be_opened_again(
    app, session, client, administrator
):
    user = a_user(session, Role.OFFICER, name="虚构旧同事")
    name = user.username
    page = administrator.get(f"/admin/privacy/users/{user.id}")
    assert "虚构旧同事" in page.text

    where = f"/admin/privacy/users/{user.id}/erase"
    assert (
        administrator.submit(where, {"reason": "离职提出", "sure": "虚构旧同事"}).status_code == 302
    )

    session.expire_all()
    assert session.get_one(User, user.id).name == f"用户 #{user.id} 已注销"
    client.get("/sign-in")
    assert client.submit("", {"username": name, "password": PASSWORD}).status_code == 422
    page = administrator.get(f"/admin/privacy/users/{user.id}").text
    assert "已经注销" in page
    listed = administrator.get("/admin/users").text
    assert "已注销" in listed
    for door, said in (("active", {"active": "yes"}), ("link", {})):
        assert f"/admin/users/{user.id}/{door}" not in listed
        posted = said | {"csrf_token": administrator.token}
        assert administrator.post(f"/admin/users/{user.id}/{door}", data=posted).status_code == 404
    session.expire_all()
    assert session.get_one(User, user.id).active is False


def test_a_colleague_who_was_erased_is_not_brought_back_by_the_owner(app, session, administrator):
    firm = a_firm(session)
    owner, gone = a_user(session, firm=firm), a_user(session, firm=firm, owner=False)
    administrator.get(f"/admin/privacy/users/{gone.id}")
    where = f"/admin/privacy/users/{gone.id}/erase"
    administrator.submit(where, {"reason": "本人提出", "sure": gone.name})

    client = signed_in(app, session, owner)
    page = client.get("/firm/colleagues").text
    given = {"csrf_token": client.token, "reach": "whole"}
    answer = client.post(f"/firm/colleagues/{gone.id}", data=given)

    assert "已注销" in page
    assert f"/firm/colleagues/{gone.id}" not in page
    assert answer.status_code == 404
    session.expire_all()
    assert session.get_one(User, gone.id).active is False
