"""A firm's need on its way: registered, handed over, answered, called back, closed (诉求)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.states import NEED
from survey.lifecycle.step import About, Step
from survey.store import firms, need_rules, workdays
from survey.store import needs as store
from survey.tables import (
    FirmNeed,
    NeedDraft,
    NeedEntry,
    NeedSource,
    NeedState,
    NeedWord,
    Rating,
    Role,
)
from survey.workdays import MOST_DAYS, Calendar

MOST_TEXT: Final = 1000
MOST_NAME: Final = 60
MOST_DEPARTMENT: Final = 60
EARLIEST: Final = date(2000, 1, 1)
GONE: Final = "这件诉求刚刚办到了别的一步，请看过最新情况再办。"
FOLLOWS: Final = "这件诉求已并入另一件，请在主诉求上办理，或先取消合并。"
ON_ITS_OWN: Final = frozenset({"need_solved", "need_unsolved", "need_close"})
"""What concerns one firm alone, also where its need follows another."""


@dataclass(frozen=True)
class Given:
    """A need as it was typed."""

    category: str
    text: str
    wish: str
    said_by: str
    raised_on: date | None
    source: NeedSource


@dataclass(frozen=True)
class Handed:
    """To whom a need is given, and for how many working days; those of the category where None."""

    department: str
    days: int | None = None


def register(
    step: Step, firm_id: int, given: Given, draft: str = "", handed: Handed | None = None
) -> FirmNeed:
    """Write a need down under the next number of its year; the very same twice is kept once.

    Args:
        draft: The key of what an answer proposed, where this confirms it.
        handed: Whom an officer gives it to in the same press; None leaves it to be handed over.

    Raises:
        NotThere: There is no such firm.
        WrongState: The proposal was decided about before.
        Invalid: Names every field at fault; or the firm has as many open as it may.
    """
    with step.writing() as session:
        if firms.firm(session, firm_id) is None:
            raise NotThere
        store.hold_numbers(session)
        need, values = _registered(step, firm_id, given, handed)
        if draft and store.draft(session, firm_id, draft):
            raise WrongState({"": "这条提议已经有人处理过了，请刷新页面查看。"})
        if not draft and (known := store.same(session, need)):
            return known
        _require_room(step, firm_id)
        need.year, need.serial = step.today.year, store.next_serial(session, step.today.year)
        session.add(need)
        session.flush()
        if draft:
            session.add(_decided(step, firm_id, draft, need.id))
        step.log(
            "need_register",
            about(need),
            after={"category": need.category, "came_by": need.source},
            reason=need.text,
        )
        if values:
            _go(step, need, "need_hand_over", values)
        return need


def _require_room(step: Step, firm_id: int) -> None:
    """Refuse what a firm or a consultant adds to a heap nobody can answer; officers take down all."""
    most = need_rules.read(step.session).most_open
    if step.by.role in (Role.FIRM, Role.CONSULTANT) and (
        store.how_many_open(step.session, firm_id) >= most
    ):
        raise Invalid(
            {
                "text": f"已有 {most} 件诉求没办结，办结几件后再登记。同一件事请写在原来那件里；"
                "急事请打主管部门的联系人电话。"
            }
        )


def _registered(
    step: Step, firm_id: int, given: Given, handed: Handed | None
) -> tuple[FirmNeed, dict[str, Any]]:
    """Return a need as it was typed, and what it holds once it is handed over at once."""
    text, wish = typed.paragraph(given.text), typed.paragraph(given.wish)
    said_by, faults = typed.line(given.said_by), dict[str, str]()
    if need_rules.read(step.session).category(given.category) is None:
        faults["category"] = "请选择一个类别。"
    if not text or len(text) > MOST_TEXT:
        faults["text"] = f"请写明是什么事（{MOST_TEXT} 字以内）。"
    if len(wish) > MOST_TEXT:
        faults["wish"] = f"希望怎样解决最多 {MOST_TEXT} 字，请删减。"
    if not said_by or len(said_by) > MOST_NAME:
        faults["said_by"] = f"请填写反映人的姓名（{MOST_NAME} 字以内）。"
    if given.raised_on is None or not EARLIEST <= given.raised_on <= step.today:
        faults["raised_on"] = "日期应在 2000 年以后，且不晚于今天。"
    values = _handed(step, given.category, handed, faults) if handed else {}
    if faults:
        raise Invalid(faults)
    need = FirmNeed(
        firm_id=firm_id,
        source=given.source,
        raised_on=given.raised_on,
        said_by=said_by,
        category=given.category,
        text=text,
        wish=wish,
        state=NEED["need_register"].leads,
        author_id=step.by.user_id,
        created_at=step.now,
        changed_at=step.now,
    )
    return need, values


def dismiss_draft(step: Step, firm_id: int, key: str) -> None:
    """Say that what an answer proposed is no need; it is not proposed again. Twice is once."""
    with step.writing() as session:
        if store.draft(session, firm_id, key) is None:
            session.add(_decided(step, firm_id, key, None))
            step.log("need_dismiss", About("firm", firm_id, firm_id), after={"draft": key})


def _decided(step: Step, firm_id: int, key: str, need_id: int | None) -> NeedDraft:
    by, now = step.by.user_id, step.now
    return NeedDraft(firm_id=firm_id, key=key, need_id=need_id, decided_by=by, decided_at=now)


# --- the bureau's steps ---------------------------------------------------------------------------


def hand_over(
    step: Step, need_id: int, version: int, *, category: str, department: str, days: int | None
) -> FirmNeed:
    """Give a need to the department that answers it, with so many working days from today.

    Handed over again, it counts anew.

    Args:
        days: Those of the category where None.
    """
    with step.writing():
        need, faults = _opened(step, need_id, version, "need_hand_over"), dict[str, str]()
        values = _handed(step, category, Handed(department, days), faults)
        if faults:
            raise Invalid(faults)
        _go(step, need, "need_hand_over", values)
        return need


def _handed(step: Step, category: str, to: Handed, faults: dict[str, str]) -> dict[str, Any]:
    """Return what a need holds that is handed over, or add what cannot be to ``faults``."""
    kind, department = need_rules.read(step.session).category(category), typed.line(to.department)
    days = to.days or (kind.days if kind else None)
    if kind is None:
        faults["category"] = "请选择一个类别。"
    if not department or len(department) > MOST_DEPARTMENT:
        faults["department"] = f"请填写责任部门（{MOST_DEPARTMENT} 字以内）。"
    if days is None or not 1 <= days <= MOST_DAYS:
        faults.setdefault("days", f"办理天数填 1 至 {MOST_DAYS} 的整数（工作日）。")
    if faults:
        return {}
    return {"category": category, "department": department, **_due(step, days or 0)}


def _due(step: Step, days: int) -> dict[str, Any]:
    """Return what a need holds that has so many working days from today."""
    calendar = workdays.read(step.session)
    due = calendar.after(step.today, days)
    guessed = bool(calendar.guessed(step.today, due))
    return {"handed_on": step.today, "days": days, "due_on": due, "by_weekends": guessed}


def date_anew(step: Step, calendar: Calendar) -> int:
    """Let needs under way that were dated by weekends alone be due as the calendar has it by now.

    Part of the step that learns the calendar; a date that was counted by one stands as it was promised.

    Returns:
        How many are due on another day.
    """
    moved = 0
    for need in store.dated_by_weekends(step.session):
        if need.handed_on is None or need.days is None:
            continue
        before, due = need.due_on, calendar.after(need.handed_on, need.days)
        need.by_weekends = bool(calendar.guessed(need.handed_on, due))
        if due != before:
            need.due_on, need.changed_at, moved = due, step.now, moved + 1
            step.log("need_redate", about(need), before={"due_on": before}, after={"due_on": due})
    return moved


def note_progress(step: Step, need_id: int, version: int, *, says: str) -> FirmNeed:
    """Write down how far it is; the firm reads it."""
    with step.writing():
        need = _opened(step, need_id, version, "need_progress")
        said = _said("says", says, "请写明进展")
        _go(step, need, "need_progress", {}, said)
        _add_word(step, need, NeedWord.PROGRESS, said)
        return need


def answer(step: Step, need_id: int, version: int, *, says: str, public: bool) -> FirmNeed:
    """Answer a need, and with it all that follow it."""
    with step.writing():
        need = _opened(step, need_id, version, "need_answer")
        said = _said("says", says, "请写明办理结果")
        values = {"answer": said, "answered_on": step.today, "public": public}
        _go(step, need, "need_answer", values, said)
        _add_word(step, need, NeedWord.ANSWER, said)
        return need


def close(step: Step, need_id: int, version: int) -> FirmNeed:
    """Strike a need off the list, once its firm has said that it is solved."""
    with step.writing():
        need = _opened(step, need_id, version, "need_close")
        _go(step, need, "need_close", {})
        return need


def defer(step: Step, need_id: int, version: int, *, reason: str) -> FirmNeed:
    """Leave a need for later, and tell the firm why."""
    return _set_aside(step, need_id, version, "need_defer", reason)


def decline(step: Step, need_id: int, version: int, *, reason: str) -> FirmNeed:
    """Say that a need cannot be solved, and why."""
    return _set_aside(step, need_id, version, "need_decline", reason)


def resume(step: Step, need_id: int, version: int, *, reason: str) -> FirmNeed:
    """Take a need up again that was deferred or declined: it waits to be handed over."""
    nothing = {"department": "", "handed_on": None, "days": None, "due_on": None}
    values = nothing | {"by_weekends": False, "reason": ""}
    return _set_aside(step, need_id, version, "need_resume", reason, values)


def _set_aside(
    step: Step,
    need_id: int,
    version: int,
    action: str,
    reason: str,
    values: Mapping[str, Any] | None = None,
) -> FirmNeed:
    with step.writing():
        need = _opened(step, need_id, version, action)
        why = typed.reason(reason)
        _go(step, need, action, values or {"reason": why}, why)
        return need


# --- what the firm says of an answer ----------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """What a firm says when it is asked: whether it is solved, how content it is, in what words."""

    solved: bool | None
    rating: Rating | None
    says: str


def call_back(
    step: Step, need_id: int, version: int, heard: Heard, *, firm_id: int | None = None
) -> FirmNeed:
    """Keep what a firm says of an answer; "not solved" opens its need again, with a new due date.

    A need that follows another and is not solved goes its own way from there.

    Args:
        firm_id: The firm that says it itself; None where an officer asked it.

    Raises:
        NotThere: It is another firm's.
    """
    action = "need_solved" if heard.solved else "need_unsolved"
    with step.writing():
        need = _opened(step, need_id, version, action, firm_id)
        said = _heard(heard)
        values: dict[str, Any] = {"rating": heard.rating, "called_on": step.today}
        if not heard.solved:
            again = {"reopened": need.reopened + 1, "answer": "", "answered_on": None}
            values = values | again | {"called_on": None, "public": False}
            values |= _due(step, need.days or MOST_DAYS)
            leave(need)
        _go(step, need, action, values, said)
        _add_word(step, need, NeedWord.CALL_BACK, said)
        return need


def _heard(heard: Heard) -> str:
    """Return the words of a firm, with every fault told at once."""
    says, faults = typed.paragraph(heard.says), dict[str, str]()
    if heard.solved is None:
        faults["solved"] = "请选“解决了”或“没有解决”。"
    if heard.rating is None:
        faults["rating"] = "请选一个评价。"
    if len(says) > MOST_TEXT or (heard.solved is False and not says):
        faults["says"] = f"请写明哪里没有解决（{MOST_TEXT} 字以内）。"
    if faults:
        raise Invalid(faults)
    return says


def leave(need: FirmNeed) -> None:
    """Let a need go its own way; what it holds now stays with it."""
    need.main_id = need.joined_at = need.before_joining = None


# --- what all steps share ---------------------------------------------------------------------------


def about(need: FirmNeed) -> About:
    return About("need", need.id, need.firm_id)


def _opened(
    step: Step, need_id: int, version: int, action: str, firm_id: int | None = None
) -> FirmNeed:
    """Return a need under the lock, where this step may begin.

    Raises:
        NotThere: There is none, or it is another firm's.
        Stale: Somebody changed it since the page was read.
        WrongState: It is not where this step begins, or follows another need.
    """
    need = store.need(step.session, need_id, lock=True)
    if need is None or firm_id not in (None, need.firm_id):
        raise NotThere
    if need.version != version:
        raise Stale
    if need.main_id is not None and action not in ON_ITS_OWN:
        raise WrongState({"": FOLLOWS})
    if need.state not in NEED[action].begins:
        raise WrongState({"": GONE})
    return need


def _go(
    step: Step, need: FirmNeed, action: str, values: Mapping[str, Any], reason: str = ""
) -> None:
    """Move a need on, and those that follow it as far as they stand where this step begins.

    Each leaves its own row in the log.
    """
    alone = action in ("need_solved", "need_close")
    following = [] if alone else store.joined(step.session, need.id, lock=True)
    _move(step, need, action, values, reason)
    for one in following:
        if one.state in NEED[action].begins and one.state != NeedState.CALLED_BACK:
            shared = {name: value for name, value in values.items() if name in FOLLOWED}
            _move(step, one, action, shared, reason if action != "need_unsolved" else "")


FOLLOWED: Final = frozenset(
    {
        *("category", "department", "handed_on", "days", "due_on", "by_weekends"),
        *("answer", "answered_on", "public", "reason"),
    }
)
"""What a need has of the one it follows, beside its state."""


UNTOLD: Final = frozenset({"answer", "reason", "answered_on"})
"""What the log has as the reason of a step and its day."""


def _move(step: Step, need: FirmNeed, action: str, values: Mapping[str, Any], reason: str) -> None:
    wanted = {"state": NEED[action].leads, **values}
    told = {name: v for name, v in wanted.items() if name not in UNTOLD}
    changed = [name for name, value in told.items() if getattr(need, name) != value]
    before = {name: was for name in changed if (was := getattr(need, name))}
    for name, value in wanted.items():
        setattr(need, name, value)
    need.changed_at = step.now
    after = {name: told[name] for name in changed if told[name] or name in before}
    step.log(action, about(need), before=before, after=after, reason=reason)


def _add_word(step: Step, need: FirmNeed, kind: NeedWord, says: str) -> None:
    if says:
        step.session.add(
            NeedEntry(need_id=need.id, kind=kind, says=says, author_id=step.by.user_id, at=step.now)
        )


def _said(name: str, given: str, wanted: str) -> str:
    said = typed.paragraph(given)
    if not said or len(said) > MOST_TEXT:
        raise Invalid({name: f"{wanted}（{MOST_TEXT} 字以内）。"})
    return said
