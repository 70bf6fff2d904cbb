"""Keep what a virus scanner has said of contents."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "scans",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("found", sa.String(100), nullable=False),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'clean', 'infected')", name="state"),
    )
    op.create_index("ix_scans_state_asked_at", "scans", ["state", "asked_at"])
