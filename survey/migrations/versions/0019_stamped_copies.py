"""Keep beside a document that counts no more a copy that says so."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "documents", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("documents", sa.Column("stamped", sa.String(length=64), nullable=True))
    op.add_column("documents", sa.Column("stamped_for", sa.String(length=40), nullable=True))
