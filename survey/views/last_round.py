"""What is other than in the firm's last round, for everyone who may read its assessment."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey.readings.last_round import compared_with_last
from survey.web import access, here

pages = Blueprint("last_round", __name__, url_prefix="/assessments/<row:assessment_id>/last-round")


@pages.get("")
def page(assessment_id: int) -> ResponseReturnValue:
    """Say section by section what changed, and how much did not."""
    assessment = access.readable_assessment(assessment_id)
    it = compared_with_last(here.session(), assessment)
    return render_template("results/last_round.html", assessment=assessment, it=it)
