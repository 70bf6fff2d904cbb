"""What the system proposes on the nation's ladder: by its own facts, apart from the province's."""

from datetime import UTC, date, datetime

import pytest

from questionnaires.library import SHIPPED as EDITIONS
from survey import db
from survey.lifecycle import decisions, nation, pool, stages
from survey.lifecycle.decisions import Basis, Wish
from survey.lifecycle.errors import WrongState
from survey.lifecycle.nation import Filed
from survey.lifecycle.selections import Seen
from survey.lifecycle.stages import Move, proposed
from survey.lifecycle.step import Actor, Step
from survey.store import nation_facts, stage_facts
from survey.store import pool as pool_store
from survey.store import stages as store
from survey.store.lists import Wanted
from survey.store.stages import SHIPPED
from survey.tables import (
    AnswerRow,
    AssessmentState,
    AwardLevel,
    Candidate,
    CandidateState,
    FirmTitle,
    Ladder,
    Notice,
    NoticeSource,
    NoticeState,
    PoolEntry,
    Project,
    ProjectState,
    Role,
    SheetKind,
    SheetRow,
)
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_round, a_user

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def step(session):
    user = a_user(session, Role.OFFICER)
    return Step(session, Actor(user.id, user.name), NOON)


@pytest.fixture
def entry(session, step):
    """An entry that climbs to 基础级."""
    return climbing(step)


def climbing(step, name="虚构阀门一厂", rung="basic"):
    assessment = an_assessment(
        step.session, a_round(step.session), name, state=AssessmentState.CONFIRMED, step=3
    )
    entry = pool.admit(step, assessment.id, target_rung="workshop", reason="条件成熟。", sure=True)
    entry = fresh(step.session, entry)
    nation.aim(step, entry.id, rung=rung, reason="条件具备。", base_version=entry.version)
    return fresh(step.session, entry)


def fresh(session, entry):
    session.rollback()
    return session.get(PoolEntry, entry.id, populate_existing=True)


def rates_itself(session, entry, level="two"):
    with db.writing(session):
        query = session.query(SheetRow.id).filter_by(
            assessment_id=entry.assessment_id, kind=SheetKind.SELF
        )
        known = {"author_id": 1, "revision": 1, "saved_at": NOON, "remark": ""}
        sheet_id = query.scalar()
        for question, value in (("maturity_level", level), ("maturity_report", "虚构 001")):
            row = AnswerRow(sheet_id=sheet_id, question_id=question, value=value, **known)
            session.add(row)


def is_called(session, entry, state, level=AwardLevel.NATION, *, at=NOON):
    with db.writing(session):
        notice = Notice(
            title="2026 年基础级备案（虚构）",
            issuer="虚构部",
            level=level,
            year=2026,
            source=NoticeSource.COPY,
            edition="2026",
            whom={},
            asked=[],
            own=[],
            papers=[],
            state=NoticeState.PUBLISHED,
            changed_at=at,
            published_at=at,
        )
        session.add(notice)
        session.flush()
        counts = {"met": 1, "not_met": 0, "unclear": 0}
        row = {"notice_id": notice.id, "firm_id": entry.firm_id, "fits": True, "states": {}}
        session.add(Candidate(**row, **counts, state=state, said_at=at, settled_at=at))


def the_proposal(session, entry, ladder=Ladder.NATION):
    """What is proposed, in Python and, said the same, by the list's filter."""
    entry = fresh(session, entry)
    known = stage_facts.witnesses(session, [entry.id], ladder).get(entry.id, {})
    found = proposed(SHIPPED, entry, known, ladder)
    asked = "nation" if ladder == Ladder.NATION else "yes"
    listed, _ = pool_store.pool(session, Wanted(edition="2026", proposed=asked))
    assert (found is not None) == (entry.id in {line.id for line in listed})
    session.rollback()
    return found


