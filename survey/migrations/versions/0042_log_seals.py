"""Seal the log in a chain of blocks; its rows change only by an erasure, and go only with a block."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0042"
down_revision = "0041"

NAMES = ("id", "at", "user_id", "role", "request_id", "action", "subject", "subject_id", "firm_id")
KEPT = (*NAMES, "reason", "succeeded")
DROPPED = (
    "EXISTS (SELECT 1 FROM log_seals JOIN log_blocks ON log_blocks.id = log_seals.block_id"
    " WHERE log_seals.entry_id = OLD.id AND log_blocks.dropped_at IS NOT NULL)"
)
ERASED = "EXISTS (SELECT 1 FROM log_seals WHERE entry_id = OLD.id AND erased_by IS NOT NULL)"
BLOCK_DROPPED = (
    "EXISTS (SELECT 1 FROM log_blocks WHERE id = OLD.block_id AND dropped_at IS NOT NULL)"
)
OF_BLOCK = ("id", "rows", "newest", "until", "sealed_at", "root", "previous", "digest")
OF_SEAL = ("entry_id", "block_id", "seal")
RULES = {
    ("audit_log", "UPDATE"): (KEPT, ERASED),
    ("audit_log", "DELETE"): ((), DROPPED),
    ("log_blocks", "UPDATE"): (OF_BLOCK, "OLD.dropped_at IS NULL"),
    ("log_blocks", "DELETE"): ((), "1 = 0"),
    ("log_seals", "UPDATE"): (OF_SEAL, "1 = 1"),
    ("log_seals", "DELETE"): ((), BLOCK_DROPPED),
}
"""By table and what is done to a row of it: the columns that stay as they are, and what must hold."""


def upgrade() -> None:
    on_postgresql = db.on_postgresql(op.get_bind())
    op.add_column("audit_log", sa.Column("role", sa.String(20), nullable=True))
    op.create_index("ix_audit_log_subject", "audit_log", ["subject", "subject_id"])
    _tables()
    if on_postgresql:
        op.execute("DROP TRIGGER audit_log_refuse ON audit_log")
        op.execute(
            "CREATE TRIGGER audit_log_keep BEFORE TRUNCATE ON audit_log"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()"
        )
    else:
        op.execute("DROP TRIGGER audit_log_no_update")
        op.execute("DROP TRIGGER audit_log_no_delete")
    for (table, doing), (kept, holds) in RULES.items():
        name = f"{table}_no_{doing.lower()}"
        for statement in _guard(name, table, doing, kept, holds, on_postgresql):
            op.execute(statement)


def _tables() -> None:
    op.create_table(
        "log_blocks",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "log_seals",
        sa.Column("entry_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("block_id", sa.Integer(), sa.ForeignKey("log_blocks.id"), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("who_salt", sa.LargeBinary(), nullable=True),
        sa.Column("who_hash", sa.LargeBinary(), nullable=True),
        sa.Column("values_salt", sa.LargeBinary(), nullable=True),
        sa.Column("values_hash", sa.LargeBinary(), nullable=True),
        sa.Column("erased_by", sa.Integer(), nullable=True),
    )
    op.create_index("ix_log_seals_block_id", "log_seals", ["block_id"])
    begins, nothing = datetime(1970, 1, 1, tzinfo=UTC), hashlib.sha256(b"").hexdigest()
    names = ("id", "rows", "root", "previous", "digest")
    moments = [sa.column(name, sa.DateTime(timezone=True)) for name in ("until", "sealed_at")]
    blocks = sa.table("log_blocks", *map(sa.column, names), *moments)
    first = {"id": 0, "rows": 0, "root": nothing, "previous": "", "digest": nothing}
    op.execute(blocks.insert().values(**first, until=begins, sealed_at=begins))


def _guard(
    name: str, table: str, doing: str, kept: Sequence[str], holds: str, on_postgresql: bool
) -> Iterator[str]:
    """Have the database refuse what does not leave these columns alone, or is not the time for it."""
    says = f"{table} is append-only"
    if not on_postgresql:
        same = "".join(f" AND OLD.{column} IS NEW.{column}" for column in kept)
        yield (
            f"CREATE TRIGGER {name} BEFORE {doing} ON {table} WHEN NOT ({holds}{same})"
            f" BEGIN SELECT RAISE(ABORT, '{says}'); END"
        )
        return
    same = "".join(f" AND OLD.{column} IS NOT DISTINCT FROM NEW.{column}" for column in kept)
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT ({holds}{same}) THEN RAISE EXCEPTION '{says}'; END IF;"
        f" RETURN {'OLD' if doing == 'DELETE' else 'NEW'}; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} BEFORE {doing} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
