"""The stages of the pool's ledger: moved, proposed, kept apart by ladder, and never lost."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from survey import db
from survey.clock import LOCAL
from survey.lifecycle import decisions, following, nation, pool, recognitions, stages
from survey.lifecycle import settings as district
from survey.lifecycle.decisions import Basis, Wish
from survey.lifecycle.errors import Invalid, NotTogether, Refusal, Stale, WrongState
from survey.lifecycle.following import Follow, Known
from survey.lifecycle.nation import Filed
from survey.lifecycle.recognitions import Award
from survey.lifecycle.selections import Seen
from survey.lifecycle.stages import Move, proposed
from survey.lifecycle.step import Actor, Step
from survey.store import nation as nation_store
from survey.store import pool as pool_store
from survey.store import stage_facts
from survey.store import stages as store
from survey.store.lists import Wanted
from survey.store.stages import SHIPPED
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    AuditEntry,
    Ladder,
    PoolEntry,
    PoolState,
    Project,
    ProjectState,
    Role,
    SheetKind,
    SheetRow,
    StageChange,
)
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_round, a_user

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BASIS = Basis("虚构纪要〔2026〕1 号", TODAY)


@pytest.fixture
def officer(session):
    user = a_user(session, Role.OFFICER)
    return Actor(user.id, user.name)


@pytest.fixture
def step(session, officer):
    return Step(session, officer, NOON)


@pytest.fixture
def round_(session):
    return a_round(session)


def an_entry(step, round_, name="虚构阀门一厂", *, state=AssessmentState.CONFIRMED, **given):
    assessment = an_assessment(step.session, round_, name, state=state, step=3)
    known = {"target_rung": "workshop", "reason": "条件成熟。", "sure": True}
    return pool.admit(step, assessment.id, **known | given)


def a_project(session, firm_id, state=ProjectState.UNDER_WAY, **given):
    known = {"title": "虚构装配线改造", "edition": "2026", "begun_at": NOON, "changed_at": NOON}
    with db.writing(session):
        session.add(project := Project(firm_id=firm_id, state=state, **known | given))
    return project


def says_its_maturity(session, entry):
    """Let the firm's sheet say the result of its self-assessment by GB/T 39116."""
    query = select(SheetRow.id).where(
        SheetRow.assessment_id == entry.assessment_id, SheetRow.kind == SheetKind.SELF
    )
    with db.writing(session):
        key = {"sheet_id": session.scalar(query), "question_id": "maturity_level"}
        said = {"value": "two", "remark": "", "revision": 1, "saved_at": NOON, "author_id": 1}
        if session.get(AnswerRow, tuple(key.values())) is None:
            session.add(AnswerRow(**key, **said))


def fresh(session, entry):
    session.rollback()
    return session.get(PoolEntry, entry.id, populate_existing=True)


def the_proposal(session, entry):
    entry = fresh(session, entry)
    known = stage_facts.witnesses(session, [entry.id]).get(entry.id, {})
    found = proposed(SHIPPED, entry, known)
    listed, _ = pool_store.pool(session, Wanted(edition="2026", proposed="yes"))
    assert (found is not None) == (entry.id in {line.id for line in listed})
    session.rollback()
    return found


# --- the province's ladder ------------------------------------------------------------------------


def test_an_entry_begins_in_the_first_stage_of_its_state_and_moves_with_its_history(
    session, step, round_
):
    entry = an_entry(step, round_)
    began = (entry.stage, entry.admitted_at)

    stages.move(step, entry.id, Move("underway"), entry.version)

    moved = fresh(session, entry)
    assert (*began, moved.stage, moved.state) == ("reserve", NOON, "underway", PoolState.IN_POOL)
    assert [change.title for change in store.changes(session, entry.id)] == ["改造中", "区级储备"]
    assert logged(session, "move_stage")[0].after == {"stage": "改造中"}


@pytest.mark.parametrize("off", ["paused", "left", "unfit"])
def test_an_exit_asks_for_its_reason_and_one_that_leaves_the_pool_withdraws_the_firm(
    session, step, round_, off
):
    entry = an_entry(step, round_)

    with pytest.raises(Invalid, match="reason"):
        stages.move(step, entry.id, Move(off, " "), entry.version)
    stages.move(step, entry.id, Move(off, "企业搬迁。"), entry.version)

    left = fresh(session, entry)
    gone = PoolState.IN_POOL if off == "paused" else PoolState.WITHDRAWN
    assert (left.stage, left.state) == (off, gone)
    assert store.changes(session, entry.id)[0].reason == "企业搬迁。"


