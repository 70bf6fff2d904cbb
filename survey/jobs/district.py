"""Print the district's page of one round, as PDF, into the content store."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from reports.dashboard import Basis
from survey import clock, library
from survey.jobs import issuing
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import district_pages
from survey.lifecycle.jobs import Effect
from survey.readings import dashboard, peers
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
    html = render(_page(workshop))
    target = issuing.place_for(workshop)
    try:
        presses.write_pdf(html, target)
    except presses.PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    taken, basis = workshop.taken, hashlib.sha256(html.encode()).hexdigest()
    content = issuing.finished(workshop, target, basis, taken.arguments["number"])
    return lambda step: {"document": district_pages.issue(step, taken, content).id}


def _page(workshop: Workshop) -> OnePage:
    from reports.outward import outward
    from reports.paper.district import OnePage

    session, taken = workshop.session, workshop.taken
    round_ = rounds.round_(session, taken.subject_id or 0)
    if round_ is None:
        raise WorkFailed(Fault.GONE)
    place, made = read(session), clock.utc_now()
    basis, leaves = Basis(taken.arguments["basis"]), bool(taken.arguments["outward"])
    edition = library.load(session, round_.edition)
    found = dashboard.page(session, place, edition, round_, basis, made)
    told = peers.told_of_groups(session, edition, made.astimezone(clock.LOCAL).date())
    told_on = dashboard.told_on(session, round_)
    session.rollback()  # working out what may be told takes a while; no snapshot is held open
    tables = found.tables
    if leaves:
        tables = outward(tables, round_.title, basis, told, told_on)
    return OnePage(
        district=place.name,
        bureau=place.bureau,
        department=place.department,
        plan=place.plan,
        round=round_.title,
        whose=BASES[basis],
        number=taken.arguments["number"],
        made=made.astimezone(clock.LOCAL),
        tables=tables,
        outward=leaves,
        demonstration=place.demonstration,
    )
