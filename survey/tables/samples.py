"""Samples (样本): what a firm did and what came of it, shown to others by its leave, and copies of it.

Every amount is in whole 0.01 万元, as in projects and the catalogue.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import Table, one_of
from survey.tables.enums import ConsentWay, SampleState
from survey.tables.firms import Firm


class Sample(Table):
    """One card about one firm, from its draft until it is withdrawn."""

    __tablename__ = "samples"
    __table_args__ = (
        CheckConstraint(one_of("state", SampleState), name="state"),
        Index("ix_samples_state", "state", "trade"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    edition: Mapped[str] = mapped_column(String(20))
    """Whose catalogue its packages are of."""
    trade: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(100))
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Everything a reader is shown, as ``reports.samples.Card`` writes it."""
    revision: Mapped[int] = mapped_column(default=1)
    """Rises with every change of the card: a consent is to one revision."""
    state: Mapped[SampleState]
    masked: Mapped[bool] = mapped_column(default=False)
    """Whether others are not told the firm's name, as it chose when it agreed."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the firm did not agree, or why it was withdrawn."""
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class SampleConsent(Table):
    """A firm's written consent to one revision of a card; kept when it is taken back."""

    __tablename__ = "sample_consents"
    __table_args__ = (CheckConstraint(one_of("way", ConsentWay), name="way"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    revision: Mapped[int]
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The card word for word, as it was agreed to."""
    way: Mapped[ConsentWay]
    masked: Mapped[bool]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """The signed paper; none where the firm agreed on its page."""
    name: Mapped[str] = mapped_column(String(255), default="")
    media_type: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(default=0)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it stopped counting: taken back, or the card was changed or withdrawn."""


class SampleShowing(Table):
    """That a firm looked at a card: on how many days, first and last."""

    __tablename__ = "sample_showings"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True, index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    days: Mapped[int]


class SampleCopy(Table):
    """That a firm copies a sample (学样)."""

    __tablename__ = "sample_copies"
    __table_args__ = (UniqueConstraint("sample_id", "firm_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    copied_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    copied_at: Mapped[datetime]

    firm: Mapped[Firm] = relationship(lazy="raise")


class SampleChoice(Table):
    """One item of a card in a copy of it: the item as it stood, and the project it became."""

    __tablename__ = "sample_choices"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    copy_id: Mapped[int] = mapped_column(ForeignKey("sample_copies.id"), primary_key=True)
    package: Mapped[str] = mapped_column(String(20), primary_key=True)
    needed: Mapped[bool]
    """Of the N items, which every firm of the trade needs; else one of the X."""
    quantity: Mapped[int]
    """What the price is for."""
    price: Mapped[int | None]
    weeks: Mapped[int | None]
    provider_name: Mapped[str] = mapped_column(String(100), default="")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), unique=True)
    """None where it was left out."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was left out, or done otherwise than in the sample."""