def test_no_stage_is_a_back_door_into_another_state(session, step, round_):
    entry = an_entry(step, round_)
    for stage in ("scouting", "recognised"):
        with pytest.raises(WrongState):
            stages.move(step, entry.id, Move(stage), entry.version)
    pool.withdraw(step, entry.id, reason="企业搬迁。", base_version=entry.version)
    entry = fresh(session, entry)
    with pytest.raises(WrongState, match="入库"):
        stages.move(step, entry.id, Move("underway"), entry.version)
    with pytest.raises(Invalid):
        stages.move(step, entry.id, Move("no_such_stage"), entry.version)

    assert (entry.state, entry.stage) == (PoolState.WITHDRAWN, "left")


def test_two_officers_do_not_move_one_entry_past_each_other_and_the_same_press_counts_once(
    session, step, round_
):
    entry = an_entry(step, round_)
    shown = entry.version

    stages.move(step, entry.id, Move("underway"), shown)
    stages.move(step, entry.id, Move("underway"), shown)
    with pytest.raises(Stale):
        stages.move(step, entry.id, Move("finished"), shown)

    assert fresh(session, entry).stage == "underway"
    assert len(logged(session, "move_stage")) == 1


def test_a_recognition_leads_to_its_stage_and_its_revocation_back_to_the_first(
    session, step, round_
):
    entry = an_entry(step, round_)
    award = Award("workshop", "虚构〔2026〕1 号", date(2026, 11, 1))
    recognitions.recognise(step, entry.id, award, base_version=entry.version, sure=True)
    stood = fresh(session, entry).stage
    fact = pool_store.recognition(session, entry.firm_id, "workshop")

    recognitions.revoke(step, fact.id, reason="公示有异议。")

    assert (stood, fresh(session, entry).stage) == ("recognised", "reserve")


# --- what the system proposes ---------------------------------------------------------------------


def test_the_system_proposes_the_farthest_stage_it_knows_the_fact_of_and_says_why(
    session, step, round_
):
    entry = an_entry(step, round_)
    confirmed = session.get(Assessment, entry.assessment_id).confirmed_at.astimezone(LOCAL).date()

    told = [(found.stage.id, found.why) for found in [the_proposal(session, entry)]]
    project = a_project(session, entry.firm_id, filing_code="2611-331102-07-02-123456")
    told += [(found.stage.id, found.why) for found in [the_proposal(session, entry)]]
    with db.writing(session):
        session.get(Project, project.id).state = ProjectState.ACCEPTED
        session.get(Project, project.id).accepted_on = date(2026, 11, 10)
    told += [(found.stage.id, found.why) for found in [the_proposal(session, entry)]]

    assert told == [
        ("diagnosed", f"“{round_.title}”的现场诊断已核定（{confirmed}）。"),
        ("underway", "项目“虚构装配线改造”已开工。"),
        ("finished", "项目“虚构装配线改造”已验收（2026-11-10）。"),
    ]


def test_an_officer_takes_a_proposal_or_leaves_it_and_it_does_not_come_again(session, step, round_):
    taken, left = an_entry(step, round_), an_entry(step, round_, "虚构阀门二厂")

    stages.take_proposal(step, taken.id, "diagnosed", taken.version)
    stages.leave_proposal(step, left.id, "diagnosed", left.version)

    assert fresh(session, taken).stage == "diagnosed"
    assert store.changes(session, taken.id)[0].proposed
    assert fresh(session, left).stage == "reserve"
    assert the_proposal(session, taken) is the_proposal(session, left) is None
    a_project(session, left.firm_id)
    assert the_proposal(session, left).stage.id == "underway"


def test_a_proposal_that_changed_meanwhile_is_not_taken(session, step, round_):
    entry = an_entry(step, round_)
    a_project(session, entry.firm_id)

    with pytest.raises(WrongState, match="建议已经变了"):
        stages.take_proposal(step, entry.id, "diagnosed", entry.version)

    assert fresh(session, entry).stage == "reserve"


def test_nothing_is_proposed_for_a_firm_that_was_put_off_or_has_left(session, step, round_):
    entry = an_entry(step, round_)

    stages.move(step, entry.id, Move("paused", "厂房在建。"), entry.version)

    assert the_proposal(session, entry) is None


