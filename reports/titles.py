"""Until when a firm's title holds (资质有效期), said as exactly as its list says it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

NEAR = timedelta(days=90)
"""How long before its end a title is pointed out: renewing one takes about a season (参考值)."""


def last_day(until: str) -> date:
    """Return the last day on which a title holds.

    Args:
        until: 2026, 2026-12 or 2026-12-07.
    """
    year, month, day = (*map(int, until.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def standing(until: str | None, today: date) -> Literal["", "ending", "ended"]:
    """Say whether a title has ended, or soon will; nothing where no end is known."""
    if until is None:
        return ""
    left = last_day(until) - today
    return "ended" if left < timedelta(0) else "ending" if left <= NEAR else ""
