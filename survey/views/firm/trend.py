"""How the firm fared over its rounds."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from reports import charts
from survey.readings.trend import trend_of
from survey.views.firm.pages import pages
from survey.web import here


@pages.get("/trend")
def trend() -> ResponseReturnValue:
    """Show shares and rungs round by round, drawn and as a table."""
    it = trend_of(here.session(), here.reader().firm_id or 0)
    option = charts.trend(it) if len(it.points) > 1 else None
    return render_template("firm/trend.html", it=it, option=option)
