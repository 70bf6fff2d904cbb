"""What is told of groups of firms: their quartiles, period by period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class Benchmark(Table):
    """All that is told of an edition's firms from one day until the next period (同行参照).

    Of no edition: what packages cost (成交价), by package in the place of a section; how satisfied firms
    are, by provider in that place.

    No firm can be found in it: figures are bands, and who was counted stands in marks alone
    (``reports.benchmarks``).
    """

    __tablename__ = "benchmarks"

    edition: Mapped[str] = mapped_column(String(40), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1."""
    made_at: Mapped[datetime]
    figures: Mapped[list[Any]] = mapped_column(JSON)
    """[section, trade, size, period, firms, low, middle, high, township]; the whole under empty words."""
    members: Mapped[list[Any]] = mapped_column(JSON, deferred=True)
    """[mark, trade, size, [section, ...], township]: by which the next period knows who came and left."""
