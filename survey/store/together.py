"""For how long the release before may run beside this one: an upgrade without down time is long over by then.

What that release cannot read (a scheme of sealed secrets, the digest of cookies) is read by this one from
its first day, and written once that time has passed. So nobody who signs in during an upgrade is told
something else by each machine, and nobody has to remember to switch anything on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import Setting

KEY = "upgraded_at"
"""Where the migration that begins something new notes the moment at which it met a database in use."""
TOGETHER: Final = timedelta(days=7)


def ends(session: Session) -> datetime | None:
    """Return until when the release before may still be running; None where none ever ran."""
    kept = session.scalar(select(Setting.value).where(Setting.key == KEY))
    return datetime.fromisoformat(kept).astimezone(UTC) + TOGETHER if kept else None


def is_over(session: Session, now: datetime) -> bool:
    last = ends(session)
    return last is None or last <= now
