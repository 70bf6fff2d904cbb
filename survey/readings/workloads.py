"""How loaded each consultant is, for whoever chooses one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.store import visits as store
from survey.store import workdays
from survey.store.visits import Workload
from survey.workdays import Calendar

SPAN = timedelta(days=13)
"""The coming two weeks, today included."""
SHOWN = 3
"""How many free days are named."""


class Load(NamedTuple):
    """A consultant's workload, and the next working days without a visit."""

    of: Workload
    free: tuple[date, ...]


def loads(session: Session, today: date, rounds: Collection[int] | None = None) -> list[Load]:
    """Return every consultant's load, the less loaded first, by three queries.

    Args:
        rounds: Those whose confirmed visits are counted, by id; None for all.
    """
    last = today + SPAN
    busy = store.planned_days(session, today, last)
    found = store.workloads(session, today, last, rounds)
    calendar = workdays.read(session)
    return [Load(one, free_days(calendar, today, busy.get(one.id, ()))) for one in found]


def free_days(calendar: Calendar, today: date, busy: Collection[date]) -> tuple[date, ...]:
    """Return the next working days, tomorrow on, on which nothing is planned."""
    coming = (today + timedelta(days=n) for n in range(1, SPAN.days + 1))
    free = [day for day in coming if calendar.is_working(day) and day not in busy]
    return tuple(free[:SHOWN])
