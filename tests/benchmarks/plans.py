"""A firm's plans: one, one with all that stands beside it, and the ways a district keeps, by firms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter

from questionnaires.library import SHIPPED
from questionnaires.scoring import score
from reports.lifting import Ground
from reports.plan.optimum import Clock, optimum
from reports.plan.ways import ways
from reports.plan.wish import Aim, Wish
from reports.programme import load_solver
from survey.readings.planning import planned
from survey.running.demonstration.sheets import sheet_on
from tests.benchmarks.figures import Figure, at_most

GROUP = "企业方案"
FIRMS = 60
SECONDS = 30.0
"""Far over what a search takes, so that none is cut short where the machine is busy."""
FEW, MANY = 20, 80
"""Firms whose ways are worked out, so that growth shows."""
DISTRICT, MOST_MINUTES = 10_000, 15


def measure(_folder: Path) -> list[Figure]:
    """Measure plans of firms of three trades, from the poorest to nearly the best."""
    load_solver()
    grounds = list(_grounds(MANY))
    optimum(grounds[0], Wish(), Clock(SECONDS))
    few, many = _seconds_of(grounds[:FEW]), _seconds_of(grounds)
    return [
        *(
            Figure(GROUP, title, _p95(grounds[:FIRMS], work), "毫秒", at_most(most), "95 分位")
            for title, work, most in (
                ("一个方案，最省钱", lambda g: optimum(g, Wish(), Clock(SECONDS)), 100),
                ("一个方案，最快", lambda g: optimum(g, Wish(aim=Aim.TIME), Clock(SECONDS)), 100),
                (
                    "一个方案，项目最少",
                    lambda g: optimum(g, Wish(aim=Aim.COUNT), Clock(SECONDS)),
                    100,
                ),
                (
                    "连同另外的方案、价格高低和理由",
                    lambda g: planned(g, Wish(), seconds=SECONDS),
                    500,
                ),
            )
        ),
        Figure(GROUP, f"{FEW} 家到各级的最省方案", few, "秒"),
        Figure(GROUP, f"{MANY} 家，每家的时间是 {FEW} 家的几倍", many / MANY / (few / FEW), "倍"),
        Figure(
            GROUP,
            f"照此 {DISTRICT:,} 家（一个进程）",
            many / MANY * DISTRICT / 60,
            "分",
            at_most(MOST_MINUTES),
            "由上一行推算",
        ),
    ]


def _grounds(number: int) -> Iterator[Ground]:
    edition = SHIPPED.load("2026")
    trades = [edition.questionnaire(trade) for trade in edition.trades]
    for n in range(number):
        asked = trades[n % len(trades)]
        processes = frozenset(process.id for process in asked.trade.processes)
        sheet = sheet_on(asked, processes, 1 + n % 3, Random(n))
        ground = Ground(score(asked, sheet, processes), ("small", "medium", "large")[n % 3])
        yield ground


def _p95(grounds: list[Ground], work: Callable[[Ground], object]) -> float:
    taken = []
    for ground in grounds:
        started = perf_counter()
        work(ground)
        taken.append((perf_counter() - started) * 1000)
    return quantiles(taken, n=20, method="inclusive")[-1]


def _seconds_of(grounds: list[Ground]) -> float:
    started = perf_counter()
    for ground in grounds:
        ways(Ground(ground.score, ground.size))
    return perf_counter() - started
