"""Keeping an answer: exactly once, never over a colleague's head, the same on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.lifecycle import assessments
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.errors import Conflict, Invalid, Locked, NotThere
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AnswerRevision, AnswerRow, Firm, Role, SheetKind, User, Verdict
from tests.support.people import TESTER, a_firm, a_user, begun, handed_in, moment

QUESTION = "scheduling"


@pytest.fixture
def person(session):
    return loose(session, a_user(session, name="王小明"))


@pytest.fixture
def assessment(session, person):
    return loose(session, begun(session, session.get(Firm, person.firm_id)))


def loose(session, row):
    """A row that other threads may read: an attached one would open a transaction to do so."""
    session.refresh(row)
    session.expunge_all()
    session.rollback()
    return row


def keep(session, assessment, person, value, *, request="tab.1", base=0, question=QUESTION, **more):
    change = Change(question, request, base, value=value, **more)
    by = Actor(person.id, person.name)
    return save_answer(Step(session, by, moment()), assessment.id, SheetKind.SELF, change)


def history(session, question=QUESTION):
    session.rollback()
    query = select(AnswerRevision).where(AnswerRevision.question_id == question)
    return [(r.revision, r.value) for r in session.scalars(query.order_by(AnswerRevision.revision))]


def test_a_replayed_request_is_kept_once(session, assessment, person):
    first = keep(session, assessment, person, 2)

    again = [keep(session, assessment, person, 2) for _ in range(10)]

    assert {saved.revision for saved in again} == {first.revision} == {1}
    assert history(session) == [(1, 2)]


def test_a_replay_is_acknowledged_even_after_somebody_else_went_on(session, assessment, person):
    keep(session, assessment, person, 2)
    keep(session, assessment, person, 3, request="other.1", base=1)

    replayed = keep(session, assessment, person, 2)

    assert (replayed.revision, replayed.value) == (1, 2)
    assert history(session) == [(1, 2), (2, 3)]


def test_an_older_request_of_the_same_client_never_undoes_a_newer_one(session, assessment, person):
    keep(session, assessment, person, 4, request="tab.2")

    late = keep(session, assessment, person, 1, request="tab.1")

    assert late.value == 4
    assert history(session) == [(1, 4)]


def test_the_later_of_two_people_is_shown_the_earlier_answer(session, assessment, person):
    colleague = a_user(session, firm=session.get(Firm, person.firm_id), name="李会计")
    keep(session, assessment, person, 1, remark="先填的")

    with pytest.raises(Conflict) as met:
        keep(session, assessment, colleague, 3, request="other.1")

    assert met.value.current.value == 1
    assert met.value.current.remark == "先填的"
    assert met.value.current.author == "王小明"
    assert met.value.yours == 3
    assert history(session) == [(1, 1)]


def test_two_people_who_mean_the_same_do_not_collide(session, assessment, person):
    keep(session, assessment, person, 2)

    assert keep(session, assessment, person, 2, request="other.1").revision == 1
    assert history(session) == [(1, 2)]


def test_an_answer_can_be_taken_back(session, assessment, person):
    keep(session, assessment, person, 2)

    keep(session, assessment, person, None, request="tab.2", base=1)

    assert history(session) == [(1, 2), (2, None)]


def test_value_and_remark_are_changed_apart(session, assessment, person):
    keep(session, assessment, person, 2)

    change = Change(QUESTION, "tab.2", 1, remark="只写备注")
    save_answer(
        Step(session, Actor(person.id, person.name), moment()),
        assessment.id,
        SheetKind.SELF,
        change,
    )

    row = session.scalar(select(AnswerRow).where(AnswerRow.question_id == QUESTION))
    assert (row.value, row.remark, row.revision) == (2, "只写备注", 2)


@pytest.mark.parametrize(
    "words", ["𠮷 㛃 👨‍👩‍👧 e\u0301", "=1+1", "<b>&amp;</b> {{7*7}} ${7*7}", "第一行\n第二行"]
)
def test_words_are_kept_as_they_were_written(session, assessment, person, words):
    keep(session, assessment, person, 2, remark=words)

    session.expire_all()
    row = session.scalar(select(AnswerRow).where(AnswerRow.question_id == QUESTION))
    assert row.remark == words


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        4,
        10**30,
        0.1,
        "12.50",
        "",
        '\u300a佐\u300b"\\\n\U00020bb7',
        [],
        ["a"],
        {"总数": [1, None, "x"]},
    ],
)
def test_a_sheet_read_at_once_holds_what_each_of_its_rows_holds(session, assessment, value):
    sheet = store.sheet(session, assessment.id, SheetKind.SELF)
    moments = (moment(), moment().replace(microsecond=1), moment().replace(microsecond=0))
    for number, (verdict, at) in enumerate(zip((None, *Verdict), moments, strict=False)):
        words = f"备注{number}'\"\\"
        fields = {"value": value, "remark": words, "reason": "", "finding": words, "saved_at": at}
        row = {"sheet_id": sheet.id, "question_id": f"q{number}", "verification": verdict}
        session.add(AnswerRow(**row, **fields, revision=number, author_id=1))
    session.commit()

    found = answer_store.answers(session, sheet.id)

    rows = answer_store.rows_of(session, sheet.id, ["q0", "q1", "q2"])
    assert found.keys() == rows.keys()
    for name, answer in found.items():
        row = rows[name]
        assert answer == tuple(getattr(row, field) for field in answer._fields)
    assert answer_store.answers_of(session, [sheet.id, 999], only=["q1"]) == {
        sheet.id: {"q1": found["q1"]},
        999: {},
    }


@pytest.mark.parametrize("words", ["有\x00空", "有\x1b转义", "\ud800", "长" * 2001])
def test_words_that_cannot_be_kept_change_nothing(session, assessment, person, words):
    with pytest.raises(Invalid) as refused:
        keep(session, assessment, person, 2, remark=words)

    assert "remark" in refused.value.fields
    assert history(session) == []


@pytest.mark.parametrize(
    "value", [5, -1, 2.5, True, "2", [], {}, float("nan"), {"not_applicable": 1}]
)
def test_a_value_that_is_no_answer_changes_nothing(session, assessment, person, value):
    with pytest.raises(Invalid):
        keep(session, assessment, person, value)

    assert history(session) == []


def test_a_question_that_is_not_asked_cannot_be_answered(session):
    firm = a_firm(session, processes=["assembly"])
    person = a_user(session, firm=firm)
    assessment = begun(session, firm)

    with pytest.raises(Invalid):
        keep(session, assessment, person, 2, question="ball_lapping")
    with pytest.raises(Invalid):
        keep(session, assessment, person, 2, question="no_such_question")

    assert history(session, "ball_lapping") == []


def test_a_sheet_handed_in_takes_no_answers(session):
    person = a_user(session)
    assessment = handed_in(session, person)
    before = history(session)

    with pytest.raises(Locked):
        keep(session, assessment, person, 4, base=1)

    assert history(session) == before


def test_a_base_nobody_ever_saw_is_refused(session, assessment, person):
    with pytest.raises(Invalid):
        keep(session, assessment, person, 2, base=7)


def test_an_assessment_that_is_not_there_is_not_there(session, assessment, person):
    with pytest.raises(NotThere):
        save_answer(
            Step(session, TESTER, moment()),
            10**6,
            SheetKind.SELF,
            Change(QUESTION, "tab.1", 0, value=1),
        )


def test_colleagues_on_different_questions_never_meet(engine, session, assessment, person):
    questions = ["scheduling", "delivery_promise", "progress_reporting", "exceptions"]

    def answer(number):
        with Session(engine, expire_on_commit=False) as own:
            return keep(
                own, assessment, person, number, request=f"t{number}.1", question=questions[number]
            )

    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(answer, range(4)))

    assert [one.revision for one in saved] == [1, 1, 1, 1]
    assert [history(session, q) for q in questions] == [[(1, n)] for n in range(4)]


def test_of_many_at_once_on_one_question_one_wins_and_the_others_are_told(
    engine, session, assessment, person
):
    def answer(number):
        with Session(engine, expire_on_commit=False) as own:
            try:
                keep(own, assessment, person, number % 5, request=f"t{number}.1")
                return "kept"
            except Conflict as met:
                return met.current.value

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(answer, range(16)))

    [(revision, winner)] = history(session)
    assert revision == 1
    assert told.count("kept") == len([n for n in range(16) if n % 5 == winner])
    assert {value for value in told if value != "kept"} == {winner}


def test_answers_hidden_by_a_change_of_processes_come_back_with_them(session):
    firm = a_firm(session)
    person = a_user(session, firm=firm)
    assessment = begun(session, firm)
    every = list(firm.processes)
    keep(session, assessment, person, 3, question="ball_lapping")

    assessments.set_processes(Step(session, TESTER, moment()), assessment.id, ["assembly"])
    assessments.set_processes(Step(session, TESTER, moment()), assessment.id, every)

    assert history(session, "ball_lapping") == [(1, 3)]


@pytest.mark.parametrize(
    "lost",
    [{"active": False}, {"sections": ["quality"]}],
    ids=["account disabled", "module taken back"],
)
def test_what_a_writer_lost_since_the_page_was_asked_for_is_gone(session, assessment, person, lost):
    session.execute(update(User).where(User.id == person.id).values(lost))
    session.commit()

    with pytest.raises(NotThere):
        keep(session, assessment, person, 2)
    assert history(session) == []


@pytest.mark.parametrize("role", [Role.FIRM, Role.CONSULTANT, Role.OFFICER])
def test_nobody_writes_a_sheet_that_is_not_theirs(session, assessment, role):
    with pytest.raises(NotThere):
        keep(session, assessment, loose(session, a_user(session, role=role)), 2)
    assert history(session) == []
