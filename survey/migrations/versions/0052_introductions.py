"""Give providers products, cases, accounts and claims, and keep who was shown and introduced to whom."""

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0052"
down_revision = "0051"

ROLES = "role IN ('firm', 'consultant', 'officer', 'administrator', 'provider')"
OF_FIRM = "(role = 'firm') = (firm_id IS NOT NULL)"
OF_PROVIDER = "(role = 'provider') = (provider_id IS NOT NULL)"
WAITING = sa.text("password_hash IS NULL")
OPEN = sa.text("state = 'open'")
CHANGES = "state IN ('open', 'taken', 'declined')"
STATES = "state IN ('asked', 'agreed', 'refused', 'introduced', 'contracted', 'ended', 'withdrawn')"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _accounts()
    _files()
    _changes()
    _meetings()
    _claims()


def _accounts() -> None:
    op.drop_index("ix_users_waiting", "users")
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("provider_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_users_provider_id", "providers", ["provider_id"], ["id"])
        if db.on_postgresql(op.get_bind()):
            table.drop_constraint("ck_users_role", type_="check")
        else:  # made anew, it lost its checks
            table.create_check_constraint("ck_users_firm", OF_FIRM)
        table.create_check_constraint("ck_users_role", ROLES)
        table.create_check_constraint("ck_users_provider", OF_PROVIDER)
    op.create_index("ix_users_provider_id", "users", ["provider_id"])
    op.create_index(
        "ix_users_waiting",
        "users",
        ["role", "created_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def _of(name: str, table: str, *, nullable: bool = False, key: bool = False) -> sa.Column[int]:
    target = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer(), target, nullable=nullable, primary_key=key)


def _words(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _files() -> None:
    op.add_column("providers", sa.Column("changed_at", MOMENT, nullable=True))
    op.create_table(
        "provider_products",
        sa.Column("id", sa.Integer(), primary_key=True),
        _of("provider_id", "providers"),
        _words("package", 20),
        _words("name", 100),
        *(_number(name, nullable=True) for name in ("low", "high", "yearly")),
        sa.CheckConstraint("low IS NULL OR low <= high", name="ck_provider_products_price"),
        sa.UniqueConstraint(
            "provider_id", "package", name="uq_provider_products_provider_id_package"
        ),
    )
    op.create_index("ix_provider_products_package", "provider_products", ["package"])
    op.create_table(
        "provider_cases",
        sa.Column("id", sa.Integer(), primary_key=True),
        _of("provider_id", "providers"),
        _words("package", 20),
        _words("firm", 100),
        _words("trade", 60),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_provider_cases_provider_id", "provider_cases", ["provider_id"])


def _changes() -> None:
    op.create_table(
        "provider_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        _of("provider_id", "providers"),
        sa.Column("file", sa.JSON(), nullable=False),
        _words("state", 10),
        sa.Column("reason", sa.Text(), nullable=False),
        _of("proposed_by", "users", nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        _of("decided_by", "users", nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint(CHANGES, name="ck_provider_changes_state"),
    )
    op.create_index("ix_provider_changes_provider_id", "provider_changes", ["provider_id"])
    op.create_index(
        "uq_provider_changes_open",
        "provider_changes",
        ["provider_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _meetings() -> None:
    op.create_table(
        "showings",
        _of("firm_id", "firms", key=True),
        sa.Column("package", sa.String(length=20), primary_key=True),
        _of("provider_id", "providers", key=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        _number("days"),
        _number("first"),
    )
    op.create_index("ix_showings_provider_id", "showings", ["provider_id"])
    op.create_table(
        "introductions",
        sa.Column("id", sa.Integer(), primary_key=True),
        _of("firm_id", "firms"),
        _of("provider_id", "providers"),
        _words("package", 20),
        _words("state", 12),
        sa.Column("says", sa.Text(), nullable=False),
        _of("agreed_by", "users", nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        _number("version"),
        sa.CheckConstraint(STATES, name="ck_introductions_state"),
        sa.UniqueConstraint(
            "firm_id", "provider_id", "package", name="uq_introductions_firm_id_provider_id_package"
        ),
    )
    op.create_index("ix_introductions_state", "introductions", ["state", "changed_at"])
    op.create_index("ix_introductions_provider_id", "introductions", ["provider_id", "package"])


def _claims() -> None:
    op.create_table(
        "provider_claims",
        _of("project_id", "projects", key=True),
        _of("provider_id", "providers"),
        _number("claimed"),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        _number("paid"),
        sa.Column("paid_on", sa.Date(), nullable=True),
        _words("note", 300),
        _of("recorded_by", "users", nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        _number("version"),
        sa.CheckConstraint("claimed >= 0", name="ck_provider_claims_claimed"),
        sa.CheckConstraint("paid >= 0 AND paid <= claimed", name="ck_provider_claims_paid"),
    )
    op.create_index("ix_provider_claims_provider_id", "provider_claims", ["provider_id"])
