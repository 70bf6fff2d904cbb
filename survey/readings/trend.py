"""A firm's own trend: every round it handed in, with what each sheet was worth and what is comparable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from sqlalchemy.orm import Session

from questionnaires.meaning import comparable
from reports.trend import Mark, Point, Trend
from survey.clock import LOCAL
from survey.library import edition_of, questionnaire_of
from survey.store import assessments as store
from survey.store import visits
from survey.tables import Assessment, AssessmentState, ScoreRow, SheetKind


def trend_of(session: Session, firm_id: int) -> Trend:
    """Return a firm's rounds, oldest first; one it has back or is filling is not among them."""
    found = [
        a
        for a in reversed(store.assessments_of_firm(session, firm_id))
        if a.state != AssessmentState.DRAFT
    ]
    sheets = visits.sheets(session, [a.id for a in found])
    scores = visits.scores(session, [row.id for row in sheets.values()])

    def mark(assessment: Assessment, kind: SheetKind) -> Mark | None:
        row = sheets.get((assessment.id, kind))
        return _mark(assessment, scores.get(row.id) if row else None)

    points = [_point(a, mark(a, SheetKind.SELF), mark(a, SheetKind.ONSITE)) for a in found]
    return Trend(tuple(_joined(found, points)), _sections(found, points))


def _point(assessment: Assessment, own: Mark | None, found: Mark | None) -> Point:
    at = assessment.submitted_at or assessment.created_at
    confirmed = found if assessment.state == AssessmentState.CONFIRMED else None
    day = at.astimezone(LOCAL).date()
    return Point(assessment.round.title, day, edition_of(assessment).title, own, confirmed)


def _mark(assessment: Assessment, score: ScoreRow | None) -> Mark | None:
    if score is None:
        return None
    rung = next((r for r in edition_of(assessment).ladder if r.id == score.rung), None)
    shares = {id: Fraction(share) for id, share in score.sections.items()}
    return Mark(Fraction(score.share), score.step, rung, score.is_provisional, shares)


def _joined(found: Sequence[Assessment], points: Sequence[Point]) -> list[Point]:
    """Say of each point how far it was measured as the one before."""
    asked = [questionnaire_of(assessment) for assessment in found]
    follows = [comparable(old, new) for old, new in pairwise(asked)]
    return [*points[:1], *(replace(p, follows=f) for p, f in zip(points[1:], follows, strict=True))]


def _sections(found: Sequence[Assessment], points: Sequence[Point]) -> tuple[tuple[str, str], ...]:
    """Return the sections that anything was earned in, in the newest order, older ones after."""
    earned = {id for p in points for mark in (p.own, p.confirmed) if mark for id in mark.sections}
    titles: dict[str, str] = {}
    for assessment in reversed(found):
        for section in questionnaire_of(assessment).sections:
            titles.setdefault(section.id, section.title)
    return tuple((id, title) for id, title in titles.items() if id in earned)
