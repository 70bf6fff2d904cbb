"""Keep what a consultant recommends in rows of its own: quantity, price, start and words beside codes."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("starts", sa.String(length=10), nullable=False),
        sa.Column("helps", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "position"),
    )
    op.add_column("assessments", sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    _lines(connection)
    _versions(connection)
    op.drop_column("assessments", "chosen_packages")


def _lines(connection: sa.Connection) -> None:
    """Bring every list of codes into rows; one that was empty is a decision too."""
    assessments = sa.table(
        "assessments",
        sa.column("id", sa.Integer()),
        sa.column("chosen_packages", sa.JSON()),
        sa.column("confirmed_at", sa.DateTime(timezone=True)),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("planned_at", sa.DateTime(timezone=True)),
    )
    for row in connection.execute(sa.select(assessments)).all():
        if row.chosen_packages is None:
            continue
        decided = row.confirmed_at or row.created_at
        mine = assessments.c.id == row.id
        connection.execute(sa.update(assessments).where(mine).values(planned_at=decided))
        if lines := [_line(row.id, n, c) for n, c in enumerate(row.chosen_packages)]:
            connection.execute(sa.insert(CHOICES), lines)


CHOICES = sa.table(
    "choices",
    *(sa.column(name, sa.Integer()) for name in ("assessment_id", "position")),
    *(sa.column(name, sa.String()) for name in ("code", "title", "what", "why", "starts")),
    sa.column("helps", sa.JSON()),
)


def _line(assessment_id: int, position: int, code: str) -> dict[str, object]:
    words = dict.fromkeys(("title", "what", "why", "starts"), "")
    return {
        "assessment_id": assessment_id, "position": position, "code": code, "helps": {},
    } | words  # fmt: skip


def _versions(connection: sa.Connection) -> None:
    """Say the same of the versions that were left behind."""
    sheets = sa.table("sheets", sa.column("id", sa.Integer()), sa.column("beside", sa.JSON()))
    for row in connection.execute(sa.select(sheets)).all():
        if row.beside is None:
            continue
        said = json.loads(json.dumps(row.beside))
        codes = said.pop("chosen_packages", None)
        said["choices"] = None if codes is None else [{"code": code} for code in codes]
        connection.execute(sa.update(sheets).where(sheets.c.id == row.id).values(beside=said))
