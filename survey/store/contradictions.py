"""Queries over what contradictions look at besides a sheet, and over their explanations."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.store.sheets import kind_of
from survey.store.visits import sheets
from survey.tables import Assessment, AssessmentState, Explanation, SheetRow


def explanations(
    session: Session, assessment_ids: Collection[int]
) -> dict[int, dict[str, Explanation]]:
    """Return the explanations by assessment id and check id."""
    found: dict[int, dict[str, Explanation]] = {number: {} for number in assessment_ids}
    query = select(Explanation).where(Explanation.assessment_id.in_(assessment_ids))
    for row in session.scalars(query):
        found[row.assessment_id][row.check_id] = row
    return found


def earlier(
    session: Session, assessments: Collection[Assessment]
) -> dict[int, tuple[Assessment, SheetRow]]:
    """Return the firm's assessment before each of these that was handed in, with its sheet.

    Of the same trade; left out where there is none.
    """
    query = (
        select(Assessment)
        .where(Assessment.firm_id.in_({a.firm_id for a in assessments}))
        .where(Assessment.state != AssessmentState.DRAFT)
        .order_by(Assessment.id)
    )
    handed_in = list(session.scalars(query))
    before = {
        a.id: earlier[-1]
        for a in assessments
        if (
            earlier := [
                b for b in handed_in if (b.firm_id, b.trade) == (a.firm_id, a.trade) and b.id < a.id
            ]
        )
    }
    rows = sheets(session, {b.id for b in before.values()}) if before else {}
    return {id: (b, rows[b.id, kind_of(b.state)]) for id, b in before.items()}