def test_what_is_of_the_past_climb_does_not_make_a_firm_recognised(session, step, round_):
    """A firm readmitted with its recognition in force is proposed for it, and taken by its record."""
    entry = an_entry(step, round_)
    award = Award("workshop", "虚构〔2026〕1 号", date(2026, 11, 1))
    recognitions.recognise(step, entry.id, award, base_version=entry.version, sure=True)
    entry = fresh(session, entry)
    pool.withdraw(step, entry.id, reason="停产。", base_version=entry.version)
    entry = fresh(session, entry)
    known = {"target_rung": "workshop", "reason": "复产。", "sure": True}
    pool.admit(step, entry.assessment_id, base_version=entry.version, **known)
    entry = fresh(session, entry)

    found = the_proposal(session, entry)
    stages.take_proposal(step, entry.id, found.stage.id, entry.version)

    assert found.why == "目标等级已登记认定：虚构〔2026〕1 号（2026-11-01）。"
    assert fresh(session, entry).state == PoolState.RECOGNISED


# --- several at once ------------------------------------------------------------------------------


def test_minutes_move_several_entries_all_or_none(session, step, round_):
    entries = [an_entry(step, round_, f"虚构阀门{n}厂") for n in range(3)]
    seen = [Seen(entry.id, entry.version) for entry in entries]
    wish = Wish("move_stage", "", "一起推荐。", BASIS, stage="city")
    stages.move(step, entries[2].id, Move("paused", "缺资金。"), entries[2].version)

    with pytest.raises(NotTogether) as refused:
        decisions.decide_on_entries(step, seen, wish)
    untouched = [fresh(session, entry).stage for entry in entries]
    decisions.decide_on_entries(step, seen[:2], wish)

    assert list(refused.value.why) == [entries[2].id]
    assert untouched == ["reserve", "reserve", "paused"]
    assert [fresh(session, entry).stage for entry in entries] == ["city", "city", "paused"]
    assert pool_store.minutes_of(session, entries[0].id)[0].document == BASIS.document
    assert session.scalar(select(func.count(StageChange.minutes_id))) == 2


def test_many_proposals_are_taken_together_each_to_its_own_stage(session, step, round_):
    one, two = an_entry(step, round_), an_entry(step, round_, "虚构阀门二厂")
    a_project(session, two.firm_id)

    decisions.take_proposals(
        step,
        [Seen(one.id, one.version), Seen(two.id, two.version)],
        {one.id: "diagnosed", two.id: "underway"},
    )

    assert [fresh(session, entry).stage for entry in (one, two)] == ["diagnosed", "underway"]


# --- who sees to it -------------------------------------------------------------------------------


def test_an_entry_has_somebody_who_sees_to_it_and_a_next_step_with_its_day(
    session, step, round_, officer
):
    entry = an_entry(step, round_)
    wanted = Follow(officer.user_id, "企业科", "催报备案", date(2026, 11, 30))

    following.follow(step, entry.id, wanted, entry.version)
    following.follow(step, entry.id, wanted, entry.version)
    later = replace(step, now=datetime(2026, 12, 1, 4, tzinfo=UTC))
    lines, _ = pool_store.pool(session, Wanted(edition="2026", overdue="step", today=later.today))
    session.rollback()

    assert [line.followed.responsible for line in lines] == [officer.name]
    assert len(logged(session, "follow")) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        Follow(next_by=date(2026, 12, 1)),
        Follow(next_step="催报", next_by=date(2026, 11, 1)),
        Follow(responsible_id=10**6),
        Follow(next_step="长" * 201),
    ],
)
def test_who_sees_to_an_entry_must_be_an_officer_and_a_day_needs_its_step(
    session, step, round_, wanted
):
    entry = an_entry(step, round_)

    with pytest.raises(Invalid):
        following.follow(step, entry.id, wanted, entry.version)

    assert fresh(session, entry).version == entry.version


def test_what_the_bureau_knows_is_kept_and_a_check_of_tomorrow_is_refused(session, step, round_):
    entry = an_entry(step, round_)

    with pytest.raises(Invalid):
        following.note_known(step, entry.id, Known("良好", date(2026, 11, 24)), entry.version)
    following.note_known(step, entry.id, Known("良好", TODAY, "没有"), entry.version)

    assert fresh(session, entry).credit == "良好"


# --- the nation's ladder --------------------------------------------------------------------------