@pytest.mark.parametrize(
    ("state", "stage", "why"),
    [
        (CandidateState.OPEN, "nation_preparing", "“2026 年基础级备案（虚构）”的条件都符合。"),
        (
            CandidateState.INTENDED,
            "nation_preparing",
            "企业要按“2026 年基础级备案（虚构）”申报（2026-11-23）。",
        ),
        (
            CandidateState.RECOMMENDED,
            "nation_applied",
            "已按“2026 年基础级备案（虚构）”推荐上报。",
        ),
        (
            CandidateState.PASSED,
            "nation_published",
            "“2026 年基础级备案（虚构）”的申报已通过（2026-11-23）。",
        ),
    ],
)
def test_what_became_of_a_national_notice_proposes_the_stage_it_speaks_for(
    session, entry, state, stage, why
):
    is_called(session, entry, state)

    found = the_proposal(session, entry)

    assert (found.stage.id, found.why) == (stage, why)


@pytest.mark.parametrize("level", [AwardLevel.PROVINCE, AwardLevel.CITY])
def test_a_notice_of_another_level_or_one_the_firm_declined_says_nothing(session, entry, level):
    is_called(session, entry, CandidateState.RECOMMENDED, level)
    is_called(session, entry, CandidateState.DECLINED)

    assert the_proposal(session, entry) is None


def test_a_self_assessment_of_maturity_is_proposed_with_its_level_and_number(session, entry):
    rates_itself(session, entry)

    found = the_proposal(session, entry)

    assert found.stage.id == "nation_rated"
    assert found.why == "答卷写了成熟度自评：二级（虚构 001）。"


def test_who_wrote_that_there_was_no_self_assessment_is_proposed_nothing(session, entry):
    rates_itself(session, entry, "none")

    assert the_proposal(session, entry) is None


@pytest.mark.parametrize(
    ("title", "level", "until", "told"),
    [
        ("基础级智能工厂", None, None, True),
        ("智能工厂", "基础级", None, True),
        ("先进级智能工厂", None, None, False),
        ("基础级智能工厂", None, "2025", False),
        ("省级智能工厂", None, None, False),
    ],
)
def test_a_list_that_names_the_firm_on_the_rung_it_climbs_to_proposes_the_publication(
    session, entry, title, level, until, told
):
    with db.writing(session):
        session.add(
            FirmTitle(firm_id=entry.firm_id, title=title, year=2026, level=level, until=until)
        )

    found = the_proposal(session, entry)

    assert (found.stage.id if found else None) == ("nation_published" if told else None)


def test_the_rungs_looked_for_in_lists_are_those_of_the_editions_ladder():
    ladder = EDITIONS.load("2026").national

    assert {rung.id: rung.title for rung in ladder.rungs} == nation_facts.RUNGS


def test_neither_ladder_proposes_by_the_others_facts(session, entry):
    with db.writing(session):
        session.add(
            Project(
                firm_id=entry.firm_id,
                title="虚构装配线改造",
                state=ProjectState.UNDER_WAY,
                edition="2026",
                begun_at=NOON,
                changed_at=NOON,
            )
        )
    of_province = the_proposal(session, entry, Ladder.PROVINCE).stage
    nothing = the_proposal(session, entry)
    rates_itself(session, entry)

    assert (of_province.id, nothing) == ("underway", None)
    assert the_proposal(session, entry, Ladder.PROVINCE).stage == of_province
    assert the_proposal(session, entry).stage.ladder == Ladder.NATION


def test_an_officer_takes_or_leaves_one_and_the_other_ladder_stays_where_it_is(
    session, step, entry
):
    other = climbing(step, "虚构阀门二厂")
    for one in (entry, other):
        rates_itself(session, one)
    taken, left = fresh(session, entry), fresh(session, other)

    stages.take_proposal(step, taken.id, "nation_rated", taken.version)
    stages.leave_proposal(step, left.id, "nation_rated", left.version)

    taken = fresh(session, entry)
    assert (taken.nation_stage, taken.stage) == ("nation_rated", "reserve")
    change = store.changes(session, entry.id)[0]
    assert (change.ladder, change.proposed) == (Ladder.NATION, True)
    session.rollback()
    left = fresh(session, other)
    assert (left.nation_stage, left.left_nation, left.left_stage) == (
        "nation_scouting",
        "nation_rated",
        "",
    )
    assert the_proposal(session, entry) is the_proposal(session, other) is None
    assert the_proposal(session, other, Ladder.PROVINCE).stage.id == "diagnosed"
    assert logged(session, "leave_stage")[0].after == {"nation_stage": "成熟度自评"}
    session.rollback()
    is_called(session, other, CandidateState.RECOMMENDED)
    assert the_proposal(session, other).stage.id == "nation_applied"


