"""Two runs of the district's subsidy budget, to be compared: by firms, and by what the plan counts."""

from __future__ import annotations

from datetime import date
from typing import Final

from reports.budget.subsidy import Rules
from reports.budget.terms import Plan, Terms
from survey.library import load
from survey.lifecycle import budgets
from survey.lifecycle.step import Step
from survey.readings.budgets import counted
from survey.running.demonstration.story import EDITION
from survey.store import settings

MONEY: Final = 1_500_000
RULES: Final = Rules(share=3_000, cap=300_000)
"""Reference values, as the page's fields begin with."""
WITHDRAWING: Final = 10
"""Percent."""


def ask_budgets(step: Step) -> None:
    """Ask for both runs; the worker chooses."""
    place, ladder = settings.read(step.session), load(step.session, EDITION).ladder
    target = max(place.targets, key=lambda it: it.year)
    plan = Plan(target.year, frozenset(counted(step.session, place.counting, target)))
    worth = {at: 1 for at, rung in enumerate(ladder, 1) if rung.id in target.rungs}
    step.session.rollback()
    day = date(target.year, 1, 4)
    by_firms = Terms(MONEY, RULES, day)
    by_plan = Terms(MONEY, RULES, day, worth, plan=plan)
    for title, terms in (("比家数", by_firms), ("比规划目标", by_plan)):
        budgets.ask(step, f"{target.year} 年第一批，{title}", EDITION, terms, WITHDRAWING)
