"""How an installation stands: one list of checks, for the command, the page and whoever watches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from survey.db import DatabaseMissing
from survey.readings.condition import ground, outgoing, people, work
from survey.readings.condition.values import Around, Check, Finding, Grade, bad

__all__ = ["CHECKS", "Around", "Check", "Finding", "Grade", "bounds", "examine"]

CHECKS: tuple[Check, ...] = (
    Check("release", ground.release),
    Check("schema", ground.schema),
    Check("contents", ground.contents),
    Check("disk", ground.disk, told=True),
    Check("backup", work.backup, told=True),
    Check("queue", work.queue, told=True),
    Check("unsent", work.unsent),
    Check("webhooks", work.webhooks, told=True),
    Check("clamd", work.viruses),
    Check("log", work.log_chain),
    Check("forwarding", work.forwarding, told=True),
    Check("clock", ground.clock),
    Check("fonts", ground.fonts),
    Check("signing", ground.signing),
    Check("address", ground.address),
    Check("tls", ground.tls),
    Check("outgoing", outgoing.outgoing),
    Check("factors", people.factors),
    Check("passwords", people.passwords),
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


def bounds() -> dict[str, Any]:
    """Return from where on a check is worth a look, or bad: proposals, by their names in words."""
    return {
        "roomy": ground.ROOMY,
        "tight": ground.TIGHT,
        "tight_bytes": ground.TIGHT_BYTES,
        "waits": _minutes(work.WAITS),
        "stuck": _minutes(work.STUCK),
        "log_waits": _minutes(work.LOG_WAITS),
        "log_away": _minutes(work.LOG_AWAY),
        "minutes": people.MINUTES,
        "failed_some": people.FAILED_SOME,
        "failed_many": people.FAILED_MANY,
        "refused_some": people.REFUSED_SOME,
        "refused_many": people.REFUSED_MANY,
        "unchanged": ground.UNCHANGED.days,
        "astray": round(ground.ASTRAY.total_seconds()),
        "far": _minutes(ground.FAR),
    }


def _minutes(time: timedelta) -> int:
    return round(time.total_seconds() / 60)
