"""A sheet that was handed in or confirmed stays readable when it is opened again."""

from __future__ import annotations

import pytest

from reports.facts import Choice
from survey.lifecycle import answers, conclusions, evidence, versions
from survey.lifecycle import assessments as steps
from survey.lifecycle.answers import Change
from survey.lifecycle.choices import TypedChoice
from survey.lifecycle.errors import Conflict, Locked
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import contents
from survey.store import evidence as evidence_store
from survey.store import versions as queries
from survey.tables import Assessment, AuditEntry, Explanation, SheetKind, Verdict
from survey.words.log import LogWords
from tests.support.people import (
    TESTER,
    a_consultant,
    a_file,
    a_user,
    confirmed,
    fill,
    handed_in,
    moment,
    visited,
)

QUESTION = "scheduling"
REASON = "请补检验记录。"


def a_step(session, user=None):
    by = Actor(user.id, user.name) if user else TESTER
    return Step(session, by, moment())


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def consultant(session):
    return a_consultant(session)


def value(session, sheet_id):
    return answer_store.answers(session, sheet_id)[QUESTION].value


def change(session, assessment, to, by, kind=SheetKind.SELF):
    row = answer_store.answer(session, store.sheet(session, assessment.id, kind).id, QUESTION)
    asked = Change(QUESTION, "page.1", row.revision, value=to)
    answers.save_answer(a_step(session, by), assessment.id, kind, asked)


def give_back(session, assessment):
    steps.return_to_firm(a_step(session), assessment.id, reason=REASON)


def hand_in(session, assessment, by="虚构人"):
    steps.submit(a_step(session), assessment.id, declared_by=by)


def read(session, assessment):
    """Every version: {(kind, number): (speaks, value of one question, share)}."""
    session.expire_all()
    return {
        (row.kind, row.version): (row.speaks, value(session, row.id), score.share)
        for row, score in queries.scored(session, assessment.id)
    }


def test_a_returned_sheet_is_kept_as_it_was_handed_in_and_the_next_one_is_a_version_of_its_own(
    session, user
):
    assessment = handed_in(session, user, level=2)
    first = read(session, assessment)[SheetKind.SELF, 1][2]

    give_back(session, assessment)
    change(session, assessment, 4, user)

    assert read(session, assessment) == {(SheetKind.SELF, 1): (False, 2, first)}
    hand_in(session, assessment)
    found = read(session, assessment)
    assert list(found) == [(SheetKind.SELF, 2), (SheetKind.SELF, 1)]
    assert found[SheetKind.SELF, 1] == (False, 2, first)
    assert found[SheetKind.SELF, 2][:2] == (True, 4)
    assert found[SheetKind.SELF, 2][2] != first


def test_handing_in_again_without_a_change_is_a_version_and_no_fault(session, user):
    assessment = handed_in(session, user)
    for number in (2, 3):
        give_back(session, assessment)
        hand_in(session, assessment)
        found = read(session, assessment)
        assert {number for _, number in found} == set(range(1, number + 1))
    assert len({share for _, _, share in found.values()}) == 1


def test_a_reopened_visit_keeps_what_was_confirmed_with_what_stood_beside_it(
    session, user, consultant
):
    assessment = confirmed(session, user, consultant)
    row = session.get(Assessment, assessment.id)
    row.problems = "检验记录后补。"
    session.add(
        Explanation(
            assessment_id=row.id,
            check_id="a_check",
            spoke_of={"fact:revenue": 1},
            says="名录没有更新。",
            author="虚构顾问",
            saved_at=moment(),
        )
    )
    session.commit()

    steps.reopen(a_step(session), assessment.id, reason=REASON)
    row.problems = "都已补齐。"
    session.commit()
    change(session, assessment, 4, consultant, kind=SheetKind.ONSITE)

    kept = next(r for r, _ in queries.scored(session, row.id) if r.kind == SheetKind.ONSITE)
    said = versions.beside(session, row, kept)
    assert (kept.version, kept.speaks, kept.author_id) == (1, False, consultant.id)
    assert value(session, kept.id) == 2
    assert said.problems == "检验记录后补。"
    assert said.declared_by == user.name
    assert said.explanations["a_check"].says == "名录没有更新。"
    assert versions.beside(session, row, store.sheet(session, row.id, SheetKind.ONSITE)).problems == "都已补齐。"  # fmt: skip
    assert read(session, row)[SheetKind.SELF, 1][0]


