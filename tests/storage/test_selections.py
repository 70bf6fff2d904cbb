"""Steps over several firms, on both databases: one transaction, a row of the log each, no ring."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from survey.lifecycle import selections
from survey.lifecycle.errors import Invalid, Locked, NotThere, Stale
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Actor, Step
from survey.tables import Assessment, AssessmentState, Role
from tests.support.bureau import an_assessment, logged
from tests.support.people import a_consultant, a_round, a_user

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def round_(session):
    return a_round(session)


@pytest.fixture
def officer(session):
    user = a_user(session, Role.OFFICER)
    return Actor(user.id, user.name)


def seen(*assessments):
    return [Seen(one.id, one.version) for one in assessments]


def test_every_firm_of_a_selection_gets_its_row_in_the_log_and_what_cannot_is_named(
    session, round_, officer
):
    good = [an_assessment(session, round_, f"{n} 厂（虚构）") for n in range(2)]
    draft = an_assessment(session, round_, "未交厂（虚构）", state=AssessmentState.DRAFT)
    visitor = a_consultant(session)
    rows = [*seen(*good, draft), Seen(999_999, 1), Seen(good[0].id, 1)]
    rows[1] = Seen(good[1].id, 9)

    left = selections.assign(Step(session, officer, NOON), rows, visitor.id)

    assert {at: type(why) for at, why in left.items()} == {
        good[1].id: Stale,
        draft.id: Locked,
        999_999: NotThere,
    }
    assert [row.firm_id for row in logged(session, "assign")] == [good[0].firm_id]


def test_without_a_consultant_in_use_nobody_is_assigned(session, round_, officer):
    firm = an_assessment(session, round_, "甲厂（虚构）")
    gone = a_consultant(session, active=False)

    with pytest.raises(Invalid):
        selections.assign(Step(session, officer, NOON), seen(firm), gone.id)

    assert not logged(session, "assign")


def test_officers_with_the_same_firms_in_another_order_do_not_wait_in_a_ring(
    engine, session, round_, officer
):
    firms = [an_assessment(session, round_, f"{n} 厂（虚构）") for n in range(6)]
    rows = seen(*firms)
    visitors = [a_consultant(session).id for _ in range(4)]
    session.rollback()

    def press(turn):
        with Session(engine, expire_on_commit=False) as own:
            chosen = rows if turn % 2 else rows[::-1]
            return selections.assign(Step(own, officer, NOON), chosen, visitors[turn])

    with ThreadPoolExecutor(4) as officers:
        answers = list(officers.map(press, range(4)))

    session.rollback()
    taken = {session.get(Assessment, one.id, populate_existing=True).consultant_id for one in firms}
    assert len(taken) == 1
    assert sorted(len(left) for left in answers) == [0, 6, 6, 6]
    assert len(logged(session, "assign")) == 6
