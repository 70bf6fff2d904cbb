"""Keep Word editions beside their documents, and what officers write in a yearly report."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "word_editions",
        sa.Column(
            "document_id",
            sa.Integer(),
            sa.ForeignKey("documents.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_table(
        "annual_words",
        sa.Column(
            "round_id",
            sa.Integer(),
            sa.ForeignKey("rounds.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("outward", sa.Boolean(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("work", "problems", "next")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("kept_at", MOMENT, nullable=False),
    )
