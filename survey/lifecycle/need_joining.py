"""Needs that say the same: one is the main one, the others follow it; undone, each is as it was (同类合并)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from survey.lifecycle.errors import Invalid, NotThere, NotTogether, Refusal, Stale, WrongState
from survey.lifecycle.needs import FOLLOWED, GONE, about, leave
from survey.lifecycle.selections import Seen, in_order
from survey.lifecycle.step import Step
from survey.store import needs as store
from survey.tables import FirmNeed, NeedState

OPEN = (NeedState.REGISTERED, NeedState.HANDED_OVER, NeedState.WORKING)
DAYS = ("handed_on", "due_on")
FEWEST = 2
"""So many needs there are at least where some are joined."""
NO_MAIN = "请选择一件还在办理、没有并入别处的诉求。"


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
        need = _joinable(step, need_id, version)
        main = store.need(session, main_id, lock=True)
        if main is None or main.id == need.id or not may_follow(main):
            raise Invalid({"main": NO_MAIN})
        _with_followers(step, need, main)
        return need


def join_several(step: Step, chosen: Sequence[Seen], main_id: int) -> None:
    """Let several needs follow one of them: all or none. Pressed twice, they are joined once.

    Raises:
        Invalid: The main one is not among them, follows another or is answered already; or they are
            fewer than two.
        NotTogether: Names every need that cannot follow it.
    """
    with step.writing() as session:
        ordered = in_order(chosen)
        for one in ordered:
            store.need(session, one.id, lock=True)
        main = store.need(session, main_id) if main_id in {one.id for one in ordered} else None
        if main is None or not may_follow(main):
            raise Invalid({"main": NO_MAIN})
        if len(ordered) < FEWEST:
            raise Invalid({"main": "请至少勾选两件诉求。"})
        why: dict[int, Refusal] = {}
        for one in ordered:
            try:
                _join_one(step, one, main)
            except Refusal as refusal:
                why[one.id] = refusal
        if why:
            raise NotTogether(why)


def _join_one(step: Step, seen: Seen, main: FirmNeed) -> None:
    if seen.id == main.id:
        return
    need = store.need(step.session, seen.id)
    if need is not None and need.main_id == main.id:
        return
    need = _joinable(step, seen.id, seen.version)
    if need.category != main.category:
        raise WrongState({"": f"类别是“{need.category}”，和主诉求的“{main.category}”不同。"})
    _with_followers(step, need, main)


def may_follow(need: FirmNeed | store.NeedLine) -> bool:
    """Whether a need may be joined to another, or others to it: not answered, and follows none."""
    return need.state in OPEN and need.main_id is None


def _joinable(step: Step, need_id: int, version: int) -> FirmNeed:
    need = _seen(step, need_id, version)
    if not may_follow(need):
        raise WrongState({"": GONE})
    return need


def _with_followers(step: Step, need: FirmNeed, main: FirmNeed) -> None:
    for one in (*store.joined(step.session, need.id, lock=True), need):
        _follow(step, one, main)


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
