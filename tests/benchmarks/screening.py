"""The short first look (快筛): how many questions until the rung is certain, beside chance and the best."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from time import process_time

from questionnaires.answers import Answer
from questionnaires.asking import habits
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from questionnaires.scoring import is_required, score
from survey.running.demonstration.sheets import sheet_on
from tests.benchmarks.figures import Figure, at_most
from tests.support.screening import Pick, asked_of, greedy, means

GROUP = "快筛：几题能定台阶"
SMALL = 30
"""Questionnaires of six questions, small enough for the best order to be found by trying all."""
POOL, FIRMS = 200, 8
"""Firms whose answers the order has learnt from, and others that are asked; all invented."""


def measure(_folder: Path) -> list[Figure]:
    """Ask firms in our order, in random order, and, where few questions are open, in the best."""
    return [*_small(), *(figure for trade in SHIPPED.load("2026").trades for figure in _of(trade))]


def _small() -> list[Figure]:
    found = [means(seed) for seed in range(SMALL)]
    asked, least, by_chance = (sum(column) / SMALL for column in zip(*found, strict=True))
    note = f"随机 {by_chance:.1f} 题，逐一试过的最好 {least:.1f} 题"
    title = f"只有 6 题的问卷 {SMALL} 份，平均每家"
    return [
        Figure(GROUP, title, asked, "题", note=note),
        Figure(GROUP, "是最好顺序的几倍", asked / least, "倍", at_most(1.15)),
    ]


def _of(trade: str) -> list[Figure]:
    questionnaire, dice = SHIPPED.load("2026").questionnaire(trade), Random(trade)
    processes = frozenset(one.id for one in questionnaire.trade.processes)

    def a_firm() -> Mapping[str, Answer]:
        return sheet_on(questionnaire, processes, dice.randint(0, 4), dice)

    pool = [a_firm() for _ in range(POOL)]
    known = habits(questionnaire, [(score(questionnaire, it, processes).step, it) for it in pool])
    firms, started = [a_firm() for _ in range(FIRMS)], process_time()
    asked = _mean(questionnaire, firms, greedy(questionnaire, known, processes), processes)
    took = (process_time() - started) / asked / FIRMS * 1000
    by_chance = _mean(questionnaire, firms, lambda _, now: dice.choice(now.open), processes)
    whole = sum(
        is_required(questionnaire.section_of[one.id], one)
        for one in questionnaire.all_asked(processes)
    )
    note = f"随机 {by_chance:.1f} 题，必答 {whole} 题；每题处理器时间 {took:.0f} 毫秒"
    return [Figure(GROUP, f"{questionnaire.trade.title}，平均每家", asked, "题", note=note)]


def _mean(
    questionnaire: Questionnaire,
    firms: list[Mapping[str, Answer]],
    pick: Pick,
    processes: frozenset[str],
) -> float:
    return sum(asked_of(questionnaire, firm, pick, processes) for firm in firms) / len(firms)
