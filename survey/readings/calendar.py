"""A consultant's visits in the order of their days: 已过、今天、本周、以后、未定."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.readings.visits import Visit
from survey.store import visits as store
from survey.store.visits import Visitor
from survey.tables import Assessment


class When(StrEnum):
    """How near a planned day is."""

    PAST = "past"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    OPEN = "open"


class Days(NamedTuple):
    """The visits of one stretch of days."""

    when: When
    visits: tuple[Visit, ...]


def by_day(visits: Sequence[Visit], today: date) -> list[Days]:
    """Return the stretches that hold a visit, in order; the week ends on Sunday."""
    found = {when: tuple(v for v in visits if near(v.assessment, today) == when) for when in When}
    return [Days(when, some) for when, some in found.items() if some]


def near(assessment: Assessment, today: date) -> When:
    """Say how near an assessment's planned day is."""
    day, sunday = assessment.planned_on, today + timedelta(days=6 - today.weekday())
    if day is None:
        return When.OPEN
    if day <= today:
        return When.TODAY if day == today else When.PAST
    return When.WEEK if day <= sunday else When.LATER


def visitors_of(
    session: Session, assessments: Iterable[Assessment]
) -> Mapping[int, tuple[Visitor, ...]]:
    """Return whoever visits each assessment, the one who leads first, by one query."""
    known = list(assessments)
    people = store.visitors(session, {id for one in known for id in one.visitors})
    return {one.id: tuple(people[id] for id in one.visitors) for one in known}
