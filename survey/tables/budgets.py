"""What an officer asked of the district's subsidy budget, and what was worked out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class BudgetRun(Table):
    """One run of the budget (预算方案): its terms, and its answer once a worker has it.

    It names firms by their numbers alone. At most one run is adopted.
    """

    __tablename__ = "budget_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    edition: Mapped[str] = mapped_column(String(60))
    """By whose ladder and catalogue the firms' goals were worked out."""
    terms: Mapped[dict[str, Any]]
    """As ``reports.budget.kept`` writes them."""
    withdrawing: Mapped[int]
    """With what probability a chosen firm withdraws, in percent."""
    goals: Mapped[str] = mapped_column(String(64), default="")
    """The digest of the firms and goals that were chosen from; empty while it is not known."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    adopted_at: Mapped[datetime | None]
    """Since when it is the one the district goes by; None for one that is not."""
