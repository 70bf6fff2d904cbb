"""Keep every secret of a webhook that still signs, not the last one alone.

The release before knows no webhooks: what held that one goes at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"


def upgrade() -> None:
    op.create_table(
        "webhook_secrets",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("webhook_id", sa.Integer(), sa.ForeignKey("webhooks.id"), nullable=False),
        sa.Column("sealed", sa.String(200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_webhook_secrets_webhook_id", "webhook_secrets", ["webhook_id"])
    op.execute(
        "INSERT INTO webhook_secrets (webhook_id, sealed, until)"
        " SELECT id, sealed_before, before_until FROM webhooks"
        " WHERE sealed_before IS NOT NULL AND before_until IS NOT NULL"
    )
    op.drop_column("webhooks", "sealed_before")
    op.drop_column("webhooks", "before_until")
