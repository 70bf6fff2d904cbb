"""How an installation stands: one list of checks, for the command, the page and whoever watches."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import SQLAlchemyError

from survey.db import DatabaseMissing
from survey.readings.condition import ground, people, work
from survey.readings.condition.values import Around, Check, Finding, Grade, bad

__all__ = ["CHECKS", "Around", "Check", "Finding", "Grade", "examine"]

CHECKS: tuple[Check, ...] = (
    Check("schema", ground.schema),
    Check("contents", ground.contents),
    Check("disk", ground.disk, told=True),
    Check("backup", work.backup, told=True),
    Check("queue", work.queue, told=True),
    Check("unsent", work.unsent),
    Check("webhooks", work.webhooks, told=True),
    Check("clamd", work.viruses),
    Check("log", work.log_chain),
    Check("clock", ground.clock),
    Check("fonts", ground.fonts),
    Check("address", ground.address),
    Check("factors", people.factors),
    Check("sign_ins", people.sign_ins, told=True),
    Check("refused", people.refused, told=True),
)
"""In the order in which they are read."""
UNASKED, ABSENT = "unasked", "absent"
"""What any check may come to: it could not be asked; there is no database to ask."""


def examine(around: Around, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Ask each check; one that cannot be answered is bad, and keeps no other from being asked."""
    return [_asked(around, check) for check in checks]


def _asked(around: Around, check: Check) -> Finding:
    try:
        said = check.ask(around)
    except DatabaseMissing:
        said = bad(ABSENT)
    except (SQLAlchemyError, OSError) as error:
        around.session.rollback()
        said = bad(UNASKED, error=type(error).__name__)
    return Finding(check.name, said.grade, said.code, said.values)
