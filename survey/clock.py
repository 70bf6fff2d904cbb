"""The time, asked for once per request so that everything in it happens at one moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, g

# The whole country keeps one time.
LOCAL = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    """Return the moment of this request, in UTC."""
    if "now" not in g:
        g.now = current_app.config["CLOCK"]()
    moment: datetime = g.now
    return moment


def today() -> date:
    """Return the local date of this request."""
    return now().astimezone(LOCAL).date()


def local(moment: datetime | date | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """Write a moment in local time, a date as it is, nothing as an empty string."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        return moment.astimezone(LOCAL).strftime(form)
    return moment.strftime(form.split()[0])
