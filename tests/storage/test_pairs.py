"""Two sheets of one visit: apart while both judge, compared once, decided by the lead, kept for ever."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import select

from survey.lifecycle import as_said, assessments, disagreements, readiness, second_sheets
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.contradictions import explain
from survey.lifecycle.disagreements import Wish
from survey.lifecycle.errors import (
    Conflict,
    ForTheLead,
    Incomplete,
    Invalid,
    Locked,
    NotThere,
    SheetFinished,
    Stale,
    Unsettled,
)
from survey.lifecycle.step import Actor, Step
from survey.readings.pairs import compared
from survey.readings.visits import visit_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import pairs
from survey.store.versions import scored
from survey.tables import (
    Assessment,
    AuditEntry,
    Decision,
    PairNeed,
    SecondState,
    SheetKind,
    Verdict,
)
from tests.support.pairs import a_pair_visit, finished, judge_all
from tests.support.people import a_consultant, a_user, moment

QUESTION, OTHER = "scheduling", "inspection_records"


def by(session, person):
    return Step(session, Actor(person.id, person.name), moment())


def sheet_of(session, visit, person=None):
    """The present answers of the second's sheet where a person is given, else of the lead's."""
    session.rollback()
    apart = pairs.in_force(session, visit.id)
    row = apart.row if person else store.sheet(session, visit.id, SheetKind.ONSITE)
    return answer_store.answers(session, row.id)


def say(session, visit, person, question=QUESTION, *, apart=False, **fields):
    base = sheet_of(session, visit, person if apart else None)[question].revision
    change = Change(question, f"{secrets.token_hex(6)}.1", base, **fields)
    return save_answer(by(session, person), visit.id, SheetKind.ONSITE, change)


def two_sheets(session, **levels):
    """A visit of two who both judged everything; the second says otherwise of some levels."""
    pair = a_pair_visit(session)
    second_sheets.begin(by(session, pair.second), pair.visit.id)
    judge_all(session, pair.visit, pair.lead)
    judge_all(session, pair.visit, pair.second, apart=True)
    for question, level in levels.items():
        say(session, pair.visit, pair.second, question, apart=True, value=level, reason="看过了")
    return pair


def compared_sheets(session, **levels):
    pair = two_sheets(session, **levels)
    second_sheets.finish(by(session, pair.second), pair.visit.id)
    disagreements.compare(by(session, pair.lead), pair.visit.id)
    return pair


def wish(session, visit, decision, *, level="", why="两人一起再看过", question=QUESTION):
    return Wish(decision, why, level, sheet_of(session, visit)[question].revision)


def decide(session, pair, decision, *, question=QUESTION, **typed):
    wanted = wish(session, pair.visit, decision, question=question, **typed)
    disagreements.decide(by(session, pair.lead), pair.visit.id, question, wanted)


def test_the_second_judges_apart_and_nothing_of_it_touches_the_other_sheets(session):
    pair = a_pair_visit(session)
    say(session, pair.visit, pair.second, verification=Verdict.VERIFIED)
    before = sheet_of(session, pair.visit)
    own = answer_store.answers(session, store.sheet(session, pair.visit.id, SheetKind.SELF).id)

    second_sheets.begin(by(session, pair.second), pair.visit.id)
    second_sheets.begin(by(session, pair.second), pair.visit.id)
    say(session, pair.visit, pair.second, apart=True, value=1, reason="没看到系统")
    as_said.leave_as_said(by(session, pair.second), pair.visit.id, "quality")

    assert sheet_of(session, pair.visit) == before
    kept = sheet_of(session, pair.visit, pair.second)
    assert (kept[QUESTION].value, kept[QUESTION].verification) == (1, Verdict.CHANGED)
    assert Verdict.AS_SAID in {row.verification for row in kept.values()}
    assert len(pairs.of_assessment(session, pair.visit.id)) == 1
    self_id = store.sheet(session, pair.visit.id, SheetKind.SELF).id
    assert answer_store.answers(session, self_id) == own
    assert not [s for s in scored(session, pair.visit.id) if s.row.second]
    visits = [
        visit_of(session, session.get_one(Assessment, pair.visit.id), by=who.id)
        for who in (pair.second, pair.lead)
    ]
    assert [v.verdict(QUESTION) for v in visits] == [Verdict.CHANGED, Verdict.VERIFIED]
    assert [v.is_apart for v in visits] == [True, False]


def test_a_save_made_for_the_shared_sheet_conflicts_with_the_sheet_apart(session):
    """It was answered on a device without a network before the second began the sheet."""
    pair = a_pair_visit(session)
    say(session, pair.visit, pair.second, verification=Verdict.VERIFIED)
    base = sheet_of(session, pair.visit)[QUESTION].revision
    second_sheets.begin(by(session, pair.second), pair.visit.id)

    late = Change(QUESTION, "device.9", base, value=0, reason="离线时判的")
    with pytest.raises(Conflict) as met:
        save_answer(by(session, pair.second), pair.visit.id, SheetKind.ONSITE, late)

    session.rollback()
    assert met.value.yours == 0
    assert sheet_of(session, pair.visit, pair.second)[QUESTION].value == 2


def test_only_the_second_of_a_running_visit_begins_and_only_once_all_is_judged_finishes(session):
    pair = a_pair_visit(session)
    for person in (pair.lead, a_consultant(session)):
        with pytest.raises(NotThere):
            second_sheets.begin(by(session, person), pair.visit.id)
        session.rollback()
    with pytest.raises(NotThere):
        second_sheets.finish(by(session, pair.second), pair.visit.id)
    session.rollback()
    second_sheets.begin(by(session, pair.second), pair.visit.id)
    with pytest.raises(Incomplete):
        second_sheets.finish(by(session, pair.second), pair.visit.id)
    session.rollback()

    judge_all(session, pair.visit, pair.second, apart=True)
    second_sheets.finish(by(session, pair.second), pair.visit.id)
    second_sheets.finish(by(session, pair.second), pair.visit.id)

    with pytest.raises(SheetFinished):
        say(session, pair.visit, pair.second, apart=True, value=3, reason="晚了")
    session.rollback()
    with pytest.raises(SheetFinished):
        as_said.leave_as_said(by(session, pair.second), pair.visit.id, "quality")
    session.rollback()
    steps = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [step for step in steps if step.startswith("second")] == [
        "second_begin",
        "second_finish",
    ]


def test_a_second_who_keeps_a_sheet_apart_does_nothing_that_belongs_to_the_lead(session):
    pair = two_sheets(session)
    number, second = pair.visit.id, pair.second
    for step in (
        lambda: assessments.confirm(by(session, second), number),
        lambda: assessments.return_to_firm(by(session, second), number, reason="补"),
        lambda: assessments.set_processes(by(session, second), number, [], kind=SheetKind.ONSITE),
        lambda: explain(by(session, second), number, "any", "都属实"),
    ):
        with pytest.raises(ForTheLead):
            step()
        session.rollback()


def test_both_are_compared_only_once_each_has_judged_everything(session):
    pair = a_pair_visit(session)
    second_sheets.begin(by(session, pair.second), pair.visit.id)
    with pytest.raises(Unsettled) as early:
        disagreements.compare(by(session, pair.lead), pair.visit.id)
    session.rollback()
    judge_all(session, pair.visit, pair.second, apart=True)
    second_sheets.finish(by(session, pair.second), pair.visit.id)

    with pytest.raises(Incomplete) as unjudged:
        disagreements.compare(by(session, pair.lead), pair.visit.id)
    session.rollback()
    for person in (pair.second, a_consultant(session)):
        with pytest.raises(NotThere):
            disagreements.compare(by(session, person), pair.visit.id)
        session.rollback()

    assert early.value.need == PairNeed.FINISH
    assert QUESTION in unjudged.value.missing
    judge_all(session, pair.visit, pair.lead)
    disagreements.compare(by(session, pair.lead), pair.visit.id)
    (one,) = compared(session, session.get_one(Assessment, pair.visit.id))
    assert (one.state, one.lines) == (SecondState.COMPARED, ())
    assert one.alike > 50


@pytest.mark.parametrize(
    ("decision", "level", "value", "verdict"),
    [
        (Decision.KEEP, "", 2, Verdict.VERIFIED),
        (Decision.TAKE, "", 1, Verdict.CHANGED),
        (Decision.OTHER, "3", 3, Verdict.CHANGED),
    ],
)
def test_the_leads_decision_writes_the_leads_sheet_and_both_opinions_stay(
    session, decision, level, value, verdict
):
    pair = compared_sheets(session, **{QUESTION: 1})

    decide(session, pair, decision, level=level)

    row = sheet_of(session, pair.visit)[QUESTION]
    assert (row.value, row.verification) == (value, verdict)
    assert sheet_of(session, pair.visit, pair.second)[QUESTION].value == 1
    (line,) = compared(session, session.get_one(Assessment, pair.visit.id))[0].lines
    said = line.opinion
    assert (said.lead_value, said.second_value, said.decided_value) == (2, 1, value)
    assert (said.decision, said.why, line.decided) == (decision, "两人一起再看过", True)
    for check in readiness.open_contradictions(session, session.get_one(Assessment, pair.visit.id)):
        explain(by(session, pair.lead), pair.visit.id, check, "都属实")
    assessments.confirm(by(session, pair.lead), pair.visit.id)


def test_a_verdict_of_not_seen_is_an_opinion_of_its_own_and_may_be_taken(session):
    pair = two_sheets(session)
    say(
        session,
        pair.visit,
        pair.second,
        apart=True,
        verification=Verdict.NOT_SEEN,
        reason="车间停工",
    )
    second_sheets.finish(by(session, pair.second), pair.visit.id)
    disagreements.compare(by(session, pair.lead), pair.visit.id)

    decide(session, pair, Decision.TAKE)

    row = sheet_of(session, pair.visit)[QUESTION]
    assert (row.value, row.verification, row.reason) == (2, Verdict.NOT_SEEN, "车间停工")


def test_a_change_of_two_levels_needs_its_photo_when_it_comes_by_a_decision_too(session):
    pair = compared_sheets(session, **{QUESTION: 1})

    decide(session, pair, Decision.OTHER, level="4")

    with pytest.raises(Incomplete) as open_:
        assessments.confirm(by(session, pair.lead), pair.visit.id)
    session.rollback()
    assert list(open_.value.missing) == [QUESTION]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"decision": Decision.KEEP, "why": " \n"}, "why"),
        ({"decision": Decision.KEEP, "why": "长" * 501}, "why"),
        ({"decision": Decision.OTHER, "level": "5"}, "level"),
        ({"decision": Decision.OTHER, "level": ""}, "level"),
        ({"decision": "fantasy"}, "decision"),
    ],
)
def test_a_decision_without_its_parts_names_what_is_missing(session, given, field):
    pair = compared_sheets(session, **{QUESTION: 1})

    with pytest.raises(Invalid) as refused:
        decide(session, pair, **given)

    session.rollback()
    assert [*refused.value.fields] == [field]
    assert compared(session, session.get_one(Assessment, pair.visit.id))[0].undecided


def test_a_decision_on_an_answer_that_moved_on_is_stale_and_one_overtaken_is_asked_again(session):
    pair = compared_sheets(session, **{QUESTION: 1})
    stale = wish(session, pair.visit, Decision.KEEP)
    say(session, pair.visit, pair.lead, value=3, reason="又看了一遍")

    with pytest.raises(Stale):
        disagreements.decide(by(session, pair.lead), pair.visit.id, QUESTION, stale)
    session.rollback()
    decide(session, pair, Decision.KEEP)
    say(session, pair.visit, pair.lead, value=1, reason="再改")

    with pytest.raises(Unsettled) as open_:
        assessments.confirm(by(session, pair.lead), pair.visit.id)
    session.rollback()
    assert (open_.value.need, open_.value.questions) == (PairNeed.DECIDE, (QUESTION,))


def test_nobody_else_decides_and_nothing_is_decided_before_it_is_compared(session):
    pair = two_sheets(session, **{QUESTION: 1})
    with pytest.raises(Unsettled):
        decide(session, pair, Decision.KEEP)
    session.rollback()
    second_sheets.finish(by(session, pair.second), pair.visit.id)
    disagreements.compare(by(session, pair.lead), pair.visit.id)

    wanted = wish(session, pair.visit, Decision.TAKE)
    for person, question in ((pair.second, QUESTION), (pair.lead, OTHER), (pair.lead, "none")):
        with pytest.raises(NotThere):
            disagreements.decide(by(session, person), pair.visit.id, question, wanted)
        session.rollback()


def test_a_visit_is_not_confirmed_over_a_sheet_apart_but_may_go_on_without_it(session):
    pair = a_pair_visit(session)
    second_sheets.begin(by(session, pair.second), pair.visit.id)
    judge_all(session, pair.visit, pair.lead)
    with pytest.raises(Unsettled) as waiting:
        assessments.confirm(by(session, pair.lead), pair.visit.id)
    session.rollback()
    with pytest.raises(Invalid):
        disagreements.go_on_without(by(session, pair.lead), pair.visit.id, reason=" ")
    session.rollback()
    with pytest.raises(NotThere):
        disagreements.go_on_without(by(session, pair.second), pair.visit.id, reason="等不及")
    session.rollback()

    disagreements.go_on_without(by(session, pair.lead), pair.visit.id, reason="组员调走了")

    assert waiting.value.need == PairNeed.FINISH
    with pytest.raises(SheetFinished):
        say(session, pair.visit, pair.second, apart=True, value=3, reason="晚了")
    session.rollback()
    assessments.confirm(by(session, pair.lead), pair.visit.id)
    (one,) = compared(session, session.get_one(Assessment, pair.visit.id))
    assert (one.state, one.second.closed_why) == (SecondState.CLOSED, "组员调走了")


def test_a_second_who_is_replaced_leaves_a_sheet_that_does_not_count_and_is_kept(session):
    pair = two_sheets(session, **{QUESTION: 1})
    kept = sheet_of(session, pair.visit, pair.second)
    other = a_consultant(session)

    pair.replace_second(session, other)

    assert pairs.in_force(session, pair.visit.id) is None
    assessments.confirm(by(session, pair.lead), pair.visit.id)
    (one,) = compared(session, session.get_one(Assessment, pair.visit.id))
    assert not one.in_force
    assert answer_store.answers(session, one.second.sheet_id) == kept
    with pytest.raises(NotThere):
        save_answer(
            by(session, pair.second),
            pair.visit.id,
            SheetKind.ONSITE,
            Change(QUESTION, "late.1", kept[QUESTION].revision, value=4, reason="晚了"),
        )


def test_what_was_said_stays_with_the_version_that_is_opened_again(session):
    pair = compared_sheets(session, **{QUESTION: 1})
    decide(session, pair, Decision.TAKE)
    assessments.confirm(by(session, pair.lead), pair.visit.id)

    assessments.reopen(by(session, a_user(session, "officer")), pair.visit.id, reason="再看")

    assert pairs.in_force(session, pair.visit.id) is None
    (before,) = compared(session, session.get_one(Assessment, pair.visit.id))
    assert (before.lines[0].opinion.decision, before.in_force) == (Decision.TAKE, False)
    second_sheets.begin(by(session, pair.second), pair.visit.id)
    kept = sheet_of(session, pair.visit, pair.second)[QUESTION]
    assert (kept.value, kept.verification) == (1, Verdict.CHANGED)
    assert kept.reason
    second_sheets.finish(by(session, pair.second), pair.visit.id)
    disagreements.compare(by(session, pair.lead), pair.visit.id)
    again, before = compared(session, session.get_one(Assessment, pair.visit.id))
    assert again.in_force
    assert not any(
        one.independent for one in pairs.opinions(session, again.second.sheet_id).values()
    )
    assert all(one.independent for one in pairs.opinions(session, before.second.sheet_id).values())


def test_what_the_firm_answers_again_opens_a_finished_sheet_and_keeps_other_verdicts(session):
    pair = compared_sheets(session, **{QUESTION: 1})
    lead = by(session, pair.lead)
    assessments.return_to_firm(lead, pair.visit.id, reason="请补充", questions=[OTHER])
    own = answer_store.answers(session, store.sheet(session, pair.visit.id, SheetKind.SELF).id)
    change = Change(OTHER, "firm.1", own[OTHER].revision, value=3)
    save_answer(by(session, pair.firm), pair.visit.id, SheetKind.SELF, change)
    assessments.submit(by(session, pair.firm), pair.visit.id, declared_by="虚构人")

    pair.assign(session)

    kept = sheet_of(session, pair.visit, pair.second)
    assert (kept[OTHER].value, kept[OTHER].verification) == (3, Verdict.UNVERIFIED)
    assert (kept[QUESTION].value, kept[QUESTION].verification) == (1, Verdict.CHANGED)
    apart = pairs.in_force(session, pair.visit.id)
    assert apart.second.state == SecondState.OPEN
    with pytest.raises(Unsettled):
        decide(session, pair, Decision.KEEP)


def test_files_and_processes_are_of_both_sheets(session):
    pair = two_sheets(session)
    shared = store.sheet(session, pair.visit.id, SheetKind.ONSITE)
    fewer = shared.processes[1:]

    assessments.set_processes(by(session, pair.lead), pair.visit.id, fewer, kind=SheetKind.ONSITE)

    session.rollback()
    assert pairs.in_force(session, pair.visit.id).row.processes == fewer


def test_a_verdict_the_second_gave_in_the_shared_sheet_is_no_independent_one(session):
    pair = a_pair_visit(session)
    say(session, pair.visit, pair.second, verification=Verdict.VERIFIED)
    finished(session, pair)
    kept = pairs.opinions(session, pairs.in_force(session, pair.visit.id).row.id)

    assert not kept[QUESTION].independent
    assert kept[OTHER].independent
    judged = pairs.judged(session)
    assert judged == []
    assessments.confirm(by(session, pair.lead), pair.visit.id)
    judged = pairs.judged(session)
    assert OTHER in {one.question_id for one in judged}
    assert QUESTION not in {one.question_id for one in judged}
    assert {(one.lead_id, one.second_id) for one in judged} == {(pair.lead.id, pair.second.id)}


def test_a_closed_visit_begins_no_sheet_apart(session):
    pair = a_pair_visit(session)
    judge_all(session, pair.visit, pair.lead)
    assessments.confirm(by(session, pair.lead), pair.visit.id)

    with pytest.raises(Locked):
        second_sheets.begin(by(session, pair.second), pair.visit.id)
