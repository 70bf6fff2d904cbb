"""Keep each firm's cheapest ways to the rungs above, worked out beside the web and beside the lock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from questionnaires.model import Amounts
from questionnaires.scoring import score
from reports.lifting import Ground
from reports.plan.ways import ways
from survey.library import questionnaire_of
from survey.lifecycle import jobs
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import About, Step
from survey.store import answers as answer_store
from survey.store import assessments
from survey.store import jobs as job_store
from survey.store import ways as store
from survey.store.sheets import kind_of
from survey.store.ways import COSTS
from survey.tables import Assessment, AssessmentState, Job, KeptWay, SheetKind

KIND: Final = "ways"


def ask(step: Step) -> Job:
    """Ask for what is missing to be worked out, inside the caller's transaction.

    A request that waits is enough.
    """
    return job_store.waiting(step.session, KIND) or jobs.ask(step, KIND, {})


@dataclass(frozen=True)
class Worked:
    """What was worked out of one assessment, and at which version."""

    assessment: int
    version: int
    kind: SheetKind
    rows: tuple[dict[str, Any], ...]


def settle(step: Step, assessment_ids: Sequence[int]) -> int:
    """Work out the ways of assessments and keep them.

    That takes a moment, so it is done before the lock; what changed meanwhile is left for next time.

    Returns:
        How many were kept.
    """
    found = [one for id in assessment_ids if (one := _worked_out(step, id)) is not None]
    with step.writing() as session:
        kept = 0
        for one in found:
            assessment = assessments.assessment(session, one.assessment, lock=True)
            if assessment is None or assessment.version != one.version:
                continue
            store.forget(session, one.assessment, one.kind)
            store.keep(session, (KeptWay(**row) for row in one.rows))
            kept += 1
        step.log("ways_kept", About("district", "ways"), after={"rows": kept})
    return kept


def _worked_out(step: Step, assessment_id: int) -> Worked | None:
    session = step.session
    seen = assessments.assessment(session, assessment_id)
    sheet = assessments.sheet(session, assessment_id, kind_of(seen.state)) if seen else None
    if seen is None or sheet is None or seen.state == AssessmentState.DRAFT:
        return None
    questionnaire = questionnaire_of(seen)
    answers = sheet_of(questionnaire, answer_store.answers(session, sheet.id))
    found = score(questionnaire, answers, frozenset(sheet.processes))
    rows = tuple(_rows(seen, sheet.kind, Ground(found, seen.firm.size)))
    return Worked(seen.id, seen.version, sheet.kind, rows)


def _rows(assessment: Assessment, kind: SheetKind, ground: Ground) -> Iterator[dict[str, Any]]:
    """Return the rows of a sheet: where its firm stands, then every rung above."""
    whose = {"assessment_id": assessment.id, "kind": kind, "size": ground.size}
    rung = ground.score.rung.id if ground.score.rung else None
    here = {"step": ground.score.step, "rung": rung, "reached": True, "proven": True}
    yield {**whose, **here, "weeks": 0, "packages": {}, "amounts": {}}
    for way in ways(ground):
        yield {
            **whose,
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
