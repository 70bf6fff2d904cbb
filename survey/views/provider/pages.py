"""The blueprint of the provider's pages, and whose they are."""

from __future__ import annotations

from flask import Blueprint, abort

from survey.store import providers as store
from survey.tables import Provider
from survey.web import here

pages = Blueprint("provider", __name__, url_prefix="/provider")


def own() -> Provider:
    """Return the signed-in reader's provider: there is no address of another's."""
    provider_id = here.reader().provider_id
    found = store.provider(here.session(), provider_id) if provider_id else None
    return found or abort(404)
