"""A firm's plans: one, one with all that stands beside it, and the ways a district keeps, by firms."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from questionnaires.scoring import score
from reports.lifting import Ground
from reports.plan.optimum import Clock, optimum
from reports.plan.wish import Aim, Wish
from reports.programme import load_solver
from survey import clock
from survey.jobs.ways import AT_ONCE
from survey.joining import create_app
from survey.lifecycle.jobs import WORKER
from survey.lifecycle.step import Step
from survey.lifecycle.ways import HANDS, settle
from survey.readings.planning import planned
from survey.running.demonstration.sheets import sheet_on
from survey.store.ways import unknown
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.jobs import installation
from tests.support.districts import District

GROUP = "企业方案"
FIRMS = 60
SECONDS = 30.0
"""Far over what a search takes, so that none is cut short where the machine is busy."""
FEW, MANY = 50, 200
"""Firms whose ways are worked out and kept, so that growth shows."""
DISTRICT, MOST_MINUTES = 10_000, 15


def measure(folder: Path) -> list[Figure]:
    """Measure plans of firms of three trades, from the poorest to nearly the best."""
    load_solver()
    grounds = list(_grounds(FIRMS))
    optimum(grounds[0], Wish(), Clock(SECONDS))
    return [
        *(
            _of_each(title, grounds, work, most)
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
        *_kept(folder / "ways"),
    ]


def _kept(folder: Path) -> list[Figure]:
    """Let the job keep the ways of an invented district, as it does at night."""
    app = create_app(installation(folder))
    with Session(app.extensions["survey_engine"]) as session:
        District(MANY).fill(session)
        waiting = unknown(session)
        session.rollback()
        step = Step(session, WORKER, clock.utc_now())
        few = _settled(step, waiting[:FEW])
        rest = _settled(step, waiting[FEW:MANY])
    many = Taken(few.seconds + rest.seconds, few.processor + rest.processor)
    growth = many.seconds / MANY / (few.seconds / FEW)
    note = f"{HANDS} 家同时算，处理器时间 {many.processor:.1f} 秒，这台机器 {os.cpu_count()} 核"
    return [
        Figure(GROUP, f"{MANY} 家到各级的最省方案，算出并保存", many.seconds, "秒", note=note),
        Figure(GROUP, f"{MANY} 家，每家的时间是 {FEW} 家的几倍", growth, "倍"),
        Figure(
            GROUP,
            f"照此 {DISTRICT:,} 家",
            many.seconds / MANY * DISTRICT / 60,
            "分",
            at_most(MOST_MINUTES),
            "由前两行推算",
        ),
    ]


class Taken(NamedTuple):
    """How long it took by the wall, and how much processor time."""

    seconds: float
    processor: float


def _settled(step: Step, waiting: list[int]) -> Taken:
    started, worked = perf_counter(), process_time()
    for first in range(0, len(waiting), AT_ONCE):
        settle(step, waiting[first : first + AT_ONCE])
    return Taken(perf_counter() - started, process_time() - worked)


def _grounds(number: int) -> Iterator[Ground]:
    edition = SHIPPED.load("2026")
    trades = [edition.questionnaire(trade) for trade in edition.trades]
    for n in range(number):
        asked = trades[n % len(trades)]
        processes = frozenset(process.id for process in asked.trade.processes)
        sheet = sheet_on(asked, processes, 1 + n % 3, Random(n))
        ground = Ground(score(asked, sheet, processes), ("small", "medium", "large")[n % 3])
        yield ground


def _of_each(
    title: str, grounds: list[Ground], work: Callable[[Ground], object], most: float
) -> Figure:
    taken, worked = [], []
    for ground in grounds:
        started, began = perf_counter(), process_time()
        work(ground)
        taken.append((perf_counter() - started) * 1000)
        worked.append((process_time() - began) * 1000)
    note = f"95 分位，处理器时间 {_p95(worked):.0f} 毫秒"
    return Figure(GROUP, title, _p95(taken), "毫秒", at_most(most), note)


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20, method="inclusive")[-1]
