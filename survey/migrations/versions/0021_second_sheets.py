"""Let the second of a pair fill a sheet of their own, and keep what both said of each answer."""

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0021"
down_revision = "0020"

OTHERS = sa.text("NOT second")
SPEAKS = sa.text("speaks")
DECISIONS = "decision IN ('keep', 'take', 'other')"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_index("ix_sheets_speaks", "sheets")
    with op.batch_alter_table("sheets") as table:
        table.drop_constraint("uq_sheets_assessment_id_kind_version", type_="unique")
        table.add_column(
            sa.Column("second", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        if not db.on_postgresql(op.get_bind()):  # made anew, it lost its check
            table.create_check_constraint("ck_sheets_kind", "kind IN ('self', 'onsite')")
    _unique("ix_sheets_speaks", ["assessment_id", "kind"], SPEAKS)
    _unique("ix_sheets_version", ["assessment_id", "kind", "version"], OTHERS)
    op.create_table(
        "second_sheets",
        sa.Column("sheet_id", sa.Integer(), sa.ForeignKey("sheets.id"), primary_key=True),
        sa.Column("shared_id", sa.Integer(), sa.ForeignKey("sheets.id"), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("lead_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("compared_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.UniqueConstraint("shared_id", "author_id"),
    )
    op.create_table(
        "opinions",
        sa.Column("sheet_id", sa.Integer(), sa.ForeignKey("sheets.id"), nullable=False),
        sa.Column("question_id", sa.String(length=60), nullable=False),
        *(column for who in ("lead", "second") for column in _opinion(who)),
        sa.Column("independent", sa.Boolean(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_value", sa.JSON(), nullable=True),
        sa.Column("decided_verdict", sa.String(length=12), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("sheet_id", "question_id"),
        sa.CheckConstraint(DECISIONS, name="ck_opinions_decision"),
    )


def _unique(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(
        name, "sheets", columns, unique=True, sqlite_where=where, postgresql_where=where
    )


def _opinion(who: str) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(f"{who}_value", sa.JSON(), nullable=True),
        sa.Column(f"{who}_verdict", sa.String(length=12), nullable=False),
        sa.Column(f"{who}_reason", sa.Text(), nullable=False),
        sa.Column(f"{who}_level", sa.Integer(), nullable=True),
    )
