"""Let lists and figures of needs, projects and candidates find what they count by an index."""

from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    op.drop_index("ix_candidates_found", "candidates")
    found = ["notice_id", "fits", "not_met", "unclear", "state", "firm_id"]
    op.create_index("ix_candidates_found", "candidates", found)
    op.create_index("ix_candidates_settled", "candidates", ["state", "settled_at"])
    op.drop_index("ix_needs_standing", "needs")
    op.create_index("ix_needs_standing", "needs", ["state", "due_on", "answered_on"])
    op.create_index("ix_needs_changed", "needs", ["state", "changed_at"])
    counted = ["year", "category", "state", "due_on", "answered_on"]
    op.create_index("ix_needs_counted", "needs", counted)
    op.create_index("ix_projects_waiting", "projects", ["state", "changed_at"])
    op.create_index("ix_projects_firms", "projects", ["state", "firm_id"])
    op.create_index("ix_projects_changed", "projects", ["changed_at"])
