"""Where tables and contents disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.files.contents import Contents, Lying
from survey.store import contents as store

GRACE = timedelta(days=1)
"""A file lies for a moment before its row is written; so long nothing is called unclaimed."""


@dataclass(frozen=True)
class Stray:
    """Rows without their content (by hash), and contents and forms without any row."""

    missing: tuple[str, ...]
    unclaimed: tuple[Lying, ...]


def stray(session: Session, contents: Contents, now: datetime) -> Stray:
    """Compare both ways; nothing is changed."""
    # What is there first: a content laid down in between is then spoken of, not unclaimed.
    lying = list(contents.all())
    named = store.spoken_of(session)
    there = {one.name for one in lying}
    return Stray(
        missing=tuple(sha256 for sha256 in sorted(named - there) if not contents.has(sha256)),
        unclaimed=tuple(
            sorted(
                (one for one in lying if one.sha256 not in named and one.changed_at < now - GRACE),
                key=lambda one: one.name,
            )
        ),
    )
