"""Keep which systems and main machines a firm says it uses."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    op.add_column("firms", sa.Column("in_use", sa.JSON(), nullable=False, server_default="[]"))
