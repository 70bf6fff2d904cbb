"""How firms of a pool answered, counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class Habit(Table):
    """One trade of one edition: how many firms stand on each rung, and what they answered.

    No firm can be found in it: it is counts alone, and sets nothing but an order of questions.
    """

    __tablename__ = "habits"

    edition: Mapped[str] = mapped_column(String(40), primary_key=True)
    trade: Mapped[str] = mapped_column(String(60), primary_key=True)
    firms: Mapped[list[int]] = mapped_column(JSON)
    """By rung, from none upwards."""
    counts: Mapped[dict[str, list[list[int]]]] = mapped_column(JSON)
    """By question id, rung and outcome, see ``questionnaires.asking.Habits``."""
    counted_at: Mapped[datetime]
