"""Keep what a sheet is worth, in columns for lists and filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from questionnaires import gates
from questionnaires.answers import Sheet
from questionnaires.floor import Floor, floor
from questionnaires.model import Questionnaire
from questionnaires.scoring import Score, score
from reports.robustness import Support, support
from survey.library import questionnaire_of
from survey.lifecycle import tallies
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import About, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import forecasts, standings, ways
from survey.store.answers import KeptAnswer
from survey.tables import Assessment, ScoreRow, SheetKind, SheetRow

AT_ONCE = 50
"""Scores told again in one transaction: others wait no longer than a moment."""


def keep_score(
    step: Step, questionnaire: Questionnaire, assessment: Assessment, sheet: SheetRow
) -> ScoreRow:
    """Score a complete sheet and keep it, for lists as well, inside the caller's transaction."""
    rows = answer_store.answers(step.session, sheet.id)
    found = floor_of(questionnaire, sheet, rows)
    kept = sheet_of(questionnaire, rows)
    row = score_row(sheet.id, found, _supports(found.found, kept, sheet.kind, rows), step.now)
    tallies.keep(step, assessment, sheet.kind, found.found, kept)
    ways.forget(step.session, assessment.id, sheet.kind)
    if sheet.kind == SheetKind.SELF:
        forecasts.forget(step.session, assessment.id)
    standings.keep(step.session, assessment, sheet.kind, row, unmet(found.found))
    return step.session.merge(row)


def score_row(sheet_id: int, found: Floor, held: Supports, now: datetime) -> ScoreRow:
    """Return what is kept of a score, of a sheet that need not be in the database yet."""
    result = found.found
    return ScoreRow(
        sheet_id=sheet_id,
        share=str(result.share),
        permille=int(result.share * 1000),
        step=result.step,
        rung=result.rung.id if result.rung else None,
        floor_step=found.lowest.step,
        support=held.whole.answers or 0,
        unseen_support=held.unseen.answers or 0,
        sections={s.section.id: str(s.share) for s in result.sections if s.share is not None},
        failed_gates=_gates(result),
        scored_at=now,
    )


def tell_scores_again(step: Step) -> int:
    """Give scores kept by an older release their unmet gates as codes, and the step nobody can take.

    Returns how many there were. Nothing else of a score changes: the same answers on the same
    edition score the same.
    """
    with step.writing() as session:
        waiting = store.scores_to_tell(session)
        for row, sheet, assessment in waiting:
            rows = answer_store.answers(session, sheet.id)
            found = floor_of(questionnaire_of(assessment), sheet, rows)
            row.failed_gates, row.floor_step = _gates(found.found), found.lowest.step
            if standings.scored_last(session, assessment.id, sheet.kind) == sheet.id:
                standings.keep(session, assessment, sheet.kind, row, unmet(found.found))
        if waiting:
            step.log("gates_told", About("district", "scores"), after={"rows": len(waiting)})
    return len(waiting)


def tell_supports(step: Step) -> int:
    """Say of scores an older release kept by how few answers their rung is held; a portion of them.

    Returns how many there were; 0 once all are told.
    """
    with step.writing() as session:
        waiting = store.scores_without_support(session, AT_ONCE)
        for row, sheet, assessment in waiting:
            questionnaire = questionnaire_of(assessment)
            rows = answer_store.answers(session, sheet.id)
            kept = sheet_of(questionnaire, rows)
            found = score(questionnaire, kept, frozenset(sheet.processes))
            held = _supports(found, kept, sheet.kind, rows)
            row.support, row.unseen_support = held.whole.answers or 0, held.unseen.answers or 0
            if standings.scored_last(session, assessment.id, sheet.kind) == sheet.id:
                standings.keep_support(assessment, sheet.kind, row)
        if waiting:
            step.log("supports_told", About("district", "scores"), after={"rows": len(waiting)})
    return len(waiting)


class Supports(NamedTuple):
    """By how few of all answers a rung is held, and by how few of those no consultant saw."""

    whole: Support
    unseen: Support


def _supports(
    found: Score, kept: Sheet, kind: SheetKind, rows: Mapping[str, KeptAnswer]
) -> Supports:
    """Of a firm's own sheet nobody saw any answer."""
    whole = support(found, kept)
    return Supports(whole, whole if kind == SheetKind.SELF else support(found, kept, unseen(rows)))


def floor_of(
    questionnaire: Questionnaire, sheet: SheetRow, rows: Mapping[str, KeptAnswer]
) -> Floor:
    """Score a complete sheet, and again with what nobody saw at its lowest."""
    kept = sheet_of(questionnaire, rows)
    result = score(questionnaire, kept, frozenset(sheet.processes))
    return floor(result, kept, unseen(rows))


def unseen(rows: Mapping[str, KeptAnswer]) -> frozenset[str]:
    """Return the questions whose answer stands although no consultant saw it."""
    return frozenset(
        id for id, row in rows.items() if row.verification and row.verification.is_unseen
    )


def unmet(result: Score) -> frozenset[str]:
    """Return the gates of the next rung that a score does not meet, by name."""
    failed = result.next.failed_gates if result.next else ()
    return frozenset(gates.name_of(one.gate) for one in failed)


def _gates(result: Score) -> list[dict[str, Any]]:
    return [gates.plain(failed) for failed in result.next.failed_gates] if result.next else []
