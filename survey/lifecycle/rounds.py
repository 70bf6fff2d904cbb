"""Rounds: one year's campaign over one edition, opened, changed, closed, and deleted while empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.lifecycle import edition_status, jobs, typed
from survey.lifecycle.errors import Doubtful, Invalid, NotThere, Stale, TitleTaken, WrongState
from survey.lifecycle.step import About, Step
from survey.store import invitations, reminders, rounds, settings, word_editions
from survey.store import jobs as job_store
from survey.tables import Doubt, Job, JobState, Round

MOST_TITLE = 100
MOST_QUOTA = 99_999
LINKS = "invite"
"""The work that makes the links of a round's invitations."""


@dataclass(frozen=True)
class Plan:
    """What a round is called, for whom and when it is open; without a last day it stays open.

    Attributes:
        notice: The number of the notice that calls for it (文号).
        check_by: By when the district has checked what firms handed in.
        upward_by: By when the result goes upward.
        only_invited: Whether it is for the firms that are invited, or for every firm.
        quotas: How many firms of a township are to hand in, by its name.
    """

    title: str
    opens_on: date
    closes_on: date | None = None
    notice: str = ""
    check_by: date | None = None
    upward_by: date | None = None
    only_invited: bool = False
    quotas: Mapping[str, int] = field(default_factory=dict)


def open_round(step: Step, plan: Plan, edition: str, *, sure: bool = True) -> Round:
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
        plan = _good(step, plan, None, sure)
        round_ = Round(edition=edition, created_at=step.now, **asdict(plan))
        step.session.add(round_)
        step.session.flush()
        step.log("open_round", round_, after=_told(plan))
        return round_


def change(
    step: Step, round_id: int, plan: Plan, *, base_version: int, sure: bool = False
) -> Round:
    """Give a round another name, other days or quotas; a later last day opens a closed one again.

    Args:
        base_version: The version the page showed.

    Raises:
        Stale: Somebody else changed it since.
        TitleTaken, Invalid, Doubtful: As for a new one.
    """
    with _one_of_its_title(step) as session:
        round_ = held_round(step, round_id)
        before, plan = plan_of(round_), _good(step, plan, round_, sure)
        if before == plan:
            return round_
        if round_.version != base_version:
            raise Stale
        _set(step, round_, plan, "round_edit")
        if before.closes_on != plan.closes_on and invitations.any_of(session, round_id):
            ask_for_links(step, round_id)  # they last to its last day
        return round_


def close(step: Step, round_id: int) -> None:
    """Close a round now: nobody begins it any more, what was begun goes on.

    Yesterday becomes its last day, also where it opened only today (``Round.ended_on``).

    Raises:
        Invalid: It has not opened yet.
    """
    with step.writing():
        round_ = held_round(step, round_id)
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
        round_ = held_round(step, round_id)
        if rounds.has_assessment(session, round_id):
            raise WrongState({"round": "已经有企业开始这一轮评估，不能删除。可以提前截止。"})
        if reminders.any_of(session, round_id):
            raise WrongState({"round": "这一轮已经提醒过企业或发过邮件，不能删除。可以提前截止。"})
        word_editions.forget_annual_words(session, round_id)
        rounds.forget_invitations(session, round_id)
        step.log("round_delete", About("round", round_.id), before=_told(plan_of(round_)))
        session.delete(round_)


def ask_for_links(step: Step, round_id: int) -> Job:
    """Ask for a round's links, inside the caller's transaction; a request that waits is enough."""
    for job in job_store.jobs_about(step.session, LINKS, "round", round_id):
        if job.state == JobState.QUEUED:
            return job
    return jobs.ask(step, LINKS, {}, subject="round", subject_id=round_id)


def plan_of(round_: Round) -> Plan:
    return Plan(**{one.name: getattr(round_, one.name) for one in fields(Plan)})


def _told(plan: Plan) -> dict[str, object]:
    """Return a plan as the log keeps it: its days, and what else it says."""
    return {
        name: value
        for name, value in asdict(plan).items()
        if value or name in ("opens_on", "closes_on")
    }


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
def _one_of_its_title(step: Step) -> Iterator[Session]:
    """A transaction in which another officer may be faster by a moment to take a title."""
    try:
        with step.writing() as session:
            yield session
    except IntegrityError as error:
        raise TitleTaken({"title": "已有同名的评估轮次，请换一个名称。"}) from error


def held_round(step: Step, round_id: int) -> Round:
    """Return a round that nobody else changes until this transaction ends.

    Raises:
        NotThere: No such round.
    """
    round_ = rounds.round_(step.session, round_id, lock=True)
    if round_ is None:
        raise NotThere
    return round_


def _good(step: Step, plan: Plan, round_: Round | None, sure: bool) -> Plan:
    """Return a plan as it is kept; ``round_`` is the one it is for, if there is one."""
    plan = replace(plan, title=typed.line(plan.title), notice=typed.line(plan.notice))
    faults = _faults(plan)
    moves = round_ is None or (plan.opens_on, plan.closes_on) != (round_.opens_on, round_.closes_on)
    if moves and plan.closes_on is not None and plan.closes_on < plan.opens_on:
        faults["closes_on"] = "截止日期不能早于开始日期。"
    there = {*settings.read(step.session).townships, *(round_.quotas if round_ else ())}
    if unknown := [name for name in plan.quotas if name not in there]:
        faults["quotas"] = f"没有这些乡镇（街道）：{'、'.join(unknown)}。请照区县设置里的名称写。"
    if faults:
        raise Invalid(faults)
    known = rounds.round_titled(step.session, plan.title)
    if known is not None and known is not round_:
        raise TitleTaken({"title": "已有同名的评估轮次，请换一个名称。"})
    others = rounds.open_between(step.session, plan.opens_on, plan.closes_on)
    if moves and not sure and any(other is not round_ for other in others):
        raise Doubtful((Doubt.ROUNDS_OVERLAP,))
    return plan


def _faults(plan: Plan) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not 1 <= len(plan.title) <= MOST_TITLE:
        faults["title"] = f"请填写轮次名称（{MOST_TITLE} 字以内）。"
    if len(plan.notice) > MOST_TITLE:
        faults["notice"] = f"文号最多 {MOST_TITLE} 字，请删减。"
    if plan.check_by and plan.check_by < (plan.closes_on or plan.opens_on):
        faults["check_by"] = "区级审核截止不能早于企业截止。"
    if plan.upward_by and plan.upward_by < (plan.check_by or plan.closes_on or plan.opens_on):
        faults["upward_by"] = "上报截止不能早于前面的日期。"
    if any(not 0 < quota <= MOST_QUOTA for quota in plan.quotas.values()):
        faults["quotas"] = f"任务数应在 1 至 {MOST_QUOTA} 之间。"
    return faults
