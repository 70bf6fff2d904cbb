"""Let introductions name the project whose contract they follow, and follow those that stand."""

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0054"
down_revision = "0053"

FOLLOWED = """
UPDATE introductions SET project_id = (
    SELECT max(projects.id) FROM projects
    JOIN project_packages ON project_packages.project_id = projects.id
    WHERE projects.firm_id = introductions.firm_id
    AND projects.provider_id = introductions.provider_id
    AND project_packages.package = introductions.package
    AND projects.state IN ('contracted', 'under_way', 'finished', 'accepted')
) WHERE state IN ('agreed', 'introduced', 'contracted')
"""
STATES = "state IN ('asked', 'agreed', 'refused', 'introduced', 'contracted', 'ended', 'withdrawn')"
SIGNED = "UPDATE introductions SET state = 'contracted' WHERE project_id IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("introductions") as table:
        table.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_introductions_project_id", "projects", ["project_id"], ["id"])
        if not db.on_postgresql(op.get_bind()):  # made anew, it lost its checks
            table.create_check_constraint("ck_introductions_state", STATES)
    op.execute(FOLLOWED)
    op.execute(SIGNED)
