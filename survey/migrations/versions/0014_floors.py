"""Keep beside a score the step that is left when what nobody saw stands at its lowest."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("scores", sa.Column("floor_step", sa.Integer(), nullable=True))
