"""Papers for the public remember what was told before, so that the next does not tell who came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from reports.dashboard import Basis
from reports.small_cells import WITHHELD
from survey import db
from survey.clock import LOCAL, utc_now
from survey.library import load
from survey.readings import annual, dashboard
from survey.readings.outside import LASTS, outside
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


def told(session, round_, *, later=timedelta(), anew=False):
    """What a paper would tell of how far firms came."""
    edition, place = load(session, round_.edition), settings.read(session)
    page = dashboard.page(session, place, edition, round_, Basis.VISITED, utc_now() + later)
    tables = outside(session, page, edition, anew=anew).tables
    (funnel,) = [one for one in tables if one.id == "funnel"]
    return [line.cells[0].text for line in funnel.lines]


def printed(app, officer, round_, **more):
    asked = {"round": round_.id, "basis": "visited", "outward": "yes"} | more
    officer.get("/bureau/district")
    officer.post("/bureau/district/page", data=asked | {"csrf_token": officer.token})
    assert work(app) == 1


def kept(session):
    session.expire_all()
    return list(session.scalars(select(PublicCounts).order_by(PublicCounts.document_id)))


def test_a_page_printed_anew_after_one_firm_was_confirmed_does_not_tell_that_it_was(
    app, session, officer, round_
):
    printed(app, officer, round_)
    assert "7" in told(session, round_)

    confirmed(session, round_, 7)

    assert set(told(session, round_, anew=True)) == {WITHHELD}
    with db.writing(session):
        session.execute(delete(PublicCounts))
    assert "8" in told(session, round_), "without memory it would be told"


def test_papers_of_a_period_print_the_same_figures_of_the_same_moment(
    app, session, officer, round_
):
    printed(app, officer, round_)
    (first,) = kept(session)
    confirmed(session, round_, 7)

    printed(app, officer, round_)

    assert kept(session) == [first], "nothing new is told"
    assert "7" in told(session, round_)
    yearly, figures = annual.report(session, round_.id, {"outward": True, "number": "虚构"})
    assert yearly.made == first.made_at.astimezone(LOCAL)
    assert figures.told is None
    assert set(told(session, round_, later=LASTS)) == {WITHHELD}, "the period is over"


def test_an_officer_may_begin_a_period_and_it_lasts_anew_where_nothing_is_new(
    app, session, officer, round_
):
    printed(app, officer, round_)
    confirmed(session, round_, 7)

    printed(app, officer, round_, anew="yes")

    first, second = kept(session)
    assert second.made_at > first.made_at
    assert set(told(session, round_)) == {WITHHELD}
    began = second.made_at
    printed(app, officer, round_, anew="yes")
    assert len(kept(session)) == 2, "no news is not kept"
    assert kept(session)[1].made_at > began


def test_a_round_that_was_renamed_is_judged_with_what_it_told_before(app, session, officer, round_):
    printed(app, officer, round_)
    confirmed(session, round_, 7)
    with db.writing(session):
        round_.title = "改了名的虚构轮次"

    assert set(told(session, round_, anew=True)) == {WITHHELD}
