"""Let a batch make the short, the Word edition and the picture of each report."""

from alembic import op

from survey import db

revision = "0074"
down_revision = "0073"

KINDS = "kind IN ('reports', 'short', 'picture', 'word', 'workbook', 'files')"
STATES = "state IN ('making', 'made', 'cancelled')"


def upgrade() -> None:
    on_postgresql = db.on_postgresql(op.get_bind())
    with op.batch_alter_table("batches", recreate="never" if on_postgresql else "always") as table:
        if on_postgresql:
            table.drop_constraint("ck_batches_kind", type_="check")
        else:  # made anew, it lost its checks
            table.create_check_constraint("ck_batches_state", STATES)
        table.create_check_constraint("ck_batches_kind", KINDS)
