"""Mark projects an officer wrote down for a firm, and when the firm said that they are so."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    by_bureau: sa.Column[bool] = sa.Column(
        "by_bureau", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("projects", by_bureau)
    op.add_column("projects", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
