"""The district's working days as they are kept: the special days of each year, under one key."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from survey.tables import Setting
from survey.workdays import Calendar, SpecialDay

KEY = "workdays"


def read(session: Session) -> Calendar:
    kept = session.get(Setting, KEY)
    if kept is None:
        return Calendar()
    return Calendar({int(year): _days(days) for year, days in kept.value.items()})


def keep(session: Session, calendar: Calendar) -> None:
    """Store the whole calendar; the caller's transaction decides."""
    session.merge(Setting(key=KEY, value=written(calendar)))


def written(calendar: Calendar) -> dict[str, Any]:
    """Return the calendar as it is stored: of each year [day in ISO form, works, name]."""
    return {
        str(year): [[one.day.isoformat(), one.works, one.name] for one in calendar.years[year]]
        for year in sorted(calendar.years)
    }


def _days(kept: list[tuple[str, bool, str]]) -> tuple[SpecialDay, ...]:
    return tuple(SpecialDay(date.fromisoformat(day), works, name) for day, works, name in kept)
