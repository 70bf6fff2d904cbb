"""Keep from when a webhook is told of kinds of event that were chosen later."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("joined", sa.JSON(), nullable=False, server_default="{}"))
