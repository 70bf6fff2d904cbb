"""What verified sheets taught, and how an unverified one would probably be found: kept for officers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class FallModel(Table):
    """How self-ratings of one edition fall at verification; no firm can be found in it."""

    __tablename__ = "fall_models"

    edition: Mapped[str] = mapped_column(String(40), primary_key=True)
    visits: Mapped[int]
    answers: Mapped[int]
    """Answers that a consultant saw."""
    tallies: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    """By question id, see ``reports.falls.seen.Tally``."""
    rates: Mapped[dict[str, Any]] = mapped_column(JSON)
    """{effect: {name: [low, middle, high]}} in thousandths, see ``reports.falls.rates``; empty while
    there are too few visits."""
    tried: Mapped[list[list[int]]] = mapped_column(JSON)
    """Forecasts of verified sheets by models that had not seen them: [chance in thousandths, whether the
    rung was overturned, whether the share lay in the interval]."""
    made_at: Mapped[datetime]


class Forecast(Table):
    """How one firm's own sheet would probably be found; it goes when that sheet is scored again.

    Once the sheet is verified the row stays as it was, to be held against what was found.
    """

    __tablename__ = "forecasts"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    own_step: Mapped[int]
    rungs: Mapped[list[int]] = mapped_column(JSON)
    """How many draws stand on each rung, none first."""
    overturned: Mapped[int]
    """The chance of a lower rung, in thousandths."""
    share_low: Mapped[int]
    share_middle: Mapped[int]
    share_high: Mapped[int]
    """The share that would be found, in thousandths: the middle, and the 80 % interval around it."""
    reasons: Mapped[list[list[Any]]] = mapped_column(JSON)
    """[question id, draws in which it fell, those in which the rung fell too]."""
    visits: Mapped[int]
    """How many visits it rests on."""
    made_at: Mapped[datetime]
