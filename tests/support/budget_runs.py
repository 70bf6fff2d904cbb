"""A run of the district's budget with an invented answer: its firm chosen, nothing beside it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from reports.budget.answering import Answer
from reports.budget.choice import Choice, Grant
from reports.budget.outlook import Withdrawals
from reports.budget.subsidy import Rules
from reports.budget.terms import Terms
from survey.lifecycle import budgets, jobs
from survey.lifecycle.step import Actor, Step
from survey.tables import Job, User
from tests.support.people import EDITION, moment

TERMS = Terms(1_000_000, Rules(share=3_000, cap=500_000), date(2027, 1, 4))


def an_answer(*grants: Grant) -> Answer:
    choice = Choice(grants, len(grants), sum(it.money for it in grants))
    leaving = Withdrawals(10, len(grants) * 0.9, 0, ())
    return Answer(choice, (), (), None, (), leaving, (), (), len(grants), len(grants))


def a_budget_run(session: Session, user: User, *firms: int, title: str = "虚构方案") -> Job:
    """Return the job, done, of a run that supports these firms with 12.5 万元 each."""
    by = Step(session, Actor(user.id, user.name), moment())
    job = budgets.ask(by, title, EDITION, TERMS, 10)
    worker = Step(session, jobs.WORKER, moment())
    taken = jobs.take(worker, job.id, lambda _kind: timedelta(minutes=1))
    assert taken is not None
    answer = an_answer(*(Grant(firm, 2, 125_000, 1) for firm in sorted(firms)))

    def keep(step: Step) -> dict[str, int]:
        run_id = taken.subject_id or 0
        budgets.keep_answer(step, run_id, "0" * 64, answer)
        return {"run": run_id}

    jobs.finish(worker, taken, keep)
    return job
