"""Invitations on the officer's pages: whom a round asks, and what each firm is handed."""

import re
from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from survey.tables import Invitation, Role
from tests.support.bureau import a_district, at_desk, counting, logged
from tests.support.labour import work
from tests.support.people import PASSWORD, a_firm, a_round, a_user, signed_in

NEW = {
    "title": "2026 年度",
    "edition": "2026",
    "opens_on": "2026-09-01",
    "closes_on": "2099-12-30",
    "notice": "虚构〔2026〕1 号",
    "whom": "invited",
    "quotas": "碧湖镇：２家\n紫金街道",
}


@pytest.fixture
def desk(app, session):
    """The officer's browser."""
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def asked(app, desk, session):
    """A round that asks two firms, the links made; the address of its list of invitations."""
    round_ = a_round(session, only_invited=True)
    a_firm(session, "甲厂（虚构）", township="碧湖镇")
    a_user(session, firm=a_firm(session, "乙厂（虚构）", township="紫金街道"))
    page = f"/bureau/rounds/{round_.id}/invite"
    desk.get(page)
    answer = desk.submit(page)
    assert answer.status_code == 302
    assert work(app) == 1
    return answer.location


def sheets(answer):
    """Return a workbook's rows below its heads, by sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return {name: book.get_sheet_by_name(name).to_python()[2:] for name in book.sheet_names}


def test_a_round_for_some_leads_on_to_choosing_them_and_says_how_many_there_are(desk, session):
    a_firm(session, "甲厂（虚构）", township="碧湖镇")
    a_firm(session, "乙厂（虚构）", township="紫金街道", above_scale=False)
    desk.get("/bureau/rounds")

    page = desk.submit("/bureau/rounds", NEW).location

    assert page.endswith("/invite")
    narrowed = f"{page}?township=碧湖镇&scale=yes"
    assert '其中 <strong class="number">1</strong> 家还没有邀请' in desk.get(narrowed).text
    assert desk.submit(page).status_code == 302
    assert '其中 <strong class="number">0</strong> 家还没有邀请' in desk.get(narrowed).text
    shown = desk.get(page.removesuffix("/invite")).text
    assert "邀请名单（1 家）" in shown
    assert "虚构〔2026〕1 号" in shown
    assert "碧湖镇 2\n紫金街道" in shown
    for odd in ("scale=maybe", "size=huge", "roster=x"):
        assert desk.get(f"{page}?{odd}").status_code == 400


def test_a_list_that_names_nobody_keeps_what_was_pasted(desk, session, asked):
    page = asked.replace("/invitations", "/invite")
    desk.get(page)

    answer = desk.submit(f"{page}/codes", {"codes": "91330000FS99999999"})

    assert answer.status_code == 422
    assert "第 1 行 91330000FS99999999没有登记过" in answer.text
    assert (
        ">\n91330000FS99999999</textarea>" in answer.text
        or "91330000FS99999999</textarea>" in answer.text
    )
    assert session.scalar(select(func.count()).select_from(Invitation)) == 2


def test_page_workbook_and_slip_hand_over_one_link_that_sets_a_password(
    app, desk, session, settings, asked
):
    shown = desk.get(asked).text
    book = sheets(desk.get(f"{asked}.xlsx"))
    slips = desk.get(asked.replace("/invitations", "/slips")).text

    assert list(book) == ["碧湖镇", "紫金街道"]
    [link] = re.findall(rf"{settings.base_url}/link/[\w-]{{43}}", shown)
    assert book["碧湖镇"][0][7] == link
    assert book["紫金街道"][0][7] == f"{settings.base_url}/sign-in"
    assert slips.count('class="slip"') == slips.count("<svg") - 1 == 2
    assert [row.after["rows"] for row in logged(session, "export")] == [2, 2]
    firm = app.test_client()
    path = link.removeprefix(settings.base_url)
    page = firm.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    done = firm.post(path, data={"csrf_token": token, "password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 302
    assert "已有密码" in desk.get(f"{asked}?link=joined").text
    assert link not in desk.get(asked).text


def test_an_invitation_is_taken_back_and_the_firm_sees_nothing_of_the_round(
    app, desk, session, asked
):
    user = a_user(session)
    firm = signed_in(app, session, user)
    round_id = int(asked.split("/")[3])
    desk.get(asked)

    stranger = f"{asked}/{user.firm_id}/take-back"
    assert desk.post(stranger, data={"csrf_token": desk.token}).status_code == 404
    assert "已开放" not in firm.get("/firm/").text
    firm.get("/firm/")
    refused = firm.post(f"/firm/rounds/{round_id}/begin", data={"csrf_token": firm.token})

    assert refused.status_code == 409
    assert "不在这一轮的邀请名单里" in refused.text


def test_a_longer_list_of_invitations_asks_the_database_no_more_often(
    app, desk, engine, session, asked
):
    def sent():
        with counting(engine) as statements:
            assert desk.get(asked).status_code == 200
        return len(statements)

    few = sent()
    for number in range(25):
        a_firm(session, f"{number} 厂（虚构）")
    page = asked.replace("/invitations", "/invite")
    desk.get(page)
    desk.submit(page)
    work(app)

    assert sent() == few


def test_firms_ticked_in_their_list_are_asked_together_and_none_twice(desk, session):
    first, second, third = (a_firm(session, f"虚构勾选{n}厂") for n in range(3))
    round_ = a_round(session, only_invited=True)
    over = a_round(session, opens_on=date(2025, 1, 1), closes_on=date(2025, 2, 1))
    page = f"/bureau/firms/invite?chosen={first.id}&chosen={third.id}"

    shown = desk.get(page).text
    asking = "/bureau/firms/invite"
    unsaid = desk.submit(asking, {"round": ""})
    ended = desk.submit(asking, {"round": str(over.id)})
    answer = desk.submit(asking, {"round": str(round_.id)})
    desk.get(page)
    again = desk.submit(asking, {"round": str(round_.id)})

    assert "虚构勾选0厂" in shown
    assert "虚构勾选1厂" not in shown
    assert over.title not in shown
    assert (unsaid.status_code, ended.status_code) == (422, 422)
    assert "请选择一个轮次" in unsaid.text
    assert answer.location == again.location == f"/bureau/rounds/{round_.id}/invitations"
    session.expire_all()
    asked = {row.firm_id for row in session.scalars(select(Invitation)).all()}
    assert asked == {first.id, third.id}
    assert second.id not in asked


def test_all_that_the_filters_of_the_list_find_are_asked_at_once(desk, session):
    a_firm(session, "虚构碧湖一厂", township="碧湖镇")
    a_firm(session, "虚构碧湖二厂", township="碧湖镇")
    a_firm(session, "虚构紫金厂", township="紫金街道")
    round_ = a_round(session, only_invited=True)
    page = "/bureau/firms/invite?whole=yes&township=碧湖镇"

    assert "筛选出的全部企业（2 家）" in desk.get(page).text
    answer = desk.submit("/bureau/firms/invite", {"round": str(round_.id)})
    assert answer.status_code == 302
    assert len(session.scalars(select(Invitation)).all()) == 2


def test_a_choice_of_firms_that_is_none_is_refused(desk, session):
    a_round(session, only_invited=True)
    assert "还没有选企业" in desk.get("/bureau/firms/invite").text
    assert desk.get("/bureau/firms/invite?chosen=x").status_code == 400
    assert desk.get("/bureau/firms/invite?chosen=987654").status_code == 404