def test_a_reopened_visit_keeps_the_plan_that_was_confirmed(session, user, consultant):
    number = visited(session, user, consultant).id
    own = TypedChoice(title="设排产专员", weeks="4", helps=(f"{QUESTION}:3",))
    conclude(session, number, [TypedChoice("N01", low="12.5", starts="2027-Q1"), own])
    verified = {"kind": SheetKind.ONSITE, "verification": Verdict.VERIFIED}
    fill(session, session.get(Assessment, number), consultant, **verified)
    steps.confirm(a_step(session, consultant), number)

    steps.reopen(a_step(session), number, reason=REASON)
    conclude(session, number, None)

    row = session.get(Assessment, number)
    kept = next(r for r, _ in queries.scored(session, number) if r.kind == SheetKind.ONSITE)
    assert versions.beside(session, row, kept).choices == (
        Choice("N01", low=1250, high=1250, starts="2027-Q1"),
        Choice(title="设排产专员", weeks=4, helps={QUESTION: 3}),
    )
    speaking = store.sheet(session, number, SheetKind.ONSITE)
    assert versions.beside(session, row, speaking).choices is None


def conclude(session, number, plan):
    version = store.assessment(session, number, lock=True).version
    conclusions.conclude(a_step(session), number, problems="", plan=plan, base_version=version)


def test_a_save_from_before_the_return_meets_what_it_always_met(session, user):
    assessment = handed_in(session, user)
    give_back(session, assessment)
    row = answer_store.answer(
        session, store.sheet(session, assessment.id, SheetKind.SELF).id, QUESTION
    )
    base = row.revision
    asked = Change(QUESTION, "page.1", base, value=3)
    first = answers.save_answer(a_step(session, user), assessment.id, SheetKind.SELF, asked)
    hand_in(session, assessment)
    give_back(session, assessment)

    again = answers.save_answer(a_step(session, user), assessment.id, SheetKind.SELF, asked)
    assert again == first
    late = Change(QUESTION, "another.1", base, value=1)
    with pytest.raises(Conflict):
        answers.save_answer(a_step(session, user), assessment.id, SheetKind.SELF, late)


def test_a_file_taken_away_in_the_next_version_stays_with_the_one_before(session, user, settings):
    assessment = handed_in(session, user)
    give_back(session, assessment)
    file = a_file(session, settings, assessment, QUESTION)
    hand_in(session, assessment)
    give_back(session, assessment)
    weight = evidence_store.bytes_of_assessment(session, assessment.id)

    evidence.remove(a_step(session), file.id)

    kept = next(r for r, _ in queries.scored(session, assessment.id) if r.version == 2)
    (copy,) = evidence_store.by_question(session, [kept.id])[kept.id][QUESTION]
    assert copy.sha256 in contents.spoken_of(session)
    assert (weight, evidence_store.bytes_of_assessment(session, assessment.id)) == (file.size, 0)
    with pytest.raises(Locked):
        evidence.remove(a_step(session), copy.id)


def test_the_log_names_the_version_that_is_kept(session, user, consultant):
    assessment = visited(session, user, consultant)
    give_back(session, assessment)

    entry = session.query(AuditEntry).filter_by(action="return").one()
    assert (entry.after["version"], LogWords({}, {}, {}).change(entry)) == (
        1,
        "现场诊断中 → 填写中，第 1 版留存",
    )
