"""Steps over several firms of a list at once: one transaction, and one row of the log for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey.lifecycle import assessments as life
from survey.lifecycle.errors import NotThere, Refusal, Stale
from survey.lifecycle.step import Step
from survey.store import assessments as store
from survey.tables import Assessment, AssessmentState, User


@dataclass(frozen=True)
class Seen:
    """One row of a selection as its page showed it: nobody acts on what has changed since."""

    id: int
    version: int


def assign(step: Step, seen: Sequence[Seen], consultant_id: int) -> dict[int, Refusal]:
    """Send one consultant to every assessment of a selection that may be visited.

    Each visit stands for itself: what cannot be assigned is left as it is and named, the rest is
    done. Pressed twice, the second press changes nothing.

    Returns:
        Why something was left, by the assessment's id.

    Raises:
        Invalid: No consultant in use was chosen.
    """
    left: dict[int, Refusal] = {}
    with step.writing() as session:
        consultant = life.consultant(session, consultant_id)
        for one in in_order(seen):
            try:
                _send(step, one, consultant)
            except Refusal as refusal:
                left[one.id] = refusal
    return left


def _send(step: Step, seen: Seen, consultant: User) -> None:
    assessment = store.assessment(step.session, seen.id, lock=True)
    if assessment is None:
        raise NotThere
    if not _is_sent(assessment, consultant):
        if assessment.version != seen.version:
            raise Stale
        life.send(step, assessment, consultant)


def _is_sent(assessment: Assessment, consultant: User) -> bool:
    there = (assessment.state, assessment.consultant_id)
    return there == (AssessmentState.VISITING, consultant.id)


def in_order(seen: Sequence[Seen]) -> list[Seen]:
    """Return rows in the one order in which all lock them: two officers never wait in a ring."""
    return sorted(seen, key=lambda one: one.id)
