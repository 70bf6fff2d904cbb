"""Say of a recognition who gave which title for what, by which paper, and whether it still stands."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

STANDINGS = "standing IN ('valid', 'corrected', 'revoked')"
IN_FORCE = sa.text("standing = 'valid'")


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name="fk_papers_uploaded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_papers"),
    )
    with op.batch_alter_table("recognitions") as table:
        table.drop_constraint("uq_recognitions_firm_id_rung", type_="unique")
        for name, length in (("title", 100), ("level", 20), ("project", 100)):
            column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
            table.add_column(column)
        table.add_column(
            sa.Column("standing", sa.String(length=20), nullable=False, server_default="valid")
        )
        table.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("ended_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("paper_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_recognitions_ended_by", "users", ["ended_by"], ["id"])
        table.create_foreign_key("fk_recognitions_replaces_id", "recognitions", ["replaces_id"], ["id"])  # fmt: skip
        table.create_foreign_key("fk_recognitions_paper_id", "papers", ["paper_id"], ["id"])
        table.create_check_constraint("ck_recognitions_standing", STANDINGS)
    with op.batch_alter_table("recognitions") as table:
        for name in ("title", "level", "project", "standing", "reason"):
            table.alter_column(name, server_default=None)
    op.create_index(
        "uq_recognitions_in_force",
        "recognitions",
        ["firm_id", "rung"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
