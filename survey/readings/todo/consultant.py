"""What waits for a consultant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from survey.readings.todo.heaps import Heap, Kind, Waiting, by_age, heap
from survey.readings.visits import Visit
from survey.tables import Assessment, AssessmentState


@dataclass(frozen=True)
class OnVisits:
    """What a consultant's first page has read already."""

    visits: Sequence[Visit]
    """Those that run."""
    away: Sequence[Assessment]
    """Those the firm has back, and those handed in again that wait for the bureau."""
    since: Mapping[int, datetime]
    """When each was assigned, reopened or given back last, by assessment id."""
    reopened: frozenset[int]
    """Assessments that were confirmed before."""
    second_done: Mapping[int, datetime]
    """Visits of theirs whose second has finished a sheet of their own, since when, by assessment id."""


def _visit(at: OnVisits, visit: Visit) -> Waiting:
    assessment = visit.assessment
    since = at.since.get(assessment.id, assessment.submitted_at)
    return Waiting(
        assessment.firm.name,
        assessment.id,
        since,
        done=visit.count.done,
        whole=visit.count.whole,
        planned=assessment.planned_on,
    )


def _state(at: OnVisits, visit: Visit) -> Kind | None:
    if visit.is_apart and not visit.onsite.is_writable:
        return None
    if visit.assessment.id in at.reopened:
        return Kind.REOPENED
    if not visit.needs:
        return Kind.APART if visit.is_apart else Kind.READY
    return Kind.RUNNING if visit.count.done else Kind.TO_BEGIN


def _running(kind: Kind) -> Callable[[OnVisits], Heap]:
    """The visits that are in one state of their work."""
    return lambda at: heap(kind, (_visit(at, v) for v in at.visits if _state(at, v) == kind))


def _second_done(at: OnVisits) -> Heap:
    """Visits where both sheets can be laid side by side."""
    return heap(
        Kind.SECOND_DONE,
        (
            _visit(at, v)._replace(since=at.second_done[v.assessment.id], planned=None)
            for v in at.visits
            if v.assessment.id in at.second_done
        ),
    )


def _given_back(at: OnVisits) -> Heap:
    """What the firm has back and will hand in again."""
    back = (a for a in at.away if a.state == AssessmentState.DRAFT)
    return heap(Kind.AT_FIRM, (Waiting(a.firm.name, None, at.since.get(a.id)) for a in back))


def _in_again(at: OnVisits) -> Heap:
    """What was handed in again and waits for the bureau to send somebody."""
    again = (a for a in at.away if a.state == AssessmentState.SUBMITTED)
    return heap(Kind.IN_AGAIN, (Waiting(a.firm.name, None, a.submitted_at) for a in again))


CONSULTANT: tuple[Callable[[OnVisits], Heap], ...] = (
    _running(Kind.REOPENED),
    _running(Kind.TO_BEGIN),
    _running(Kind.RUNNING),
    _running(Kind.READY),
    _running(Kind.APART),
    _second_done,
    _given_back,
    _in_again,
)


def of_consultant(at: OnVisits) -> list[Heap]:
    """Return what waits for a consultant."""
    return by_age(kind(at) for kind in CONSULTANT)
