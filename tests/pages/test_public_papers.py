"""Papers for the public remember what was told before, so that the next does not tell who came."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select

from reports.dashboard import Basis
from reports.small_cells import WITHHELD
from survey import db
from survey.clock import utc_now
from survey.library import load
from survey.readings import dashboard
from survey.readings.outside import outside
from survey.store import settings
from survey.tables import AssessmentState, PublicCounts, Role
from tests.support.bureau import a_district, an_assessment, at_desk
from tests.support.labour import work
from tests.support.people import a_round, a_user


@pytest.fixture
def officer(app, session):
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def round_(session):
    """Seven confirmed firms of the highest rung but one."""
    a_district(session)
    found = a_round(session)
    for number in range(7):
        confirmed(session, found, number)
    return found


def confirmed(session, round_, number):
    an_assessment(
        session, round_, f"虚构 {number} 厂", state=AssessmentState.CONFIRMED, visited_step=4
    )


def told(session, round_):
    """What a paper would tell now of how far firms came."""
    edition, place = load(session, round_.edition), settings.read(session)
    page = dashboard.page(session, place, edition, round_, Basis.VISITED, utc_now())
    (funnel,) = [one for one in outside(session, page, edition).tables if one.id == "funnel"]
    return [line.cells[0].text for line in funnel.lines]


def printed(app, officer, round_):
    asked = {"round": round_.id, "basis": "visited", "outward": "yes"}
    officer.get("/bureau/district")
    officer.post("/bureau/district/page", data=asked | {"csrf_token": officer.token})
    assert work(app) == 1


def test_a_page_printed_after_one_firm_was_confirmed_does_not_tell_that_it_was(
    app, session, officer, round_
):
    printed(app, officer, round_)
    assert "7" in told(session, round_)

    confirmed(session, round_, 7)

    assert set(told(session, round_)) == {WITHHELD}
    printed(app, officer, round_)
    printed(app, officer, round_)
    assert session.scalar(select(func.count()).select_from(PublicCounts)) == 2, (
        "no news is not kept"
    )
    with db.writing(session):
        session.execute(delete(PublicCounts))
    assert "8" in told(session, round_), "without memory it would be told"
