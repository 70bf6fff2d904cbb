"""Let a round's ladder be counted from an index alone."""

from alembic import op

revision = "0039"
down_revision = "0038"

COLUMNS = ["round_id", "state", "trade", "own_step", "visited_step", "own_permille"]


def upgrade() -> None:
    op.create_index(
        "ix_assessments_ladder", "assessments", [*COLUMNS, "visited_permille", "firm_id"]
    )
