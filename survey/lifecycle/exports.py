"""Note in the log who took which list out of the system, and how many rows of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle.audit import Actor, log


def note_export(
    session: Session, listed: str, rows: int, filters: str, *, by: Actor, now: datetime
) -> None:
    """Add the row. ``listed``: the list's word, such as assessments or pool."""
    with db.writing(session):
        log(session, by, now, "export", "list", listed, after=f"{rows} 行", reason=filters)
