"""What scored sheets come to in parts, kept in numbers that the district adds up."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
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
            "ix_tallies_near",
            *("round_id", "what", "kind", "counts", "low", "high", "assessment_id"),
        ),
        Index(
            "ix_tallies_systems",
            *("assessment_id", "key"),
            # As it is asked: SQLite uses the index of a part only where the question says the same.
            sqlite_where=text("what = 'system' AND counts = 1 AND low = 1"),
            postgresql_where=text("what = 'system' AND counts AND low = 1"),
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


class TallySum(Table):
    """What was added to the sums of a round, or taken out again, see ``store.tallies``.

    All rows of one key added up are the sum over its ``Tally`` rows that count. Whoever changes a
    sheet's parts adds rows and touches none, so nobody waits for anybody; at night they become one.
    """

    __tablename__ = "tally_sums"
    __table_args__ = (Index("ix_tally_sums_round", "round_id", "what", "trade", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    what: Mapped[str] = mapped_column(String(12))
    trade: Mapped[str] = mapped_column(String(60))
    kind: Mapped[SheetKind]
    key: Mapped[str] = mapped_column(String(200))
    firms: Mapped[int]
    low: Mapped[int] = mapped_column(BigInteger)
    high: Mapped[int] = mapped_column(BigInteger)
