"""Remember what papers for the public told, so that the next one is judged together with them."""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"


def upgrade() -> None:
    op.create_table(
        "public_counts",
        sa.Column(
            "document_id",
            sa.Integer(),
            sa.ForeignKey("documents.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("counts", sa.JSON(), nullable=False),
    )
