"""Published samples, for consultants to recommend."""

from __future__ import annotations

from survey.readings.samples import card_seen
from survey.views import sample_page
from survey.views.consultant.pages import pages
from survey.web import here


@pages.get("/samples")
def samples() -> str:
    """List the samples that are shown to others."""
    return sample_page.listed()


@pages.get("/samples/<row:sample_id>")
def sample(sample_id: int) -> str:
    """Show one of them."""
    row = sample_page.published(sample_id)
    return sample_page.shown(card_seen(here.session(), row), forms={}, is_own=False)
