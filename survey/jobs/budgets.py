"""Work out whom a district's subsidy supports, beside the web: no page waits for the solver."""

from __future__ import annotations

from survey.jobs import ways
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import budgets as steps
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.readings import budgets as reading
from survey.store import budgets as store
from survey.tables import Fault

SECONDS = 40.0
"""How long one choice may take; what is open then is said."""


def choose(workshop: Workshop) -> Effect:
    """Bring the firms' ways up to date, choose, and return what keeps the answer."""
    # Only work loads the solver.
    from reports.budget import kept
    from reports.budget.answering import PARTS, answer
    from reports.budget.errors import OutOfTime

    run = store.run(workshop.session, workshop.taken.subject_id or 0)
    if run is None:
        raise WorkFailed(Fault.GONE)
    run_id, edition, share = run.id, run.edition, run.withdrawing
    terms = kept.terms_of(run.terms)
    workshop.session.rollback()
    ways.work_out(workshop)
    firms = reading.firms(workshop.session, edition)
    workshop.session.rollback()  # no snapshot is held open while the solver works

    def progress(done: int) -> None:
        workshop.progress(done, PARTS)

    try:
        found = answer(firms, terms, share, SECONDS, progress)
    except OutOfTime as error:
        raise WorkFailed(Fault.TOO_SLOW) from error
    goals = kept.digest(firms)

    def keep(step: Step) -> dict[str, int]:
        steps.keep_answer(step, run_id, goals, found)
        return {"run": run_id}

    return keep
