"""Keep what firms say of confirmed visits, and how objections were settled."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ACKNOWLEDGED = sa.text("kind = 'acknowledged'")
OPEN = sa.text("kind = 'objected' AND settlement IS NULL")


def upgrade() -> None:
    op.create_table(
        "responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("on_site", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settlement", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name="fk_responses_assessment_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_responses_author_id"),
        sa.CheckConstraint("kind IN ('acknowledged', 'objected')", name="ck_responses_kind"),
        sa.CheckConstraint("settlement IN ('upheld', 'kept')", name="ck_responses_settlement"),
        sa.CheckConstraint("kind = 'objected' OR settlement IS NULL", name="ck_responses_settled"),
        sa.PrimaryKeyConstraint("id", name="pk_responses"),
    )
    op.create_index("ix_responses_assessment_id", "responses", ["assessment_id"])
    for name, columns, where in (
        ("ix_responses_acknowledged", ["assessment_id", "version"], ACKNOWLEDGED),
        ("ix_responses_open", ["assessment_id"], OPEN),
    ):
        op.create_index(
            name, "responses", columns, unique=True, sqlite_where=where, postgresql_where=where
        )
