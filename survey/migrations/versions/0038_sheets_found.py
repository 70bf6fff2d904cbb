"""Let the sheets of an assessment be found by an index, the ones that speak on SQLite as well."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_index("ix_sheets_assessment_id", "sheets", ["assessment_id"])
    op.drop_index("ix_sheets_speaks", "sheets")
    op.create_index(
        "ix_sheets_speaks",
        "sheets",
        ["assessment_id", "kind"],
        unique=True,
        sqlite_where=sa.text("speaks = 1"),
        postgresql_where=sa.text("speaks"),
    )
