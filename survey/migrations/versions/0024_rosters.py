"""Take in lists of firms: their rows while they are checked, and figures, titles, proposals after."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

STATES = "'uploaded', 'checking', 'checked', 'importing', 'imported', 'undoing', 'undone'"
OUTCOMES = "'new', 'changed', 'unchanged', 'duplicate', 'fault'"


def upgrade() -> None:
    op.add_column("firms", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE firms SET confirmed_at = (SELECT max(at) FROM audit_log"
        " WHERE audit_log.firm_id = firms.id AND audit_log.action = 'profile')"
    )
    _rosters()
    _rows()
    _firms()


def _rosters() -> None:
    op.create_table(
        "rosters",
        _id(),
        _text("name", 255, nullable=False),
        _text("sha256", 64, nullable=False),
        _text("kind", 4, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _text("state", 12, nullable=False),
        _to("job_id", "jobs.id"),
        sa.Column("choices", sa.JSON(), nullable=True),
        sa.Column("marks_missing", sa.Boolean(), nullable=False),
        sa.Column("overwrites", sa.Boolean(), nullable=False),
        sa.Column("overtaken", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        _to("uploaded_by", "users.id"),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        _to("imported_by", "users.id"),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        _to("undone_by", "users.id"),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_rosters_state"),
    )
    op.create_table(
        "roster_mappings",
        _id(),
        _text("name", 60, nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        _text("unit", 4, nullable=False),
        _to("kept_by", "users.id"),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("name", name="uq_roster_mappings_name"),
    )


def _rows() -> None:
    op.create_table(
        "roster_rows",
        _id(),
        _to("roster_id", "rosters.id", nullable=False, index=True),
        _text("sheet", 60, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("outcome", 12, nullable=False),
        sa.Column("code", sa.String(length=18), nullable=False, index=True),
        _text("name", 100, nullable=False),
        _text("trade", 60, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        _to("firm_id", "firms.id", index=True),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("base_roster", sa.Integer(), nullable=True),
        sa.Column("touches", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        *(_text(name, most) for name, most in STATED.items()),
        *_listed(),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="ck_roster_rows_outcome"),
    )
    op.create_table(
        "roster_faults",
        _id(),
        _to("row_id", "roster_rows.id", nullable=False, index=True),
        _text("code", 30, nullable=False),
        _text("field", 30, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
    )
    op.create_table(
        "roster_figures",
        _to("row_id", "roster_rows.id", nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("row_id", "year", name="pk_roster_figures"),
    )
    op.create_table(
        "roster_titles",
        _id(),
        _to("row_id", "roster_rows.id", nullable=False, index=True),
        *_title(),
        sa.Column("recognition", sa.Boolean(), nullable=False),
    )


def _firms() -> None:
    op.create_table(
        "firm_years",
        _to("firm_id", "firms.id", nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *_figures(),
        _to("roster_id", "rosters.id"),
        sa.PrimaryKeyConstraint("firm_id", "year", name="pk_firm_years"),
    )
    op.create_table(
        "firm_titles",
        _id(),
        _to("firm_id", "firms.id", nullable=False, index=True),
        *_title(),
        _to("roster_id", "rosters.id"),
    )
    op.create_table(
        "recognition_proposals",
        _id(),
        _to("firm_id", "firms.id", nullable=False, index=True),
        *_title(),
        _text("state", 10, nullable=False),
        _to("roster_id", "rosters.id"),
        _to("decided_by", "users.id"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'taken', 'declined')", name="ck_recognition_proposals_state"
        ),
    )
    op.create_table(
        "firm_listings",
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), primary_key=True),
        *_listed(),
        _to("seen_in", "rosters.id"),
        _to("missing_from", "rosters.id"),
    )


STATED = {
    "township": 60,
    "park": 60,
    "address": 200,
    "products": 300,
    "size": 10,
    "contact_name": 60,
    "contact_post": 60,
    "contact_phone": 40,
}


def _listed() -> list[sa.Column[Any]]:
    names = {"industry": 4, "founded": 10, "legal_person": 60, "owner_phone": 60, "served_by": 60}
    return [_text(name, most) for name, most in names.items()]


def _figures() -> list[sa.Column[Any]]:
    return [
        sa.Column("above_scale", sa.Boolean(), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("revenue", "output", "tax", "research", "electricity")
        ),
        sa.Column("staff", sa.Integer(), nullable=True),
        _text("acre_class", 1),
        _text("digital_level", 3),
    ]


def _title() -> list[sa.Column[Any]]:
    return [
        _text("title", 100, nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        _text("level", 20),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _text(name: str, most: int, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=most), nullable=nullable)


def _to(name: str, there: str, *, nullable: bool = True, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(there), nullable=nullable, index=index)
