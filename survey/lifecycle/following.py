"""What officers keep of an entry: who sees to it, what comes next and by when, what no list tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from survey.lifecycle import pool, typed
from survey.lifecycle.errors import Invalid
from survey.lifecycle.step import Step
from survey.store import accounts
from survey.tables import PoolEntry, Role

MOST: Mapping[str, int] = {
    "department": 60,
    "next_step": 200,
    "credit": 60,
    "offences": 200,
    "benefits": 200,
    "remark": 500,
}
"""Characters of each text."""


@dataclass(frozen=True)
class Follow:
    """Who sees to an entry, and what comes next."""

    responsible_id: int | None = None
    department: str = ""
    next_step: str = ""
    next_by: date | None = None


@dataclass(frozen=True)
class Known:
    """What the bureau knows of a firm beside its sheets and its projects."""

    credit: str = ""
    credit_on: date | None = None
    offences: str = ""
    benefits: str = ""
    remark: str = ""


def follow(step: Step, entry_id: int, wanted: Follow, base_version: int) -> PoolEntry:
    """Say who sees to an entry and what comes next; empty fields say that nobody does, or nothing.

    Raises:
        Invalid: No such officer, a day without a step, or a new day that has passed.
    """
    with step.writing() as session:
        require_officer(step, wanted.responsible_id)
        entry = pool.locked(session, entry_id)
        _require_day(step, entry, wanted)
        return _keep(step, "follow", entry, _tidy(asdict(wanted)), base_version)


def _require_day(step: Step, entry: PoolEntry, wanted: Follow) -> None:
    if wanted.next_by is None:
        return
    if not typed.line(wanted.next_step):
        raise Invalid({"next_step": "填了时限，请写明下一步做什么。"})
    if wanted.next_by < step.today and wanted.next_by != entry.next_by:
        raise Invalid({"next_by": "时限不能早于今天。"})


def note_known(step: Step, entry_id: int, wanted: Known, base_version: int) -> PoolEntry:
    """Keep what the bureau knows of a firm.

    Raises:
        Invalid: A text is too long, or a check of tomorrow.
    """
    if wanted.credit_on and wanted.credit_on > step.today:
        raise Invalid({"credit_on": "核查日期不能晚于今天。"})
    if wanted.credit_on and not typed.line(wanted.credit):
        raise Invalid({"credit": "填了核查日期，请写明核查结果。"})
    with step.writing() as session:
        entry = pool.locked(session, entry_id)
        return _keep(step, "note_known", entry, _tidy(asdict(wanted)), base_version)


def give(
    step: Step, entry_id: int, responsible_id: int | None, department: str, base_version: int
) -> PoolEntry:
    """Say who sees to an entry, inside the caller's transaction; an empty department stays."""
    entry = pool.locked(step.session, entry_id)
    wanted: dict[str, Any] = {"responsible_id": responsible_id}
    if department:
        wanted["department"] = department
    return _keep(step, "follow", entry, _tidy(wanted), base_version)


def require_officer(step: Step, user_id: int | None) -> None:
    if user_id is None:
        return
    found = accounts.user(step.session, user_id)
    if found is None or not found.active or found.role != Role.OFFICER:
        raise Invalid({"responsible": "请从列出的主管部门人员里选一位。"})


def _tidy(wanted: Mapping[str, Any]) -> dict[str, Any]:
    found = {n: typed.line(v) if isinstance(v, str) else v for n, v in wanted.items()}
    for name, most in MOST.items():
        if len(found.get(name) or "") > most:
            raise Invalid({name: f"最多 {most} 字，请删减。"})
    return found


def _keep(
    step: Step, action: str, entry: PoolEntry, wanted: Mapping[str, Any], base_version: int
) -> PoolEntry:
    """Write what changes, with its row in the log; where nothing does, nothing is written."""
    before = {name: getattr(entry, name) for name in wanted}
    changed = [name for name, value in wanted.items() if value != before[name]]
    if not changed and entry.version in (base_version, base_version + 1):
        return entry
    pool.require_version(entry, base_version)
    for name in changed:
        setattr(entry, name, wanted[name])
    step.log(
        action,
        entry,
        before={name: _said(step, name, before[name]) for name in changed},
        after={name: _said(step, name, wanted[name]) for name in changed},
    )
    return entry


def _said(step: Step, name: str, value: Any) -> Any:
    """Of a person the log keeps the name."""
    if name != "responsible_id" or value is None:
        return value
    found = accounts.user(step.session, value)
    return found.name if found else value
