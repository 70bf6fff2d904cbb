"""Keep beside a picture what it looks like, so that copies of it are found."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("evidence", sa.Column("likeness", sa.String(length=16), nullable=True))
