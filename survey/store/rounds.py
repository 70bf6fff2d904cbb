"""Queries over rounds."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.tables import Round


def round_(session: Session, round_id: int, *, lock: bool = False) -> Round | None:
    return session.get(Round, round_id, with_for_update=lock, populate_existing=lock)
