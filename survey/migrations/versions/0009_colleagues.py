"""Name each firm's owner, its first user, and leave room for what colleagues are given."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("owner", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("users", sa.Column("sections", sa.JSON(), nullable=True))
    op.execute(
        "UPDATE users SET owner = TRUE WHERE firm_id IS NOT NULL AND id IN"
        " (SELECT MIN(id) FROM users WHERE firm_id IS NOT NULL GROUP BY firm_id)"
    )
