"""Remember in which rows of the log personal details are still to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "log_erasures",
        sa.Column("entry_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("part", sa.String(10), primary_key=True),
        sa.Column("erased_by", sa.Integer(), nullable=False),
    )
