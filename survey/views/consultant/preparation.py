"""Before a visit: what decides, contradicts or moved, and the page to carry through the factory."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from survey.readings.preparation import preparation_of
from survey.views.consultant.pages import found_visit, pages
from survey.web import here


@pages.get("/<row:assessment_id>/preparation")
def preparation(assessment_id: int) -> ResponseReturnValue:
    """Show what is known of a firm before somebody goes there."""
    visit = found_visit(assessment_id)
    it = preparation_of(here.session(), visit)
    return render_template("consultant/preparation.html", visit=visit, it=it)


@pages.get("/<row:assessment_id>/checklist")
def checklist(assessment_id: int) -> ResponseReturnValue:
    """Show the one page to print (现场核查单)."""
    visit = found_visit(assessment_id)
    it = preparation_of(here.session(), visit)
    return render_template("consultant/checklist.html", visit=visit, it=it, list=it.checklist)
