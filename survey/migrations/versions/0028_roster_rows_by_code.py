"""Let a list's rows know their firms by the code: found by list and code, and never written again."""

from alembic import op

from survey import db

revision = "0028"
down_revision = "0027"

OUTCOMES = "'new', 'changed', 'unchanged', 'duplicate', 'fault'"


def upgrade() -> None:
    for name in ("firm_id", "code", "roster_id"):
        op.drop_index(f"ix_roster_rows_{name}", "roster_rows")
    with op.batch_alter_table("roster_rows") as table:
        table.drop_column("firm_id")
        if not db.on_postgresql(op.get_bind()):  # made anew, it lost its check
            table.create_check_constraint("ck_roster_rows_outcome", f"outcome IN ({OUTCOMES})")
    op.create_index("ix_roster_rows_roster_id_code", "roster_rows", ["roster_id", "code"])
