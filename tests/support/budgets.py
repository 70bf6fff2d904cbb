"""Invented districts for the budget: firms and goals drawn by a seed, and every choice tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from random import Random

from reports.budget.choice import Grant
from reports.budget.firms import Costs, FirmGoals, Goal
from reports.budget.offers import lot
from reports.budget.subsidy import Refused, Rules, grant
from reports.budget.terms import By, Limit, Plan, Terms

DAY = date(2027, 1, 4)
SIZES = ("large", "medium", "small", "micro")
PARTS = (50, 30, 10, 5, 5)
"""Percent of a goal's cost, by kind."""


def a_goal(step: int, money: int, weeks: int = 10, times: int = 1) -> Goal:
    """A goal that costs ``money`` 元 for equipment, at the high end so many times as much."""
    return Goal(step, Costs(equipment=money), Costs(equipment=money * times), weeks)


def a_firm(number: int, *goals: Goal, **given: object) -> FirmGoals:
    values: dict[str, object] = {"trade": "valve", "township": "甲镇", "size": "small", "step": 1}
    return FirmGoals(id=number, goals=goals, **(values | given))  # type: ignore[arg-type]


def drawn(random: Random, firms: int, money: int = 1_000, townships: int = 15) -> list[FirmGoals]:
    """Draw firms below their goals; costs are multiples of ``money`` 元, so that ties occur."""
    return [
        FirmGoals(
            id=number,
            trade=random.choice(("valve", "bearing", "metal")),
            township=f"虚构镇{random.randint(1, townships)}",
            size=random.choice(SIZES),
            step=(step := random.randint(0, 3)),
            goals=tuple(_goals(random, step, money)),
            titles=frozenset(random.sample(("规上", "专精特新"), random.randint(0, 2))),
        )
        for number in range(1, firms + 1)
    ]


def _goals(random: Random, step: int, money: int) -> Iterator[Goal]:
    total = 0
    for target in range(step + 1, 5):
        total += random.randint(1, 120) * money * target
        low = Costs(*(total * part // 100 for part in PARTS))
        yield Goal(target, low, Costs(*(3 * part for part in low)), random.randint(4, 50))


def every_choice(firms: Sequence[FirmGoals], terms: Terms) -> Iterator[tuple[Grant, ...]]:
    """Yield each choice that keeps the terms, by trying all there are."""
    options = [[None, *_paid(firm, terms)] for firm in firms]
    for choice in product(*options):
        grants = tuple(it for it in choice if it)
        if sum(it.money for it in grants) <= terms.money and _keeps(firms, terms, grants):
            yield grants


def _paid(firm: FirmGoals, terms: Terms) -> Iterator[Grant]:
    for goal in firm.goals:
        money = grant(terms.rules, firm, goal, terms.day, terms.price)
        if not isinstance(money, Refused):
            yield Grant(firm.id, goal.step, money, _points(terms, firm.id, goal))


def _points(terms: Terms, number: int, goal: Goal) -> int:
    """What a firm counts on a rung, said again in other words than the terms'."""
    points = terms.worth.get(goal.step, 0) if terms.worth else 1
    if terms.plan is None:
        return points
    is_late = (terms.day + timedelta(days=7 * goal.weeks)).year > terms.plan.year
    return 0 if is_late or number in terms.plan.already else points


def _keeps(firms: Sequence[FirmGoals], terms: Terms, grants: Sequence[Grant]) -> bool:
    chosen = {it.firm for it in grants}
    among = [firm for firm in firms if firm.id in chosen]
    counts = [(one, sum(map(one.holds_for, among))) for one in terms.limits]
    return all(
        one.least <= count and (one.most is None or count <= one.most) for one, count in counts
    )


def value(grants: Sequence[Grant]) -> tuple[int, int, int]:
    """By what choices are compared: points, money, lots; the least is the best."""
    return (
        -sum(it.worth for it in grants),
        sum(it.money for it in grants),
        sum(lot(it.firm) for it in grants),
    )


def drawn_terms(random: Random) -> Terms:
    """Draw a budget, rules and limits for a handful of firms."""
    limits = [
        Limit(
            by, name, least := random.choice((0, 0, 1, 2)), random.choice((None, least, least + 1))
        )
        for by, name in (
            (By.TRADE, "valve"),
            (By.TRADE, "metal"),
            (By.TOWNSHIP, "虚构镇1"),
            (By.SIZE, "small"),
        )
        if random.random() < 0.4
    ]
    rules = Rules(
        share=random.choice((1_000, 3_000, 5_000)),
        cap=random.choice((2_000, 20_000, 500_000)),
        least_own=random.choice((0, 0, 50_000)),
        awards=random.choice(({}, {3: 1_000, 4: 2_000})),
    )
    worth = random.choice(({}, {1: 1, 2: 2, 3: 3, 4: 5}, {3: 1, 4: 1}))
    plan = Plan(2027, frozenset(random.sample(range(1, 7), 2))) if random.random() < 0.3 else None
    day = DAY + timedelta(weeks=random.choice((0, 20)))
    money = random.randint(0, 12) * 10_000
    return Terms(money, rules, day, worth, tuple(limits), plan=plan)
