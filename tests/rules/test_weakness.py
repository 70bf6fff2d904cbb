"""What is said of an answer is said of its own level, and of no other."""

from __future__ import annotations

import re

import pytest

from questionnaires.library import SHIPPED
from questionnaires.model import LevelQuestion, Scored

EDITION = SHIPPED.load("2026")
ASKED = {
    f"{trade}-{question.code}": question
    for trade in EDITION.trades
    for section in EDITION.questionnaire(trade).sections
    if section.counts
    for question in section.scored_questions
}
"""Every scored question as each trade asks it."""
HIGHER = re.compile("选 2 档以上的|超过 20% 的|不间断")
MOCKERY = ("赔笑脸", "拍脑袋", "黑箱", "悄悄", "老板", "碰运气", "心里没数", "谁也不服谁")
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


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED)
def test_every_level_below_the_highest_is_spoken_of_in_two_registers(question: Scored) -> None:
    said = [question.weakness_at(level) for level in range(4)]

    assert all(w and w.plain != w.official for w in said)
    assert question.weakness_at(4) is None


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED)
def test_a_higher_level_is_believed_on_three_months_of_records(question: Scored) -> None:
    parts = (question.evidence or "").split("；")

    assert any("三个月" in part and HIGHER.search(part) for part in parts), question.evidence


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED)
def test_paper_with_the_bureau_s_name_mocks_nobody(question: Scored) -> None:
    said = "".join(weakness.official for weakness in question.weakness)

    assert [word for word in MOCKERY if word in said] == []