def test_many_are_taken_together_and_minutes_move_several_on_this_ladder(session, step, entry):
    other = climbing(step, "虚构阀门二厂")
    for one in (entry, other):
        rates_itself(session, one)
    seen = [Seen(one.id, fresh(session, one).version) for one in (entry, other)]
    session.rollback()

    decisions.take_proposals(step, seen, {one.id: "nation_rated" for one in seen})
    rated = [fresh(session, one).nation_stage for one in (entry, other)]
    seen = [Seen(one.id, fresh(session, one).version) for one in (entry, other)]
    session.rollback()
    basis = Basis("虚构纪要〔2026〕3 号", TODAY)
    wish = Wish("move_stage", "", "核对无误。", basis, stage="nation_check")
    decisions.decide_on_entries(step, seen, wish)

    assert rated == ["nation_rated"] * 2
    moved = [fresh(session, one) for one in (entry, other)]
    assert [one.nation_stage for one in moved] == ["nation_check"] * 2
    assert {one.stage for one in moved} == {"reserve"}
    assert pool_store.minutes_of(session, entry.id)[0].document == basis.document


def test_a_proposal_of_the_other_ladder_is_not_taken_for_this_one(session, step, entry):
    rates_itself(session, entry)
    entry = fresh(session, entry)

    for stage in ("nation_applied", "underway", "no_such_stage"):
        with pytest.raises(WrongState, match="建议已经变了"):
            stages.take_proposal(step, entry.id, stage, entry.version)

    assert fresh(session, entry).nation_stage == "nation_scouting"


def test_what_spoke_for_the_last_rung_does_not_speak_for_the_next(session, step, entry):
    is_called(session, entry, CandidateState.RECOMMENDED)
    entry = fresh(session, entry)
    paper = Filed("虚构备〔2026〕1 号", TODAY)
    nation.file(step, entry.id, paper, base_version=entry.version)
    entry = fresh(session, entry)
    nation.aim(step, entry.id, rung="advanced", reason="再进一步。", base_version=entry.version)

    before = the_proposal(session, entry)
    is_called(session, entry, CandidateState.RECOMMENDED, at=datetime(2026, 12, 1, tzinfo=UTC))

    assert before is None
    assert the_proposal(session, entry).stage.id == "nation_applied"


def test_nothing_is_proposed_for_a_firm_that_was_put_off_filed_or_has_left_the_pool(
    session, step, entry
):
    put_off, gone = climbing(step, "虚构阀门二厂"), climbing(step, "虚构阀门三厂")
    for one in (entry, put_off, gone):
        rates_itself(session, one)
    put_off, gone, filed = (fresh(session, one) for one in (put_off, gone, entry))
    stages.move(step, put_off.id, Move("nation_paused", "厂房在建。"), put_off.version)
    pool.withdraw(step, gone.id, reason="企业搬迁。", base_version=gone.version)
    paper = Filed("虚构备〔2026〕1 号", TODAY)
    nation.file(step, filed.id, paper, base_version=filed.version)

    assert [the_proposal(session, one) for one in (put_off, gone, entry)] == [None] * 3


def test_one_firms_filing_silences_a_notice_for_no_other(session, step, entry):
    other = climbing(step, "虚构阀门二厂")
    for one in (entry, other):
        is_called(session, one, CandidateState.RECOMMENDED)
    filed = fresh(session, entry)
    nation.file(step, filed.id, Filed("虚构备〔2026〕1 号", TODAY), base_version=filed.version)

    assert the_proposal(session, entry) is None
    assert the_proposal(session, other).stage.id == "nation_applied"


def test_entries_too_many_to_be_named_are_found_by_the_condition_itself(
    session, entry, monkeypatch
):
    monkeypatch.setattr(stage_facts, "MOST_NAMED", 0)
    rates_itself(session, entry)

    assert the_proposal(session, entry).stage.id == "nation_rated"
