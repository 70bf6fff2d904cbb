"""Part what is to be done (jobs) from what was issued (documents); both were rows of ``reports``."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KINDS = {"self": "self_report", "onsite": "onsite_report"}
FAULTS = {
    "报告内容太多，生成超时": "too_slow",
    "报告内容太多，内存不足": "too_large",
    "多次生成都没有完成": "lost",
}


def upgrade() -> None:
    jobs, documents, numbers = _jobs(), _documents(), _numbers()
    reports = sa.Table("reports", sa.MetaData(), autoload_with=op.get_bind())
    rows = op.get_bind().execute(sa.select(reports).order_by(reports.c.id)).mappings().all()
    latest = {(r["assessment_id"], r["kind"]): r["id"] for r in rows if r["state"] == "done"}
    if rows:
        op.bulk_insert(jobs, [_job(row) for row in rows])
    if latest:
        done = [row for row in rows if row["state"] == "done"]
        op.bulk_insert(documents, [_document(row, latest) for row in done])
    if last := _last_numbers(rows):
        op.bulk_insert(numbers, [{"year": year, "last": n} for year, n in last.items()])
    _count_on_from_there()
    op.drop_table("reports")


def _job(row: sa.RowMapping) -> dict[str, object]:
    """The work behind a report. What was in a worker's hands is to be taken up again."""
    state = "queued" if row["state"] == "working" else row["state"]
    arguments = {"sheet": row["kind"], "basis": row["basis"], "number": row["number"]}
    return {
        "id": row["id"],
        "kind": "report",
        "subject": "assessment",
        "subject_id": row["assessment_id"],
        "arguments": arguments,
        "slot": None,
        "state": state,
        "progress": 0,
        "total": 0,
        "attempt": 0,
        "fence": row["attempt"],
        "due_at": row["requested_at"],
        "sent_at": row["requested_at"],
        "leased_until": None,
        "requested_by": row["requested_by"],
        "requested_at": row["requested_at"],
        "finished_at": row["finished_at"],
        "fault": FAULTS.get(row["fault"], "broken") if state == "failed" else None,
        "fault_values": {},
        "result": {"document": row["id"]} if state == "done" else None,
    }


def _document(row: sa.RowMapping, latest: dict[tuple[int, str], int]) -> dict[str, object]:
    """An issued report, under the id its address names; the last of its kind speaks."""
    stands = latest[row["assessment_id"], row["kind"]] == row["id"]
    return {
        "id": row["id"],
        "number": row["number"],
        "kind": KINDS[row["kind"]],
        "subject": "assessment",
        "subject_id": row["assessment_id"],
        "basis": row["basis"],
        "sha256": row["sha256"],
        "size": row["size"],
        "standing": "valid" if stands else "superseded",
        "issued_at": row["finished_at"],
        "issued_by": row["requested_by"],
    }


def _last_numbers(rows: Sequence[sa.RowMapping]) -> dict[int, int]:
    last: dict[int, int] = {}
    for row in rows:
        year, _, count = (row["number"] or "").partition("-")
        if count:
            last[int(year)] = max(last.get(int(year), 0), int(count))
    return last


COUNT_ON = (
    "SELECT setval(pg_get_serial_sequence('jobs', 'id'), max(id)) FROM jobs"
    " HAVING max(id) IS NOT NULL",
    "SELECT setval(pg_get_serial_sequence('documents', 'id'), max(id)) FROM documents"
    " HAVING max(id) IS NOT NULL",
)


def _count_on_from_there() -> None:
    """PostgreSQL counts ids apart from the rows; SQLite looks at them."""
    if op.get_context().dialect.name == "postgresql":
        for statement in COUNT_ON:
            op.execute(statement)


def _jobs() -> sa.Table:
    moment = sa.DateTime(timezone=True)
    states = ("queued", "working", "done", "failed", "cancelled")
    table = op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("leased_until", moment, nullable=True),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("requested_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("fault_values", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(f"state IN {states}", name="ck_jobs_state"),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name="fk_jobs_requested_by"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("kind", "slot", name="uq_jobs_kind_slot"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])
    op.create_index("ix_jobs_subject_subject_id", "jobs", ["subject", "subject_id"])
    return table


def _documents() -> sa.Table:
    table = op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "standing IN ('valid', 'superseded', 'withdrawn')", name="ck_documents_standing"
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name="fk_documents_issued_by"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("number", name="uq_documents_number"),
    )
    op.create_index("ix_documents_subject_subject_id", "documents", ["subject", "subject_id"])
    op.create_index(
        "uq_documents_one_valid",
        "documents",
        ["subject", "subject_id", "kind"],
        unique=True,
        sqlite_where=sa.text("standing = 'valid'"),
        postgresql_where=sa.text("standing = 'valid'"),
    )
    return table


def _numbers() -> sa.Table:
    return op.create_table(
        "document_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_document_numbers"),
    )
