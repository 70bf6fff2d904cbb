"""One decision about several firms, on both databases: all or none, by minutes that are kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.files.uploads import Stored
from survey.lifecycle import decisions, pool
from survey.lifecycle.decisions import Basis, Wish
from survey.lifecycle.errors import (
    Doubtful,
    Invalid,
    Locked,
    NotThere,
    NotTogether,
    RecognisedBefore,
    Stale,
    WrongState,
)
from survey.lifecycle.recognitions import Award
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Actor, Step
from survey.store import pool as store
from survey.tables import (
    AssessmentState,
    Minutes,
    Paper,
    PoolEntry,
    PoolState,
    Recognition,
    Role,
)
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_round, a_user

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PAPER = Stored("纪要.pdf", "a" * 64, "application/pdf", 9, False)
BASIS = Basis("虚构纪要〔2026〕3 号", date(2026, 11, 20), PAPER)
WISH = Wish("admit", "workshop", "会议研究同意。", BASIS)
AWARD = Award("workshop", "虚构经信〔2026〕1 号", date(2026, 11, 1))


@pytest.fixture
def round_(session):
    return a_round(session)


@pytest.fixture
def step(session):
    user = a_user(session, Role.OFFICER)
    return Step(session, Actor(user.id, user.name), NOON)


def firms(session, round_, *states):
    return [
        an_assessment(session, round_, f"{n} 厂（虚构）", state=state, step=3)
        for n, state in enumerate(states)
    ]


def confirmed(session, round_, number=3):
    return firms(session, round_, *[AssessmentState.CONFIRMED] * number)


def new(assessments):
    return [Seen(one.id, 0) for one in assessments]


def entries(session):
    session.rollback()
    return list(session.scalars(select(PoolEntry).order_by(PoolEntry.id)))


def seen(session):
    return [Seen(entry.id, entry.version) for entry in entries(session)]


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def refused(call, *arguments, **named):
    with pytest.raises(NotTogether) as error:
        call(*arguments, **named)
    return {at: type(why) for at, why in error.value.why.items()}


def test_minutes_take_several_firms_in_with_a_row_of_the_log_each_and_one_paper(
    session, round_, step
):
    decisions.decide_on_assessments(step, new(confirmed(session, round_)), WISH)

    taken = entries(session)
    assert [entry.state for entry in taken] == [PoolState.IN_POOL] * 3
    rows = logged(session, "admit")
    assert {row.firm_id for row in rows} == {entry.firm_id for entry in taken}
    assert rows[0].after["minutes"] == BASIS.document
    assert rows[0].after["decided_on"] == "2026-11-20"
    assert (count(session, Minutes), count(session, Paper)) == (1, 1)
    assert all(store.minutes_of(session, entry.id)[0].paper.name == "纪要.pdf" for entry in taken)


def test_pressing_twice_decides_once_and_keeps_the_minutes_once(session, round_, step):
    chosen = new(confirmed(session, round_))

    for _press in range(2):
        decisions.decide_on_assessments(step, chosen, WISH)

    assert len(logged(session, "admit")) == 3
    assert (count(session, Minutes), count(session, Paper)) == (1, 1)


def test_if_one_firm_cannot_none_is_decided_and_every_reason_is_named(session, round_, step):
    states = [AssessmentState.CONFIRMED] * 2
    good, inside, draft, bare = firms(
        session, round_, *states, AssessmentState.DRAFT, AssessmentState.SUBMITTED
    )
    pool.admit(step, inside.id, target_rung="line", reason="先前。")
    chosen = [*new([good, draft, bare]), Seen(inside.id, 1), Seen(999_999, 0)]

    why = refused(decisions.decide_on_assessments, step, chosen, WISH)

    assert why == {draft.id: Locked, bare.id: Doubtful, inside.id: WrongState, 999_999: NotThere}
    assert len(entries(session)) == 1
    assert len(logged(session, "admit")) == 1
    assert count(session, Minutes) == count(session, Paper) == 0


def test_a_doubt_about_some_is_confirmed_once_for_all(session, round_, step):
    chosen = new(firms(session, round_, AssessmentState.CONFIRMED, AssessmentState.SUBMITTED))

    assert set(refused(decisions.decide_on_assessments, step, chosen, WISH).values()) == {Doubtful}
    decisions.decide_on_assessments(step, chosen, WISH, sure=True)

    assert len(entries(session)) == 2


def test_targets_are_raised_and_firms_withdrawn_together(session, round_, step):
    decisions.decide_on_assessments(step, new(confirmed(session, round_)), WISH)

    raised = replace(WISH, action="raise_target", target="factory", reason="一起调高。")
    decisions.decide_on_entries(step, seen(session), raised)
    assert {entry.target_rung for entry in entries(session)} == {"factory"}
    low = replace(raised, target="line", reason="一起调低。")
    assert set(refused(decisions.decide_on_entries, step, seen(session), low).values()) == {Invalid}
    gone = replace(WISH, action="withdraw", target="", reason="一起退库。")
    decisions.decide_on_entries(step, seen(session), gone)
    assert {entry.state for entry in entries(session)} == {PoolState.WITHDRAWN}
    decisions.decide_on_entries(step, seen(session), replace(WISH, reason="再次入库。"))

    assert {entry.state for entry in entries(session)} == {PoolState.IN_POOL}
    assert [len(logged(session, a)) for a in ("admit", "raise_target", "withdraw")] == [6, 3, 3]
    assert count(session, Minutes) == 4


def test_one_notice_recognises_several_firms_each_with_its_own_project(session, round_, step):
    decisions.decide_on_assessments(step, new(confirmed(session, round_)), WISH)
    chosen = seen(session)
    projects = {one.id: f"{one.id} 号车间" for one in chosen}

    for _press in range(2):
        decisions.recognise(step, chosen, AWARD, projects=projects, paper=PAPER)

    facts = list(session.scalars(select(Recognition)))
    assert {fact.project for fact in facts} == set(projects.values())
    assert len({fact.paper_id for fact in facts}) == 1
    assert len(logged(session, "recognise")) == 3
    other = replace(AWARD, document="虚构经信〔2026〕2 号")
    why = refused(decisions.recognise, step, seen(session), other, projects={})
    assert set(why.values()) == {RecognisedBefore}


@pytest.mark.parametrize(
    "given",
    [{"document": " "}, {"document": "号" * 101}, {"decided_on": date(2026, 11, 24)}],
)
def test_minutes_without_a_number_or_of_another_day_decide_nothing(session, round_, step, given):
    chosen = new(confirmed(session, round_, 1))

    with pytest.raises(Invalid):
        decisions.decide_on_assessments(step, chosen, replace(WISH, basis=replace(BASIS, **given)))

    assert not entries(session)


def test_officers_who_decide_about_the_same_firms_at_once_decide_once(
    engine, session, round_, step
):
    chosen = new(confirmed(session, round_, 6))

    def press(turn):
        wish = replace(WISH, reason=f"理由 {turn}。")
        with Session(engine, expire_on_commit=False) as own:
            turned = chosen if turn % 2 else chosen[::-1]
            try:
                decisions.decide_on_assessments(replace(step, session=own), turned, wish)
            except NotTogether as error:
                return {type(why) for why in error.why.values()}
            return set()

    with ThreadPoolExecutor(4) as officers:
        answers = list(officers.map(press, range(4)))

    assert sorted(map(len, answers)) == [0, 1, 1, 1]
    assert set().union(*answers) == {Stale}
    assert len(logged(session, "admit")) == 6
    assert count(session, Minutes) == 1


def test_a_paper_that_comes_later_stands_beside_the_minutes_of_every_firm(session, round_, step):
    bare = replace(WISH, basis=replace(BASIS, paper=None))
    decisions.decide_on_assessments(step, new(confirmed(session, round_)), bare)
    kept = store.minutes_of(session, entries(session)[0].id)[0]

    decisions.attach_minutes(step, kept.id, PAPER)

    for entry in entries(session):
        session.expire_all()
        assert store.minutes_of(session, entry.id)[0].paper.name == "纪要.pdf"
    assert len(logged(session, "attach_paper")) == 3


def test_minutes_are_corrected_for_all_their_firms_and_the_log_keeps_what_was(
    session, round_, step
):
    decisions.decide_on_assessments(step, new(confirmed(session, round_)), WISH)
    kept = store.minutes_of(session, entries(session)[0].id)[0]
    right = Basis("虚构纪要〔2026〕4 号", date(2026, 11, 19))

    for _press in range(2):
        decisions.correct_minutes(step, kept.id, right, reason="文号写错。")

    for entry in entries(session):
        [shown] = store.minutes_of(session, entry.id)
        assert (shown.document, shown.decided_on) == (right.document, right.decided_on)
        assert shown.paper.name == "纪要.pdf"
    rows = logged(session, "correct_minutes")
    assert len(rows) == 3
    assert rows[0].before["minutes"] == BASIS.document
    with pytest.raises(NotThere):
        decisions.correct_minutes(step, 999, right, reason="文号写错。")
