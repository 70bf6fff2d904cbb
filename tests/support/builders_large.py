"""A large edition and many sheets for it, for measuring: made up, but as heavy as a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio
from questionnaires.model import Questionnaire, RatioQuestion
from tests.support.builders import edition_files, write_edition

PER_SECTION = 20
WORDS = "每道转序扫码登记，报废和返工也留下记录，随时能查到是哪一炉、哪一台、哪一班做的"
"""About as long as a real descriptor or sentence of help."""


def large_edition(folder: Path, questions: int = 1000) -> Path:
    """Write an edition of one trade with this many questions (a multiple of 40) and return it.

    Half of them are common and half the trade's own; a tenth are ratios, some hang on a process,
    and every rung has gates of every kind.
    """
    files = edition_files()
    half = questions // 2
    files["core"] = {"sections": _sections("c", half, 65)}
    files["valve"] |= {
        "sections": _sections("t", half, 35),
        "processes": [
            {"id": f"process{n}", "title": f"工序 {n}", "group": "工序"} for n in range(10)
        ],
        "gates": {"rung4": [_gate(f"t{n}") for n in range(10)]},
    }
    files["edition"]["ladder"] = [_rung(step, half) for step in range(5)]
    lifts = [f"{part}{n}" for part in "ct" for n in range(half)]
    files["packages"]["packages"] = [
        files["packages"]["packages"][0]
        | {"code": f"N{at:02d}", "lifts": dict.fromkeys(lifts[at * 10 : at * 10 + 10], 4)}
        for at in range(questions // 10)
    ]
    return write_edition(folder, files)


def _sections(part: str, questions: int, weight: int) -> list[dict[str, Any]]:
    count = questions // PER_SECTION
    return [
        {
            "id": f"{part}s{at}",
            "title": f"模块 {part}{at}",
            "intro": WORDS,
            "weight": f"{weight}/{count}",
            "questions": [
                _question(part, n) for n in range(at * PER_SECTION, (at + 1) * PER_SECTION)
            ],
        }
        for at in range(count)
    ]


def _question(part: str, n: int) -> dict[str, Any]:
    place = n + (500 if part == "t" else 0)
    head: dict[str, Any] = {
        "id": f"{part}{n}",
        "code": f"{chr(65 + place // 100)}{chr(65 + place // 10 % 10)}{place % 10:02d}",
        "text": f"第 {n} 件事怎样做？",
        "short": f"第 {n} 件事",
        "help": WORDS * 3,
        "evidence": WORDS,
        "weakness": WORDS,
        "packages": [f"N{place // 10:02d}"],
        "maps": {"miit": ["质量管理"], "gbt39116": ["生产作业"]},
    }
    if part == "t" and n % 5 == 0:
        head["needs"] = [f"process{n % 10}"]
    if n % 4 == 0:
        head["not_applicable"] = True
    if n % 10 == 1:
        words = {"kind": "ratio", "part": "已联网台数", "whole": "总台数", "unit": "台"}
        return head | words | {"above": [10, 20, 40, 60]}
    return head | {"kind": "level", "levels": [f"{level}：{WORDS}" for level in range(5)]}


def _gate(question: str) -> dict[str, Any]:
    return {"question": question, "at_least": 1, "reason": WORDS}


def _rung(step: int, half: int) -> dict[str, Any]:
    gates: list[dict[str, Any]] = [_gate(f"c{n}") for n in range(step * 10, step * 10 + 10)]
    gates.append({"section": f"cs{step}", "at_least_share": f"0.{step}"})
    gates.append({"part": "core", "at_least_share": f"0.{step}"})
    gates.append({"any_of": [_gate(f"c{half - 1}"), _gate(f"c{half - 2}")]})
    return {
        "id": f"rung{step}",
        "title": f"第 {step} 级",
        "meaning": WORDS,
        "at_least": f"0.{step + 2}",
        "source": "测试",
        "gates": gates,
    }


def many_sheets(
    questionnaire: Questionnaire, count: int, seed: int = 2026
) -> Iterator[tuple[dict[str, Answer], frozenset[str]]]:
    """Yield complete sheets with their processes, the same ones for the same seed."""
    dice = Random(seed)
    processes = [process.id for process in questionnaire.trade.processes]
    for _ in range(count):
        sheet = {
            question.id: _answer(question, dice)
            for section in questionnaire.sections
            if not section.optional
            for question in section.scored_questions
        }
        yield sheet, frozenset(p for p in processes if dice.random() < 0.7)


def _answer(question: Any, dice: Random) -> Answer:
    if question.not_applicable and dice.random() < 0.1:
        return NOT_APPLICABLE
    if isinstance(question, RatioQuestion):
        whole = dice.randint(1, 200)
        return Ratio(dice.randint(0, whole), whole)
    return dice.randint(0, 4)
