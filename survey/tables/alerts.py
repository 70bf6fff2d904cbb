"""What turned bad with the installation itself, from when until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class Alert(Table):
    """One occasion on which a check of the installation turned bad (警报); of each check one at a time."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "uq_alerts_open",
            "about",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(String(20))
    """The check, by its name; the column allows those of later releases."""
    code: Mapped[str] = mapped_column(String(20))
    """What was found last, with what its sentence names in ``values``."""
    values: Mapped[dict[str, Any]]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it was found bad last, by whichever machine."""
    ended_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    """When somebody last began to mail it."""
    told_at: Mapped[datetime | None]
    """When a server took the mail; NULL too where nobody is to be mailed."""
