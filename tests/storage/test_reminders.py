"""Reminders, on both databases: on their days, once, of whoever has not handed in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from survey.lifecycle import reminders, rounds
from survey.lifecycle.errors import NotThere, WrongState
from survey.lifecycle.step import Actor, Step
from survey.store import completion
from survey.store import reminders as store
from survey.store.completion import Pace
from survey.store.lists import Slice, Wanted
from survey.tables import AssessmentState, Firm, Mail, Reminder, ReminderKind, Round
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_firm, a_round

LAST = date(2026, 12, 31)
ALL = Slice(1, 100)


def at(day, hour=8):
    """A moment of a local day."""
    return datetime(day.year, day.month, day.day, hour - 8, 30, tzinfo=UTC)


def step(session, day):
    return Step(session, Actor(None, "测试"), at(day))


def morning(session, day, by_mail=False):
    """What the job of one morning does; how many firms it told."""
    with step(session, day).writing():
        return reminders.remind_due(step(session, day), by_mail=by_mail)["firms"]


def told(session):
    session.rollback()
    rows = session.execute(
        select(Firm.name, Reminder.kind, Reminder.day)
        .join(Firm, Firm.id == Reminder.firm_id)
        .order_by(Reminder.id)
    )
    return [tuple(row) for row in rows]


@pytest.fixture
def round_(session):
    """A round to the end of the year: one firm has not begun, one is at it, one has handed in."""
    found = a_round(session, opens_on=date(2026, 11, 1), closes_on=LAST)
    a_firm(session, "未厂（虚构）")
    an_assessment(session, found, "填厂（虚构）", state=AssessmentState.DRAFT)
    an_assessment(session, found, "交厂（虚构）")
    return found


def test_whoever_has_not_handed_in_is_reminded_on_three_days_and_on_no_other(session, round_):
    counts = {}
    day = date(2026, 11, 1)
    while day <= LAST + timedelta(days=5):
        if number := morning(session, day):
            counts[(LAST - day).days] = number
        assert morning(session, day) == 0
        day += timedelta(days=1)

    assert counts == {30: 2, 7: 2, 1: 2}
    assert {name for name, _kind, _day in told(session)} == {"未厂（虚构）", "填厂（虚构）"}
    rows = logged(session, "round_remind")
    assert [row.after["reminder"] for row in rows] == ["before_30", "before_7", "before_1"]


@pytest.mark.parametrize(
    "opens_on, closes_on, today, kind",
    [
        (date(2026, 11, 1), LAST, date(2026, 12, 26), ReminderKind.BEFORE_7),  # two days late
        (date(2026, 11, 1), LAST, date(2026, 12, 27), None),
        (date(2026, 11, 1), LAST, LAST, ReminderKind.BEFORE_1),
        (date(2026, 11, 1), LAST, date(2027, 1, 1), None),
        (date(2026, 12, 2), LAST, date(2026, 12, 2), None),  # opened within its thirty days
        (date(2026, 11, 1), None, date(2026, 12, 1), None),
        (date(2026, 12, 24), LAST, date(2026, 12, 24), ReminderKind.BEFORE_7),
    ],
)
def test_a_machine_that_slept_makes_up_for_a_day_or_two_and_no_more(
    opens_on, closes_on, today, kind
):
    round_ = Round(title="一轮", edition="2026", opens_on=opens_on, closes_on=closes_on)

    assert reminders.due(round_, today) == kind


def test_a_round_that_is_put_off_reminds_anew_and_a_closed_one_is_silent(session, round_):
    assert morning(session, date(2026, 12, 24)) == 2
    later = step(session, date(2026, 12, 25))
    session.refresh(round_)
    plan = rounds.Plan(**{**vars(rounds.plan_of(round_)), "closes_on": date(2027, 1, 31)})
    rounds.change(later, round_.id, plan, base_version=round_.version, sure=True)

    assert morning(session, LAST) == 0
    assert morning(session, date(2027, 1, 1)) == 2
    assert morning(session, date(2027, 1, 24)) == 2
    rounds.close(step(session, date(2027, 1, 25)), round_.id)
    assert morning(session, date(2027, 1, 30)) == 0
    assert [day for _name, _kind, day in told(session)][:2] == [LAST, LAST]


def test_a_firm_that_comes_late_is_reminded_while_others_are_not_again(session, round_):
    morning(session, date(2026, 12, 24))
    a_firm(session, "新厂（虚构）")

    assert morning(session, date(2026, 12, 25)) == 1


def press(session, round_, day, **wanted):
    pace = Pace(day, day - timedelta(days=6))
    return reminders.press(step(session, day), round_.id, Wanted(**wanted), pace, by_mail=False)


def test_the_button_reminds_whom_the_list_shows_once_a_day(session, round_):
    day = date(2026, 12, 10)

    assert press(session, round_, day, state="draft") == 1
    assert press(session, round_, day, state="draft") == 0
    assert press(session, round_, day) == 1
    assert press(session, round_, day, state="submitted") == 0
    assert press(session, round_, day + timedelta(days=1)) == 2
    with pytest.raises(WrongState):
        press(session, round_, date(2026, 10, 1))
    rounds.close(step(session, date(2026, 12, 20)), round_.id)
    assert press(session, round_, date(2026, 12, 21)) == 1  # who never began cannot begin now
    with pytest.raises(NotThere):
        reminders.pass_on(step(session, day), 999_999, 1)


def test_what_an_officer_passes_on_is_what_the_page_showed_and_ends_when_a_firm_hands_in(
    session, round_
):
    day = date(2026, 12, 24)
    morning(session, day)
    waiting, total = store.to_pass_on(session, round_.id)
    assert (total, {one.firm for one in waiting}) == (2, {"未厂（虚构）", "填厂（虚构）"})
    shown = max(one.id for one in waiting)
    press(session, round_, day, state="none")

    assert reminders.pass_on(step(session, day), round_.id, shown) == 2
    assert reminders.pass_on(step(session, day), round_.id, shown) == 0
    waiting, _total = store.to_pass_on(session, round_.id)
    assert [one.firm for one in waiting] == ["未厂（虚构）"]
    waves, _total = store.waves(session, round_.id, ALL)
    assert {wave.kind: (wave.firms, wave.passed_on) for wave in waves} == {
        ReminderKind.BEFORE_7: (2, 2),
        ReminderKind.PRESSED: (1, 0),
    }


def test_mail_goes_to_whom_has_an_address_and_the_rest_is_left_to_an_officer(session, round_):
    a_firm(session, "邮厂（虚构）", contact_mail="fang@example.com")

    assert morning(session, date(2026, 12, 24), by_mail=True) == 3

    session.rollback()
    [mail] = session.scalars(select(Mail))
    assert (mail.address, mail.state) == ("fang@example.com", "waiting")
    _waiting, total = store.to_pass_on(session, round_.id)
    assert total == 2
    assert store.newest_of(session, mail.firm_id, [round_.id]) == {
        round_.id: at(date(2026, 12, 24))
    }
    assert completion.counted(session, round_).states


def test_a_round_that_has_reminded_is_not_deleted(session):
    round_ = a_round(session, opens_on=date(2026, 11, 1), closes_on=LAST)
    a_firm(session, "未厂（虚构）")
    morning(session, date(2026, 12, 24))

    with pytest.raises(WrongState):
        rounds.delete(step(session, date(2026, 12, 24)), round_.id)
