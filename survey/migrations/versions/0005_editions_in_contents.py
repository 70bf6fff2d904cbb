"""Say where among the contents the files of an edition lie, and when it was published."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("editions", sa.Column("content", sa.String(length=64), nullable=True))
    op.add_column("editions", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
