"""Reminders and mails on the officer's pages, and what a firm reads of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.clock import LOCAL
from survey.tables import AssessmentState, Firm, Mail, MailState, Reminder, Role
from tests.support.bureau import a_district, an_assessment, at_desk, counting
from tests.support.people import a_firm, a_round, a_user, moment, signed_in
from tests.support.rounds import a_mail


@pytest.fixture
def desk(app, session):
    """The officer's browser."""
    a_district(session, contact_name="陈某", contact_phone="000-1234")
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def round_(session):
    last = moment().astimezone(LOCAL).date() + timedelta(days=3)
    return a_round(session, title="提醒的一轮", closes_on=last)


def remind(desk, round_, **filters):
    page = f"/bureau/rounds/{round_.id}"
    desk.get(page, query_string=filters)
    return desk.submit(f"{page}/remind")


def test_the_button_reminds_whom_the_list_shows_and_says_who_is_to_be_called(
    app, desk, session, round_
):
    owner = a_user(session, firm=a_firm(session, "未厂（虚构）", contact_phone="0578-1"))
    an_assessment(session, round_, "填厂（虚构）", state=AssessmentState.DRAFT)
    firm = signed_in(app, session, owner)
    assert "提醒：本企业还没有开始" not in firm.get("/firm/").text

    answer = remind(desk, round_, state="none")

    assert answer.status_code == 302
    page = desk.get(answer.location).text
    assert "已记下对 1 家企业的提醒" in page
    assert 'href="tel:0578-1"' in page
    assert "填厂" not in page
    assert "“提醒的一轮”" in page
    assert "有问题请找陈某 000-1234" in page
    assert "提醒：本企业还没有开始" in firm.get("/firm/").text
    assert "要转达给企业的催办提醒" in desk.get("/bureau/").text
    again = remind(desk, round_, state="none")
    assert "今天已经提醒过" in desk.get(again.location).text


def test_of_two_officers_one_passes_reminders_on_and_the_other_is_told(app, desk, session, round_):
    a_firm(session, "未厂（虚构）")
    page = remind(desk, round_).location
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    for client in (desk, other):
        client.get(page)

    for client, said in ((desk, "1 条提醒转达给了企业"), (other, "已经有人转达了")):
        assert client.submit(f"{page}/passed-on").status_code == 302
        assert said in client.get(page).text

    session.rollback()
    assert session.scalars(select(Reminder)).one().passed_on_at is not None
    assert "要转达给企业的催办提醒" not in desk.get("/bureau/").text
    odd = {"csrf_token": desk.token, "up_to": "x"}
    assert desk.post(f"{page}/passed-on", data=odd).status_code == 400


def test_without_a_mail_server_nothing_is_mailed_and_the_page_says_so(desk, session, round_):
    page = f"/bureau/rounds/{round_.id}/mails"

    assert "没有设置邮件服务器" in desk.get(page).text
    for button in (page, f"{page}/retry"):
        refused = desk.post(button, data={"csrf_token": desk.token})
        assert refused.status_code == 409
        assert "请管理员先设置" in refused.text


def test_mails_stand_with_their_reason_and_a_longer_list_asks_no_more_often(
    app, desk, engine, session, round_
):
    app.config["SURVEY"] = replace(app.config["SURVEY"], mail_url="smtp://127.0.0.1:9")
    page = f"/bureau/rounds/{round_.id}/mails"

    def add(number, state, fault=""):
        firm = a_firm(session, f"{number} 厂（虚构）", contact_mail=f"f{number}@example.com")
        mail = a_mail(session, round_, firm.id, state, address=firm.contact_mail, fault=fault)
        return mail.id

    failed = add(0, MailState.FAILED, "550 没有这个信箱")
    add(1, MailState.UNSURE)
    with counting(engine) as few:
        shown = desk.get(page).text
    assert "550 没有这个信箱" in shown
    assert "1 封不能确定发没发出" in shown
    assert "f1@example.com" not in desk.get(f"{page}?state=failed").text
    for number in range(2, 30):
        add(number, MailState.SENT)
    with counting(engine) as many:
        desk.get(page)
    assert len(many) == len(few)
    assert "给企业的邮件没有发出去" in desk.get("/bureau/").text

    desk.get(f"{page}?state=failed")
    again = f"{page}/{failed}/retry"
    refused = desk.submit(again, {"address": "写错了@example"})
    assert refused.status_code == 422
    assert "邮箱写得不对" in refused.text
    assert 'value="写错了@example"' in refused.text
    assert desk.submit(again, {"address": "right@example.com"}).status_code == 302
    session.rollback()
    mail = session.get_one(Mail, failed)
    assert (mail.state, mail.address) == (MailState.WAITING, "right@example.com")
    assert session.get_one(Firm, mail.firm_id).contact_mail == "right@example.com"


def test_a_text_for_the_group_names_no_phone_until_the_officer_asks(desk, session, round_):
    a_firm(session, "甲厂（虚构）", township="碧湖镇", contact_name="某某", contact_phone="0578-9")
    page = f"/bureau/rounds/{round_.id}/text"

    plain = desk.get(f"{page}?state=none").text
    named = desk.get(f"{page}?state=none&phones=yes").text

    assert "未开始企业 1 家：\n碧湖镇 1 家：甲厂（虚构）" in plain
    assert "还剩 3 天" in plain
    assert "0578-9" not in plain
    assert "甲厂（虚构）（某某 0578-9）" in named
    assert desk.get(f"{page}?phones=perhaps").status_code == 400


def test_only_those_ticked_are_reminded_whatever_else_the_list_shows(desk, session, round_):
    one, other = (a_firm(session, f"虚构待催{n}厂") for n in range(2))
    page = f"/bureau/rounds/{round_.id}"
    desk.get(page)

    none = desk.submit(f"{page}/remind", {"ticked": "yes"})
    answer = desk.submit(f"{page}/remind", {"ticked": "yes", "chosen": [str(one.id)]})
    strange = desk.submit(f"{page}/remind", {"ticked": "yes", "chosen": ["all"]})

    assert (none.status_code, answer.status_code, strange.status_code) == (302, 302, 400)
    assert {row.firm_id for row in session.scalars(select(Reminder)).all()} == {one.id}
    assert other.id != one.id
