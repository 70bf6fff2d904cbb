"""Remember what was decided about each edition."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.Column("copied_from", sa.String(length=40), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name="ck_editions_state"),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name="fk_editions_changed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
    )
