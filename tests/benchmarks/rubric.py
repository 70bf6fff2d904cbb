"""Editions and scores: reading a large edition, scoring one sheet, scoring a district again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from questionnaires.answers import parse, plain
from questionnaires.checking import check
from questionnaires.model import Questionnaire
from questionnaires.scoring import score
from reports.lifting import Ground
from reports.roadmap import roadmap
from survey.running.demonstration.sheets import sheet_on
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import questionnaire
from tests.support.builders_large import large_edition

GROUP = "问卷与评分"
QUESTIONS, SHEETS, PROCESSES, BATCH = 1000, 10_000, 2, 500
WAYS = 100
DIFFERENT = 25
"""Sheets invented for the measurement; a district's ten thousand are these over and over."""
Wire = dict[str, object]


def measure(folder: Path) -> list[Figure]:
    """Measure checking, scoring and rescoring."""
    edition = large_edition(folder, QUESTIONS)
    _, faults = check(edition)
    asked = questionnaire()
    everything = frozenset(process.id for process in asked.trade.processes)
    sheet = sheet_on(asked, everything, 3, Random(1))
    rescoring = _rescoring()
    return [
        Figure(
            GROUP,
            f"读入并检查 {QUESTIONS} 题的年版",
            _median(lambda: check(edition), 5),
            "秒",
            at_most(0.5),
            f"发现 {len(faults)} 处问题",
        ),
        Figure(
            GROUP,
            "阀门答卷评分一次",
            1000 * _median(lambda: score(asked, sheet, everything), 200),
            "毫秒",
            at_most(3),
            f"{len(sheet)} 题",
        ),
        Figure(
            GROUP,
            "到下一等级最省的路（95 分位，已预热）",
            1000 * _roadmaps(),
            "毫秒",
            at_most(120),
            f"{WAYS} 份阀门答卷，含重新评分证明",
        ),
        Figure(
            GROUP,
            f"重新评分 {SHEETS:,} 份（{PROCESSES} 个进程）",
            rescoring,
            "秒",
            at_most(20),
            "含读回存储的答案，含启动进程",
        ),
    ]


def _median(work: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        started = perf_counter()
        work()
        seconds.append(perf_counter() - started)
    return median(seconds)


def _roadmaps() -> float:
    """Return the seconds that 95 of 100 ways to the next rung take at most."""
    asked = questionnaire()
    everything = frozenset(process.id for process in asked.trade.processes)
    seconds = []
    for number in range(WAYS + 1):
        sheet = sheet_on(asked, everything, 1 + number % 4, Random(number))
        scored = score(asked, sheet, everything)
        started = perf_counter()
        roadmap(Ground(scored, "medium"))
        seconds.append(perf_counter() - started)
    # The first loads the solver.
    return sorted(seconds[1:])[WAYS * 95 // 100 - 1]


def _rescoring() -> float:
    batches = SHEETS // BATCH
    started = perf_counter()
    # A fresh interpreter each: what a worker started for this would be.
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as workers:
        done = sum(workers.map(_score_batch, range(batches)))
    took = perf_counter() - started
    assert done == SHEETS, "every sheet was scored"
    return took


def _score_batch(_number: int) -> int:
    asked, everything, stored = _district()
    for number in range(BATCH):
        wire = stored[number % DIFFERENT]
        sheet = {one: parse(asked.questions[one], value) for one, value in wire.items()}
        score(asked, sheet, everything)
    return BATCH


@cache
def _district() -> tuple[Questionnaire, frozenset[str], list[Wire]]:
    asked = questionnaire()
    everything = frozenset(process.id for process in asked.trade.processes)
    sheets = [sheet_on(asked, everything, 1 + n % 5, Random(n)) for n in range(DIFFERENT)]
    stored = [{one: plain(answer) for one, answer in sheet.items()} for sheet in sheets]
    return asked, everything, stored
