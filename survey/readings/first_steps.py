"""What an installation begins with (第一步): each step, whether it is done, and whose it is."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey import library
from survey.store import todo as store
from survey.store.settings import District
from survey.store.todo import Beginnings
from survey.tables import Role


class First(StrEnum):
    """The steps from an empty installation to the first firm's first answer, in order."""

    DISTRICT = "district"
    OFFICERS = "officers"
    EDITION = "edition"
    CONSULTANTS = "consultants"
    FIRMS = "firms"
    ROUND = "round"
    INVITATIONS = "invitations"
    ANSWER = "answer"


WHOSE = {
    First.DISTRICT: Role.ADMINISTRATOR,
    First.OFFICERS: Role.ADMINISTRATOR,
    First.EDITION: Role.ADMINISTRATOR,
    First.CONSULTANTS: Role.ADMINISTRATOR,
    First.FIRMS: Role.OFFICER,
    First.ROUND: Role.OFFICER,
    First.INVITATIONS: Role.OFFICER,
    First.ANSWER: Role.FIRM,
}


class FirstStep(NamedTuple):
    """One line of the checklist."""

    step: First
    whose: Role
    done: bool


def first_steps(session: Session, district: District) -> tuple[FirstStep, ...]:
    """Return the checklist; nothing once every step is done."""
    done = _done(store.beginnings(session), district, has_edition=_has_edition(session))
    if all(done.values()):
        return ()
    return tuple(FirstStep(step, WHOSE[step], done[step]) for step in First)


def _has_edition(session: Session) -> bool:
    return bool(library.of(session).editions())


def _done(there: Beginnings, district: District, *, has_edition: bool) -> dict[First, bool]:
    return {
        First.DISTRICT: bool(district.name and district.bureau),
        First.OFFICERS: there.officers > 0,
        First.EDITION: has_edition,
        First.CONSULTANTS: there.consultants > 0,
        First.FIRMS: there.firms > 0,
        First.ROUND: there.rounds > 0,
        First.INVITATIONS: there.joined > 0,
        First.ANSWER: there.answers,
    }
