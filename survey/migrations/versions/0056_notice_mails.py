"""Let mails go out about notices too."""

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0056"
down_revision = "0055"

INVITATION = sa.text("reminder_id IS NULL")
STATES = "state IN ('waiting', 'sending', 'sent', 'failed', 'unsure')"
ABOUT = "(round_id IS NULL) = (notice_id IS NOT NULL)"


def upgrade() -> None:
    op.drop_index("uq_mails_invitation", "mails")
    with op.batch_alter_table("mails") as table:
        table.alter_column("round_id", existing_type=sa.Integer(), nullable=True)
        for name, other in (("notice_id", "notices"), ("notice_reminder_id", "notice_reminders")):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
            table.create_foreign_key(f"fk_mails_{name}", other, [name], ["id"])
        table.create_unique_constraint("uq_mails_notice_reminder_id", ["notice_reminder_id"])
        if not db.on_postgresql(op.get_bind()):  # made anew, it lost its checks
            table.create_check_constraint("ck_mails_state", STATES)
        table.create_check_constraint("ck_mails_about", ABOUT)
    op.create_index("ix_mails_notice_id", "mails", ["notice_id"])
    op.create_index(
        "uq_mails_invitation",
        "mails",
        ["round_id", "firm_id"],
        unique=True,
        sqlite_where=INVITATION,
        postgresql_where=INVITATION,
    )
