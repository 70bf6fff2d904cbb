"""Lists of firms on their way in, row by row, and what they leave: figures by year, titles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import SORT_KEY, Table, one_of, spell
from survey.tables.enums import ProposalState, RosterState, RowOutcome, Size


class Roster(Table):
    """One list (企业名单) an officer brought: the file, how it is read, what became of it."""

    __tablename__ = "rosters"
    __table_args__ = (CheckConstraint(one_of("state", RosterState), name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    """Empty once what the list held was cleared (``lifecycle.retention``)."""
    kind: Mapped[str] = mapped_column(String(4))
    """xlsx, xls or csv."""
    size: Mapped[int]
    state: Mapped[RosterState]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    """What works on it, or did last."""
    choices: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """How it is read, as the officer chose (``rosters.recognising.Choices``)."""
    marks_missing: Mapped[bool] = mapped_column(default=True)
    """It holds every firm: those that are not in it are marked 本次名单未见."""
    overwrites: Mapped[bool] = mapped_column(default=False)
    """What firms said of themselves is overwritten, too."""
    overtaken: Mapped[int] = mapped_column(default=0)
    """How many firms changed between check and import, so that it was checked again."""
    counts: Mapped[dict[str, Any]]
    """Rows by outcome; after the import what was done, after undoing it what stays."""
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_cleared(self) -> bool:
        return not self.sha256


class Stated:
    """What lists say of a firm beside its code, name and trade; all but ``Listed`` is the firm's, too."""

    township: Mapped[str | None] = mapped_column(String(60))
    park: Mapped[str | None] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(200))
    products: Mapped[str | None] = mapped_column(String(300))
    size: Mapped[Size | None]
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_post: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    contact_mail: Mapped[str | None] = mapped_column(String(254))


class Listed:
    """What only the bureau's lists say of a firm."""

    industry: Mapped[str | None] = mapped_column(String(4))
    """Class of GB/T 4754."""
    founded: Mapped[str | None] = mapped_column(String(10))
    """2023, 2023-05 or 2023-05-01: no more exact than the list."""
    legal_person: Mapped[str | None] = mapped_column(String(60))
    owner_phone: Mapped[str | None] = mapped_column(String(60))
    served_by: Mapped[str | None] = mapped_column(String(60))


class Figures:
    """A firm's figures of one year. Money in 分, electricity in kWh: exact whatever the list's unit."""

    above_scale: Mapped[bool | None]
    revenue: Mapped[int | None] = mapped_column(BigInteger)
    output: Mapped[int | None] = mapped_column(BigInteger)
    tax: Mapped[int | None] = mapped_column(BigInteger)
    research: Mapped[int | None] = mapped_column(BigInteger)
    staff: Mapped[int | None]
    electricity: Mapped[int | None] = mapped_column(BigInteger)
    acre_class: Mapped[str | None] = mapped_column(String(1))
    digital_level: Mapped[str | None] = mapped_column(String(3))


class RosterRow(Stated, Listed, Table):
    """One row of a list, judged: of a new firm all it says, of a known one only what it changes.

    It knows its firm by the code, before the import and after: wide rows are not written again.
    """

    __tablename__ = "roster_rows"
    __table_args__ = (
        CheckConstraint(one_of("outcome", RowOutcome), name="outcome"),
        Index("ix_roster_rows_roster_id_code", "roster_id", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"))
    sheet: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    outcome: Mapped[RowOutcome]
    code: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(SORT_KEY, default=spell, server_default=text("''"))
    trade: Mapped[str] = mapped_column(String(60))
    told: Mapped[bool]
    """The trade was told from the row, or chosen by the officer; else it is the list's for the rest."""
    base_version: Mapped[int]
    """The firm's version when it was compared; 0 for a new one."""
    base_roster: Mapped[int | None]
    """The list that had last spoken of it then."""
    touches: Mapped[bool]
    """It changes what the firm's own row says."""
    shown: Mapped[dict[str, Any]]
    """What the preview shows beside: ``changes``; of a duplicate ``first`` and ``differs``. Of a
    firm that gets another name, how the old one is spelled (``name_key``)."""
    doubtful: Mapped[bool]
    """It has notes."""
    stays: Mapped[bool] = mapped_column(default=False)
    """It was not undone: somebody has touched the firm since."""


class RosterFault(Table):
    """A fault or a note of one row: its code, the field, what the sentence names."""

    __tablename__ = "roster_faults"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("roster_rows.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    field: Mapped[str] = mapped_column(String(30))
    values: Mapped[dict[str, Any]]


class RosterFigure(Figures, Table):
    """What one row says of one year."""

    __tablename__ = "roster_figures"

    row_id: Mapped[int] = mapped_column(ForeignKey("roster_rows.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)


class RosterTitle(Table):
    """A title, or a recognition, that one row names and the firm does not have yet."""

    __tablename__ = "roster_titles"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("roster_rows.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    year: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(String(20))
    until: Mapped[str | None] = mapped_column(String(10))
    recognition: Mapped[bool]


class RosterMapping(Table):
    """How an office's lists are headed, remembered under a name."""

    __tablename__ = "roster_mappings"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    columns: Mapped[dict[str, Any]]
    """A field's key by heading; empty for what is not imported."""
    unit: Mapped[str] = mapped_column(String(4))
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kept_at: Mapped[datetime]


class FirmYear(Figures, Table):
    """What lists say of one firm and one year; the firm's own word stands in its profile."""

    __tablename__ = "firm_years"

    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int | None] = mapped_column(ForeignKey("rosters.id"))
    """The list that spoke last."""


class FirmTitle(Table):
    """A title of a firm (资质), such as 高新技术企业, with year, level and end where a list says them.

    A later list that only moves the end of validity adds a row; the last one speaks.
    """

    __tablename__ = "firm_titles"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    year: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(String(20))
    until: Mapped[str | None] = mapped_column(String(10))
    """2026, 2026-12 or 2026-12-07: no more exact than the list."""
    roster_id: Mapped[int | None] = mapped_column(ForeignKey("rosters.id"))


class RecognitionProposal(Table):
    """A recognition a list names (认定): counts for nothing until an officer records it."""

    __tablename__ = "recognition_proposals"
    __table_args__ = (CheckConstraint(one_of("state", ProposalState), name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    year: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[ProposalState]
    roster_id: Mapped[int | None] = mapped_column(ForeignKey("rosters.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]


class FirmListing(Listed, Table):
    """What only lists say of one firm, and whether the last one named it."""

    __tablename__ = "firm_listings"

    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    seen_in: Mapped[int | None] = mapped_column(ForeignKey("rosters.id"))
    missing_from: Mapped[int | None] = mapped_column(ForeignKey("rosters.id"))
    """本次名单未见."""
