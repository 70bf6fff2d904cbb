"""Rounds: one year's campaign over one edition, opened, changed, closed, and deleted while empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError

from survey.lifecycle import edition_status, typed
from survey.lifecycle.errors import Doubtful, Invalid, NotThere, Stale, TitleTaken, WrongState
from survey.lifecycle.step import About, Step
from survey.store import rounds
from survey.tables import Doubt, Round

MOST_TITLE = 100


@dataclass(frozen=True)
class Plan:
    """What a round is called and when it is open; without a last day it stays open."""

    title: str
    opens_on: date
    closes_on: date | None = None


def open_round(
    step: Step,
    *,
    title: str,
    edition: str,
    opens_on: date,
    closes_on: date | None,
    sure: bool = True,
) -> Round:
    """Open a round; firms find it from its first day to its last.

    Args:
        sure: That another round is meant to be open on the same days.

    Raises:
        TitleTaken, Invalid
        Doubtful: Another round is open on the same days, and nobody said that this is meant.
    """
    with _one_of_its_title(step):
        if edition not in edition_status.usable(step.session):
            raise Invalid({"edition": "请选择一个已发布、没有停用的问卷年版。"})
        plan = _good(step, Plan(title, opens_on, closes_on), None, sure)
        round_ = Round(edition=edition, created_at=step.now, **asdict(plan))
        step.session.add(round_)
        step.session.flush()
        step.log("open_round", round_, after=asdict(plan))
        return round_


def change(step: Step, round_id: int, plan: Plan, *, seen: Plan, sure: bool = False) -> Round:
    """Give a round another name or other days; a later last day opens a closed one again.

    Args:
        seen: The round as the page showed it.

    Raises:
        Stale: Somebody else changed it since.
        TitleTaken, Invalid, Doubtful: As for a new one.
    """
    with _one_of_its_title(step):
        round_ = _held(step, round_id)
        before, plan = plan_of(round_), _good(step, plan, round_, sure)
        if before == plan:
            return round_
        if before != seen:
            raise Stale
        _set(step, round_, plan, "round_edit")
        return round_


def close(step: Step, round_id: int) -> None:
    """Close a round now: nobody begins it any more, what was begun goes on.

    Yesterday becomes its last day, also where it opened only today (``Round.ended_on``).

    Raises:
        Invalid: It has not opened yet.
    """
    with step.writing():
        round_ = _held(step, round_id)
        yesterday = step.today - timedelta(days=1)
        if round_.closes_on is not None and round_.closes_on <= yesterday:
            return
        if round_.opens_on > step.today:
            raise Invalid({"closes_on": "还没开始的轮次不能截止，请改开始和截止日期。"})
        _set(step, round_, replace(plan_of(round_), closes_on=yesterday), "round_close")


def delete(step: Step, round_id: int) -> None:
    """Delete a round that no firm has begun.

    Raises:
        WrongState: A firm has.
    """
    with step.writing() as session:
        round_ = _held(step, round_id)
        if rounds.has_assessment(session, round_id):
            raise WrongState({"round": "已经有企业开始这一轮评估，不能删除。可以提前截止。"})
        step.log("round_delete", About("round", round_.id), before=asdict(plan_of(round_)))
        session.delete(round_)


def plan_of(round_: Round) -> Plan:
    return Plan(round_.title, round_.opens_on, round_.closes_on)


def _set(step: Step, round_: Round, plan: Plan, action: str) -> None:
    before, after = asdict(plan_of(round_)), asdict(plan)
    for name, value in after.items():
        setattr(round_, name, value)
    kept = {"opens_on", "closes_on"} | {n for n in after if before[n] != after[n]}
    step.log(
        action,
        round_,
        before={name: before[name] for name in before if name in kept},
        after={name: after[name] for name in after if name in kept},
    )


@contextmanager
def _one_of_its_title(step: Step) -> Iterator[None]:
    """A transaction in which another officer may be faster by a moment to take a title."""
    try:
        with step.writing():
            yield
    except IntegrityError as error:
        raise TitleTaken({"title": "已有同名的评估轮次，请换一个名称。"}) from error


def _held(step: Step, round_id: int) -> Round:
    round_ = rounds.round_(step.session, round_id, lock=True)
    if round_ is None:
        raise NotThere
    return round_


def _good(step: Step, plan: Plan, round_: Round | None, sure: bool) -> Plan:
    """Return a plan as it is kept; ``round_`` is the one it is for, if there is one."""
    plan = replace(plan, title=typed.line(plan.title))
    if not 1 <= len(plan.title) <= MOST_TITLE:
        raise Invalid({"title": f"请填写轮次名称（{MOST_TITLE} 字以内）。"})
    moves = round_ is None or (plan.opens_on, plan.closes_on) != (round_.opens_on, round_.closes_on)
    if moves:
        _require_order(plan)
    known = rounds.round_titled(step.session, plan.title)
    if known is not None and known is not round_:
        raise TitleTaken({"title": "已有同名的评估轮次，请换一个名称。"})
    others = rounds.open_between(step.session, plan.opens_on, plan.closes_on)
    if moves and not sure and any(other is not round_ for other in others):
        raise Doubtful((Doubt.ROUNDS_OVERLAP,))
    return plan


def _require_order(plan: Plan) -> None:
    if plan.closes_on is not None and plan.closes_on < plan.opens_on:
        raise Invalid({"closes_on": "截止日期不能早于开始日期。"})
