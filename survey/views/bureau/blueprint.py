"""The blueprint that the bureau's pages register on."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("bureau", __name__, url_prefix="/bureau")
