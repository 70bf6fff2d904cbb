"""Rounds, on both databases: opened once, changed, closed, and deleted while nobody has begun."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from survey import db
from survey.lifecycle import assessments, rounds
from survey.lifecycle.errors import (
    Doubtful,
    Invalid,
    NotThere,
    RoundClosed,
    Stale,
    TitleTaken,
    WrongState,
)
from survey.lifecycle.rounds import Plan
from survey.lifecycle.step import Actor, Step
from survey.readings import completion as readings
from survey.store import completion
from survey.store.completion import OVERDUE, STUCK, Pace
from survey.store.lists import BELOW, Wanted
from survey.store.settings import District
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Doubt,
    Firm,
    Round,
    SheetRow,
)
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_firm, a_round, a_user

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
BY = Actor(None, "测试")
PACE = Pace(date(2026, 11, 23), date(2026, 11, 17))


def open_round(session, **given):
    known = {"title": "2026 年度", "opens_on": date(2026, 9, 1)} | given
    edition, sure = known.pop("edition", "2026"), known.pop("sure", True)
    return rounds.open_round(Step(session, BY, NOON), Plan(**known), edition, sure=sure)


def test_a_round_is_opened_once_under_one_title(session):
    open_round(session)

    with pytest.raises(TitleTaken):
        open_round(session, title=" 2026  年度 ")

    assert session.scalar(select(func.count()).select_from(Round)) == 1
    assert len(logged(session, "open_round")) == 1


@pytest.mark.parametrize(
    "field, given",
    [
        ("title", {"title": " "}),
        ("edition", {"edition": "1999"}),
        ("edition", {"edition": "../2026"}),
        ("closes_on", {"closes_on": date(2026, 8, 31)}),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(session, field, given):
    with pytest.raises(Invalid) as refused:
        open_round(session, **given)

    assert list(refused.value.fields) == [field]


def change(session, round_, seen=None, sure=False, **given):
    """Change what is given; ``seen`` is the plan and version of the page where it is not today's."""
    plan, version = seen or shown(round_)
    step = Step(session, BY, NOON)
    return rounds.change(step, round_.id, replace(plan, **given), base_version=version, sure=sure)


def shown(round_):
    return rounds.plan_of(round_), round_.version


def kept(session):
    session.rollback()
    return session.scalars(select(Round).order_by(Round.id)).all()


def test_a_round_gets_another_name_and_other_days_with_one_row_of_the_log(session):
    round_ = open_round(session)
    was = shown(round_)

    for _press in range(2):
        change(session, round_, was, title="2026 年度评估", closes_on=date(2026, 12, 31))

    [found] = kept(session)
    assert (found.title, found.closes_on) == ("2026 年度评估", date(2026, 12, 31))
    [row] = logged(session, "round_edit")
    assert row.before["title"] == "2026 年度"
    assert row.after == {
        "title": "2026 年度评估",
        "opens_on": "2026-09-01",
        "closes_on": "2026-12-31",
    }


def test_a_round_that_somebody_else_changed_is_not_changed_unseen(session):
    round_ = open_round(session)
    was = shown(round_)
    change(session, round_, was, title="先到的")

    with pytest.raises(Stale):
        change(session, round_, was, title="后到的")

    assert kept(session)[0].title == "先到的"


