"""Let figures and lists of the whole district find what they count by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    op.drop_index("ix_tallies_sums", "tallies")
    near = ["round_id", "what", "kind", "counts", "low", "high", "assessment_id"]
    op.create_index("ix_tallies_near", "tallies", near)
    op.create_index(
        "ix_tallies_systems",
        "tallies",
        ["assessment_id", "key"],
        sqlite_where=sa.text("what = 'system' AND counts = 1 AND low = 1"),
        postgresql_where=sa.text("what = 'system' AND counts AND low = 1"),
    )
    op.create_index("ix_firms_called", "firms", ["township", "name", "trade"])
    op.create_index("ix_firms_above_scale", "firms", ["above_scale"])
