"""Keep passkeys beside authenticator apps, and what a session asked one to sign."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("user_sessions", sa.Column("challenge", sa.String(60), nullable=True))
    op.add_column("user_sessions", sa.Column("challenge_at", moment, nullable=True))
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("credential", sa.String(1400), nullable=False, unique=True),
        sa.Column("public_key", sa.String(2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("added_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
