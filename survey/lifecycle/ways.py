"""Keep each firm's cheapest ways to the rungs above, worked out beside the web and beside the lock."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, Final

from questionnaires.model import Amounts
from reports.lifting import Ground
from reports.plan.ways import Way, ways
from survey.lifecycle import jobs
from survey.lifecycle.speaking import scored, unchanged
from survey.lifecycle.step import About, Step
from survey.store import jobs as job_store
from survey.store import ways as store
from survey.store.ways import COSTS
from survey.tables import Job, KeptWay

KIND: Final = "ways"
HANDS: Final = 2
"""Firms worked on beside each other: while the solver searches, it lets other threads go on."""


def ask(step: Step) -> Job:
    """Ask for what is missing to be worked out, inside the caller's transaction.

    A request that waits is enough.
    """
    return job_store.waiting(step.session, KIND) or jobs.ask(step, KIND, {})


def settle(step: Step, assessment_ids: Sequence[int]) -> int:
    """Work out the ways of assessments and keep them.

    That takes a moment, so it is done before the lock, each hand with a firm of its own; what changed
    meanwhile is left for next time.

    Returns:
        How many were kept.
    """
    seen = [it for id in assessment_ids if (it := scored(step, id))]
    with ThreadPoolExecutor(HANDS, thread_name_prefix="ways") as hands:
        found = list(hands.map(_rows, [Ground(it.found, it.assessment.firm.size) for it in seen]))
    with step.writing() as session:
        kept = 0
        for it, rows in zip(seen, found, strict=True):
            if assessment := unchanged(step, it):
                store.forget(session, assessment.id, it.kind)
                whose = {"assessment_id": assessment.id, "kind": it.kind}
                store.keep(session, (KeptWay(**whose, **row) for row in rows))
                kept += 1
        step.log("ways_kept", About("district", "ways"), after={"rows": kept})
    return kept


def _rows(ground: Ground) -> list[dict[str, Any]]:
    """Return the rows of a sheet: where its firm stands, then every rung above."""
    rung = ground.score.rung.id if ground.score.rung else None
    here = {"step": ground.score.step, "rung": rung, "reached": True, "proven": True}
    nothing = {"weeks": 0, "packages": {}, "amounts": {}}
    rows = (here | nothing, *(_row(way) for way in ways(ground)))
    return [{"size": ground.size, **row} for row in rows]


def _row(way: Way) -> dict[str, Any]:
    return {
        "step": way.step,
        "rung": way.rung,
        "reached": way.is_reached,
        "proven": way.bound is None,
        "weeks": way.weeks,
        "packages": {p.package.code: p.units for p in way.purchases},
        "amounts": _plain(way.amounts),
    }


def _plain(amounts: Amounts) -> dict[str, list[int]]:
    """Return what costs anything in whole 0.01 万元."""
    ends = {kind: getattr(amounts, kind) for kind in COSTS}
    return {k: [_hundredths(r.low), _hundredths(r.high)] for k, r in ends.items() if r.high}


def _hundredths(amount: Fraction) -> int:
    return int(amount * 100)
