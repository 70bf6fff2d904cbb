"""Where an officer arrives: what waits, how far the district is, what is to be done first."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from survey.readings import district
from survey.readings.first_steps import first_steps
from survey.readings.todo.bureau import Desk, of_officer
from survey.store import assessment_list as store
from survey.store.rounds import open_rounds
from survey.views import todo
from survey.views.bureau import choices, tiles
from survey.views.bureau.blueprint import pages
from survey.web import here


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show what waits for an officer, and the figures of the newest round's edition."""
    session, here_and_now = here.session(), here.now()
    place, frame = here.district(), choices.frame()
    rounds = open_rounds(session, here.today())
    desk = Desk(session, here_and_now, place.contact, bool(rounds))
    return render_template(
        "bureau/home.html",
        frame=frame,
        rounds=rounds,
        checks=todo.checks(first_steps(session, place)),
        todo=todo.groups(of_officer(desk)),
        tiles=tiles.of_assessments(
            store.counts(session, frame.edition.id),
            district.plan(session, place, frame.edition),
        ),
    )
