"""Keep beside a version of a sheet that is left behind what its assessment said then."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("sheets", sa.Column("beside", sa.JSON(), nullable=True))
