"""Keep what lists narrow and order by beside each assessment: both scores, and every unmet gate."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

KEPT: dict[str, Any] = {
    "share": sa.String(length=80),
    "permille": sa.Integer(),
    "step": sa.Integer(),
}
KEPT |= {"rung": sa.String(length=60)}
SHEETS: dict[str, tuple[str, dict[str, Any]]] = {
    "self": ("own", KEPT),
    "onsite": ("visited", KEPT | {"floor_step": sa.Integer()}),
}
LAST = """
UPDATE assessments SET {name}_{column} = (
    SELECT scores.{column} FROM scores JOIN sheets ON sheets.id = scores.sheet_id
    WHERE sheets.assessment_id = assessments.id AND sheets.kind = '{kind}'
    ORDER BY scores.scored_at DESC, sheets.id DESC LIMIT 1
)
"""


def upgrade() -> None:
    for kind, (name, kept) in SHEETS.items():
        for column, type_ in kept.items():
            op.add_column("assessments", sa.Column(f"{name}_{column}", type_, nullable=True))
            op.execute(LAST.format(name=name, column=column, kind=kind))
    op.create_index("ix_assessments_submitted", "assessments", ["edition", "submitted_at"])
    op.create_index("ix_assessments_way", "assessments", ["edition", "state", "firm_id"])
    unmet = op.create_table(
        "unmet_gates",
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("gate", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "kind", "gate", name="pk_unmet_gates"),
    )
    op.create_index("ix_unmet_gates_gate", "unmet_gates", ["gate", "kind", "assessment_id"])
    if rows := _unmet():
        op.bulk_insert(unmet, rows)


def _unmet() -> list[dict[str, Any]]:
    """The failed gates of each kind of sheet that was scored last."""
    scores = sa.table("scores", sa.column("sheet_id"), sa.column("failed_gates", sa.JSON))
    scores.append_column(sa.column("scored_at"))
    sheets = sa.table("sheets", *(sa.column(name) for name in ("id", "assessment_id", "kind")))
    query = (
        sa.select(sheets.c.assessment_id, sheets.c.kind, scores.c.failed_gates)
        .join_from(scores, sheets, sheets.c.id == scores.c.sheet_id)
        .order_by(scores.c.scored_at, sheets.c.id)
    )
    last = {(row[0], row[1]): row[2] or [] for row in op.get_bind().execute(query)}
    return [
        {"assessment_id": assessment, "kind": kind, "gate": gate}
        for (assessment, kind), failed in last.items()
        for gate in dict.fromkeys(_name(one["gate"]) for one in failed)
    ]


def _name(gate: dict[str, Any]) -> str:
    if "section" in gate or "part" in gate:
        return str(gate.get("section") or gate["part"])
    return "|".join(member["question"] for member in gate.get("any_of", [gate]))
