"""Keep second factors, their recovery codes, and when a session showed one."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("user_sessions", sa.Column("factor_at", moment, nullable=True))
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("sealed", sa.String(200), nullable=False),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("used_at", moment, nullable=True),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
