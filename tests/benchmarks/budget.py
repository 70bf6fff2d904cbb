"""Whom a district supports: one budget, twenty budgets, ten thousand firms, all invented."""

from __future__ import annotations

from pathlib import Path
from random import Random
from time import perf_counter, process_time

from reports.budget.answering import Answer, answer
from reports.budget.choice import programme_of
from reports.budget.offers import offers_of
from reports.budget.outlook import frontier
from reports.budget.subsidy import Rules
from reports.budget.terms import By, Limit, Terms
from tests.benchmarks.figures import Figure, at_most
from tests.support.budgets import DAY, drawn

GROUP = "补助预算"
DISTRICT, LARGE = 644, 10_000
MOST_ONE, MOST_FRONTIER, MOST_LARGE = 5, 30, 60
EACH = 10_000
"""元 of the budget for every firm: about a third of them is reached."""
WORTH = {1: 1, 2: 2, 3: 3, 4: 5}


def measure(_folder: Path) -> list[Figure]:
    """Choose under floors and ceilings, by firms and by points."""
    district = drawn(Random(1), DISTRICT)
    one = {name: _chosen(DISTRICT, worth) for name, worth in (("家数", {}), ("分值", WORTH))}
    large = {name: _chosen(LARGE, worth) for name, worth in (("家数", {}), ("分值", WORTH))}
    terms = _terms(DISTRICT, {})
    started, began = perf_counter(), process_time()
    points = list(frontier(offers_of(district, terms), terms))
    twenty, worked = perf_counter() - started, process_time() - began
    figures = [
        Figure(GROUP, f"{DISTRICT} 家，一个预算，比{name}", took, "秒", at_most(MOST_ONE), note)
        for name, (took, note) in one.items()
    ]
    figures.append(
        Figure(
            GROUP,
            f"{DISTRICT} 家，{len(points)} 个预算",
            twenty,
            "秒",
            at_most(MOST_FRONTIER),
            f"处理器时间 {worked:.1f} 秒",
        )
    )
    figures += [_whole(name, worth) for name, worth in (("家数", {}), ("分值", WORTH))]
    for name, (took, note) in large.items():
        title = f"{LARGE:,} 家，一个预算，比{name}"
        figures.append(Figure(GROUP, title, took, "秒", at_most(MOST_LARGE), note))
        growth = took / one[name][0]
        figures.append(Figure(GROUP, f"{title}，{DISTRICT} 家的几倍", growth, "倍"))
    return figures


def _chosen(firms: int, worth: dict[int, int]) -> tuple[float, str]:
    terms, district = _terms(firms, worth), drawn(Random(1), firms)
    started, began = perf_counter(), process_time()
    found = programme_of(offers_of(district, terms), terms).solve(MOST_LARGE)
    took, worked = perf_counter() - started, process_time() - began
    assert found is not None
    proof = "已证明最优" if found.is_proved else "时间用完，未证明"
    return took, f"{proof}，处理器时间 {worked:.1f} 秒"


def _whole(name: str, worth: dict[int, int]) -> Figure:
    """Work out all that a run tells: the choice, two others, twenty budgets, prices, withdrawals."""
    terms, district = _terms(LARGE, worth), drawn(Random(1), LARGE)
    started = process_time()
    found = answer(district, terms)
    took = process_time() - started
    assert isinstance(found, Answer)
    points = sum(it.worth == it.bound for it in found.frontier)
    note = f"处理器时间；{points} 个预算已证明最优"
    return Figure(GROUP, f"{LARGE:,} 家，整个测算，比{name}", took, "秒", at_most(MOST_LARGE), note)


def _terms(firms: int, worth: dict[int, int]) -> Terms:
    """Floors and ceilings for every trade and township, in proportion."""
    trades = [Limit(By.TRADE, it, firms // 40, firms // 8) for it in ("valve", "bearing", "metal")]
    towns = [Limit(By.TOWNSHIP, f"虚构镇{n}", firms // 200, firms // 25) for n in range(1, 16)]
    rules = Rules(share=3_000, cap=500_000, least_own=20_000)
    return Terms(firms * EACH, rules, DAY, worth, (*trades, *towns))
