"""Keep which identity of an issuer is tied to which account."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False, unique=True),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("tied_at", moment, nullable=False),
        sa.Column("tied_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("used_at", moment, nullable=True),
        sa.UniqueConstraint("issuer", "subject"),
    )
