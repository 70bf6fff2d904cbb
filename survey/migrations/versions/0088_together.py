"""Note when a database in use came to this release, beside which the one before may still run.

``store.together`` says what rests on it. A database without users was never used by another release.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"

KEY = "upgraded_at"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT id FROM users LIMIT 1")) is None:
        return
    settings = sa.table("settings", sa.column("key"), sa.column("value", sa.JSON))
    connection.execute(sa.delete(settings).where(settings.c.key == KEY))
    connection.execute(sa.insert(settings).values(key=KEY, value=datetime.now(UTC).isoformat()))
