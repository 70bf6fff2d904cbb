"""Runs of the district's subsidy budget: asked for, answered by a worker, adopted by an officer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from reports.budget import kept
from reports.budget.answering import Answer
from reports.budget.floors import Hopeless
from reports.budget.subsidy import whole
from reports.budget.terms import Terms
from survey.lifecycle import jobs, typed
from survey.lifecycle.errors import Invalid, NotThere, WrongState
from survey.lifecycle.step import About, Step
from survey.store import budgets as store
from survey.store import jobs as waiting
from survey.tables import BudgetRun, Job

BUDGET: Final = "budget"
"""The kind of job that works one out, and what its job is about."""
MOST_TITLE: Final = 60


def ask(step: Step, title: str, edition: str, terms: Terms, withdrawing: int) -> Job:
    """Keep what is asked, and ask for the work; send the job afterwards.

    Raises:
        Invalid: It has no name, or one that is too long.
        Absurd: More than all would withdraw.
    """
    said = typed.line(title)
    if not said:
        raise Invalid({"title": "请给方案起个名称，例如“2027 年第一批”。"})
    if len(said) > MOST_TITLE:
        raise Invalid({"title": f"名称最多 {MOST_TITLE} 字，现在有 {len(said)} 字，请删减。"})
    whole("withdrawing", withdrawing, 0, 100)
    with step.writing() as session:
        run = BudgetRun(
            title=said,
            edition=edition,
            terms=kept.terms_kept(terms),
            withdrawing=withdrawing,
            goals="",
            asked_by=step.by.user_id,
            asked_at=step.now,
        )
        session.add(run)
        session.flush()
        job = jobs.ask(step, BUDGET, {}, subject=BUDGET, subject_id=run.id)
        step.log("budget_ask", About(BUDGET, run.id), after={"money": terms.money})
        return job


def ask_without(step: Step, run_id: int, gone: Collection[int]) -> Job:
    """Ask who follows where chosen firms of a run withdraw: all others stay, each with its rung.

    Raises:
        NotThere: No such run.
        Invalid: Nobody was chosen, or nobody of those withdraws.
    """
    run = store.run(step.session, run_id)
    if run is None:
        raise NotThere
    found = kept.answer_of(run.answer) if run.answer else None
    grants = found.choice.grants if isinstance(found, Answer) else ()
    leaving = frozenset(gone) & {it.firm for it in grants}
    if not leaving:
        raise Invalid({"gone": "请在支持名单里勾选退出的企业，再按“看谁递补”。"})
    terms = kept.terms_of(run.terms)
    staying = {it.firm: it.step for it in grants if it.firm not in leaving}
    terms = replace(terms, kept=staying, withdrawn=terms.withdrawn | leaving)
    title, edition, share = run.title, run.edition, run.withdrawing
    said = f"（退出 {len(leaving)} 家）"
    step.session.rollback()
    return ask(step, title[: MOST_TITLE - len(said)] + said, edition, terms, share)


def job_of(session: Session, run_id: int) -> Job | None:
    """Return the latest job of a run."""
    return next(iter(waiting.jobs_about(session, BUDGET, BUDGET, run_id)), None)


def keep_answer(step: Step, run_id: int, goals: str, found: Answer | Hopeless) -> None:
    """Keep an answer, inside the transaction that ends its job.

    Args:
        goals: The digest of the firms and goals that were chosen from.
    """
    run = store.run(step.session, run_id, lock=True)
    if run is None:
        raise NotThere
    run.goals, run.answer, run.answered_at = goals, kept.answer_kept(found), step.now
    step.log("budget_answer", About(BUDGET, run.id), after={"sha256": goals})


def adopt(step: Step, run_id: int, *, adopted: bool) -> BudgetRun:
    """Let the district go by a run from now on, or by none; the one before is adopted no more.

    Raises:
        NotThere: No such run.
        WrongState: It is not answered, or nobody could be chosen.
    """
    with step.writing() as session:
        before = store.adopted(session, lock=True)
        run = store.run(session, run_id, lock=True)
        if run is None:
            raise NotThere
        if adopted == (run.adopted_at is not None):
            return run
        if adopted and (run.answer is None or kept.ANSWER not in run.answer):
            raise WrongState({"run": "这个方案还没有算出名单，不能采用；算出以后再来。"})
        if before is not None:
            before.adopted_at = None
        run.adopted_at = step.now if adopted else None
        step.log("budget_adopt" if adopted else "budget_release", About(BUDGET, run.id))
        return run
