"""Notices, on both databases: firms held against them, what officers and firms say, reminders."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from reports.notices import Kind, Own, Whom, judge
from survey import db
from survey.lifecycle import assessments, candidates, new_firms, notice_reminders, notices, pool
from survey.lifecycle.applicants import call_of, known
from survey.lifecycle.candidates import Placed
from survey.lifecycle.decisions import Basis
from survey.lifecycle.errors import Invalid, NotThere, Refusal, Stale, WrongState
from survey.lifecycle.new_firms import NewFirm, Offered
from survey.lifecycle.step import Step
from survey.readings import notices as readings
from survey.store import candidates as candidate_store
from survey.store import notices as store
from survey.store.lists import Slice, Wanted
from survey.tables import (
    Candidate,
    CandidateState,
    Firm,
    FirmTitle,
    Notice,
    NoticeReminder,
    NoticeState,
    NoticeVersion,
)
from tests.support.bureau import logged
from tests.support.notices import BY, a_notice, a_text, judged, published
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    begun,
    confirmed,
    fill,
    handed_in,
    moment,
)

DAY = BY
LONG_BEFORE = datetime.combine(DAY - timedelta(days=49), time(), UTC)
ALL = Slice(1, 100)


def now(session, day=None):
    at = moment() if day is None else datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    return Step(session, TESTER, at)


def kept(session, notice, firm_id):
    session.expire_all()
    return session.get(Candidate, (notice.id, firm_id))


# --- how firms stand --------------------------------------------------------------------------------


def test_every_firm_a_notice_is_for_is_held_against_it_once_it_is_published(session):
    valve, bearing = a_firm(session), a_firm(session, trade="bearing")
    notice = a_notice(session, whom=Whom(trades=("valve",)))
    assert store.live(session) == []

    published(session, notice)

    assert kept(session, notice, valve.id).unclear > 5
    assert kept(session, notice, bearing.id) is None
    session.refresh(notice)
    assert notice.judged_version == notice.version
    assert logged(session, "notices_judged")[-1].after == {"firms": 2}


def test_a_firm_is_held_anew_when_its_sheet_its_profile_or_the_pool_changes(session):
    user = a_user(session)
    notice = published(
        session,
        a_notice(session, own=[Own("", Kind.POOL, "已在库", pools=("in_pool",)), LINE]),
    )
    assert key(session, notice, user, "own1") == "not_met"
    assert key(session, notice, user, "own2") == "unknown"

    assessment = confirmed(session, user, a_consultant(session))
    assert key(session, notice, user, "own2") in ("met", "not_met")

    pool.admit(now(session), assessment.id, target_rung="line", reason="虚构的理由", sure=True)
    assert key(session, notice, user, "own1") == "met"


LINE = Own("", Kind.RUNG, "核定到产线", rung="line")


def key(session, notice, user, name):
    return kept(session, notice, user.firm_id).states[name]


def test_a_firm_the_notice_is_no_more_for_is_not_counted_and_what_it_said_is_kept(session):
    user = a_user(session)
    notice = published(session, a_notice(session))
    candidates.intend(now(session), notice.id, user.firm_id, base_version=1, itself=True)

    notices.change(
        now(session),
        notice.id,
        a_text(whom=Whom(trades=("bearing",))),
        base_version=fresh(session, notice).version,
    )
    judged(session, notice)

    found = kept(session, notice, user.firm_id)
    assert (found.fits, found.state) == (False, CandidateState.INTENDED)
    assert store.counts(session, [notice.id])[notice.id].firms == 0
    assert store.for_firm(session, user.firm_id) == []


def fresh(session, notice) -> Notice:
    session.expire_all()
    return session.get_one(Notice, notice.id)


def test_the_list_counts_and_a_firms_own_page_say_the_same_of_every_firm(session):
    """The districts differ in what is known of their firms: sheets, figures, titles, the pool."""
    for number in range(4):
        user = a_user(session)
        if number % 2:
            handed_in(session, user, level=number)
        firm = session.get_one(Firm, user.firm_id)
        firm.revenue = (None, 100, 2000, 9000)[number]
        if number == 3:
            session.add(FirmTitle(firm_id=firm.id, title="专精特新中小企业", until="2020"))
        session.commit()
    own = [
        Own("", Kind.FIGURE, "收入", figure="revenue", sign="at_least", value="2000"),
        Own("", Kind.TITLE, "称号", title="专精特新"),
        Own("", Kind.OFFICER, "没有欠税"),
    ]
    notice = published(session, a_notice(session, own=own))

    lines, total = candidate_store.candidates(session, notice.id, Wanted(), ALL)

    assert total == len(lines) == 4
    ids = [line.id for line in lines]
    today = now(session).today
    found = known(session, ids, notice.edition, [notice.id], today)
    for line in lines:
        live = judge(call_of(notice), found[notice.id, line.id])
        assert live.states == line.states
        assert (live.met, live.not_met, live.unclear) == (line.met, line.not_met, line.unclear)
    by_outcome = {
        outcome: candidate_store.candidates(session, notice.id, Wanted(outcome=outcome), ALL)[1]
        for outcome in candidate_store.OUTCOMES
    }
    assert sum(by_outcome.values()) == total
    assert by_outcome["one_short"] == store.counts(session, [notice.id])[notice.id].one_short


def test_a_firm_is_judged_by_the_edition_of_its_newest_sheet_and_what_that_lacks_is_unknown(
    session,
):
    """The earlier edition asks for credit as the newer does, and nothing about unlawful acts."""
    credit, unlawful = names = ("2025.workshop.credit", "2025.workshop.unlawful_acts")
    firms = []
    for edition in ("2026", "2026-0"):
        user = a_user(session)
        sheet = begun(session, session.get(Firm, user.firm_id), a_round(session, edition=edition))
        fill(session, sheet, user)
        assessments.submit(now(session), sheet.id, declared_by="虚构人")
        firms.append(user.firm_id)
    notice = published(session, a_notice(session, asked=names))

    found = known(session, firms, "2026", [notice.id], now(session).today)
    newer, earlier = (
        {item.key: item for item in judge(call_of(notice), found[notice.id, one]).items}
        for one in firms
    )

    assert (newer[credit].state, earlier[credit].state) == ("met", "met")
    assert newer[unlawful].state != "unknown"
    assert earlier[unlawful].state == "unknown"
    assert "那里没有这项条件" in earlier[unlawful].why
    assert kept(session, notice, firms[1]).states == {credit: "met", unlawful: "unknown"}


def of_edition(session, edition, *asked):
    """A published notice whose conditions are those of another edition."""
    notice = published(session, a_notice(session, asked=asked))
    with db.writing(session):
        session.get(Notice, notice.id).edition = edition
    return session.get(Notice, notice.id)


def test_a_notice_of_an_edition_that_is_not_here_is_answered_with_unknown_conditions(session):
    asked = ("2025.workshop.credit", "2025.workshop.investment")
    user, notice = a_user(session), of_edition(session, "1999", *asked)
    today = now(session).today

    seen = readings.before(session, notice, user.firm_id, today)
    wanted = readings.wanted(session, notice, today)

    assert seen.states == dict.fromkeys(asked, "unknown")
    assert {item.state for item in wanted} == {"unknown"}
    titles = readings.titles(session, notice, today)
    assert list(titles.values()) == ["第 1 项条件", "第 2 项条件"]
    assert all("不在本系统" in item.why for item in seen.items)


def test_an_installation_without_an_answer_on_the_earlier_edition_reads_its_conditions(session):
    notice = of_edition(session, "2026-0", "2025.workshop.credit")

    (item,) = readings.wanted(session, notice, now(session).today)

    assert item.title != "第 1 项条件"


def test_an_officers_finding_settles_a_condition_for_one_firm(session):
    user, other = a_user(session), a_user(session)
    notice = published(
        session, a_notice(session, own=[Own("", Kind.OFFICER, "没有欠税")], asked=())
    )

    found_out(session, notice, user.firm_id, met=False)

    assert kept(session, notice, user.firm_id).states == {"own1": "not_met"}
    assert kept(session, notice, other.firm_id).states == {"own1": "ask"}
    found_out(session, notice, user.firm_id, met=True)
    assert kept(session, notice, user.firm_id).states == {"own1": "met"}
    with pytest.raises(NotThere):
        found_out(session, notice, user.firm_id, condition="own9")


def found_out(session, notice, firm_id, *, met=True, condition="own1"):
    candidates.answer(
        now(session),
        notice.id,
        firm_id,
        condition,
        met=met,
        note="电话问过税务局",
        answered_on=now(session).today,
    )


# --- the life of a notice -----------------------------------------------------------------------------


def test_what_a_published_notice_said_before_is_kept(session):
    notice = published(session, a_notice(session))
    version = fresh(session, notice).version

    notices.change(
        now(session), notice.id, a_text(district_by=DAY + timedelta(3)), base_version=version
    )

    (before,) = session.scalars(select(NoticeVersion))
    assert (before.version, before.said["district_by"]) == (version, DAY.isoformat())
    with pytest.raises(Stale):
        notices.change(now(session), notice.id, a_text(number="号"), base_version=version)


def test_a_notice_that_says_too_little_is_not_published(session):
    bare = notices.draft(now(session), a_text(asked=()))
    undated = notices.draft(now(session), a_text(district_by=None, upward_by=None))

    for notice, field in ((bare, "asked"), (undated, "district_by")):
        with pytest.raises(Invalid) as refused:
            notices.publish(now(session), notice.id, base_version=notice.version)
        assert field in refused.value.fields
        session.rollback()
    assert {one.state for one in session.scalars(select(Notice))} == {NoticeState.DRAFT}


@pytest.mark.parametrize(
    "field, said",
    [
        ("title", {"title": " "}),
        ("platform", {"platform": "javascript:alert(1)"}),
        ("district_by", {"firms_by": DAY, "district_by": DAY - timedelta(1)}),
        ("asked", {"asked": ("2025.workshop.nothing",)}),
        ("rung", {"rung": "tower"}),
        ("trades", {"whom": Whom(trades=("wood",))}),
        ("papers", {"papers": ("长" * 101,)}),
    ],
)
def test_what_a_notice_cannot_say_is_named_by_its_field(session, field, said):
    with pytest.raises(Invalid) as refused:
        notices.draft(now(session), a_text(**said))

    assert list(refused.value.fields) == [field]
    assert session.scalar(select(Notice.id)) is None


def test_last_years_notice_is_copied_with_its_days_moved_on_and_said_to_be_a_guess(session):
    old = notices.draft(
        now(session),
        a_text(title="2024 年度征集", year=2024, district_by=date(2024, 2, 29), upward_by=None),
    )

    made = notices.copy(now(session, date(2026, 1, 5)), old.id)

    assert (made.title, made.year, made.number) == ("2026 年度征集", 2026, "")
    assert (made.district_by, made.source) == (date(2026, 2, 28), "inferred")
    assert (made.asked, made.state) == (old.asked, NoticeState.DRAFT)


def test_a_notice_ends_by_itself_once_its_last_day_has_passed(session):
    notice = published(session, a_notice(session))

    assert morning(session, DAY + timedelta(1))["ended"] == 0  # the last day is the upward one
    assert morning(session, DAY + timedelta(11))["ended"] == 1

    assert fresh(session, notice).state == NoticeState.ENDED
    with pytest.raises(WrongState):
        notices.change(
            now(session), notice.id, a_text(), base_version=fresh(session, notice).version
        )


# --- reminders ----------------------------------------------------------------------------------------


def morning(session, day):
    step = now(session, day)
    with step.writing():
        return notice_reminders.remind_due(step, by_mail=False)


def test_firms_are_reminded_on_three_days_once_each_unless_they_have_given_up(session):
    stays, leaves = a_user(session), a_user(session)
    notice = published(session, a_notice(session, by=DAY), at=LONG_BEFORE)
    candidates.decline(now(session), notice.id, leaves.firm_id, reason="没有项目", base_version=1)

    told = {}
    for before in range(40, -5, -1):
        day = DAY - timedelta(before)
        if number := morning(session, day)["applicants"]:
            told[before] = number
        assert morning(session, day)["applicants"] == 0

    assert told == {30: 1, 7: 1, 1: 1}
    assert set(session.scalars(select(NoticeReminder.firm_id))) == {stays.firm_id}


def test_what_an_officer_passed_on_waits_no_more(session):
    user = a_user(session)
    notice = published(session, a_notice(session, by=DAY), at=LONG_BEFORE)
    morning(session, DAY - timedelta(7))
    firms_, total, last = store.to_pass_on(session, notice.id)
    assert ([one.firm_id for one in firms_], total) == ([user.firm_id], 1)

    assert notice_reminders.pass_on(now(session), notice.id, last) == 1

    assert store.to_pass_on(session, notice.id)[1] == 0
    assert [one.id for one in store.reminded(session, user.firm_id, DAY)] == [notice.id]
    assert store.reminded(session, user.firm_id, DAY + timedelta(1)) == []


# --- from an intention to a result ----------------------------------------------------------------------


def test_firms_go_from_an_intention_to_the_list_to_a_result(session):
    first, second = a_user(session), a_user(session)
    notice = published(session, a_notice(session))
    for user in (first, second):
        candidates.intend(now(session), notice.id, user.firm_id, base_version=1, itself=True)
    candidates.arrange(
        now(session),
        notice.id,
        [
            Placed(first.firm_id, 2, 2, "虚构一车间", "1200.5"),
            Placed(second.firm_id, 2, 1, "虚构二车间", ""),
        ],
    )

    lines = candidate_store.recommendation(session, notice.id)
    assert [line.id for line in lines] == [second.firm_id, first.firm_id]
    assert lines[1].investment == 12_005_000

    seen = [(line.id, line.version) for line in lines]
    basis = Basis("经信局会议纪要〔2026〕9 号（虚构）", now(session).today)
    assert candidates.recommend(now(session), notice.id, basis, seen) == 2
    candidates.result(
        now(session), notice.id, first.firm_id, passed=True, reason="", base_version=4
    )
    candidates.result(
        now(session),
        notice.id,
        second.firm_id,
        passed=False,
        reason="专家评审未通过",
        base_version=4,
    )

    states = {line.id: line.state for line in candidate_store.recommendation(session, notice.id)}
    assert states == {
        first.firm_id: CandidateState.PASSED,
        second.firm_id: CandidateState.FAILED,
    }
    assert {row.after["minutes"] for row in logged(session, "candidate_recommend")} == {
        basis.document
    }


def test_two_firms_on_one_place_or_a_changed_list_change_nothing(session):
    users = [a_user(session), a_user(session)]
    notice = published(session, a_notice(session))
    for user in users:
        candidates.intend(now(session), notice.id, user.firm_id, base_version=1)

    with pytest.raises(Invalid) as refused:
        arranged(session, notice, users, (1, 1))
    assert len(refused.value.fields) == 2
    arranged(session, notice, users, (1, None))
    basis = Basis("纪要", now(session).today)
    with pytest.raises(Stale):  # the page showed both on the list
        candidates.recommend(now(session), notice.id, basis, [(one.firm_id, 3) for one in users])
    session.rollback()

    places = [line.place for line in candidate_store.recommendation(session, notice.id)]
    assert places == [1]
    assert kept(session, notice, users[0].firm_id).state == CandidateState.INTENDED


def test_whoever_comes_after_the_first_were_recommended_takes_a_place_of_its_own(session):
    first, late = a_user(session), a_user(session)
    notice = published(session, a_notice(session))
    for user in (first, late):
        candidates.intend(now(session), notice.id, user.firm_id, base_version=1)
    arranged(session, notice, [first], (1,))
    basis = Basis("纪要", now(session).today)
    candidates.recommend(now(session), notice.id, basis, [(first.firm_id, 3)])

    with pytest.raises(Invalid) as refused:
        arranged(session, notice, [late], (1,))
    session.rollback()
    arranged(session, notice, [late], (2,))

    assert list(refused.value.fields) == [f"place-{late.firm_id}"]
    places = [line.place for line in candidate_store.recommendation(session, notice.id)]
    assert places == [1, 2]


def arranged(session, notice, users, places):
    rows = [
        Placed(user.firm_id, 2, place, "", "") for user, place in zip(users, places, strict=True)
    ]
    candidates.arrange(now(session), notice.id, rows)


def test_a_firm_says_nothing_on_a_notice_that_is_not_for_it_not_published_or_over(session):
    user = a_user(session)
    draft = a_notice(session)
    foreign = published(session, a_notice(session, whom=Whom(trades=("bearing",))))
    closed = published(session, a_notice(session, firms_by=date(2026, 1, 5)))

    for notice in (draft, foreign, closed):
        with pytest.raises(Refusal):
            candidates.intend(now(session), notice.id, user.firm_id, base_version=1, itself=True)
        session.rollback()
    assert {one.state for one in session.scalars(select(Candidate))} <= {CandidateState.OPEN}


def test_a_firm_that_is_added_later_is_held_against_what_is_published(session):
    notice = published(session, a_notice(session))
    wanted = NewFirm("虚构新阀门厂", "91330000FS99990001", "valve", "", "虚构人", "")
    offered = Offered({"valve": "阀门"}, (), demonstration=True)

    new_firms.add_firm(now(session), wanted, offered, sure=True)

    assert kept(session, notice, session.scalar(select(Firm.id))).fits
