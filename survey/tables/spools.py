"""Which files of lines were taken over from the web's processes (``files.spool``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class TakenSpool(Table):
    """A file whose lines stand in the database. Its row stays longer than the file could."""

    __tablename__ = "taken_spools"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(index=True)
