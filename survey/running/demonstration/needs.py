"""What the demonstration's firms ask of the bureau: a need in every state, one overdue, some joined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import need_joining, needs
from survey.lifecycle.needs import Given, Heard
from survey.lifecycle.step import Actor, Step
from survey.running.demonstration.firms import rows_of
from survey.running.demonstration.people import actor
from survey.store import needs as store
from survey.tables import Firm, FirmNeed, NeedSource, Rating, User


def keep_needs(
    session: Session, firms: list[tuple[Firm, dict[str, Any]]], officer: User, now: datetime
) -> None:
    """Register what the firms ask, in the order of its days, and do about it what was done."""
    known = {row["sample"]: firm for firm, row in firms}
    every: list[dict[str, Any]] = rows_of("needs.yaml")
    told: list[tuple[dict[str, Any], dict[str, Any] | None]] = [(row, None) for row in every]
    told += [({**row, **one}, row) for row in every for one in row.get("joined", ())]
    mains: dict[int, FirmNeed] = {}
    for row, main in sorted(told, key=lambda pair: -pair[0]["ago"]):
        need = _register(
            Step(session, _by(row, officer), _ago(now, row)), known[row["sample"]], row
        )
        if main is None:
            mains[id(row)] = need
        else:
            step = Step(session, actor(officer), _ago(now, row) + timedelta(hours=1))
            need_joining.join(step, need.id, need.version, mains[id(main)].id)
    for row in every:
        for one in row.get("way", ()):
            _take(Step(session, actor(officer), _ago(now, one)), mains[id(row)].id, one)


def _ago(now: datetime, row: Mapping[str, Any]) -> datetime:
    return now - timedelta(days=row["ago"])


def _by(row: Mapping[str, Any], officer: User) -> Actor:
    return Actor(None, "张某") if row["source"] == "firm" else actor(officer)


def _register(step: Step, firm: Firm, row: Mapping[str, Any]) -> FirmNeed:
    source = NeedSource(row["source"])
    given = Given(row["category"], row["text"], row["wish"], "张某", step.today, source)
    return needs.register(step, firm.id, given)


def _take(step: Step, need_id: int, one: Mapping[str, Any]) -> None:
    """Take one step of a need's way; the key that no other step has names it."""
    found = store.need(step.session, need_id)
    if found is None:
        raise LookupError(need_id)
    at, version, category = (step, need_id), found.version, found.category
    step.session.rollback()
    match one:
        case {"hand-over": department}:
            needs.hand_over(
                *at, version, category=category, department=department, days=one.get("days")
            )
        case {"progress": says}:
            needs.note_progress(*at, version, says=says)
        case {"answer": says}:
            needs.answer(*at, version, says=says, public=one.get("public", False))
        case {"call-back": says}:
            heard = Heard(one.get("solved", True), Rating(one["rating"]), says)
            needs.call_back(*at, version, heard)
        case {"close": _}:
            needs.close(*at, version)
        case {"defer": reason}:
            needs.defer(*at, version, reason=reason)
        case {"decline": reason}:
            needs.decline(*at, version, reason=reason)
