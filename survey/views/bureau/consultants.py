"""Consultants: how many visits each has, and a new link for who forgot their password."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from survey.lifecycle import links
from survey.readings.workloads import loads
from survey.views.bureau.blueprint import pages
from survey.views.links import hand_over
from survey.web import here


@pages.get("/consultants")
def consultants() -> ResponseReturnValue:
    """List consultants with the visits before them and those they have finished."""
    found = loads(here.session(), here.today())
    return render_template("bureau/consultants.html", loads=found)


@pages.post("/consultants/<row:user_id>/link")
def consultant_link(user_id: int) -> ResponseReturnValue:
    """Issue a new link to a consultant."""
    return hand_over(links.hand_out(here.step(), user_id))
