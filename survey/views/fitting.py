"""Who fits what a firm should buy: the same page for the firm and for an officer who looks at it."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, render_template

from reports.figures import once_text
from survey.readings.matching import Fit, fits
from survey.readings.recommended import recommended
from survey.store import firms
from survey.store import introductions as store
from survey.views.offered import offered
from survey.web import here
from survey.words import providers as words


def page(firm_id: int) -> tuple[Callable[[], str], list[Fit]]:
    """Return how the page of a firm is drawn, and who stands on it."""
    session = here.session()
    firm = firms.firm(session, firm_id) or abort(404)
    found = recommended(session, firm_id)
    listed = fits(session, firm, found.purchases) if found else []
    standing, choice = store.of_firm(session, firm_id), offered()

    def drawn() -> str:
        return render_template(
            "firm/providers.html",
            firm=firm,
            found=found,
            fits=listed,
            standing=standing,
            packages=choice.packages,
            trades=choice.trades,
            once=once_text,
            words=words,
        )

    return drawn, listed
