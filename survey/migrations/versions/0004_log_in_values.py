"""Keep what a step changed as values by name; rows written before keep every word they had."""

import json
import re

import sqlalchemy as sa
from alembic import op

from survey import db

revision = "0004"
down_revision = "0003"

STATES = {
    "draft": "draft",
    "submitted": "submitted",
    "on_site": "visiting",
    "visiting": "visiting",
    "confirmed": "confirmed",
}
POOL = ("proposed", "in_pool", "recognised", "withdrawn")
ROLES = ("firm", "consultant", "officer", "administrator")
EDITIONS = ("draft", "published", "retired")
SHARE = re.compile(r"[01]|[0-9]{1,40}/[1-9][0-9]{0,39}")
LIFT = {
    "sqlite": ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"),
    "postgresql": ("DROP TRIGGER audit_log_refuse ON audit_log",),
}
REFUSE = {
    "sqlite": (
        "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER audit_log_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()",
    ),
}


def upgrade() -> None:
    which = "postgresql" if db.on_postgresql(op.get_bind()) else "sqlite"
    for statement in LIFT[which]:
        op.execute(statement)
    for name in ("before", "after"):
        op.execute(f"ALTER TABLE audit_log RENAME COLUMN {name} TO said_{name}")
        op.add_column("audit_log", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
    _put_in_values()
    _forget_sentences_about_gates()
    for name in ("before", "after"):
        op.drop_column("audit_log", f"said_{name}")
    for statement in REFUSE[which]:
        op.execute(statement)


def _put_in_values() -> None:
    log = sa.table(
        "audit_log",
        *(sa.column(name) for name in ("id", "action", "subject", "said_before", "said_after")),
        sa.column("before", sa.JSON(none_as_null=True)),
        sa.column("after", sa.JSON(none_as_null=True)),
    )
    connection = op.get_bind()
    wordy = sa.or_(log.c.said_before != "", log.c.said_after != "")
    for row in connection.execute(sa.select(log).where(wordy)).all():
        before = values(row.action, row.subject, row.said_before)
        after = values(row.action, row.subject, row.said_after)
        connection.execute(
            log.update().where(log.c.id == row.id).values(before=before, after=after)
        )


def _forget_sentences_about_gates() -> None:
    """A score's unmet gates were sentences; ``NULL`` asks for the score to be told again."""
    with op.batch_alter_table("scores") as table:
        table.alter_column("failed_gates", existing_type=sa.JSON(), nullable=True)
    op.execute("UPDATE scores SET failed_gates = NULL")


def values(action: str, subject: str, said: str) -> dict[str, object] | None:
    """Return what an older row said as values; what has no form of its own stays word for word."""
    if not said:
        return None
    words = said.split()
    found: dict[str, object] | None = None
    if action == "processes":
        found = {"processes": words}
    elif subject == "assessment" and words[0] in STATES and len(words) <= 2:
        found = {"state": STATES[words[0]], **_beside_a_state(words[1:])}
    elif subject == "pool" and words[0] in POOL and len(words) <= 2:
        name = "rung" if action == "recognise" and words[0] == "recognised" else "target"
        found = {"state": words[0], **dict(zip([name], words[1:], strict=False))}
    elif action == "create" and subject == "user" and len(words) == 2 and words[1] in ROLES:
        found = {"username": words[0], "role": words[1]}
    elif action == "role" and said in ROLES:
        found = {"role": said}
    elif subject == "edition" and said in EDITIONS:
        found = {"state": said}
    elif action == "report_request" and said in ("self", "onsite"):
        found = {"kind": said}
    elif action == "settings":
        found = _object(said)
    return found or {"said": said}


def _beside_a_state(words: list[str]) -> dict[str, object]:
    return {"share" if SHARE.fullmatch(word) else "consultant": word for word in words}


def _object(said: str) -> dict[str, object] | None:
    try:
        kept = json.loads(said)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None
