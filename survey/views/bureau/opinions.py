"""What two consultants said of one firm, before the officer: their own opinions, and what was decided."""

from __future__ import annotations

from flask import render_template

from survey.readings.pairs import compared
from survey.views.bureau.blueprint import pages
from survey.web import access, here


@pages.get("/assessments/<row:assessment_id>/opinions")
def opinions(assessment_id: int) -> str:
    """Show every sheet that was kept apart on a firm's visit, and how differences were decided."""
    assessment = access.handed_in_assessment(assessment_id)
    return render_template(
        "bureau/opinions.html",
        assessment=assessment,
        sheets=compared(here.session(), assessment),
    )