def test_the_nations_rungs_are_filed_from_the_bottom_and_move_nothing_in_the_pool(
    session, step, round_
):
    entry = an_entry(step, round_)

    def aim(rung):
        at = fresh(session, entry)
        nation.aim(step, at.id, rung=rung, reason="条件具备。", base_version=at.version)

    with pytest.raises(Invalid, match="基础级"):
        aim("advanced")
    aim("basic")
    at = fresh(session, entry)
    stages.move(step, at.id, Move("nation_check"), at.version)
    at = fresh(session, entry)
    with pytest.raises(WrongState):
        stages.move(step, at.id, Move("nation_listed"), at.version)
    nation.file(step, at.id, Filed("虚构备〔2026〕1 号", TODAY), base_version=at.version)
    filed = fresh(session, entry).nation_stage
    aim("advanced")

    after = fresh(session, entry)
    assert (filed, after.nation_stage, after.nation_target) == (
        "nation_listed",
        "nation_scouting",
        "advanced",
    )
    assert (after.stage, after.state, after.target_rung) == ("reserve", "in_pool", "workshop")
    ladders = [change.ladder for change in store.changes(session, entry.id)]
    assert ladders == [*[Ladder.NATION] * 4, Ladder.PROVINCE]


def test_a_filing_is_taken_back_only_from_the_top_and_is_kept_as_revoked(session, step, round_):
    entry = an_entry(step, round_)
    for number, rung in enumerate(("basic", "advanced")):
        at = fresh(session, entry)
        nation.aim(step, at.id, rung=rung, reason="条件具备。", base_version=at.version)
        at = fresh(session, entry)
        paper = Filed(f"虚构备〔2026〕{number} 号", TODAY)
        nation.file(step, at.id, paper, base_version=at.version)
    first, second = nation_store.filings(session, [entry.firm_id])
    session.rollback()

    with pytest.raises(WrongState, match="先进级"):
        nation.revoke(step, first.id, reason="材料不实。")
    nation.revoke(step, second.id, reason="材料不实。")
    with pytest.raises(WrongState):
        nation.revoke(step, second.id, reason="材料不实。")

    assert fresh(session, entry).nation_target == "advanced"
    assert [one.reason for one in nation_store.ended(session, entry.firm_id)] == ["材料不实。"]


# --- stages are the district's own ----------------------------------------------------------------


def test_a_stage_with_entries_in_it_neither_vanishes_nor_changes_sides(session, step, round_):
    entry = an_entry(step, round_)
    without = [stage for stage in SHIPPED if stage.id != "reserve"]
    moved = [
        replace(stage, state=PoolState.PROPOSED) if stage.id == "reserve" else stage
        for stage in SHIPPED
    ]

    for wanted in (without, moved):
        with pytest.raises(Invalid, match="区级储备"):
            district.keep_stages(step, wanted)
    stages.move(step, entry.id, Move("underway"), entry.version)
    district.keep_stages(step, without)

    names = [stage.id for stage in district.settings.read(session).stages]
    session.rollback()
    assert "reserve" not in names
    assert store.changes(session, entry.id)[-1].title == "区级储备"


# --- any steps in any order -----------------------------------------------------------------------

REASON = st.sampled_from(["理由成立。", ""])
PROVINCE = [stage.id for stage in SHIPPED if stage.ladder == Ladder.PROVINCE]
NATION = [stage.id for stage in SHIPPED if stage.ladder == Ladder.NATION]
STATES = {stage.id: stage.state for stage in SHIPPED}


