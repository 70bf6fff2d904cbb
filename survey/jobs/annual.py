"""Make a round's yearly report, as Word and as PDF, from one reading of its figures."""

from __future__ import annotations

import hashlib

from survey.jobs import issuing
from survey.jobs.word import written
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import annuals, word_editions
from survey.lifecycle.jobs import Effect
from survey.readings import annual
from survey.tables import Fault


def make(workshop: Workshop) -> Effect:
    """Write the report a job asks for; what is left to do once is to issue it."""
    # Only work loads the printing parts.
    from reports.paper import presses
    from reports.paper.annual import render
    from reports.word.annual import FIELDS
    from reports.word.templates import of_annual

    presses.begin()
    taken = workshop.taken
    found = annual.report(workshop.session, taken.subject_id or 0, taken.arguments)
    if found is None:
        raise WorkFailed(Fault.GONE)
    it, figures = found
    word = written(workshop, word_editions.ANNUAL, of_annual, FIELDS, it)
    html, place = render(it), issuing.place_for(workshop)
    try:
        presses.write_pdf(html, place)
    except presses.PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    basis = hashlib.sha256(html.encode()).hexdigest()
    paper = issuing.finished(workshop, place, basis, it.number)
    return lambda step: {"document": annuals.issue(step, taken, paper, word, figures).id}
