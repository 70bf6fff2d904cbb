"""How often rows of a table were touched, by which kept answers know whether they still hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class Touch(Table):
    """What changed of one table within one ward, see ``store.kept``; written by triggers alone.

    All rows of one (what, ward) added up only ever grow. On PostgreSQL each transaction has rows of
    its own, so nobody waits for anybody; at night they become one.
    """

    __tablename__ = "touches"
    __table_args__ = (Index("uq_touches_ward", "what", "ward", "by", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(40))
    """The table's name; empty for the row that tells one database from another."""
    ward: Mapped[int]
    """Which firms, ``WARD`` of them by their numbers; ``EVERYWHERE`` where no firm is meant."""
    times: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """The transaction that touched, on PostgreSQL; else 0."""
    at: Mapped[datetime] = mapped_column(server_default=text("CURRENT_TIMESTAMP"))
    """When that transaction began; a restored database may count its transactions anew."""


WARD = 1000
"""Firms of one ward, by their numbers."""
EVERYWHERE = -1
"""In place of a ward, where a row belongs to no firm."""
_FIRM = "{row}.firm_id"
_ASSESSMENT = "(SELECT firm_id FROM assessments WHERE id = {row}.assessment_id)"
_PROJECT = "(SELECT firm_id FROM projects WHERE id = {row}.project_id)"
_NOBODY = "NULL"
WATCHED: Mapping[str, str] = {
    "firms": "{row}.id",
    "users": _FIRM,
    "invitations": _FIRM,
    "rounds": _NOBODY,
    "assessments": _FIRM,
    "sheets": _ASSESSMENT,
    "unmet_gates": _ASSESSMENT,
    "tallies": _ASSESSMENT,
    "pool_entries": _FIRM,
    "recognitions": _FIRM,
    "firm_titles": _FIRM,
    "national_filings": _FIRM,
    "projects": _FIRM,
    "project_packages": _PROJECT,
    "subsidies": _PROJECT,
    "needs": _FIRM,
    "providers": _NOBODY,
    "introductions": _FIRM,
    "notices": _NOBODY,
    "candidates": _FIRM,
    "samples": _FIRM,
    "sample_copies": _FIRM,
    "sample_choices": _NOBODY,
    "sample_showings": _FIRM,
}
"""The tables whose touches are counted, each with how SQL finds the firm of a row."""
