"""The pool: every step once, with its reason and one row in the log, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import pool, recognitions
from survey.lifecycle.errors import (
    Doubtful,
    Invalid,
    Locked,
    NotThere,
    RecognisedBefore,
    Stale,
    WrongState,
)
from survey.lifecycle.recognitions import Award, doubts
from survey.lifecycle.step import Actor, Step
from survey.store import pool as store
from survey.tables import (
    AssessmentState,
    Doubt,
    PoolEntry,
    PoolState,
    Recognition,
    RecognitionStanding,
    Role,
)
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_round, a_user

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
REASON = "关键工序已联网，订单稳定。"


@pytest.fixture
def officer(session):
    user = a_user(session, Role.OFFICER)
    return Actor(user.id, user.name)


@pytest.fixture
def assessment(session):
    return an_assessment(
        session, a_round(session), "虚构阀门一厂", state=AssessmentState.CONFIRMED, step=3
    )


def admit(session, assessment, officer, **given):
    known = {"target_rung": "workshop", "reason": REASON}
    return pool.admit(Step(session, officer, NOON), assessment.id, **known | given)


def raise_target(session, entry, officer, **given):
    known = {"target_rung": "factory", "reason": REASON, "base_version": entry.version}
    return pool.raise_target(Step(session, officer, NOON), entry.id, **known | given)


def award(**given):
    known = {
        "rung": "workshop",
        "document": "虚构经信〔2026〕1 号",
        "recognised_on": date(2026, 11, 1),
    }
    return Award(**known | given)


def recognise(session, entry, officer, *, base_version=None, sure=False, **given):
    version = entry.version if base_version is None else base_version
    step = Step(session, officer, NOON)
    return recognitions.recognise(step, entry.id, award(**given), base_version=version, sure=sure)


def withdraw(session, entry, officer, **given):
    known = {"reason": "企业搬迁。", "base_version": entry.version}
    return pool.withdraw(Step(session, officer, NOON), entry.id, **known | given)


def test_an_admitted_firm_is_in_the_pool_with_its_target_its_reason_and_one_row_in_the_log(
    session, assessment, officer
):
    entry = admit(session, assessment, officer)

    assert (entry.state, entry.target_rung, entry.reason) == (PoolState.IN_POOL, "workshop", REASON)
    [row] = logged(session, "admit")
    assert (row.user_id, row.firm_id) == (officer.user_id, assessment.firm_id)
    assert (row.before, row.reason) == (None, REASON)
    assert row.after == {"state": PoolState.IN_POOL, "target": "workshop"}


def test_pressing_twice_admits_once(session, assessment, officer):
    first = admit(session, assessment, officer)
    second = admit(session, assessment, officer)

    assert second.id == first.id
    assert second.version == 1
    assert len(logged(session, "admit")) == 1


def test_two_officers_admitting_at_once_make_one_entry(engine, session, assessment, officer):
    def press(reason):
        with Session(engine, expire_on_commit=False) as own:
            try:
                return admit(own, assessment, officer, reason=reason).id
            except Stale:
                return None

    with ThreadPoolExecutor(4) as officers:
        answers = list(officers.map(press, [f"理由 {n}。" for n in range(4)]))

    session.rollback()
    assert session.scalar(select(func.count()).select_from(PoolEntry)) == 1
    assert sorted(map(bool, answers)) == [False, False, False, True]
    assert len(logged(session, "admit")) == 1


def test_a_proposed_firm_is_admitted_from_the_version_that_was_seen(session, assessment, officer):
    entry = pool.propose(
        Step(session, officer, NOON), assessment.id, target_rung="line", reason=REASON
    )
    assert entry.state == PoolState.PROPOSED

    with pytest.raises(Stale):
        admit(session, assessment, officer)
    entry = admit(session, assessment, officer, base_version=entry.version)

    assert (entry.state, entry.target_rung) == (PoolState.IN_POOL, "workshop")
    assert logged(session, "admit")[0].before == {"state": "proposed", "target": "line"}


def test_a_draft_cannot_enter_the_pool(session, officer):
    draft = an_assessment(session, a_round(session), "虚构阀门二厂", state=AssessmentState.DRAFT)

    with pytest.raises(Locked):
        admit(session, draft, officer)

    assert logged(session, "admit") == []


@pytest.mark.parametrize("reason", ["", "  \n ", "\x00", "长" * 501])
def test_a_step_without_a_reason_or_with_an_endless_one_does_not_happen(
    session, assessment, officer, reason
):
    with pytest.raises(Invalid) as refused:
        admit(session, assessment, officer, reason=reason)

    assert "理由" in refused.value.fields["reason"]
    session.rollback()
    assert session.scalar(select(PoolEntry.id)) is None


@pytest.mark.parametrize("rung", ["", "moon", "workshop ", "1"])
def test_a_target_is_a_rung_of_the_assessments_edition(session, assessment, officer, rung):
    with pytest.raises(Invalid) as refused:
        admit(session, assessment, officer, target_rung=rung)

    assert list(refused.value.fields) == ["target_rung"]


def test_a_promotion_leads_upwards_and_moves_to_the_newest_confirmed_assessment(
    session, assessment, officer
):
    entry = admit(session, assessment, officer)
    with pytest.raises(Invalid):
        raise_target(session, entry, officer, target_rung="workshop")

    entry = raise_target(session, entry, officer)

    assert (entry.state, entry.target_rung, entry.version) == (PoolState.IN_POOL, "factory", 2)
    assert logged(session, "raise_target")[0].before == {
        "state": "in_pool",
        "target": "workshop",
    }


def test_a_step_on_what_somebody_else_has_changed_is_refused(session, assessment, officer):
    seen = admit(session, assessment, officer).version
    entry = raise_target(session, admit(session, assessment, officer), officer)

    for step, given in (
        (raise_target, {"target_rung": "future"}),
        (withdraw, {}),
        (recognise, {}),
    ):
        with pytest.raises(Stale):
            step(session, entry, officer, base_version=seen, **given)

    session.rollback()
    assert session.scalar(select(PoolEntry.version)) == 2


def test_a_recognition_is_a_fact_with_its_document_recorded_once(session, assessment, officer):
    entry = admit(session, assessment, officer)
    seen = entry.version
    recognise(session, entry, officer)
    again = recognise(session, entry, officer, base_version=seen)

    assert again.state == PoolState.RECOGNISED
    session.rollback()
    fact = session.scalars(select(Recognition)).one()
    assert (fact.rung, fact.document) == ("workshop", "虚构经信〔2026〕1 号")
    assert fact.recognised_on == date(2026, 11, 1)
    [row] = logged(session, "recognise")
    assert row.after == {"state": "recognised", "rung": "workshop"}
    assert "虚构经信〔2026〕1 号" in row.reason


def test_a_rung_recognised_by_one_document_is_not_recognised_by_another(
    session, assessment, officer
):
    entry = recognise(session, admit(session, assessment, officer), officer)

    with pytest.raises(RecognisedBefore) as refused:
        recognise(session, entry, officer, document="虚构经信〔2026〕2 号")

    assert "虚构经信〔2026〕1 号" in refused.value.fields["rung"]


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2026, 11, 24), date(9999, 12, 31)])
def test_a_recognition_lies_between_2000_and_today(session, assessment, officer, day):
    entry = admit(session, assessment, officer)

    with pytest.raises(Invalid) as refused:
        recognise(session, entry, officer, recognised_on=day)

    assert list(refused.value.fields) == ["recognised_on"]


@pytest.mark.parametrize("day", [date(2000, 1, 1), TODAY])
def test_the_first_day_of_2000_and_today_are_days_of_recognition(session, assessment, officer, day):
    entry = admit(session, assessment, officer)
    entry = recognise(session, entry, officer, recognised_on=day, sure=True)

    assert entry.state == PoolState.RECOGNISED


@pytest.mark.parametrize("document", ["", " ", "号" * 101])
def test_a_recognition_needs_its_document(session, assessment, officer, document):
    entry = admit(session, assessment, officer)

    with pytest.raises(Invalid) as refused:
        recognise(session, entry, officer, document=document)

    assert list(refused.value.fields) == ["document"]


def test_a_recognised_firm_may_aim_higher_again_but_not_at_what_it_holds(
    session, assessment, officer
):
    entry = recognise(session, admit(session, assessment, officer), officer)
    with pytest.raises(Invalid):
        raise_target(session, entry, officer, target_rung="workshop")

    entry = raise_target(session, entry, officer)

    assert (entry.state, entry.target_rung) == (PoolState.IN_POOL, "factory")


def test_a_withdrawn_firm_keeps_its_recognitions_and_may_come_again(session, assessment, officer):
    entry = recognise(session, admit(session, assessment, officer), officer)
    entry = withdraw(session, entry, officer)
    assert entry.state == PoolState.WITHDRAWN
    with pytest.raises(WrongState):
        raise_target(session, entry, officer)
    with pytest.raises(WrongState):
        recognise(session, entry, officer, rung="factory")

    entry = admit(session, assessment, officer, base_version=entry.version)

    assert entry.state == PoolState.IN_POOL
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Recognition)) == 1


def test_withdrawing_twice_is_withdrawing_once(session, assessment, officer):
    entry = admit(session, assessment, officer)
    seen = entry.version
    withdraw(session, entry, officer)
    withdraw(session, entry, officer, base_version=seen)

    assert len(logged(session, "withdraw")) == 1


def test_an_entry_that_is_not_there_is_not_there(session, officer):
    with pytest.raises(NotThere):
        pool.withdraw(Step(session, officer, NOON), 999, reason=REASON, base_version=1)


def test_a_step_that_fails_half_way_changes_nothing(session, assessment, officer, monkeypatch):
    entry = admit(session, assessment, officer)

    def broken(*_given, **_named):
        raise OSError("no log")

    monkeypatch.setattr(Step, "log", broken)
    with pytest.raises(OSError, match="no log"):
        recognise(session, entry, officer)

    with db.writing(session):
        kept = session.get(PoolEntry, entry.id)
        assert (kept.state, kept.version) == (PoolState.IN_POOL, 1)
        assert session.scalar(select(func.count()).select_from(Recognition)) == 0


# --- what does not fit, corrections, revocations --------------------------------------------------


@pytest.mark.parametrize(
    ("given", "verified", "position", "found"),
    [
        ({}, 3, 3, ()),
        ({}, None, 3, (Doubt.UNVERIFIED,)),
        ({}, 2, 3, (Doubt.ABOVE_VERIFIED,)),
        ({"document": "虚构〔2025〕9 号"}, 3, 3, (Doubt.YEAR_DIFFERS,)),
        ({"document": "没有年份的文"}, 3, 3, ()),
        ({"document": "虚构[2024]9号"}, None, 1, (Doubt.UNVERIFIED, Doubt.YEAR_DIFFERS)),
    ],
)
def test_rung_date_and_what_was_verified_are_held_against_each_other(
    given, verified, position, found
):
    assert doubts(award(**given), verified, position) == found


def test_a_rung_that_rests_on_what_nobody_saw_is_doubted_up_to_what_is_left_of_it():
    assert doubts(award(), 3, 3, 2) == (Doubt.PROVISIONAL,)
    assert doubts(award(), 3, 2, 2) == ()


def test_a_firm_on_a_provisional_rung_is_taken_in_only_when_it_is_meant(
    session, assessment, officer
):
    with db.writing(session):
        pool.confirmed_score(session, assessment).floor_step = 0

    with pytest.raises(Doubtful) as doubted:
        admit(session, assessment, officer)

    assert doubted.value.doubts == (Doubt.PROVISIONAL,)
    assert admit(session, assessment, officer, sure=True).state == "in_pool"


def test_a_recognition_that_does_not_fit_is_recorded_only_when_it_is_meant(
    session, assessment, officer
):
    entry = admit(session, assessment, officer)

    with pytest.raises(Doubtful) as doubted:
        recognise(session, entry, officer, rung="factory")
    assert doubted.value.doubts == (Doubt.ABOVE_VERIFIED,)
    assert recognise(session, entry, officer, rung="factory", sure=True).state == "recognised"


def test_nobody_is_taken_in_unverified_unless_it_is_meant(session, officer):
    unverified = an_assessment(session, a_round(session), "虚构阀门二厂", step=2)

    with pytest.raises(Doubtful):
        admit(session, unverified, officer)

    assert admit(session, unverified, officer, sure=True).state == PoolState.IN_POOL


def test_a_corrected_recognition_counts_as_corrected_and_the_earlier_record_stays(
    session, assessment, officer
):
    recognise(session, admit(session, assessment, officer), officer)
    first = session.scalars(select(Recognition)).one().id
    right = award(document="虚构经信〔2026〕7 号", title="浙江省智能工厂", level="province")

    recognitions.correct(Step(session, officer, NOON), first, right, reason="文号登记错了。")

    session.rollback()
    old, new = session.scalars(select(Recognition).order_by(Recognition.id)).all()
    assert (old.standing, old.reason) == (RecognitionStanding.CORRECTED, "文号登记错了。")
    assert (new.standing, new.replaces_id) == (RecognitionStanding.VALID, old.id)
    assert (new.document, new.title, new.level) == (
        "虚构经信〔2026〕7 号",
        "浙江省智能工厂",
        "province",
    )
    assert store.recognised_facts(session) == [
        (assessment.firm_id, "workshop", date(2026, 11, 1), "浙江省智能工厂", "province")
    ]
    [row] = logged(session, "correct_recognition")
    assert row.before["document"] == "虚构经信〔2026〕1 号"
    with pytest.raises(WrongState):
        recognitions.correct(Step(session, officer, NOON), first, right, reason="再改一次。")


def test_a_revoked_recognition_counts_no_more_and_its_firm_is_in_the_pool_again(
    session, assessment, officer
):
    entry = recognise(session, admit(session, assessment, officer), officer)
    fact = session.scalars(select(Recognition)).one()

    recognitions.revoke(Step(session, officer, NOON), fact.id, reason="公示期内被撤销。")

    session.rollback()
    assert store.recognised_facts(session) == []
    assert session.get(PoolEntry, entry.id).state == PoolState.IN_POOL
    assert [r.reason for r in store.ended_recognitions(session, assessment.firm_id)] == [
        "公示期内被撤销。"
    ]
    # Revoked by mistake, the same paper is recorded anew.
    recognise(session, session.get(PoolEntry, entry.id), officer)
    assert len(store.recognised_facts(session)) == 1


def test_a_firm_with_another_recognition_stays_recognised(session, assessment, officer):
    entry = recognise(session, admit(session, assessment, officer), officer)
    recognise(session, entry, officer, rung="line")
    workshop = store.recognition(session, assessment.firm_id, "workshop").id

    recognitions.revoke(Step(session, officer, NOON), workshop, reason="登记错了企业。")

    session.rollback()
    assert session.get(PoolEntry, entry.id).state == PoolState.RECOGNISED


def test_two_officers_who_correct_and_revoke_at_once_leave_one_standing(
    session, engine, assessment, officer
):
    recognise(session, admit(session, assessment, officer), officer)
    fact = session.scalars(select(Recognition)).one().id
    session.rollback()

    def revoke(number):
        with Session(engine) as own:
            try:
                recognitions.revoke(Step(own, officer, NOON), fact, reason=f"第 {number} 人撤销。")
            except WrongState:
                return "late"
            return "done"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(revoke, range(4))) == ["done", "late", "late", "late"]
