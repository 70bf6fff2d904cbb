"""Assessments of a trade in one state are found by their index; it asked for the pool before."""

from alembic import op

revision = "0053"
down_revision = "0052"

WAY = ["edition", "state", "trade", "pooled", "own_permille", "visited_permille", "firm_id"]


def upgrade() -> None:
    op.drop_index("ix_assessments_way", "assessments")
    op.create_index("ix_assessments_way", "assessments", WAY)
