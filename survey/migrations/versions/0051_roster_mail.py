"""Let lists say the mail address of a firm's contact."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column("roster_rows", sa.Column("contact_mail", sa.String(254), nullable=True))
