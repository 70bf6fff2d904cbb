"""Keep providers: who offers packages, where, and how its standing is."""

import sqlalchemy as sa
from alembic import op

from survey.tables.pinyin import MOST

revision = "0041"
down_revision = "0040"

KEY = sa.String(length=MOST).with_variant(sa.String(length=MOST, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "providers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", KEY, server_default=sa.text("''"), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("on_the_spot", sa.Integer(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("provincial", sa.String(length=60), nullable=False),
        sa.Column("provincial_year", sa.Integer(), nullable=True),
        sa.Column("trades", sa.JSON(), nullable=False),
        sa.Column("response_hours", sa.Integer(), nullable=True),
        sa.Column("qualifications", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("contact_mail", sa.String(length=254), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("standing IN ('active', 'paused', 'removed')", name="ck_providers_standing"),
        sa.CheckConstraint("on_the_spot >= 0", name="ck_providers_on_the_spot"),
        sa.CheckConstraint("response_hours > 0", name="ck_providers_response_hours"),
        sa.UniqueConstraint("code", name="uq_providers_code"),
    )  # fmt: skip
    op.create_index("ix_providers_name_key", "providers", ["name_key"])
