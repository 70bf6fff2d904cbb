"""Needs that say the same: one is the main one, the others follow it; undone, each is as it was (同类合并)."""

from __future__ import annotations

from datetime import date
from typing import Any

from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.needs import FOLLOWED, GONE, about, leave
from survey.lifecycle.step import Step
from survey.store import needs as store
from survey.tables import FirmNeed, NeedState

OPEN = (NeedState.REGISTERED, NeedState.HANDED_OVER, NeedState.WORKING)
DAYS = ("handed_on", "due_on")


def join(step: Step, need_id: int, version: int, main_id: int) -> FirmNeed:
    """Let a need follow another, and what followed it follow that one too.

    Raises:
        NotThere: There is no such need.
        Stale: Somebody changed it since the page was read.
        WrongState: It is answered already, or follows another.
        Invalid: The other is none that runs on its own.
    """
    with step.writing() as session:
        store.need(session, min(need_id, main_id), lock=True)  # always in one order
        need = _seen(step, need_id, version)
        if need.state not in OPEN or need.main_id is not None:
            raise WrongState({"": GONE})
        main = store.need(session, main_id, lock=True)
        if main is None or main.id == need.id or main.main_id or main.state not in OPEN:
            raise Invalid({"main": "请选择一件还在办理、没有并入别处的诉求。"})
        for one in (*store.joined(session, need.id, lock=True), need):
            _follow(step, one, main)
        return need


def _follow(step: Step, need: FirmNeed, main: FirmNeed) -> None:
    before = {"state": need.state, "department": need.department, "due_on": need.due_on}
    if need.before_joining is None:
        need.before_joining = held(need)
    need.main_id, need.joined_at = main.id, step.now
    for name in ("state", *FOLLOWED):
        setattr(need, name, getattr(main, name))
    need.changed_at = step.now
    after = {"state": need.state, "department": need.department, "due_on": need.due_on}
    step.log("need_join", about(need), before=before, after=after | {"main": main.number})


def separate(step: Step, need_id: int, version: int) -> FirmNeed:
    """Undo a joining: the need is again what it was before, on its own.

    Raises:
        WrongState: It follows no other, or its firm has said its word on the answer.
    """
    with step.writing():
        need = _seen(step, need_id, version)
        kept = need.before_joining
        settled = need.state in (NeedState.CALLED_BACK, NeedState.CLOSED)
        if need.main_id is None or kept is None or settled:
            raise WrongState({"": GONE})
        before = {"state": need.state, "department": need.department, "due_on": need.due_on}
        for name, value in restored(kept).items():
            setattr(need, name, value)
        leave(need)
        need.changed_at = step.now
        after = {"state": need.state, "department": need.department, "due_on": need.due_on}
        step.log("need_separate", about(need), before=before, after=after)
        return need


def held(need: FirmNeed) -> dict[str, Any]:
    """Return what joining will change of a need, as JSON holds it."""
    found = {name: getattr(need, name) for name in sorted({"state", *FOLLOWED} - set(DAYS))}
    days = {name: day.isoformat() if (day := getattr(need, name)) else None for name in DAYS}
    answered = need.answered_on.isoformat() if need.answered_on else None
    return found | days | {"answered_on": answered}


def restored(kept: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(kept[name]) if kept[name] else None
        for name in (*DAYS, "answered_on")
    }
    return kept | days | {"state": NeedState(kept["state"])}


def _seen(step: Step, need_id: int, version: int) -> FirmNeed:
    need = store.need(step.session, need_id, lock=True)
    if need is None:
        raise NotThere
    if need.version != version:
        raise Stale
    return need
