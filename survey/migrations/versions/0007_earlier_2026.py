"""Keep what was answered on edition 2026 before it was revised as edition 2026-0.

Rounds that were begun on stay with what their firms were asked; a round nobody has begun on, and
every later one, uses the revised edition. The log keeps the name that stood on the page then.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BEFORE, KEPT = "2026", "2026-0"


def upgrade() -> None:
    tables = sa.MetaData()
    tables.reflect(op.get_bind(), only=["assessments", "rounds", "editions"])
    assessments, rounds, editions = (tables.tables[name] for name in ("assessments", "rounds", "editions"))  # fmt: skip
    begun = sa.select(assessments.c.round_id).where(assessments.c.edition == BEFORE)
    if op.get_bind().scalar(sa.select(begun.exists())):
        used = rounds.c.edition == BEFORE, rounds.c.id.in_(begun)
        op.execute(rounds.update().where(*used).values(edition=KEPT))
        op.execute(assessments.update().where(assessments.c.edition == BEFORE).values(edition=KEPT))
        op.execute(editions.insert().values(id=KEPT, state="retired", changed_at=datetime.now(UTC)))
    op.execute(editions.update().where(editions.c.copied_from == BEFORE).values(copied_from=KEPT))
