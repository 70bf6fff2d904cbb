"""Rounds on the officer's pages, and what a firm reads of one that is closed."""

import re

import pytest
from sqlalchemy import select

from survey import db
from survey.tables import AssessmentState, Firm, Role, Round
from tests.support.bureau import a_district, an_assessment, at_desk, counting, logged, rows_of
from tests.support.people import a_firm, a_round, a_user, begun, signed_in

LIST = "/bureau/rounds"
NEW = {"title": "2026 年度", "edition": "2026", "opens_on": "2026-09-01", "closes_on": ""}


@pytest.fixture
def desk(app, session):
    """The officer's browser."""
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def round_(desk, session):
    """A round that was opened on its page; its address."""
    desk.get(LIST)
    answer = desk.submit(LIST, NEW)
    assert answer.status_code == 302
    return answer.location


def titles(session):
    session.rollback()
    return list(session.scalars(select(Round.title)))


def test_a_round_is_opened_once_changed_closed_and_deleted_on_its_page(desk, session, round_):
    desk.get(LIST)
    assert desk.submit(LIST, NEW).status_code == 409

    desk.get(round_)
    assert desk.submit(round_, {"closes_on": "2026-08-01"}).status_code == 422
    changed = desk.submit(round_, {"title": "更名的一轮", "closes_on": "2099-12-31"})
    assert changed.status_code == 302
    page = desk.get(round_).text
    assert "更名的一轮" in page
    assert "2026-09-01 至 2099-12-31" in page
    assert desk.submit(f"{round_}/close").status_code == 302
    assert "已截止" in desk.get(round_).text
    assert desk.submit(f"{round_}/delete").status_code == 302

    assert titles(session) == []
    for action in ("round_edit", "round_close", "round_delete"):
        assert len(logged(session, action)) == 1


@pytest.mark.parametrize(
    ("whom", "next_step"),
    [("all", "把链接发给企业"), ("invited", "接着选要参加的企业")],
)
def test_whoever_opens_the_first_round_is_told_what_comes_next(desk, session, whom, next_step):
    desk.get(LIST)
    opened = desk.submit(LIST, NEW | {"whom": whom})

    assert next_step in desk.get(opened.location).text
    page = desk.get("/bureau/rounds/1").text
    assert "这一轮还没有企业" in page
    way = {"all": "/bureau/firms", "invited": "/bureau/rounds/1/invite"}[whom]
    assert f'btn-outline-primary" href="{way}">' in page
    assert "没有符合条件的企业" in desk.get("/bureau/rounds/1?q=虚构").text


def test_rounds_on_the_same_days_are_confirmed_and_nothing_typed_is_lost(desk, session, round_):
    desk.get(LIST)
    other = NEW | {"title": "同时的一轮"}

    asked = desk.submit(LIST, other)

    assert asked.status_code == 409
    assert "企业会同时看到两个入口" in asked.text
    assert 'value="同时的一轮"' in asked.text
    assert titles(session) == ["2026 年度"]
    assert desk.submit(LIST, {"sure": "y"}).status_code == 302


def test_of_two_officers_the_second_sees_the_round_as_it_is_now(app, desk, session, round_):
    desk.get(round_)
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    other.get(round_)
    other.submit(round_, {"title": "先到的"})

    answer = desk.submit(round_, {"title": "后到的"})

    assert answer.status_code == 409
    assert "刚刚被其他人更改" in answer.text
    assert titles(session) == ["先到的"]
    assert desk.submit(round_, {"title": "后到的"}).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_round_no_page_ever_showed_is_a_malformed_request(desk, session, round_, version):
    desk.get(round_)

    assert desk.submit(round_, {"title": "改", "version": version}).status_code == 400
    assert titles(session) == ["2026 年度"]


def test_a_begun_round_is_not_deleted_and_the_page_does_not_offer_it(desk, session):
    known = a_round(session)
    page = f"{LIST}/{known.id}"
    assert f"{page}/delete" in desk.get(page).text
    an_assessment(session, known, "甲厂（虚构）", state=AssessmentState.DRAFT)

    answer = desk.submit(f"{page}/delete")

    assert answer.status_code == 409
    assert "不能删除" in answer.text
    assert f"{page}/delete" not in desk.get(page).text


def test_the_page_names_whom_to_call_and_its_workbook_says_the_same(desk, session):
    known = a_round(session)
    a_firm(session, "未厂（虚构）", contact_name="虚构人", contact_phone="0578 0000000")
    an_assessment(session, known, "填厂（虚构）", state=AssessmentState.DRAFT)
    handed_in = an_assessment(session, known, "交厂（虚构）", township="碧湖镇")
    page = f"{LIST}/{known.id}"

    shown = desk.get(page).text

    assert 'href="tel:05780000000"' in shown
    assert f"/bureau/assessments/{handed_in.id}" in shown
    tiles = re.findall(r'class="tile" href="([^"]+)".*?tile__value">(\d+)<', shown)
    assert [value for _, value in tiles] == [
        "1",
        "1",
        "1",
        "1",
        "0",
        "0",
    ]  # the third: begun, and left lying
    for address, value in tiles:
        where = address.replace("&amp;", "&")
        assert f"共 {value} 家企业" in desk.get(where).text
        rows = rows_of(desk.get(where.replace("?", "/firms.xlsx?")))
        assert len(rows) - 1 == int(value)
    assert "甲厂" not in desk.get(f"{page}?q=交").text
    assert desk.get(f"{page}?state=moon").status_code == 400
    assert desk.get(f"{page}?round_id=7&sort=-firm").status_code == 200


def test_a_longer_round_asks_the_database_no_more_often(desk, engine, session):
    known = a_round(session)
    page = f"{LIST}/{known.id}"

    def asked():
        with counting(engine) as sent:
            assert desk.get(page).status_code == 200
        return len(sent)

    an_assessment(session, known, "甲厂（虚构）")
    few = asked()
    for number in range(30):
        an_assessment(session, known, f"{number} 厂（虚构）")

    assert asked() == few


def test_a_firm_reads_plainly_that_a_round_is_closed(app, desk, session, round_):
    user = a_user(session)
    firm = signed_in(app, session, user)
    assert "2026 年度已开放" in firm.get("/firm/").text
    desk.get(round_)
    desk.submit(f"{round_}/close")

    page = firm.get("/firm/").text

    assert "2026 年度已截止" in page
    assert "本企业没有参加，现在不能再开始" in page
    assert "开始评估" not in page


def test_a_firm_that_began_in_time_reads_that_it_may_go_on(app, session):
    user = a_user(session)
    known = a_round(session)
    begun(session, session.get(Firm, user.firm_id), known)
    with db.writing(session):
        session.get(Round, known.id).closes_on = known.opens_on

    page = signed_in(app, session, user).get("/firm/").text

    assert "已经开始的还可以填完并提交" in page
    assert "本企业没有参加" not in page
