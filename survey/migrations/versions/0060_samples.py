"""Keep samples: their cards, the firms' consent to them, who looked, and copies."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

STATES = "state IN ('draft', 'asked', 'published', 'withdrawn')"
WAYS = "way IN ('page', 'paper')"


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _to(table: str, name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[Any]:
    target = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer(), target, nullable=nullable, primary_key=key)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _yes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def upgrade() -> None:
    _samples()
    _consents()
    _showings()
    _copies()


def _samples() -> None:
    op.create_table(
        "samples",
        _id(),
        _to("firms", "firm_id"),
        _text("edition", 20),
        _text("trade", 60),
        _text("title", 100),
        sa.Column("card", sa.JSON(), nullable=False),
        _number("revision"),
        _text("state", 12),
        _yes("masked"),
        sa.Column("reason", sa.Text(), nullable=False),
        _to("users", "made_by", nullable=True),
        _moment("made_at"),
        _moment("changed_at"),
        _moment("published_at", nullable=True),
        _number("version"),
        sa.CheckConstraint(STATES, name="state"),
    )
    op.create_index("ix_samples_firm_id", "samples", ["firm_id"])
    op.create_index("ix_samples_state", "samples", ["state", "trade"])


def _consents() -> None:
    op.create_table(
        "sample_consents",
        _id(),
        _to("samples", "sample_id"),
        _number("revision"),
        sa.Column("card", sa.JSON(), nullable=False),
        _text("way", 10),
        _yes("masked"),
        _text("sha256", 64, nullable=True),
        _text("name", 255),
        _text("media_type", 120),
        _number("size"),
        _to("users", "given_by", nullable=True),
        _moment("given_at"),
        _moment("ended_at", nullable=True),
        sa.CheckConstraint(WAYS, name="way"),
    )
    op.create_index("ix_sample_consents_sample_id", "sample_consents", ["sample_id"])


def _showings() -> None:
    op.create_table(
        "sample_showings",
        _to("samples", "sample_id", key=True),
        _to("firms", "firm_id", key=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        _number("days"),
    )
    op.create_index("ix_sample_showings_firm_id", "sample_showings", ["firm_id"])


def _copies() -> None:
    op.create_table(
        "sample_copies",
        _id(),
        _to("samples", "sample_id"),
        _to("firms", "firm_id"),
        _to("users", "copied_by", nullable=True),
        _moment("copied_at"),
        sa.UniqueConstraint("sample_id", "firm_id", name="uq_sample_copies_sample_id_firm_id"),
    )
    op.create_index("ix_sample_copies_firm_id", "sample_copies", ["firm_id"])
    op.create_table(
        "sample_choices",
        _to("sample_copies", "copy_id", key=True),
        sa.Column("package", sa.String(length=20), primary_key=True),
        _yes("needed"),
        _number("quantity"),
        _number("price", nullable=True),
        _number("weeks", nullable=True),
        _text("provider_name", 100),
        _to("projects", "project_id", nullable=True),
        _text("reason", 300),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.UniqueConstraint("project_id", name="uq_sample_choices_project_id"),
    )
