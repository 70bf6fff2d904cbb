"""The file's picture: rungs by round, stages in the pool, projects, as ``reports.way`` holds them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from reports.way import NONE_REACHED, Reached, Span, Way
from survey.readings.firm_file import assessed, pooled
from survey.readings.firm_file.seeing import Seeing, day
from survey.tables import Ladder, Project, ProjectState, RecognitionStanding, SheetKind, StageChange
from survey.words.projects import STATES
from survey.words.stages import LADDERS

MOST_PROJECTS = 6
OVER = (ProjectState.ACCEPTED, ProjectState.STOPPED)


def way(it: Seeing, today: date) -> Way:
    """Draw what an outlook sees; the stages of the pool are the bureau's own."""
    own = tuple(_reached(it, SheetKind.SELF))
    confirmed = tuple(_reached(it, SheetKind.ONSITE))
    spans = (*(_stages(it, today) if it.is_bureau else ()), *_projects(it, today))
    return Way(_ladder(it), own, confirmed, tuple(_recognised(it)), spans)


def _ladder(it: Seeing) -> tuple[str, ...]:
    """Return the rungs of the firm's newest edition, the lowest first."""
    newest = next(iter(it.assessments), None)
    edition = it.edition(newest.edition) if newest else None
    return tuple(rung.title for rung in edition.ladder) if edition else ()


def _reached(it: Seeing, kind: SheetKind) -> Iterator[Reached]:
    """Give what stood last in each round by the sheets of a kind, the oldest first."""
    last = {
        one.sheet.assessment_id: one
        for one in reversed(assessed.versions(it))
        if one.sheet.kind == kind and not one.sheet.second
    }
    for one in sorted(last.values(), key=lambda found: found.score.scored_at):
        told = day(one.score.scored_at)
        if told:
            yield Reached(told, one.score.step, it.rung(one.score.rung) or NONE_REACHED)


def _recognised(it: Seeing) -> Iterator[Reached]:
    order = {title: step for step, title in enumerate(_ladder(it), 1)}
    for row in pooled.recognised(it):
        title = it.rung(row.rung)
        if row.standing == RecognitionStanding.VALID:
            yield Reached(row.recognised_on, order.get(title, 0), row.title or title)


def _stages(it: Seeing, today: date) -> Iterator[Span]:
    """Give each stage from the day it was reached to the next one of its ladder, or to today."""
    for ladder in Ladder:
        moved = [row for row in it.held.of(StageChange) if row.ladder == ladder]
        moved.sort(key=lambda row: (row.at, row.id))
        days = [day(row.at) or today for row in moved] + [today]
        for row, (first, last) in zip(moved, pairwise(days), strict=True):
            yield Span(LADDERS[ladder], row.title, first, max(first, last))


def _projects(it: Seeing, today: date) -> Iterator[Span]:
    """Give the newest projects from their first known day to their end, real or planned."""
    rows = sorted(it.held.of(Project), key=lambda row: (row.begun_at, row.id))[-MOST_PROJECTS:]
    for row in rows:
        first = row.started_on or row.contracted_on or row.planned_start or day(row.begun_at)
        last = row.accepted_on or row.finished_on or row.planned_end or today
        if first:
            yield Span(row.title, STATES[row.state], first, max(first, last), row.state in OVER)
