"""Steps over several firms of a list at once: one transaction, and one row of the log for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy.orm import Session

from survey.lifecycle import assessments as life
from survey.lifecycle import teams
from survey.lifecycle.errors import NotThere, Refusal, Shifted
from survey.lifecycle.step import Step
from survey.lifecycle.teams import Team
from survey.store import assessments as store


@dataclass(frozen=True)
class Seen:
    """One row of a selection as its page showed it: nobody acts on what has changed since."""

    id: int
    version: int


@dataclass(frozen=True)
class Whole:
    """Everything a filter finds, as its page showed it: ``shown`` is the ``mark`` of those rows."""

    find: Callable[[Session], Sequence[Seen]]
    shown: str


Chosen = Sequence[Seen] | Whole


def mark(rows: Sequence[Seen]) -> str:
    """Return by what two findings of a filter are told apart: which rows, each at which version."""
    said = ",".join(f"{one.id}-{one.version}" for one in in_order(rows))
    return sha256(said.encode()).hexdigest()


def settled(step: Step, chosen: Chosen) -> list[Seen]:
    """Return the rows meant, in the order in which they are locked; a filter is asked again.

    Raises:
        Shifted: It finds other rows, or rows in another state, than its page showed.
    """
    if not isinstance(chosen, Whole):
        return in_order(chosen)
    found = chosen.find(step.session)
    if mark(found) != chosen.shown:
        raise Shifted(len(found))
    return in_order(found)


def assign(
    step: Step,
    chosen: Chosen,
    consultant_id: int,
    second_id: int | None = None,
    planned_on: date | None = None,
    *,
    despite: str = "",
) -> dict[int, Refusal]:
    """Send one consultant or one pair to every assessment of a selection that may be visited.

    Each visit stands for itself: what cannot be assigned is left as it is and named, the rest is
    done. Pressed twice, the second press changes nothing.

    Args:
        planned_on: The day of all of them; without one, each keeps the day it has.
        despite: Why they go all the same where one of them has an interest in the firm.

    Returns:
        Why something was left, by the assessment's id.

    Raises:
        Invalid: No such consultant, the same one twice, or a day that cannot be.
        Shifted: The filter finds others by now; nothing was done.
    """
    left: dict[int, Refusal] = {}
    with step.writing() as session:
        team = teams.team(session, consultant_id, second_id, planned_on, keeps_day=True)
        teams.require_day(planned_on, step.today)
        for one in settled(step, chosen):
            try:
                _send(step, one, team, despite)
            except Refusal as refusal:
                left[one.id] = refusal
    return left


def _send(step: Step, seen: Seen, team: Team, despite: str) -> None:
    assessment = store.assessment(step.session, seen.id, lock=True)
    if assessment is None:
        raise NotThere
    life.send(step, assessment, team, shown=seen.version, despite=despite)


def in_order(seen: Sequence[Seen]) -> list[Seen]:
    """Return rows in the one order in which all lock them: two officers never wait in a ring."""
    return sorted(seen, key=lambda one: one.id)
