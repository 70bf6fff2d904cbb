"""The blueprint of the firm's pages, and how much its one large form may hold."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request

pages = Blueprint("firm", __name__, url_prefix="/firm")


@pages.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "firm.section":
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes
