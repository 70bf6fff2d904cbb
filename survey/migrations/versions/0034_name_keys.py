"""Keep how the name of each firm is spelled, for lists in the order of pinyin."""

import sqlalchemy as sa
from alembic import op

from survey.tables.pinyin import MOST, spelled

revision = "0034"
down_revision = "0033"

KEY = sa.String(length=MOST).with_variant(sa.String(length=MOST, collation="C"), "postgresql")


def upgrade() -> None:
    for table in ("firms", "roster_rows"):
        key = sa.Column("name_key", KEY, nullable=False, server_default=sa.text("''"))
        op.add_column(table, key)
        _spell(table)
    op.create_index("ix_firms_name_key", "firms", ["name_key"])


def _spell(table: str) -> None:
    names = sa.table(table, sa.column("id"), sa.column("name"), sa.column("name_key"))
    rows = [
        {"row": row.id, "spelled": spelled(row.name)}
        for row in op.get_bind().execute(sa.select(names.c.id, names.c.name))
    ]
    if rows:
        keep = sa.update(names).where(names.c.id == sa.bindparam("row"))
        op.get_bind().execute(keep.values(name_key=sa.bindparam("spelled")), rows)
