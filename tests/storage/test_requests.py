"""A firm asks for its sheet back: one request at a time, each answered, taken back or granted."""

from __future__ import annotations

import pytest

from survey.lifecycle import assessments as steps
from survey.lifecycle import requests
from survey.lifecycle.errors import Invalid, Locked, Stale
from survey.lifecycle.step import Step
from survey.store import requests as store
from survey.tables import Assessment, AssessmentState, AuditEntry, RequestState, ReturnRequest
from tests.support.people import (
    TESTER,
    a_consultant,
    a_user,
    confirmed,
    filled,
    handed_in,
    moment,
    visited,
)

REASON = "设备台数填错了。"


def a_step(session):
    return Step(session, TESTER, moment())


def state_of(session, assessment):
    session.expire_all()
    return store.newest(session, assessment.id).state


@pytest.fixture
def assessment(session):
    return handed_in(session, a_user(session))


def test_a_second_press_is_the_same_request_and_another_reason_waits_its_turn(session, assessment):
    requests.ask(a_step(session), assessment.id, REASON)
    requests.ask(a_step(session), assessment.id, REASON)

    with pytest.raises(Invalid):
        requests.ask(a_step(session), assessment.id, "另一个理由。")
    assert session.query(ReturnRequest).count() == 1
    assert session.query(AuditEntry).filter_by(action="ask_return").one().reason == REASON


def test_a_request_needs_a_reason_and_a_sheet_that_is_locked(session, assessment):
    with pytest.raises(Invalid):
        requests.ask(a_step(session), assessment.id, "  ")
    draft = filled(session, a_user(session))
    with pytest.raises(Locked):
        requests.ask(a_step(session), draft.id, REASON)


def test_returning_the_sheet_grants_what_waits(session, assessment):
    requests.ask(a_step(session), assessment.id, REASON)

    steps.return_to_firm(a_step(session), assessment.id, reason=REASON)

    assert state_of(session, assessment) == RequestState.GRANTED
    assert session.query(AuditEntry).filter_by(action="return").one().after["granted"] is True


def test_a_request_after_confirmation_is_granted_by_opening_again(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    requests.ask(a_step(session), assessment.id, REASON)

    steps.reopen(a_step(session), assessment.id, reason=REASON)

    assert state_of(session, assessment) == RequestState.GRANTED
    assert session.get(Assessment, assessment.id).state == AssessmentState.VISITING


def test_what_was_decided_is_decided_once(session):
    assessment = visited(session, a_user(session), a_consultant(session))
    requests.ask(a_step(session), assessment.id, REASON)

    requests.decline(a_step(session), assessment.id, "现场诊断后再看。")

    kept = store.newest(session, assessment.id)
    assert (kept.state, kept.answer) == (RequestState.DECLINED, "现场诊断后再看。")
    for late in (requests.take_back, lambda step, id: requests.decline(step, id, "再答一次。")):
        with pytest.raises(Stale):
            late(a_step(session), assessment.id)
    requests.ask(a_step(session), assessment.id, REASON)
    requests.take_back(a_step(session), assessment.id)
    assert state_of(session, assessment) == RequestState.TAKEN_BACK
    assert session.get(Assessment, assessment.id).state == AssessmentState.VISITING


def test_the_questions_a_return_names_are_kept_until_the_sheet_is_handed_in(session, assessment):
    with pytest.raises(Invalid):
        steps.return_to_firm(a_step(session), assessment.id, reason=REASON, questions=["no_such"])
    session.rollback()
    named = ["scheduling", "design_tools"]
    steps.return_to_firm(a_step(session), assessment.id, reason=REASON, questions=named)

    row = session.get(Assessment, assessment.id)
    session.refresh(row)
    assert set(row.return_questions) == set(named)
    steps.submit(a_step(session), assessment.id, declared_by="虚构人")
    session.refresh(row)
    assert row.return_questions is None
