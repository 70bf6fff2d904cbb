"""Let a batch pack all that is known of each firm: its items name the firm, some no assessment."""

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0073"
down_revision = "0072"

KINDS = "kind IN ('reports', 'workbook', 'files')"
STATES = "state IN ('making', 'made', 'cancelled')"
ITEM_STATES = "state IN ('waiting', 'working', 'done', 'failed')"
FIRMS = """
UPDATE batch_items SET firm_id = (
    SELECT assessments.firm_id FROM assessments WHERE assessments.id = batch_items.assessment_id
)
"""


def upgrade() -> None:
    on_postgresql = db.on_postgresql(op.get_bind())
    with op.batch_alter_table("batches", recreate="never" if on_postgresql else "always") as table:
        if on_postgresql:
            table.drop_constraint("ck_batches_kind", type_="check")
        else:  # made anew, it lost its checks
            table.create_check_constraint("ck_batches_state", STATES)
        table.create_check_constraint("ck_batches_kind", KINDS)
    op.add_column("batch_items", sa.Column("firm_id", sa.Integer(), nullable=True))
    op.execute(FIRMS)
    with op.batch_alter_table("batch_items") as table:
        table.alter_column("firm_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("assessment_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key("fk_batch_items_firm_id", "firms", ["firm_id"], ["id"])
        if not on_postgresql:
            table.create_check_constraint("ck_batch_items_state", ITEM_STATES)
    op.create_index("ix_batch_items_firm_id", "batch_items", ["firm_id"])
