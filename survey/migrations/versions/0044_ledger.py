"""Let entries of the pool stand in a stage of two ladders, with who sees to them and what comes next."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

FIRST = {
    "proposed": "scouting",
    "in_pool": "reserve",
    "recognised": "recognised",
    "withdrawn": "left",
}
"""The stage of the shipped list in which an entry of each state begins."""
WORDS = {
    "stage": 40,
    "left_stage": 40,
    "nation_target": 60,
    "nation_stage": 40,
    "department": 60,
    "next_step": 200,
    "credit": 60,
    "offences": 200,
    "benefits": 200,
    "remark": 500,
}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name, length in WORDS.items():
        words = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column("pool_entries", words)
    for name, kind in (
        ("stage_at", MOMENT),
        ("nation_stage_at", MOMENT),
        ("admitted_at", MOMENT),
        ("next_by", sa.Date()),
        ("credit_on", sa.Date()),
    ):
        op.add_column("pool_entries", sa.Column(name, kind, nullable=True))
    for name, table in (("admission_id", "minutes"), ("responsible_id", "users")):
        op.execute(
            f"ALTER TABLE pool_entries ADD COLUMN {name} INTEGER"
            f" CONSTRAINT fk_pool_entries_{name} REFERENCES {table} (id)"
        )
    for name in ("stage", "nation_stage", "responsible_id", "next_by"):
        op.create_index(f"ix_pool_entries_{name}", "pool_entries", [name])
    _make_tables()
    _place()


def _make_tables() -> None:
    op.create_table(
        "stage_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("entry_id", sa.Integer(), sa.ForeignKey("pool_entries.id"), nullable=False),
        sa.Column("ladder", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), sa.ForeignKey("minutes.id")),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("users.id")),
        sa.CheckConstraint("ladder IN ('province', 'nation')", name="ck_stage_changes_ladder"),
    )
    op.create_index("ix_stage_changes_entry_id", "stage_changes", ["entry_id"])
    op.create_table(
        "national_filings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), nullable=False),
        sa.Column("rung", sa.String(length=60), nullable=False),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Integer(), sa.ForeignKey("users.id")),
        sa.Column("ended_at", MOMENT),
        sa.Column("recorded_by", sa.Integer(), sa.ForeignKey("users.id")),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "standing IN ('valid', 'corrected', 'revoked')", name="ck_national_filings_standing"
        ),
    )
    op.create_index(
        "uq_national_filings_in_force",
        "national_filings",
        ["firm_id", "rung"],
        unique=True,
        sqlite_where=sa.text("standing = 'valid'"),
        postgresql_where=sa.text("standing = 'valid'"),
    )


def _place() -> None:
    """Put every entry where its state begins; when it was taken in is known from the log."""
    for state, stage in FIRST.items():
        place = sa.text(
            "UPDATE pool_entries SET stage = :stage, stage_at = changed_at WHERE state = :state"
        )
        op.execute(place.bindparams(stage=stage, state=state))
    op.execute(
        "UPDATE pool_entries SET admitted_at = (SELECT max(at) FROM audit_log WHERE action = 'admit'"
        " AND subject = 'pool' AND subject_id = CAST(pool_entries.id AS VARCHAR(60)))"
    )
    op.execute(
        "UPDATE pool_entries SET admission_id = (SELECT max(minutes.id) FROM minutes"
        " JOIN minutes_entries ON minutes_entries.minutes_id = minutes.id"
        " WHERE minutes_entries.entry_id = pool_entries.id"
        " AND minutes.recorded_at = pool_entries.admitted_at)"
    )
