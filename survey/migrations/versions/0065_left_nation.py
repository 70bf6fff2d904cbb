"""Remember the stage of the nation's ladder that was proposed for an entry and not taken."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    words = sa.Column("left_nation", sa.String(length=40), nullable=False, server_default="")
    op.add_column("pool_entries", words)
