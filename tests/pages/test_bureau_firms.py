"""The officer takes firms on: one form, one invitation, and changes that overwrite nobody's."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import func, select
from stdnum.cn import uscc

from survey import db
from survey.store import settings
from survey.tables import Firm, Role, User
from tests.support.bureau import a_district, an_assessment, at_desk, logged
from tests.support.people import PASSWORD, a_consultant, a_firm, a_round, a_user, begun, visited

CODE = "91110000600037341L"
NEW = "/bureau/firms/new"
TYPED = {
    "name": "虚构新厂",
    "code": "９１１１００００６０００３７３４１l",
    "trade": "valve",
    "township": "碧湖镇",
    "person": "虚构人",
    "username": "xinchang",
}


@pytest.fixture
def desk(app, session):
    """The officer's browser."""
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


def add(desk, **given):
    desk.get(NEW)
    return desk.submit(NEW, TYPED | given)


def link_on(answer):
    found = re.search(r'<textarea[^>]* id="link"[^>]*>([^<]+)</textarea>', answer.text)
    return unescape(found[1]).strip()


def test_a_new_firms_user_sets_a_password_by_the_link_and_signs_in_by_the_firms_code(
    app, desk, session
):
    answer = add(desk)
    assert answer.status_code == 200
    link = link_on(answer)
    assert link.startswith("http://localhost/link/")

    newcomer = app.test_client()
    newcomer.get(link.removeprefix("http://localhost"))
    assert newcomer.submit("", {"password": PASSWORD}).status_code == 302
    assert newcomer.get("/account").status_code == 200
    newcomer.submit("/sign-out")
    newcomer.get("/sign-in")
    answer = newcomer.submit("", {"username": CODE, "password": PASSWORD})

    assert answer.status_code == 302
    firm = session.scalars(select(Firm)).one()
    assert (firm.code, firm.name, firm.fictional) == (CODE, "虚构新厂", False)


def test_the_page_of_a_link_names_the_firm_the_last_day_and_whom_to_ask(desk, session):
    with db.writing(session):
        known = settings.read(session)
        settings.keep(session, replace(known, contact_name="虚构李", contact_phone="0578-0000000"))

    page = add(desk).text

    assert "虚构新厂" in page
    assert re.search(r"到 \d+ 月 \d+ 日（周[一二三四五]）18 时", page)
    assert "有问题请找虚构李 0578-0000000。" in page
    assert re.search(r'<svg[^>]* viewBox="0 0 (\d+) \1"', page), "whole in whatever room it has"
    assert "已经失效" not in page  # a new firm had no earlier link


def test_consultants_are_listed_with_their_visits_and_given_a_new_link(desk, session):
    consultant = a_consultant(session, name="虚构顾问甲")
    visited(session, a_user(session), consultant)

    page = desk.get("/bureau/consultants").text
    link = desk.submit(f"/bureau/consultants/{consultant.id}/link")

    assert "虚构顾问甲" in page
    assert "1 家" in page
    assert "重置密码链接" in link.text


def test_the_link_is_shown_once_and_never_logged(desk, session):
    word = link_on(add(desk)).rpartition("/")[2]
    firm = session.scalars(select(Firm)).one()

    for address in (f"/bureau/firms/{firm.id}", "/bureau/firms", "/bureau/audit"):
        assert word not in desk.get(address).text
    session.rollback()
    assert all(
        word not in f"{row.before}{row.after}{row.reason}" for row in logged(session, "create")
    )


@pytest.mark.parametrize(
    "given, remedy",
    [
        ({"code": CODE[:-1] + "M"}, "校验位"),
        ({"code": "91331102DEMO00001X"}, "没有 I、O、S、V、Z"),
        ({"name": ""}, "请填写企业名称"),
        ({"trade": "bakery"}, "行业"),
        ({"username": "不行"}, "小写字母"),
        ({"person": ""}, "首位用户"),
    ],
)
def test_a_wrong_field_is_named_and_everything_typed_is_still_there(desk, session, given, remedy):
    answer = add(desk, **given)

    assert answer.status_code == 422
    assert remedy in answer.text
    for name, value in (TYPED | given).items():
        if name not in ("trade", "township"):
            assert f'value="{value}"' in answer.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Firm)) == 0


def test_a_demonstration_takes_a_code_that_cannot_exist_and_says_so(desk, session):
    a_district(session, demonstration=True)

    assert add(desk, code="91331102demo00001x").status_code == 200

    firm = session.scalars(select(Firm)).one()
    assert firm.fictional
    assert "不是真实企业" in desk.get(f"/bureau/firms/{firm.id}").text


