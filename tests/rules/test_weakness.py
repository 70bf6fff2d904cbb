"""What is said of an answer is said of its own level, and of no other."""

from __future__ import annotations

import pytest

from questionnaires.library import SHIPPED
from questionnaires.model import LevelQuestion, Scored

EDITION = SHIPPED.load("2026")
TRADES = ("valve", "bearing")
SECTIONS = [s for t in TRADES for s in EDITION.questionnaire(t).sections if s.counts]
COMMON = [q for s in EDITION.core.sections for q in s.scored_questions]
ASKED = [*COMMON, *(q for s in SECTIONS for q in s.scored_questions if q not in COMMON)]
"""The common questions, and those of the trades with what they say in their own words."""
LEVELS = ("没有", "纸单", "电子表格", "系统", "自动")


def asked(weakness: object) -> LevelQuestion:
    return LevelQuestion.model_validate(
        {"kind": "level", "id": "q", "code": "Q01", "text": "怎样记？", "short": "记录"}
        | {"levels": LEVELS, "weakness": weakness}
    )


def test_each_level_has_the_sentence_of_its_band() -> None:
    question = asked(
        [
            {"levels": [0, 1], "plain": "翻本子", "official": "记录分散"},
            {"levels": [2], "plain": "表格各存各的", "official": "记录未集中"},
            {"levels": [3], "plain": "还要人录", "official": "尚需人工录入"},
        ]
    )

    said = [question.weakness_at(level) for level in range(5)]

    assert [w.plain if w else None for w in said] == [
        "翻本子",
        "翻本子",
        "表格各存各的",
        "还要人录",
        None,
    ]


def test_one_sentence_alone_is_that_of_the_lowest_level() -> None:
    question = asked("全靠脑子记")

    assert [bool(question.weakness_at(level)) for level in range(5)] == [True] + [False] * 4


def test_words_joined_by_a_stroke_are_one_missing_thing() -> None:
    question = asked(
        [{"levels": [0], "plain": "a", "official": "b", "lacks": ["连续曲线/炉温曲线", "批号"]}]
    )

    assert question.weakness[0].lacks == (("连续曲线", "炉温曲线"), ("批号",))
    dumped = question.model_dump(exclude_defaults=True)
    assert dumped["weakness"][0]["lacks"] == ("连续曲线/炉温曲线", "批号")
    assert asked(dumped["weakness"]) == question


@pytest.mark.parametrize("question", ASKED, ids=lambda q: q.code)
def test_every_level_below_the_highest_is_spoken_of_in_two_registers(
    question: Scored,
) -> None:
    said = [question.weakness_at(level) for level in range(4)]

    assert all(w and w.plain != w.official for w in said), question.code
    assert question.weakness_at(4) is None


@pytest.mark.parametrize("question", ASKED, ids=lambda q: q.code)
def test_a_higher_level_is_believed_on_three_months_of_records(question: Scored) -> None:
    asked = (question.evidence or "").split("；")[-1]

    assert "三个月" in asked
    assert asked.startswith(("选 2 档以上的", "超过 20% 的", "联网率超过 20% 的")), asked
