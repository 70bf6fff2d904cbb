"""Keep beside a sheet on which day an answer of it was saved last; ``migrations.watching`` goes on so."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"


def upgrade() -> None:
    op.add_column("sheets", sa.Column("saved_on", sa.Date(), nullable=True))
    last = "(SELECT max(saved_at) FROM answers WHERE sheet_id = sheets.id)"
    if op.get_bind().dialect.name == "postgresql":
        day = f"timezone('Asia/Shanghai', {last})::date"
    else:
        day = f"date({last}, '+8 hours')"
    op.execute(f"UPDATE sheets SET saved_on = {day}")  # noqa: S608  # our own words
