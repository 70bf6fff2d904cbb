"""The cheapest way of a firm to each rung above its own, kept in numbers the district plans with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table
from survey.tables.enums import SheetKind, Size


class KeptWay(Table):
    """One way from the sheet of this kind that was scored last, see ``lifecycle.ways``.

    The row of the rung a firm stands on says that it was worked out; it costs nothing. All of a
    sheet's rows go when it is scored again, and are made anew where the firm's ``size`` is another.
    """

    __tablename__ = "kept_ways"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    kind: Mapped[SheetKind] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rung: Mapped[str | None] = mapped_column(String(60))
    """Empty below the first rung."""
    size: Mapped[Size | None]
    """Of the firm, when it was worked out."""
    reached: Mapped[bool]
    """Whether anything in the catalogue leads there."""
    proven: Mapped[bool]
    """Whether the search came to its end in time."""
    weeks: Mapped[int]
    packages: Mapped[dict[str, Any]]
    """{code: number of units}."""
    amounts: Mapped[dict[str, Any]]
    """{kind of cost: [low, high]} in 0.01 万元; kinds that cost nothing are left out."""
