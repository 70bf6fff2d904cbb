"""Give every state a word of its own, and a sheet its version, its author and whether it speaks."""

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0003"
down_revision = "0002"

STATES = "state IN ('draft', 'submitted', 'visiting', 'confirmed')"


def upgrade() -> None:
    with op.batch_alter_table("assessments") as table:
        table.drop_constraint("ck_assessments_state", type_="check")
    op.execute("UPDATE assessments SET state = 'visiting' WHERE state = 'on_site'")
    with op.batch_alter_table("assessments") as table:
        table.create_check_constraint("ck_assessments_state", STATES)
    op.execute("UPDATE answers SET verification = 'verified' WHERE verification = 'confirmed'")
    op.execute(
        "UPDATE answer_revisions SET verification = 'verified' WHERE verification = 'confirmed'"
    )
    with op.batch_alter_table("sheets") as table:
        table.drop_constraint("uq_sheets_assessment_id_kind", type_="unique")
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("speaks", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.create_foreign_key("fk_sheets_author_id", "users", ["author_id"], ["id"])
        table.create_unique_constraint(
            "uq_sheets_assessment_id_kind_version", ["assessment_id", "kind", "version"]
        )
        if not db.on_postgresql(op.get_bind()):  # made anew, it lost its check
            table.create_check_constraint("ck_sheets_kind", "kind IN ('self', 'onsite')")
    with op.batch_alter_table("sheets") as table:
        table.alter_column("version", server_default=None)
        table.alter_column("speaks", server_default=None)
        if not db.on_postgresql(op.get_bind()):
            table.create_check_constraint("ck_sheets_kind", "kind IN ('self', 'onsite')")
    op.execute(
        "UPDATE sheets SET author_id = (SELECT consultant_id FROM assessments"
        " WHERE assessments.id = sheets.assessment_id) WHERE kind = 'onsite'"
    )
    op.create_index(
        "ix_sheets_speaks",
        "sheets",
        ["assessment_id", "kind"],
        unique=True,
        sqlite_where=sa.text("speaks"),
        postgresql_where=sa.text("speaks"),
    )