@pytest.mark.parametrize(
    "given, refusal",
    [
        ({"title": " "}, Invalid),
        ({"closes_on": date(2026, 8, 31)}, Invalid),
        ({"title": "另一轮"}, TitleTaken),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(session, given, refusal):
    open_round(session, title="另一轮", closes_on=date(2026, 9, 2))
    round_ = open_round(session)

    with pytest.raises(refusal):
        change(session, round_, sure=True, **given)

    assert not logged(session, "round_edit")


@pytest.mark.parametrize(
    "opens_on, closes_on, overlaps",
    [
        (date(2026, 8, 1), date(2026, 8, 31), False),
        (date(2026, 8, 1), date(2026, 9, 1), True),
        (date(2026, 9, 10), date(2026, 9, 11), True),
        (date(2026, 9, 30), None, True),
        (date(2026, 10, 1), None, False),
        (date(2026, 1, 1), None, True),
    ],
)
def test_rounds_on_the_same_days_are_asked_about_once(session, opens_on, closes_on, overlaps):
    open_round(session, closes_on=date(2026, 9, 30))
    given = {"title": "另一轮", "opens_on": opens_on, "closes_on": closes_on}

    if overlaps:
        with pytest.raises(Doubtful) as doubt:
            open_round(session, sure=False, **given)
        assert doubt.value.doubts == (Doubt.ROUNDS_OVERLAP,)
        assert len(kept(session)) == 1
    open_round(session, sure=overlaps, **given)

    assert len(kept(session)) == 2


def test_a_round_does_not_overlap_itself_and_another_name_does_not_move_it(session):
    round_ = open_round(session)
    assert change(session, round_, title="更名").title == "更名"
    open_round(session, title="另一轮", sure=True)

    assert change(session, round_, title="新名称").title == "新名称"


def test_a_closed_round_is_begun_no_more_and_opened_again_by_a_later_day(session):
    round_, firm = open_round(session), a_firm(session, "甲厂（虚构）")
    step = Step(session, BY, NOON)
    for _press in range(2):
        rounds.close(step, round_.id)

    assert kept(session)[0].closes_on == date(2026, 11, 22)
    assert len(logged(session, "round_close")) == 1
    with pytest.raises(RoundClosed):
        assessments.begin(step, firm.id, round_.id)
    change(session, kept(session)[0], closes_on=date(2026, 12, 1))

    assert assessments.begin(step, firm.id, round_.id).round_id == round_.id


def test_a_round_closed_on_its_first_day_had_that_day_and_is_begun_no_more(session):
    round_, firm = open_round(session, opens_on=date(2026, 11, 23)), a_firm(session, "甲厂（虚构）")
    step = Step(session, BY, NOON)

    rounds.close(step, round_.id)

    [closed] = kept(session)
    assert closed.ended_on == date(2026, 11, 23)
    with pytest.raises(RoundClosed) as refused:
        assessments.begin(step, firm.id, closed.id)
    assert "2026-11-23" in refused.value.fields["round"]
    assert change(session, closed, title="只开了一天").title == "只开了一天"
    with pytest.raises(Invalid):
        change(session, closed, closes_on=date(2026, 11, 21))


def test_a_round_that_has_not_opened_cannot_end(session):
    round_ = open_round(session, opens_on=date(2026, 11, 24))

    with pytest.raises(Invalid):
        rounds.close(Step(session, BY, NOON), round_.id)

    assert kept(session)[0].closes_on is None


def test_only_a_round_nobody_has_begun_is_deleted(session):
    empty, begun = open_round(session), a_round(session)
    an_assessment(session, begun, "甲厂（虚构）", state=AssessmentState.DRAFT)
    step = Step(session, BY, NOON)

    rounds.delete(step, empty.id)
    with pytest.raises(WrongState):
        rounds.delete(step, begun.id)
    with pytest.raises(NotThere):
        rounds.delete(step, empty.id)

    assert [one.id for one in kept(session)] == [begun.id]
    assert [row.before["title"] for row in logged(session, "round_delete")] == ["2026 年度"]


def test_a_round_counts_every_firm_once_and_names_who_has_not_begun(session):
    here, there = a_round(session), a_round(session)
    an_assessment(session, here, "交厂（虚构）", township="碧湖镇")
    an_assessment(session, there, "别厂（虚构）", township="紫金街道")
    a_firm(session, "未厂（虚构）", contact_name="虚构人", contact_phone="0578-0000000")

    assert completion.counted(session, here).states == {BELOW: 2, AssessmentState.SUBMITTED: 1}
    lines, total = completion.round_firms(session, here, Wanted(state=BELOW, sort="firm"), PACE)
    assert (total, [line.firm for line in lines]) == (2, ["别厂（虚构）", "未厂（虚构）"])
    assert (lines[1].contact_name, lines[1].contact_phone) == ("虚构人", "0578-0000000")


def test_a_round_is_counted_by_township_against_quotas_by_trade_and_by_local_day(session):
    round_ = a_round(session, opens_on=date(2026, 9, 1), quotas={"碧湖镇": 2, "紫金街道": 1})
    for name, township, state in (
        ("交厂（虚构）", "碧湖镇", AssessmentState.SUBMITTED),
        ("填厂（虚构）", "碧湖镇", AssessmentState.DRAFT),
    ):
        an_assessment(session, round_, name, township=township, state=state)
    a_firm(session, "未厂（虚构）", trade="bearing")
    late = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)  # half past midnight of the next day, here
    with db.writing(session):
        for one in session.scalars(select(Assessment)):
            one.created_at = late
            one.submitted_at = one.submitted_at and late + timedelta(days=1)

    counted = completion.counted(session, round_)
    places = readings.by_township(round_, counted)
    trades = counted.trades
    days = readings.by_day(session, round_, date(2026, 11, 20))

    assert [(p.done.name, *p.done[1:], p.quota, p.missing) for p in places] == [
        ("碧湖镇", 2, 2, 1, 0, 2, 1),
        ("", 1, 0, 0, 0, None, 0),
        ("紫金街道", 0, 0, 0, 0, 1, 1),
    ]
    assert [tuple(trade) for trade in trades] == [("valve", 2, 2, 1, 0), ("bearing", 1, 0, 0, 0)]
    assert [tuple(day) for day in days] == [
        (date(2026, 11, 2), 0, 1, 1),
        (date(2026, 11, 1), 2, 0, 0),
    ]


def test_who_saves_nothing_for_days_is_stuck_and_who_is_past_the_last_day_is_overdue(session):
    round_ = a_round(session, opens_on=date(2026, 9, 1), closes_on=date(2026, 11, 22))
    step = Step(session, BY, NOON - timedelta(days=10))
    idle, busy = (
        assessments.begin(step, a_firm(session, name).id, round_.id) for name in ("停厂", "忙厂")
    )
    saved_at(session, idle, NOON - timedelta(days=8))
    saved_at(session, busy, NOON - timedelta(days=6))

    def named(state, today=PACE.today):
        pace = replace(PACE, today=today)
        lines, _total = completion.round_firms(session, round_, Wanted(state=state), pace)
        assert completion.slow_of(session, round_, pace)[state] == len(lines)
        return {line.firm for line in lines}

    assert named(STUCK) == {"停厂"}
    assert named(OVERDUE) == {"停厂", "忙厂"}
    assert named(OVERDUE, date(2026, 11, 22)) == set()


def test_a_firm_is_stuck_from_the_morning_on_which_its_last_save_lies_so_many_days_back(session):
    round_ = a_round(session, opens_on=date(2026, 9, 1))
    step = Step(session, BY, NOON - timedelta(days=10))
    late, early = (
        assessments.begin(step, a_firm(session, name).id, round_.id) for name in ("前一天", "当天")
    )
    midnight = datetime(2026, 11, 16, 16, tzinfo=UTC)  # of the 17th, here
    saved_at(session, late, midnight - timedelta(seconds=1))
    saved_at(session, early, midnight)
    district = District(stuck_days=7)

    def stuck(now):
        pace = readings.pace(district, now)
        lines, _total = completion.round_firms(session, round_, Wanted(state=STUCK), pace)
        return {line.firm for line in lines}

    morning = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert stuck(morning - timedelta(seconds=1)) == set()
    assert stuck(morning) == stuck(morning + timedelta(hours=23)) == {"前一天"}
    assert stuck(morning + timedelta(days=1)) == {"前一天", "当天"}


def test_every_save_tells_its_sheet_the_day_whoever_makes_it_and_none_turns_it_back(session):
    round_ = a_round(session, opens_on=date(2026, 9, 1))
    begun = assessments.begin(Step(session, BY, NOON), a_firm(session).id, round_.id)
    other = assessments.begin(Step(session, BY, NOON), a_firm(session, "别厂").id, round_.id)

    def day():
        query = select(SheetRow.saved_on).where(SheetRow.assessment_id == begun.id)
        session.rollback()
        return session.scalar(query)

    assert day() is None
    saved_at(session, begun, datetime(2026, 11, 16, 15, 59, tzinfo=UTC))
    assert day() == date(2026, 11, 16)
    for moment, told in (
        (NOON, 23),
        (NOON - timedelta(days=1), 23),
        (NOON + timedelta(days=1), 24),
    ):
        with db.writing(session):
            session.execute(update(AnswerRow).values(saved_at=moment))
        assert day() == date(2026, 11, told)
    query = select(SheetRow.saved_on).where(SheetRow.assessment_id == other.id)
    assert session.scalar(query) is None


def saved_at(session, assessment, moment):
    """Let a firm's sheet hold one answer of this moment."""
    author = a_user(session, firm=session.get(Firm, assessment.firm_id))
    with db.writing(session):
        sheet = session.scalars(
            select(SheetRow).where(SheetRow.assessment_id == assessment.id)
        ).one()
        session.add(AnswerRow(sheet_id=sheet.id, question_id="scheduling", value=1, revision=1, author_id=author.id, saved_at=moment))  # fmt: skip
