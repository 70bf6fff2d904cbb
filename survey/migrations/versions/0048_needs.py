"""Keep what firms ask of the bureau, what was said on the way, and what was decided about drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

STATES = (
    *("registered", "handed_over", "working", "answered", "called_back", "closed"),
    *("deferred", "declined"),
)
SOURCES = ("firm", "visit", "phone", "hotline", "meeting", "assessment")


def one_of(column: str, *words: str) -> str:
    named = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({named})"


def upgrade() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("said_by", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=False),
        sa.Column("handed_on", sa.Date()),
        sa.Column("days", sa.Integer()),
        sa.Column("due_on", sa.Date()),
        sa.Column("by_weekends", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date()),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rating", sa.String(length=10)),
        sa.Column("called_on", sa.Date()),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("main_id", sa.Integer(), sa.ForeignKey("needs.id")),
        sa.Column("joined_at", sa.DateTime(timezone=True)),
        sa.Column("before_joining", sa.JSON()),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(one_of("state", *STATES), name="ck_needs_state"),
        sa.CheckConstraint(one_of("source", *SOURCES), name="ck_needs_source"),
        sa.CheckConstraint(one_of("rating", "good", "fair", "poor"), name="ck_needs_rating"),
        sa.UniqueConstraint("year", "serial", name="uq_needs_year_serial"),
    )
    op.create_index("ix_needs_firm_id", "needs", ["firm_id"])
    op.create_index("ix_needs_main_id", "needs", ["main_id"])
    op.create_index("ix_needs_standing", "needs", ["state", "due_on"])
    op.create_index("ix_needs_kinds", "needs", ["year", "category", "department"])
    op.create_table(
        "need_entries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("need_id", sa.Integer(), sa.ForeignKey("needs.id"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            one_of("kind", "progress", "answer", "call_back"), name="ck_need_entries_kind"
        ),
    )
    op.create_index("ix_need_entries_need_id", "need_entries", ["need_id"])
    op.create_table(
        "need_drafts",
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("need_id", sa.Integer(), sa.ForeignKey("needs.id")),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("users.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "key", name="pk_need_drafts"),
    )
