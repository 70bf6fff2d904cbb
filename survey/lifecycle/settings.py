"""Change the district's settings, with a row in the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from survey import db, district
from survey.lifecycle.audit import Actor, log


def keep_district(session: Session, wanted: district.District, *, by: Actor, now: datetime) -> None:
    """Store the settings as a whole."""
    with db.writing(session):
        before = district.read(session)
        district.keep(session, wanted)
        log(
            session,
            by,
            now,
            "settings",
            "district",
            district.KEY,
            before=str(before),
            after=str(wanted),
        )
