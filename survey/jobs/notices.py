"""Hold every firm against a notice that was published or changed, and at night against all of them."""

from __future__ import annotations

from survey.jobs.workshop import Workshop
from survey.lifecycle import judging
from survey.lifecycle.jobs import Effect


def judge_all(workshop: Workshop) -> Effect:
    """Work through the firms some at a time; each portion is a short transaction."""
    versions = judging.begun_at(workshop.step(), workshop.taken)
    workshop.session.rollback()
    last, done, more = 0, 0, bool(versions)
    while more:
        last, firms = judging.portion(workshop.step(), workshop.taken, last, workshop.lease)
        done, more = done + firms, firms > 0
    return lambda step: judging.end(step, versions, done)
