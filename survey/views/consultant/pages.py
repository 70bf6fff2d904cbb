"""The blueprint of the consultant's pages, and how each of them finds its visit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request

from survey.readings.visits import Visit, visit_of
from survey.web import access, here
from survey.words import wording

pages = Blueprint("consultant", __name__, url_prefix="/visits")


@pages.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint in ("consultant.section", "consultant.station"):
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


def found_visit(assessment_id: int) -> Visit:
    """Return a visit of the signed-in consultant, with the on-site sheet that is theirs to fill.

    To anybody else it is simply not there.
    """
    assessment = access.visited_assessment(assessment_id)
    return visit_of(here.session(), assessment, by=here.reader().id)


def shared_visit(assessment_id: int) -> Visit:
    """Return a visit for what belongs to the sheet that speaks; a second who keeps one apart waits."""
    visit = found_visit(assessment_id)
    return here.refuse(403, wording.FOR_THE_LEAD) if visit.is_apart else visit
