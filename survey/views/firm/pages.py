"""The blueprint of the firm's pages, and how each of them finds its sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, request

from survey.readings.starts import StartedSheet, started_sheet
from survey.web import access, here

pages = Blueprint("firm", __name__, url_prefix="/firm")


@pages.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint in ("firm.section", "firm.quick_question"):
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


def found_sheet(assessment_id: int) -> StartedSheet:
    """Return the signed-in firm's own sheet, as far as its reader was given it; anybody else's is
    simply not there.
    """
    assessment = access.own_assessment(assessment_id)
    sheet = started_sheet(here.session(), assessment)
    return replace(sheet, given=here.reader().sections)
