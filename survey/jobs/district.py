"""Print the district's page of one round, as PDF, into the content store."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from reports.dashboard import Basis
from reports.published import Figures
from survey import clock, library
from survey.jobs import issuing
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import district_pages
from survey.lifecycle.jobs import Effect
from survey.readings import dashboard
from survey.readings.outside import outside
from survey.store import rounds
from survey.store.settings import read
from survey.tables import Fault
from survey.words.district import BASES

if TYPE_CHECKING:
    from reports.paper.district import OnePage


def print_page(workshop: Workshop) -> Effect:
    """Print the page a job asks for; what is left to do once is to issue it."""
    # Only work loads the printing parts.
    from reports.paper import presses
    from reports.paper.district import render

    presses.begin()
    page, figures = _page(workshop)
    html = render(page)
    target = issuing.place_for(workshop)
    try:
        presses.write_pdf(html, target)
    except presses.PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    taken, basis = workshop.taken, hashlib.sha256(html.encode()).hexdigest()
    content = issuing.finished(workshop, target, basis, taken.arguments["number"])
    return lambda step: {"document": district_pages.issue(step, taken, content, figures).id}


def _page(workshop: Workshop) -> tuple[OnePage, Figures | None]:
    """Return the page, and what a public one tells."""
    from reports.paper.district import OnePage

    session, taken = workshop.session, workshop.taken
    round_ = rounds.round_(session, taken.subject_id or 0)
    if round_ is None:
        raise WorkFailed(Fault.GONE)
    place, made = read(session), clock.utc_now()
    basis, leaves = Basis(taken.arguments["basis"]), bool(taken.arguments["outward"])
    edition = library.load(session, round_.edition)
    found = dashboard.page(session, place, edition, round_, basis, made)
    anew = bool(taken.arguments.get("anew"))
    figures = outside(session, found, edition, anew=anew) if leaves else None
    session.rollback()
    page = OnePage(
        district=place.name,
        bureau=place.bureau,
        department=place.department,
        plan=place.plan,
        round=round_.title,
        whose=BASES[basis],
        number=taken.arguments["number"],
        made=(figures.made if figures else made).astimezone(clock.LOCAL),
        tables=figures.tables if figures else found.tables,
        outward=leaves,
        demonstration=place.demonstration,
    )
    return page, figures
