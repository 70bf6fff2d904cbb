"""Let entries that stand on a stage of the nation's ladder be found by an index."""

from alembic import op

revision = "0087"
down_revision = "0086"


def upgrade() -> None:
    op.create_index("ix_pool_entries_nation", "pool_entries", ["nation_stage"])
