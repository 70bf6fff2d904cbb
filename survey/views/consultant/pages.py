"""The blueprint of the consultant's pages, and how each of them finds its visit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request

from survey.readings.visits import Visit, visit_of
from survey.web import access, here

pages = Blueprint("consultant", __name__, url_prefix="/visits")


@pages.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "consultant.section":
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


def found_visit(assessment_id: int) -> Visit:
    """Return a visit of the signed-in consultant; to anybody else it is simply not there."""
    return visit_of(here.session(), access.visited_assessment(assessment_id))