def test_a_code_that_is_taken_names_the_firm_and_adds_nothing(desk, session):
    a_firm(session, "虚构老厂", code=CODE)

    answer = add(desk)

    assert answer.status_code == 409
    assert "虚构老厂" in answer.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(User).where(User.role == Role.FIRM)) == 0


def test_further_users_are_invited_again_and_reset_once_they_have_a_password(desk, session):
    firm = a_firm(session)
    page = f"/bureau/firms/{firm.id}"
    desk.get(page)
    first = desk.submit(f"{page}/users", {"person": "虚构乙", "username": "second"})
    assert first.status_code == 200
    user = session.scalars(select(User).where(User.username == "second")).one()

    desk.get(page)
    again = desk.submit(f"{page}/users/{user.id}/link")

    assert link_on(again) != link_on(first)
    assert "邀请链接" in again.text
    taken = a_user(session, Role.FIRM, firm)
    desk.get(page)
    assert "重置密码链接" in desk.submit(f"{page}/users/{taken.id}/link").text


def test_no_member_of_staff_and_no_other_firms_user_is_reached_through_a_firm(desk, session):
    firm = a_firm(session)
    for user in (
        a_user(session, Role.OFFICER, password_hash=None),
        a_user(session, password_hash=None),
    ):
        answer = desk.post(
            f"/bureau/firms/{firm.id}/users/{user.id}/link", data={"csrf_token": desk.token}
        )
        assert answer.status_code == 404


def test_a_firm_is_corrected_but_keeps_its_trade_once_it_has_begun(desk, session):
    firm = a_firm(session)
    page = f"/bureau/firms/{firm.id}"
    desk.get(page)
    assert desk.submit(page, {"name": "虚构改名厂", "trade": "bearing"}).status_code == 302
    session.refresh(firm)
    begun(session, firm)

    desk.get(page)
    answer = desk.submit(page, {"trade": "valve"})

    assert answer.status_code == 422
    assert "行业不能再改" in answer.text
    session.rollback()
    kept = session.execute(select(Firm.name, Firm.trade)).one()
    assert tuple(kept) == ("虚构改名厂", "bearing")


def test_the_later_of_two_officers_sees_that_the_firm_has_changed(desk, session):
    firm = a_firm(session)
    page = f"/bureau/firms/{firm.id}"
    desk.get(page)
    desk.submit(page, {"name": "虚构甲名"})

    desk.get(page)
    answer = desk.submit(page, {"name": "虚构乙名", "version": "1"})

    assert answer.status_code == 409
    assert 'value="虚构乙名"' in answer.text
    assert session.scalar(select(Firm.name)) == "虚构甲名"


def test_firms_are_found_by_how_far_they_have_come(desk, session):
    a_firm(session, "甲厂（虚构）")
    an_assessment(session, a_round(session), "乙厂（虚构）")

    assert "乙厂" not in desk.get("/bureau/firms?state=none").text
    assert "甲厂" not in desk.get("/bureau/firms?state=submitted").text


@pytest.mark.parametrize("number", ["-1", "0", "9223372036854775808", "abc", "1.0", "０１", "999"])
def test_a_firm_that_is_not_there_is_not_found(desk, number):
    assert desk.get(f"/bureau/firms/{number}").status_code == 404


def test_a_second_press_leads_to_the_same_result(app, desk, session):
    first, second = link_on(add(desk)), link_on(add(desk))

    assert session.scalar(select(func.count()).select_from(User).where(User.role == Role.FIRM)) == 1
    session.rollback()
    newcomer = app.test_client()
    assert newcomer.get(first.removeprefix("http://localhost")).status_code == 404
    where = second.removeprefix("http://localhost")
    newcomer.get(where)
    token, twice = newcomer.token, newcomer.get(where).status_code
    assert twice == 200
    pressed = {"password": PASSWORD, "csrf_token": token}
    cookie = newcomer.get_cookie("survey").value
    assert newcomer.post(where, data=pressed).location == "/"
    newcomer.set_cookie("survey", cookie)  # the second press left before the first was answered
    assert newcomer.post(where, data=pressed).location == "/"
    assert newcomer.get("/account").status_code == 200
    newcomer.set_cookie("survey", cookie)
    wrong = pressed | {"password": PASSWORD + "x"}
    assert newcomer.post(where, data=wrong).status_code == 404
    assert add(desk).status_code == 409  # joined meanwhile: it is no second press any more


def test_an_unusual_code_is_asked_about_with_what_was_typed_and_taken_when_it_is_meant(
    desk, session
):
    unusual = "Y1110000600037341"
    code = unusual + uscc.calc_check_digit(unusual)

    asked = add(desk, code=code)
    assert asked.status_code == 409
    assert "不以 9 开头" in asked.text
    assert code in asked.text
    assert add(desk, code=code, sure="y").status_code == 200
    assert session.scalar(select(Firm.code)) == code
