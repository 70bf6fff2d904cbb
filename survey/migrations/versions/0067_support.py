"""Keep by how few answers a rung is held, beside the score and for lists."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    op.add_column("scores", sa.Column("support", sa.Integer(), nullable=True))
    for column in ("own_support", "visited_support"):
        op.add_column("assessments", sa.Column(column, sa.Integer(), nullable=True))
