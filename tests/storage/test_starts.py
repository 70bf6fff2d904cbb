"""A new sheet begins with the last round beside it, and nothing of that counts until it is looked at."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from questionnaires import answers as wire
from survey import db
from survey.lifecycle import assessments as steps
from survey.lifecycle import starts
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.errors import Incomplete, Invalid, Locked, NotThere
from survey.lifecycle.step import Actor, Step
from survey.readings.last_round import compared_with_last
from survey.readings.starts import StartedSheet, started_sheet
from survey.readings.trend import trend_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import (
    AnswerRevision,
    AuditEntry,
    Evidence,
    Firm,
    SheetKind,
    Verdict,
)
from tests.support.people import (
    ROOM,
    a_consultant,
    a_file,
    a_firm,
    a_round,
    a_user,
    begun,
    confirmed,
    fill,
    filled,
    handed_in,
    moment,
    visited,
)

QUESTION, OTHER, SECTION = "scheduling", "exceptions", "production"
EARLIER = "2026-0"


def by(session, user):
    session.rollback()
    return Step(session, Actor(user.id, user.name), moment())


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def again(session, user):
    """The second round of a firm that handed in the first."""
    handed_in(session, user, level=2, remark="上一轮的备注")
    return begun(session, session.get(Firm, user.firm_id))


def started(session, assessment) -> StartedSheet:
    session.expire_all()
    session.rollback()
    return started_sheet(session, store.assessment(session, assessment.id))


def in_section(sheet: StartedSheet) -> list[str]:
    section = sheet.questionnaire.section_by_id[SECTION]
    return [question.id for question in sheet.asked(section)]


def rows(session, assessment, kind=SheetKind.SELF):
    session.rollback()
    return answer_store.answers(session, store.sheet(session, assessment.id, kind).id)


# --- what it begins with --------------------------------------------------------------------------


def test_a_first_round_begins_with_nothing(session, user):
    first = begun(session, session.get(Firm, user.firm_id))

    sheet = started(session, first)

    assert sheet.start is None
    assert sheet.waits == 0


def test_a_second_round_begins_with_everything_and_counts_nothing(session, again, user):
    sheet = started(session, again)

    asked = {question.id for question in sheet.questionnaire.all_asked(sheet.processes)}
    assert sheet.waiting == frozenset(sheet.start.same) == asked
    assert sheet.last_time(sheet.questionnaire.questions[QUESTION]).remark == "上一轮的备注"
    assert sheet.rows == sheet.answers == {}
    assert sheet.answered == 0
    with pytest.raises(Incomplete) as refused:
        steps.submit(by(session, user), again.id, declared_by="虚构人")
    assert len(refused.value.missing) == sheet.required


def test_what_a_visit_confirmed_is_the_start_with_the_firms_own_word_beside_it(session, user):
    consultant = a_consultant(session)
    last = visited(session, user, consultant, level=2)
    fill(session, last, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    change = Change(QUESTION, "v.1", 2, value=1, reason="现场看的是白板")
    save_answer(by(session, consultant), last.id, SheetKind.ONSITE, change)
    steps.confirm(by(session, consultant), last.id)

    sheet = started(session, begun(session, session.get(Firm, user.firm_id)))

    changed = sheet.last_time(sheet.questionnaire.questions[QUESTION])
    assert (changed.value, changed.said, changed.why) == (1, 2, "现场看的是白板")
    kept = sheet.last_time(sheet.questionnaire.questions[OTHER])
    assert (kept.value, kept.said, kept.why) == (2, None, "")


def test_a_visit_that_goes_on_shows_the_firm_nothing_of_itself(session, user):
    consultant = a_consultant(session)
    last = visited(session, user, consultant, level=2)
    change = Change(QUESTION, "v.1", 1, value=1, reason="还没核完")
    save_answer(by(session, consultant), last.id, SheetKind.ONSITE, change)

    sheet = started(session, begun(session, session.get(Firm, user.firm_id)))

    assert sheet.start.kind == SheetKind.SELF
    assert sheet.last_time(sheet.questionnaire.questions[QUESTION]).value == 2


def test_a_round_on_another_edition_asks_again_what_means_something_else(session, user):
    first = a_round(session, edition=EARLIER)
    last = begun(session, session.get(Firm, user.firm_id), first)
    fill(session, last, user)
    steps.submit(by(session, user), last.id, declared_by="虚构人")

    sheet = started(session, begun(session, session.get(Firm, user.firm_id)))

    assert sheet.start.again
    assert not sheet.start.again.keys() & sheet.waiting
    for id in sheet.start.again:
        then = sheet.last_time(sheet.questionnaire.questions[id])
        assert not then.stands
        assert wire.describe(then.asked, wire.parse(then.asked, then.answered))


def test_another_firms_round_is_no_start(session, user):
    handed_in(session, a_user(session, firm=a_firm(session, name="邻厂")))

    assert started(session, begun(session, session.get(Firm, user.firm_id))).start is None


# --- until it is looked at ------------------------------------------------------------------------


def test_one_button_lets_the_answers_of_a_section_stand_in_one_step(session, again, user):
    questions = in_section(started(session, again))

    kept = starts.confirm_same(by(session, user), again.id, SECTION, questions)

    assert kept == len(questions)
    sheet = started(session, again)
    assert sheet.rows.keys() == set(questions)
    assert {row.author_id for row in sheet.rows.values()} == {user.id}
    assert sheet.rows[QUESTION].remark == "上一轮的备注"
    assert sheet.waiting_in(SECTION) == 0
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "same"))
    assert entry.after == {"section": SECTION, "answers": kept}


def test_pressed_twice_or_over_a_colleagues_answer_it_changes_nothing(session, again, user):
    change = Change(QUESTION, "tab.1", 0, value=4)
    save_answer(by(session, user), again.id, SheetKind.SELF, change)

    first = starts.confirm_same(by(session, user), again.id, SECTION, [QUESTION, OTHER])
    second = starts.confirm_same(by(session, user), again.id, SECTION, [QUESTION, OTHER])

    assert (first, second) == (1, 0)
    assert {id: row.value for id, row in rows(session, again).items()} == {QUESTION: 4, OTHER: 2}
    assert (
        session.query(AnswerRevision).filter_by(question_id=OTHER).count() == 2
    )  # and last round's


def test_who_was_not_given_a_module_or_is_of_another_firm_lets_nothing_stand(session, again, user):
    firm = session.get(Firm, user.firm_id)
    colleague = a_user(session, firm=firm, owner=False, sections=["design"])
    stranger = a_user(session)

    for someone in (colleague, stranger, a_consultant(session)):
        with pytest.raises(NotThere):
            starts.confirm_same(by(session, someone), again.id, SECTION, [QUESTION])

    assert rows(session, again) == {}


def test_a_sheet_that_was_handed_in_takes_no_more_of_it(session, again, user):
    fill(session, again, user, optional=False)
    steps.submit(by(session, user), again.id, declared_by="虚构人")

    with pytest.raises(Locked):
        starts.confirm_same(by(session, user), again.id, "key_figures", ["oee"])

    assert started(session, again).waits == 0
    assert "oee" not in rows(session, again)


def test_a_process_the_firm_has_no_more_hides_what_was_answered_of_it(session, again, user):
    sheet = started(session, again)
    hidden = next(q for q in sheet.questionnaire.questions.values() if q.needs)
    steps.set_processes(by(session, user), again.id, [])

    assert hidden not in list(sheet.questionnaire.all_asked(started(session, again).processes))
    with pytest.raises(Invalid):
        starts.confirm_same(by(session, user), again.id, SECTION, [hidden.id])


def test_the_profile_of_the_last_round_is_looked_at_before_handing_in(session, user):
    handed_in(session, user)
    next_round = a_round(session)
    assessment = steps.begin(by(session, user), user.firm_id, next_round.id)
    fill(session, assessment, user)

    assert started(session, assessment).profile_waits
    with pytest.raises(Invalid) as refused:
        steps.submit(by(session, user), assessment.id, declared_by="虚构人")

    assert refused.value.fields.keys() == {"profile"}


# --- files ----------------------------------------------------------------------------------------


def test_files_of_the_last_round_count_once_the_firm_says_that_they_hold(session, settings, user):
    last = filled(session, user)
    a_file(session, settings, last, QUESTION, name="去年的台账.jpg")
    steps.submit(by(session, user), last.id, declared_by="虚构人")
    again = begun(session, session.get(Firm, user.firm_id))
    sheet = started(session, again)
    assert sheet.files == {}
    assert [f.name for f in sheet.last_time(sheet.questionnaire.questions[QUESTION]).files] == [
        "去年的台账.jpg"
    ]

    first = starts.keep_files(by(session, user), again.id, QUESTION, limits=ROOM)
    second = starts.keep_files(by(session, user), again.id, QUESTION, limits=ROOM)

    assert (first, second) == (1, 0)
    sheet = started(session, again)
    (kept,) = sheet.files[QUESTION]
    (old,) = session.scalars(select(Evidence).where(Evidence.sheet_id == sheet.start.own_id))
    assert (kept.sha256, kept.first_at) == (old.sha256, old.uploaded_at)
    assert sheet.last_time(sheet.questionnaire.questions[QUESTION]).files == ()


# --- what changed, and the trend ------------------------------------------------------------------


def test_what_changed_is_told_beside_what_did_not(session, again, user):
    questions = in_section(started(session, again))
    save_answer(by(session, user), again.id, SheetKind.SELF, Change(QUESTION, "tab.1", 0, value=4))
    starts.confirm_same(by(session, user), again.id, SECTION, questions)
    with db.writing(session):
        session.get(Firm, user.firm_id).employees = 95

    it = compared_with_last(session, store.assessment(session, again.id))

    (moved,) = it.moved
    assert (moved.question.id, moved.levels) == (QUESTION, 2)
    assert it.same == len(questions) - 1
    assert [(fact.title, fact.then, fact.now) for fact in it.facts] == [
        ("从业人数", "80 人", "95 人")
    ]


def test_a_firm_sees_its_rounds_and_which_of_them_compare(session, user):
    consultant = a_consultant(session)
    firm = session.get(Firm, user.firm_id)
    first = begun(session, firm, a_round(session, edition=EARLIER))
    fill(session, first, user, level=1)
    steps.submit(by(session, user), first.id, declared_by="虚构人")
    confirmed(session, user, consultant, level=2)
    handed_in(session, user, level=3)
    begun(session, session.get(Firm, user.firm_id))

    it = trend_of(session, user.firm_id)

    assert [(p.own is not None, p.confirmed is not None) for p in it.points] == [
        (True, False),
        (True, True),
        (True, False),
    ]
    whole, *sections = it.rows
    assert [cell.breaks for cell in whole.cells] == [False, True, False]
    assert whole.cells[1].change == ""
    assert whole.cells[2].change.startswith("+")
    assert sections
