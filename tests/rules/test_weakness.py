"""What is said of an answer is said of its own level, and of no other."""

from __future__ import annotations

from questionnaires.model import LevelQuestion

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
