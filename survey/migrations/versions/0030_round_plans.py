"""Keep a round's notice, its later dates and quotas, and which firms it asks."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    for column in (
        sa.Column("notice", sa.String(100), nullable=False, server_default=""),
        sa.Column("check_by", sa.Date(), nullable=True),
        sa.Column("upward_by", sa.Date(), nullable=True),
        sa.Column("quotas", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("only_invited", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
    ):
        op.add_column("rounds", column)
    op.create_index("ix_answers_sheet_id_saved_at", "answers", ["sheet_id", "saved_at"])
    op.create_table(
        "invitations",
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("rounds.id"), primary_key=True),
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), primary_key=True),
        sa.Column("invited_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("nonce", sa.String(40), nullable=False, server_default=""),
        sa.Column("token_hash", sa.String(64), nullable=True),
    )
    for name in ("firm_id", "token_hash"):
        op.create_index(f"ix_invitations_{name}", "invitations", [name])
