"""The clock and the country's time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# The whole country keeps one time.
LOCAL = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime | date | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """Write a moment in local time, a date as it is, nothing as an empty string."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        return moment.astimezone(LOCAL).strftime(form)
    return moment.strftime(form.split()[0])
