"""A consultant's own figures: the same facts as the bureau sees, of one's own visits alone."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from reports import consultants
from survey.readings import consultants as reading
from survey.views import work
from survey.views.consultant.pages import pages
from survey.web import here

LEAST_OTHERS = 3
"""With fewer other consultants the middle of all would tell what one of them does."""


@pages.get("/work")
def work_of_mine() -> ResponseReturnValue:
    """Show one's own figures; nothing of another consultant's visits but the middle of all."""
    session, me, chosen = here.session(), here.reader().id, work.selection()
    visits = reading.visits(session, chosen.wanted)
    others = consultants.figures(visits)
    mine = consultants.figures(visit for visit in visits if visit.consultant_id == me).get(me)
    enough = len(others.keys() - {me}) >= LEAST_OTHERS
    return render_template(
        "bureau/work_of_one.html",
        user_id=me,
        name=here.reader().name,
        names={me: here.reader().name},
        **work.shown(chosen, mine, consultants.medians(others.values()) if enough else None),
        linked=True,
        own=True,
    )
