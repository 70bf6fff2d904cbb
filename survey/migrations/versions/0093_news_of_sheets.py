"""Let a mail tell a firm of its sheet, beside the invitation of the round.

Both databases take the columns as they are written here; alembic would make the table anew on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"
INVITATION = sa.text("reminder_id IS NULL AND news IS NULL")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE mails ADD COLUMN assessment_id INTEGER"
        " CONSTRAINT fk_mails_assessment_id REFERENCES assessments (id)"
    )
    op.execute(
        "ALTER TABLE mails ADD COLUMN news VARCHAR(10)"
        " CONSTRAINT ck_mails_news CHECK (news IN ('returned', 'visit', 'confirmed'))"
    )
    op.create_index("ix_mails_assessment_id", "mails", ["assessment_id"])
    op.drop_index("uq_mails_invitation", "mails")
    op.create_index(
        "uq_mails_invitation",
        "mails",
        ["round_id", "firm_id"],
        unique=True,
        sqlite_where=INVITATION,
        postgresql_where=INVITATION,
    )
