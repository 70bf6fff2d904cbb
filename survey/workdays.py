"""Working days: weekdays, less public holidays, and the weekends that are worked to make up for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

WEEK = 5
"""Days of a week that are worked: Monday to Friday."""
MOST_DAYS = 250
"""Working days that may be asked for at once: about a year."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SpecialDay:
    """A day that is not what its weekday says: a holiday (放假), or ``works`` (补班)."""

    day: date
    works: bool
    name: str


@dataclass(frozen=True)
class Calendar:
    """The special days of each year that somebody imported; other years go by weekdays alone."""

    years: Mapping[int, tuple[SpecialDay, ...]] = field(default_factory=dict)

    @cached_property
    def _works(self) -> dict[date, bool]:
        return {one.day: one.works for days in self.years.values() for one in days}

    def is_working(self, day: date) -> bool:
        return self._works.get(day, day.weekday() < WEEK)

    def after(self, start: date, days: int) -> date:
        """Return the working day that comes so many working days after a day; 0 is the day itself.

        Args:
            days: 0 to ``MOST_DAYS``.
        """
        if not 0 <= days <= MOST_DAYS:
            raise ValueError(days)
        day = start
        while days:
            day += _DAY
            days -= self.is_working(day)
        return day

    def from_on(self, day: date) -> date:
        """Return a day, or the working day that comes next."""
        while not self.is_working(day):
            day += _DAY
        return day

    def late(self, due: date, today: date) -> int:
        """Return how many working days have passed since a due date; 0 until then."""
        past = (due + timedelta(days=n) for n in range(1, (today - due).days + 1))
        return sum(self.is_working(day) for day in past)

    def guessed(self, first: date, last: date) -> tuple[int, ...]:
        """Return the years between two days that nobody imported: there only weekends are known."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.years)
