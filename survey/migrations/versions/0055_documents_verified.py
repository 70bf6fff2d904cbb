"""Give every document the secret word of its public page, and what it was made from and signed with."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.add_column("documents", sa.Column("token", sa.String(43), nullable=True))
    op.add_column("documents", sa.Column("edition", sa.String(40), nullable=True))
    op.add_column("documents", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("documents", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("documents", sa.Column("signer", sa.String(64), nullable=True))
    op.add_column("documents", sa.Column("attached", sa.JSON(), nullable=True))
    _fill()
    with op.batch_alter_table("documents") as table:
        table.alter_column("token", existing_type=sa.String(43), nullable=False)
        table.alter_column("attached", existing_type=sa.JSON(), nullable=False)
    op.create_index("uq_documents_token", "documents", ["token"], unique=True)


def _fill() -> None:
    documents = sa.table(
        "documents",
        *(sa.column("id"), sa.column("number"), sa.column("token")),
        *(sa.column("attached", sa.JSON()), sa.column("withdrawn_at", sa.DateTime(timezone=True))),
    )
    log = sa.table("audit_log", *map(sa.column, ("action", "subject", "subject_id", "at")))
    here = op.get_bind()
    for id in here.scalars(sa.select(documents.c.id)).all():
        word = secrets.token_urlsafe(32)
        row = documents.update().where(documents.c.id == id)
        here.execute(row.values(token=word, attached=[]))
    withdrawn = sa.select(sa.func.max(log.c.at)).where(
        log.c.action == "document_withdraw",
        log.c.subject == "report",
        log.c.subject_id == documents.c.number,
    )
    here.execute(documents.update().values(withdrawn_at=withdrawn.scalar_subquery()))
