"""A consultant's visits and an officer's notices in their own calendars, read back as calendars do."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from survey import db
from survey.clock import LOCAL
from survey.lifecycle import assessments as steps
from survey.lifecycle import calendars, notices
from survey.lifecycle.step import Step
from survey.tables import CalendarFeed, Firm, Role, User
from tests.support.bureau import logged
from tests.support.notices import a_notice, published
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    handed_in,
    later,
    moment,
    signed_in,
)

TODAY = moment().astimezone(LOCAL).date()
SOON = TODAY + timedelta(days=5)
LONG = "虚构" + "很长的名字，带；分号\\和逗号," * 4 + "阀门厂"


@pytest.fixture
def step(session):
    return Step(session, TESTER, moment())


@pytest.fixture
def lead(session):
    return a_consultant(session, name="组长某")


@pytest.fixture
def second(session):
    return a_consultant(session, name="组员某")


@pytest.fixture
def phone(app):
    """A calendar application: no session, no cookie."""
    return app.test_client()


@pytest.fixture
def visit(session):
    firm = a_firm(session, LONG, address="莲都区虚构路 8 号；2 幢")
    return handed_in(session, a_user(session, firm=firm))


def address_of(step, user):
    return f"/calendar/{calendars.renew(step, user.id)}.ics"


def events(phone, address):
    answer = phone.get(address)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def test_the_address_is_shown_once_works_without_a_session_and_only_its_hash_is_kept(
    app, session, lead, phone
):
    mine = signed_in(app, session, lead)
    mine.get("/account")
    page = mine.submit("/account/calendar", {})

    (word,) = re.findall(r"/calendar/([\w-]{40,})\.ics", page.text)
    answer = phone.get(f"/calendar/{word}.ics")

    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert word not in mine.get("/account").text
    session.rollback()
    assert word not in session.scalar(select(CalendarFeed.token_hash))
    assert [row.action for row in logged(session, "calendar_open")] == ["calendar_open"]


def test_a_session_left_open_makes_no_address_for_whoever_finds_it(app, session, lead):
    mine = signed_in(app, session, lead)
    later(app, minutes=11)
    mine.get("/account")

    answer = mine.submit("/account/calendar", {})

    assert answer.location.startswith("/account/confirm?next=")
    session.rollback()
    assert session.scalars(select(CalendarFeed)).all() == []


def test_each_visit_is_a_day_with_the_firm_its_address_whom_to_ask_and_the_way_there(
    session, phone, step, lead, second, visit
):
    address = address_of(step, lead)
    steps.assign(step, visit.id, lead.id, second.id, SOON)

    answer = phone.get(address)
    (event,) = events(phone, address)

    assert (event.decoded("dtstart"), event.decoded("dtend")) == (SOON, SOON + timedelta(days=1))
    assert event["summary"] == f"现场诊断：{LONG}"
    assert event["location"] == "莲都区虚构路 8 号；2 幢"
    assert "000-00000000" in event["contact"]
    assert "同去：组员某" in event["description"]
    assert event["url"].endswith(f"/visits/{visit.id}")
    assert event["status"] == "CONFIRMED"
    lines = answer.data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() or True for line in lines)  # no letter is cut in two
    assert b"\n" not in answer.data.replace(b"\r\n", b"")


def test_a_changed_visit_keeps_its_name_and_counts_up_and_a_lost_one_is_cancelled_and_bare(
    session, phone, step, lead, second, visit
):
    addresses = [address_of(step, one) for one in (lead, second)]
    steps.assign(step, visit.id, lead.id, second.id, SOON)
    first = events(phone, addresses[1])[0]
    later = Step(session, TESTER, moment() + timedelta(minutes=1))
    steps.assign(later, visit.id, lead.id, second.id, SOON + timedelta(days=1))
    moved = events(phone, addresses[1])[0]

    steps.assign(later, visit.id, lead.id, None, SOON + timedelta(days=1))

    (gone,) = events(phone, addresses[1])
    (kept,) = events(phone, addresses[0])
    assert first["uid"] == moved["uid"] == gone["uid"] != kept["uid"]
    assert first["sequence"] < moved["sequence"] < gone["sequence"]
    assert moved.decoded("dtstart") == SOON + timedelta(days=1)
    assert first.decoded("dtstamp") < moved.decoded("dtstamp")
    assert (gone["status"], kept["status"]) == ("CANCELLED", "CONFIRMED")
    assert set(gone) & {"location", "contact", "description", "url"} == set()
    assert LONG not in phone.get(addresses[1]).text
    steps.unassign(later, visit.id, reason="改期再定。")
    assert events(phone, addresses[0])[0]["status"] == "CANCELLED"
    steps.assign(later, visit.id, second.id, None, SOON)
    again = events(phone, addresses[1])[0]
    assert (again["status"], again["uid"]) == ("CONFIRMED", gone["uid"])
    assert again["sequence"] > gone["sequence"]


def test_a_sheet_that_goes_back_to_its_firm_cancels_its_day(phone, step, lead, visit):
    address = address_of(step, lead)
    steps.assign(step, visit.id, lead.id, None, SOON)

    steps.return_to_firm(step, visit.id, reason="请补充。")

    assert [event["status"] for event in events(phone, address)] == ["CANCELLED"]


def test_a_visit_without_a_day_is_in_no_calendar(phone, step, lead, visit):
    address = address_of(step, lead)

    steps.assign(step, visit.id, lead.id)

    assert events(phone, address) == []


def test_whatever_way_a_visit_was_lost_its_firm_is_not_told(session, phone, step, lead, visit):
    address = address_of(step, lead)
    steps.assign(step, visit.id, lead.id, None, SOON)
    another = a_consultant(session).id
    with db.writing(session):
        session.get(steps.Assessment, visit.id).consultant_id = another

    (event,) = events(phone, address)

    assert event["status"] == "CANCELLED"
    assert "summary" in event
    assert LONG not in phone.get(address).text


@pytest.mark.parametrize("how", ["wrong", "renewed", "revoked", "inactive", "administrator"])
def test_an_address_that_counts_no_more_is_not_there(session, phone, step, lead, how):
    address = address_of(step, lead)
    match how:
        case "wrong":
            address = "/calendar/" + "x" * 43 + ".ics"
        case "renewed":
            calendars.renew(step, lead.id)
        case "revoked":
            calendars.revoke(step, lead.id)
        case _:
            changed = {"inactive": ("active", False)}.get(how, ("role", Role.ADMINISTRATOR))
            with db.writing(session):
                setattr(session.get(User, lead.id), *changed)

    answer = phone.get(address)

    assert answer.status_code == 404
    assert "VCALENDAR" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_calendar_that_has_it_already_is_told_so_until_something_changes(
    phone, step, lead, visit
):
    address = address_of(step, lead)
    first = phone.get(address)
    known = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Cache-Control"] == "private, max-age=900"

    same = phone.get(address, headers=known)
    steps.assign(step, visit.id, lead.id, None, SOON)
    changed = phone.get(address, headers=known)

    assert (same.status_code, same.data) == (304, b"")
    assert changed.status_code == 200


def test_renewing_and_shutting_are_a_consultants_own(app, session, step, lead, phone):
    address = address_of(step, lead)
    mine = signed_in(app, session, lead)
    mine.get("/account")
    assert mine.submit("/account/calendar/revoke", {}).status_code == 302
    assert phone.get(address).status_code == 404
    assert len(logged(session, "calendar_shut")) == 1
    keeper = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    assert "日历订阅" not in keeper.get("/account").text
    for page in ("/account/calendar", "/account/calendar/revoke"):
        assert keeper.post(page, data={"csrf_token": keeper.token}).status_code == 403
        assert phone.post(page).status_code in (302, 400)


def test_a_firm_that_moved_is_found_at_its_new_address(session, phone, step, lead, visit):
    address = address_of(step, lead)
    steps.assign(step, visit.id, lead.id, None, SOON)
    with db.writing(session):
        session.get(Firm, visit.firm_id).address = "新址 1 号"

    assert events(phone, address)[0]["location"] == "新址 1 号"


def test_an_officers_calendar_holds_the_three_days_of_notices_and_no_visit(
    app, session, phone, step, lead, visit
):
    steps.assign(step, visit.id, lead.id, None, SOON)
    officer = a_user(session, Role.OFFICER)
    mine = signed_in(app, session, officer)
    mine.get("/account")
    (word,) = re.findall(r"/calendar/([\w-]{40,})\.ics", mine.submit("/account/calendar", {}).text)
    session.rollback()
    a_notice(session, title="草稿不在日历里")
    days = {"firms_by": SOON, "by": SOON + timedelta(3), "upward_by": SOON + timedelta(9)}
    notice = published(
        session, a_notice(session, title="虚构称号申报", number="虚构〔2026〕1 号", **days)
    )

    found = events(phone, f"/calendar/{word}.ics")

    said = {event.decoded("dtstart"): str(event["summary"]) for event in found}
    assert said == {
        SOON: "企业截止：虚构称号申报",
        SOON + timedelta(3): "区级初审截止：虚构称号申报",
        SOON + timedelta(9): "上报截止：虚构称号申报",
    }
    assert len({event["uid"] for event in found}) == 3
    assert "虚构〔2026〕1 号" in found[0]["description"]
    assert found[0]["url"].endswith(f"/bureau/notices/{notice.id}")
    notices.withdraw(step, notice.id, reason="发错了。", base_version=notice.version)
    gone = events(phone, f"/calendar/{word}.ics")
    assert {str(event["status"]) for event in gone} == {"CANCELLED"}
    assert {event["uid"] for event in gone} == {event["uid"] for event in found}
