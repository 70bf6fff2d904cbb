"""Keep notices that call for applications, and the firms beside each."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

REMINDERS = "kind IN ('before_30', 'before_7', 'before_1', 'pressed')"


def _number(name: str, target: str = "", *, nullable: bool = False) -> sa.Column[Any]:
    key = [sa.ForeignKey(f"{target}.id")] if target else []
    return sa.Column(name, sa.Integer(), *key, nullable=nullable)


def _words(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "notices",
        _number("id"),
        _words("title", 100),
        _words("number", 100),
        _words("issuer", 100),
        _words("level", 20),
        _number("year"),
        _words("source", 10),
        _words("edition", 60),
        _words("rung", 60),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("whom", "asked", "own", "papers")
        ),
        *(sa.Column(name, sa.Date()) for name in ("firms_by", "district_by", "upward_by")),
        _words("platform", 300),
        _words("contact", 100),
        sa.Column("note", sa.Text(), nullable=False),
        _words("state", 10),
        sa.Column("reason", sa.Text(), nullable=False),
        _number("judged_version"),
        _number("copied_from", "notices", nullable=True),
        _number("version"),
        _number("made_by", "users", nullable=True),
        _moment("changed_at"),
        _moment("published_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'ended', 'withdrawn')", name="ck_notices_state"
        ),
        sa.CheckConstraint(
            "source IN ('official', 'copy', 'memory', 'inferred')", name="ck_notices_source"
        ),
        sa.CheckConstraint(
            "level IN ('district', 'city', 'province', 'nation')", name="ck_notices_level"
        ),
    )
    op.create_index("ix_notices_year_state", "notices", ["year", "state"])
    op.create_table(
        "notice_versions",
        _number("notice_id", "notices"),
        _number("version"),
        sa.Column("said", sa.JSON(), nullable=False),
        _moment("until"),
        _number("changed_by", "users", nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "version", name="pk_notice_versions"),
    )
    op.create_table(
        "notice_files",
        _number("notice_id", "notices"),
        _number("paper_id", "papers"),
        sa.PrimaryKeyConstraint("notice_id", "paper_id", name="pk_notice_files"),
    )
    _create_candidates()
    op.create_table(
        "condition_answers",
        _number("notice_id", "notices"),
        _number("firm_id", "firms"),
        _words("condition", 80),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        _number("answered_by", "users", nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "firm_id", "condition", name="pk_condition_answers"),
    )
    op.create_table(
        "notice_reminders",
        _number("id"),
        _number("notice_id", "notices"),
        _number("firm_id", "firms"),
        _words("kind", 12),
        sa.Column("day", sa.Date(), nullable=False),
        _moment("made_at"),
        _moment("passed_on_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice_reminders"),
        sa.UniqueConstraint(
            "notice_id",
            "firm_id",
            "kind",
            "day",
            name="uq_notice_reminders_notice_id_firm_id_kind_day",
        ),
        sa.CheckConstraint(REMINDERS, name="ck_notice_reminders_kind"),
    )
    op.create_index("ix_notice_reminders_firm_id", "notice_reminders", ["firm_id"])


def _create_candidates() -> None:
    op.create_table(
        "candidates",
        _number("notice_id", "notices"),
        _number("firm_id", "firms"),
        sa.Column("fits", sa.Boolean(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        _number("met"),
        _number("not_met"),
        _number("unclear"),
        _words("state", 12),
        sa.Column("reason", sa.Text(), nullable=False),
        _number("said_by", "users", nullable=True),
        _moment("said_at", nullable=True),
        sa.Column("papers", sa.JSON(), nullable=False),
        _words("project", 100),
        sa.Column("investment", sa.BigInteger()),
        _number("place", nullable=True),
        _number("minutes_id", "minutes", nullable=True),
        _moment("settled_at", nullable=True),
        _number("version"),
        sa.PrimaryKeyConstraint("notice_id", "firm_id", name="pk_candidates"),
        sa.CheckConstraint(
            "state IN ('open', 'intended', 'declined', 'recommended', 'passed', 'failed')",
            name="ck_candidates_state",
        ),
    )
    op.create_index(
        "ix_candidates_found", "candidates", ["notice_id", "fits", "not_met", "unclear"]
    )
    op.create_index("ix_candidates_firm", "candidates", ["firm_id", "fits"])
