"""How far a round is by township against its quotas, and day by day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.store import completion as store
from survey.store.completion import Counted, Done, Pace
from survey.store.settings import District
from survey.tables import Round

MOST_DAYS = 30
"""Days of a round that are told one by one; the last ones."""


class Place(NamedTuple):
    """One township: how far its firms are, and how many it is to bring."""

    done: Done
    quota: int | None

    @property
    def missing(self) -> int:
        """How many are still to hand in to reach the quota; 0 without one."""
        return max(0, (self.quota or 0) - self.done.handed_in)


def pace(district: District, now: datetime) -> Pace:
    """Return against what firms are measured: who saved last on the seventh day ago is seven days idle."""
    today = now.astimezone(LOCAL).date()
    return Pace(today, today - timedelta(days=district.stuck_days - 1))


def by_township(round_: Round, counted: Counted) -> list[Place]:
    """Return every township that has firms or a quota, the largest first."""
    found = [Place(done, round_.quotas.get(done.name)) for done in counted.townships]
    known = {place.done.name for place in found}
    empty = [(name, quota) for name, quota in round_.quotas.items() if name not in known]
    return found + [Place(Done(name, 0, 0, 0, 0), quota) for name, quota in empty]


class Day(NamedTuple):
    """One day of a round: how many began and handed in on it, and how many had by its end."""

    day: date
    begun: int
    handed_in: int
    handed_in_by: int


def by_day(session: Session, round_: Round, today: date) -> list[Day]:
    """Return the last days of a round on which something happened, newest first."""
    since = _begin(max(round_.opens_on, today - timedelta(days=MOST_DAYS - 1)))
    begun = store.begun_by_day(session, round_.id, since)
    handed_in = store.handed_in_by_day(session, round_.id, since)
    total, days = store.handed_in_before(session, round_.id, since), []
    for day in sorted({*begun, *handed_in}):
        total += handed_in.get(day, 0)
        days.append(Day(day, begun.get(day, 0), handed_in.get(day, 0), total))
    return days[::-1]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
