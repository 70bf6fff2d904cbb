"""Let the index by which needs are counted tell whose they are."""

from alembic import op

revision = "0083"
down_revision = "0082"

COUNTED = ("year", "category", "state", "due_on", "answered_on")


def upgrade() -> None:
    op.create_index("ix_needs_counted_firms", "needs", [*COUNTED, "firm_id"])
    op.drop_index("ix_needs_counted", "needs")
