"""What scored sheets come to in parts, kept in numbers that the district adds up."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table
from survey.tables.enums import SheetKind


class Tally(Table):
    """One part of the sheet of this kind that was scored last, see ``lifecycle.tallies``.

    Round and trade of the assessment stand here as well, and whether its sheet ``counts``: is the
    one that speaks. So a round is added up along one index.
    """

    __tablename__ = "tallies"
    __table_args__ = (
        Index(
            "ix_tallies_sums",
            *("round_id", "counts", "what", "trade", "kind", "key", "low", "high"),
        ),
    )

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    kind: Mapped[SheetKind] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(12), primary_key=True)
    """A ``Part``: what is counted."""
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Of what: a section, a system, a package."""
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    trade: Mapped[str] = mapped_column(String(60))
    counts: Mapped[bool]
    low: Mapped[int]
    high: Mapped[int]
    """The other end of a range, or the second number of a pair; else ``low``."""
