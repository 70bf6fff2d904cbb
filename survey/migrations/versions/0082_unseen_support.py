"""Keep by how few answers that nobody saw a rung is held, beside the score and for lists."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"


def upgrade() -> None:
    op.add_column("scores", sa.Column("unseen_support", sa.Integer(), nullable=True))
    op.add_column("assessments", sa.Column("visited_unseen_support", sa.Integer(), nullable=True))
