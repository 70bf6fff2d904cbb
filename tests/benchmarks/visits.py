"""Whom to visit: learning from visits, forecasting every sheet that waits, choosing; all invented.

In processor time: others' work on the machine does not lengthen it.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random
from time import process_time

from reports.falls.choice import HALVES, MOST_DAYS, Candidate, best
from reports.falls.forecast import Draws
from tests.benchmarks.figures import Figure
from tests.support.falling import District, Falls, told

GROUP = "先核验哪些企业"
VISITS = (60, 600)
"""A year of a small district, and ten."""
SAMPLE, WAITING = 200, 10_000
"""Sheets that are forecast here, and how many the figure is told for: each takes the same."""


def measure(_folder: Path) -> list[Figure]:
    """Learn, forecast, choose."""
    district = District(Falls(), Random(1))
    learnt = []
    for visits in VISITS:
        firms = district.firms(visits)
        started = process_time()
        draws = Draws.of(district.learn(firms))
        learnt.append(process_time() - started)
    waiting = district.firms(SAMPLE)
    started = process_time()
    for firm in waiting:
        told(draws, firm)
    each = (process_time() - started) / SAMPLE
    started = process_time()
    visits = best(_candidates(), MOST_DAYS * HALVES)
    chosen = process_time() - started
    return [
        *(
            Figure(GROUP, f"从 {many} 次核验学", took, "秒", note="处理器时间")
            for many, took in zip(VISITS, learnt, strict=True)
        ),
        Figure(GROUP, "预估一份自评", each * 1000, "毫秒", note="抽一千次，每次完整评分"),
        Figure(
            GROUP, f"预估 {WAITING:,} 份", each * WAITING, "秒", note=f"按 {SAMPLE} 份的每份推算"
        ),
        Figure(
            GROUP,
            f"{WAITING:,} 家里选 {MOST_DAYS} 天",
            chosen * 1000,
            "毫秒",
            note=f"{len(visits.chosen)} 家，已证明最优",
        ),
    ]


def _candidates() -> list[Candidate]:
    dice = Random(1)
    return [
        Candidate(n, Fraction(dice.randrange(1000), 1000), dice.choice((1, 1, 2, 4)))
        for n in range(WAITING)
    ]
