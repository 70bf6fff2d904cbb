"""Keep how self-ratings fall at verification and where unverified sheets would probably be found (核验预估).

The work itself is done beside the web (``jobs.forecasts``). No firm is told any of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from survey.lifecycle import jobs
from survey.lifecycle.step import About, Step
from survey.store import forecasts as store
from survey.store import jobs as job_store
from survey.tables import FallModel, Forecast, Job

KIND: Final = "forecasts"


def ask(step: Step) -> Job:
    """Ask for everything to be forecast again; a request that waits is enough. Send the job afterwards."""
    with step.writing() as session:
        return job_store.waiting(session, KIND) or jobs.ask(step, KIND, {})


def keep_model(step: Step, learnt: FallModel, *, forecasts: bool) -> None:
    """Keep what was learnt of an edition.

    Args:
        forecasts: Whether it forecasts anything; without it, earlier forecasts that no visit has
            answered are dropped.
    """
    edition, visits = learnt.edition, learnt.visits
    with step.writing() as session:
        session.merge(learnt)
        if not forecasts:
            store.forget_waiting(session, edition)
        step.log("falls_learnt", About("district", "forecasts"), after={"rows": visits})


def keep(step: Step, seen: Mapping[int, int], rows: Sequence[dict[str, Any]]) -> int:
    """Keep forecasts of sheets that stand as they were read; the others wait for the next time.

    Args:
        seen: The version of each assessment when its sheet was read.

    Returns:
        How many were kept.
    """
    with step.writing() as session:
        now = store.versions(session, seen)
        same = [one for one in rows if now.get(one["assessment_id"]) == seen[one["assessment_id"]]]
        store.keep(session, (Forecast(**one) for one in same))
        step.log("forecasts_kept", About("district", "forecasts"), after={"rows": len(same)})
    return len(same)
