"""Let a project name the registered provider that carries it out."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    with op.batch_alter_table("projects") as table:
        table.add_column(sa.Column("provider_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_projects_provider_id", "providers", ["provider_id"], ["id"])
    op.create_index("ix_projects_provider_id", "projects", ["provider_id"])
