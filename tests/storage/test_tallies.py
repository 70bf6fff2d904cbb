"""What a scored sheet comes to in parts: kept with the score, counted while its sheet speaks."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from survey.lifecycle import assessments as steps
from survey.lifecycle import tallies as life
from survey.lifecycle.step import Actor, Step
from survey.store import tallies
from survey.store.tallies import What
from survey.tables import Role, SheetKind, Tally
from tests.support.people import a_consultant, a_user, confirmed, handed_in, moment

OFFICER = Actor(None, "主管")


def kept(session, assessment, **wanted):
    query = select(Tally).filter_by(assessment_id=assessment.id, **wanted)
    return list(session.scalars(query))


def test_a_sheet_that_is_handed_in_is_kept_in_parts(session):
    assessment = handed_in(session, a_user(session), level=2)

    parts = kept(session, assessment)

    found = Counter(part.what for part in parts)
    assert found[What.SECTION] > 10
    assert found[What.SYSTEM] == 3
    assert found[What.NEXT] == found[What.JUDGED] == 1
    assert {part.key: part.low for part in parts if part.what == What.SECTION}["design"] == 500
    systems = {part.key: part.low for part in parts if part.what == What.SYSTEM}
    assert systems == {"erp": 1, "mes": 0, "networked": 1}
    assert {(part.kind, part.counts, part.trade) for part in parts} == {
        (SheetKind.SELF, True, assessment.trade)
    }


def test_the_confirmed_sheet_counts_until_the_visit_is_opened_again(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    assert {part.kind for part in kept(session, assessment, counts=True)} == {SheetKind.ONSITE}

    steps.reopen(Step(session, OFFICER, moment()), assessment.id, reason="虚构的理由")

    session.expire_all()
    assert {part.kind for part in kept(session, assessment, counts=True)} == {SheetKind.SELF}
    assert {one.kind for one in tallies.sums(session, assessment.round_id)} == {SheetKind.SELF}


def test_at_night_plans_are_priced_and_conditions_judged_once_a_month(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    step = Step(session, OFFICER, moment())
    marker = life.marker(step.today, reduced=False)
    assert tallies.unsettled(session, marker) == [assessment.id]
    sections = {part.key: part.low for part in kept(session, assessment, what=What.SECTION)}

    life.settle(step, [assessment.id])

    session.expire_all()
    plan = kept(session, assessment, what=What.PACKAGE)
    assert plan
    assert all(0 <= part.low <= part.high for part in plan)
    assert any(part.high for part in plan)
    assert {p.key: p.low for p in kept(session, assessment, what=What.SECTION)} == sections
    assert tallies.unsettled(session, marker) == []
    assert tallies.unsettled(session, "2099-01") == [assessment.id]
    assert tallies.unsettled(session, life.marker(step.today, reduced=True)) == [assessment.id]


def test_a_draft_is_never_settled_and_one_that_is_gone_is_passed_over(session):
    user = a_user(session, Role.FIRM)
    assessment = handed_in(session, user)
    step = Step(session, OFFICER, moment())
    steps.return_to_firm(step, assessment.id, reason="虚构的理由")
    session.rollback()

    assert tallies.unsettled(session, "2099-01") == []
    assert life.settle(step, [assessment.id, 999_999]) == 0

    session.expire_all()
    assert {part.kind for part in kept(session, assessment, counts=True)} == {SheetKind.SELF}
