"""Keep what lists count by beside their rows: a firm's newest assessments, its pool entry's edition."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

NEWEST = """
    UPDATE assessments SET newest = true
    WHERE id IN (SELECT max(id) FROM assessments GROUP BY firm_id)
"""
CONFIRMED = """
    UPDATE assessments SET newest_confirmed = true WHERE id IN (
        SELECT max(id) FROM assessments WHERE state = 'confirmed' GROUP BY firm_id, edition
    )
"""
POOLED = "UPDATE assessments SET pooled = true WHERE firm_id IN (SELECT firm_id FROM pool_entries)"
EDITION = """
    UPDATE pool_entries SET edition =
        (SELECT edition FROM assessments WHERE assessments.id = pool_entries.assessment_id)
"""


def upgrade() -> None:
    for name in ("newest", "newest_confirmed", "pooled"):
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column("assessments", column)
    op.add_column(
        "pool_entries", sa.Column("edition", sa.String(40), nullable=False, server_default="")
    )
    for said in (NEWEST, CONFIRMED, POOLED, EDITION):
        op.execute(said)
    _put_in_order()


def _put_in_order() -> None:
    for which, columns in (
        ("newest", ["state", "round_id", "created_at", "firm_id"]),
        ("newest_confirmed", ["edition", "visited_step", "firm_id"]),
    ):
        op.create_index(
            f"ix_assessments_{which}",
            "assessments",
            columns,
            sqlite_where=sa.text(f"{which} = 1"),
            postgresql_where=sa.text(which),
        )
    op.drop_index("ix_assessments_way", "assessments")
    way = ["edition", "state", "pooled", "trade", "own_permille", "visited_permille", "firm_id"]
    op.create_index("ix_assessments_way", "assessments", way)
    op.drop_index("ix_assessments_state", "assessments")
    op.drop_index("ix_assessments_round_id", "assessments")
    op.create_index("ix_assessments_begun", "assessments", ["round_id", "created_at"])
    handed_in = ["round_id", "submitted_at", "state"]
    op.create_index("ix_assessments_handed_in", "assessments", handed_in)
    op.create_index("ix_assessments_pooled", "assessments", ["state", "pooled", "confirmed_at"])
    op.create_index("ix_assessments_waiting", "assessments", ["state", "submitted_at"])
    op.create_index(
        "ix_assessments_round", "assessments", ["firm_id", "round_id", "state", "trade"]
    )
    op.create_index("ix_firms_named", "firms", ["name", "code"])
    op.create_index("ix_firms_added", "firms", ["created_at"])
    op.drop_index("ix_firms_township", "firms")
    op.create_index("ix_firms_township", "firms", ["township", "park"])
    op.create_index("ix_pool_entries_targets", "pool_entries", ["edition", "state", "target_rung"])
    op.create_index("ix_pool_entries_changed", "pool_entries", ["edition", "changed_at"])
    op.create_index("ix_pool_entries_waiting", "pool_entries", ["state", "changed_at"])
    op.create_index(
        "ix_users_waiting",
        "users",
        ["role", "created_at"],
        sqlite_where=sa.text("password_hash IS NULL"),
        postgresql_where=sa.text("password_hash IS NULL"),
    )
