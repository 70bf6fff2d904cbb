"""Keep projects: what is changed, its contract, progress, acceptance, figures, subsidies and papers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

STATES = ("planned", "contracted", "under_way", "finished", "accepted", "stopped")
KINDS = ("contract", "invoice", "payment", "acceptance", "photo", "other")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, words))})"


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _to(table: str, name: str, *, nullable: bool = True, **more: Any) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer(), key, nullable=nullable, **more)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _yes(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _day(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _projects()
    _parts()
    _subsidies()


def _projects() -> None:
    op.create_table(
        "projects",
        _id(),
        _to("firms", "firm_id", nullable=False),
        _to("assessments", "assessment_id"),
        _text("edition", 20),
        _text("title", 100),
        _text("place", 100),
        _text("summary", 300),
        _text("state", 12),
        _text("filing_code", 30),
        _text("provider_name", 100),
        *(
            _number(f"price_{kind}")
            for kind in ("equipment", "software", "services", "building", "yearly")
        ),
        _yes("contract_checked"),
        *(_day(f"planned_{end}") for end in ("start", "end")),
        *(_day(f"{step}_on") for step in ("contracted", "started", "finished", "accepted")),
        _number("progress", nullable=False),
        _day("progress_on"),
        _yes("progress_checked"),
        _number("invested"),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _number("satisfaction"),
        _text("opinion", 500),
        _to("users", "begun_by"),
        _moment("begun_at"),
        _moment("changed_at"),
        _number("version", nullable=False),
        sa.CheckConstraint(_one_of("state", STATES), name="state"),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        sa.CheckConstraint(
            "satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfied"
        ),
    )
    op.create_index("ix_projects_firm_id", "projects", ["firm_id"])
    op.create_index("ix_projects_due", "projects", ["state", "planned_end"])


def _parts() -> None:
    op.create_table(
        "project_packages",
        _to("projects", "project_id", nullable=False, primary_key=True),
        sa.Column("package", sa.String(length=20), primary_key=True),
        _number("quantity", nullable=False),
        _number("price"),
        _yes("met", nullable=True),
        _text("finding", 300),
        _day("seen_on"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
    )
    op.create_index("ix_project_packages_package", "project_packages", ["package"])
    op.create_table(
        "progress_reports",
        _id(),
        _to("projects", "project_id", nullable=False),
        _number("percent", nullable=False),
        _day("as_of", nullable=False),
        _number("invested"),
        _text("note", 500),
        _to("users", "reported_by"),
        _moment("reported_at"),
        _to("users", "checked_by"),
        _moment("checked_at", nullable=True),
        sa.Column("objection", sa.Text(), nullable=False),
    )
    op.create_index("ix_progress_reports_project_id", "progress_reports", ["project_id"])
    op.create_table(
        "project_figures",
        _id(),
        _to("projects", "project_id", nullable=False),
        _text("question", 60),
        _text("title", 60),
        _text("unit", 20),
        _text("before", 20, nullable=True),
        _day("before_on"),
        _text("after", 20, nullable=True),
        _day("after_on"),
    )
    op.create_index("ix_project_figures_project_id", "project_figures", ["project_id"])


def _subsidies() -> None:
    op.create_table(
        "subsidy_policies",
        _id(),
        _text("name", 100),
        _text("document", 100),
        _number("year", nullable=False),
        _number("share", nullable=False),
        _number("cap"),
        sa.Column("counted", sa.JSON(), nullable=False),
        _yes("open"),
        _number("version", nullable=False),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name="share"),
    )
    op.create_table(
        "subsidies",
        _id(),
        _to("projects", "project_id", nullable=False),
        _to("subsidy_policies", "policy_id", nullable=False),
        _number("asked", nullable=False),
        _day("asked_on", nullable=False),
        _number("paid"),
        _day("paid_on"),
        _text("note", 300),
        sa.UniqueConstraint("project_id", "policy_id", name="uq_subsidies_project_id_policy_id"),
    )
    op.create_index("ix_subsidies_policy_id", "subsidies", ["policy_id"])
    op.create_table(
        "project_papers",
        _id(),
        _to("projects", "project_id", nullable=False),
        _text("kind", 12),
        _text("sha256", 64),
        _text("name", 255),
        _text("media_type", 120),
        _number("size", nullable=False),
        _to("users", "uploaded_by"),
        _moment("uploaded_at"),
        sa.CheckConstraint(_one_of("kind", KINDS), name="kind"),
        sa.UniqueConstraint(
            "project_id", "kind", "sha256", name="uq_project_papers_project_id_kind_sha256"
        ),
    )