class Climb(RuleBasedStateMachine):
    """Officers press anything at any time upon two firms; the ledger stays true."""

    session = None

    @initialize()
    def begin(self):
        officer = a_user(self.session, Role.OFFICER)
        self.step = Step(self.session, Actor(officer.id, officer.name), NOON)
        round_ = a_round(self.session)
        self.entries = [an_entry(self.step, round_, f"虚构阀门{n}厂").id for n in range(2)]

    def _try(self, which, step, *, stale):
        entry = self._entry(which)
        version = entry.version - stale
        try:
            step(entry, version)
        except Refusal:
            assert self._entry(which).version == entry.version
        else:
            assert not stale or self._entry(which).version == entry.version

    def _entry(self, which):
        self.session.rollback()
        found = self.session.get(PoolEntry, self.entries[which], populate_existing=True)
        self.session.expunge(found)
        self.session.rollback()
        return found

    WHICH = st.integers(0, 1)
    STALE = st.sampled_from([0, 0, 0, 1])

    @rule(which=WHICH, stage=st.sampled_from(PROVINCE + NATION), reason=REASON, stale=STALE)
    def move(self, which, stage, reason, stale):
        self._try(
            which,
            lambda entry, at: stages.move(self.step, entry.id, Move(stage, reason), at),
            stale=stale,
        )

    @rule(which=WHICH, stage=st.sampled_from(PROVINCE + NATION), take=st.booleans())
    def answer_proposal(self, which, stage, take):
        answer = stages.take_proposal if take else stages.leave_proposal
        self._try(which, lambda entry, at: answer(self.step, entry.id, stage, at), stale=0)

    @rule(which=WHICH, take=st.booleans())
    def rate_themselves(self, which, take):
        """The firm says its maturity; what is proposed on the nation's ladder is taken or left."""
        entry = self._entry(which)
        says_its_maturity(self.session, entry)
        answer = stages.take_proposal if take else stages.leave_proposal
        self._try(which, lambda entry, at: answer(self.step, entry.id, "nation_rated", at), stale=0)

    @rule(which=WHICH, state=st.sampled_from(ProjectState))
    def work(self, which, state):
        firm_id = self._entry(which).firm_id
        a_project(self.session, firm_id, state, accepted_on=TODAY)

    @rule(which=WHICH)
    def readmit(self, which):
        known = {"target_rung": "workshop", "reason": "复产。", "sure": True}
        self._try(
            which,
            lambda entry, at: pool.admit(self.step, entry.assessment_id, base_version=at, **known),
            stale=0,
        )

    @rule(which=WHICH)
    def recognise(self, which):
        award = Award("workshop", "虚构〔2026〕1 号", TODAY)
        self._try(
            which,
            lambda entry, at: recognitions.recognise(
                self.step, entry.id, award, base_version=at, sure=True
            ),
            stale=0,
        )

    @rule(which=WHICH, rung=st.sampled_from(["basic", "advanced"]))
    def aim_nation(self, which, rung):
        self._try(
            which,
            lambda entry, at: nation.aim(
                self.step, entry.id, rung=rung, reason="条件具备。", base_version=at
            ),
            stale=0,
        )

    @rule(which=WHICH)
    def file_nation(self, which):
        paper = Filed("虚构备〔2026〕1 号", TODAY)
        self._try(
            which,
            lambda entry, at: nation.file(self.step, entry.id, paper, base_version=at),
            stale=0,
        )

    @rule(gone=st.sampled_from(SHIPPED))
    def forget_a_stage(self, gone):
        held = store.occupied(self.session)
        self.session.rollback()
        left = [stage for stage in SHIPPED if stage.id != gone.id]
        others = [stage.state for stage in left if stage.ladder == gone.ladder]
        if gone.state not in others:
            return
        try:
            district.keep_stages(self.step, left)
        except Invalid:
            assert gone.id in held
        else:
            assert gone.id not in held
        district.keep_stages(self.step, SHIPPED)

    @invariant()
    def every_entry_stands_where_its_state_and_its_history_say(self):
        for which in range(2 if hasattr(self, "entries") else 0):
            entry = self._entry(which)
            changes = store.changes(self.session, entry.id)
            by_ladder = {
                ladder: [one.stage for one in changes if one.ladder == ladder] for ladder in Ladder
            }
            self.session.rollback()
            assert STATES[entry.stage] == entry.state
            assert by_ladder[Ladder.PROVINCE][0] == entry.stage
            assert (by_ladder[Ladder.NATION] or [""])[0] == entry.nation_stage
            assert bool(entry.nation_stage) == bool(entry.nation_target)

    @invariant()
    def lists_count_every_entry_once_whatever_ladder_they_are_narrowed_by(self):
        if not hasattr(self, "entries"):
            return
        for name, ids in (("stage", PROVINCE), ("nation", [*NATION, "none"])):
            found = [
                pool_store.pool(self.session, Wanted(edition="2026", **{name: id_}))[1]
                for id_ in ids
            ]
            assert sum(found) == pool_store.pool(self.session, Wanted(edition="2026"))[1] > 0
        self.session.rollback()


def test_whatever_officers_press_the_ledger_stays_true(session):
    class Run(Climb):
        pass

    Run.session = session
    run_state_machine_as_test(
        Run,
        settings=settings(
            max_examples=3,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert session.scalar(select(func.count(AuditEntry.id)))
