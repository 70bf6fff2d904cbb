"""Work out the cheapest ways of firms whose sheet was scored since, some at a time, with progress."""

from __future__ import annotations

from survey.jobs.workshop import Workshop
from survey.lifecycle import ways
from survey.lifecycle.jobs import Effect
from survey.store.ways import unknown

AT_ONCE = 20
"""Assessments of one transaction, between two signs of life."""


def work_out(workshop: Workshop) -> Effect:
    """Work through what is missing; other work that somebody waits for is done in between."""
    waiting = unknown(workshop.session)
    workshop.session.rollback()
    kept = 0
    for first in range(0, len(waiting), AT_ONCE):
        kept += ways.settle(workshop.step(), waiting[first : first + AT_ONCE])
        workshop.progress(min(first + AT_ONCE, len(waiting)), len(waiting))
        workshop.let_others()
    return lambda _step: {"ways": kept}
