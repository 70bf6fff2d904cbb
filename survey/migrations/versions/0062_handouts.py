"""Keep the short edition and the picture of a report beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    for name in ("short", "picture"):
        op.add_column("documents", sa.Column(name, sa.String(64), nullable=True))
