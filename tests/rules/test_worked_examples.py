"""Worked examples: how they are filled, and that a wrong number in one is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from questionnaires import examples, loading
from questionnaires.answers import NOT_APPLICABLE, Ratio, level_of
from questionnaires.examples import Example
from tests.builders import (
    Files,
    a_question,
    a_questionnaire,
    a_ratio,
    edition_files,
    write_edition,
)


def an_example(**given: Any) -> dict[str, Any]:
    example = {
        "trade": "valve",
        "title": "只差一项必备条件",
        "answers": {"scheduling": 4, "tracing": 4, "heat_number": 1},
        "expects": {
            "share": "59/80",
            "sections": {"production": 1, "valves": "1/4"},
            "rung": "basic",
            "unmet": ["valves"],
        },
        "reason": "通用部分全满，行业部分四分之一：65/100 + 35/400 = 59/80。",
    }
    return example | given


def told(folder: Path, example: dict[str, Any], files: Files | None = None) -> list[str]:
    home = write_edition(folder, (files or edition_files()) | {"examples/valve-01-gate": example})
    source = loading.read_edition(home)
    assert source.edition is not None
    return [str(fault) for fault in examples.faults(source.edition, home)]


def test_an_example_whose_numbers_are_right_says_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, an_example()) == []


@pytest.mark.parametrize(
    ("key", "wrong", "said"),
    [
        ("share", "58/80", "应为 29/40，算得 59/80"),
        ("sections", {"valves": "1/2"}, "应为 1/2，算得 1/4"),
        ("sections", {"valves": "none"}, "应为 none，算得 1/4"),
        ("sections", {"typo": 1}, "没有这个模块"),
        ("rung", "advanced", "应为 advanced，算得 basic"),
        ("rung", "none", "应为 none，算得 basic"),
        ("unmet", [], "应为 没有，算得 valves"),
        ("unmet", ["scheduling", "valves"], "应为 scheduling、valves，算得 valves"),
    ],
)
def test_a_wrong_number_is_told_with_the_right_one(
    tmp_path: Path, key: str, wrong: object, said: str
) -> None:
    expects = an_example()["expects"] | {key: wrong}

    (fault,) = told(tmp_path, an_example(expects=expects))

    assert said in fault
    assert f"expects › {key}" in fault


def test_a_changed_weight_gate_or_threshold_breaks_the_example(tmp_path: Path) -> None:
    weight, gate, threshold = edition_files(), edition_files(), edition_files()
    weight["core"]["sections"][0]["questions"][0]["weight"] = 2
    weight["core"]["sections"][0]["weight"] = 60
    gate["valve"]["gates"]["advanced"][0]["at_least_share"] = "0.25"
    threshold["edition"]["ladder"][0]["at_least"] = "0.75"

    for n, changed in enumerate([weight, gate, threshold]):
        assert told(tmp_path / str(n), an_example(), changed)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"trade": "pump"}, "没有行业“pump”"),
        ({"processes": ["forging"]}, "没有工序“forging”"),
        ({"answers": {"typo": 3}}, "没有题目“typo”"),
        ({"answers": {"scheduling": 5}}, "请在 0 至 4 档中选择一档"),
        ({"answers": {"scheduling": 3}}, "没有回答“tracing”"),
        ({"fill": {"default_level": 7}}, "应不大于 4"),
        ({"extra": 1}, "不认识的键“extra”"),
    ],
)
def test_an_example_that_cannot_be_scored_is_told(
    tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    assert any(said in fault for fault in told(tmp_path, an_example(**given)))


@pytest.mark.parametrize("level", range(5))
def test_fill_answers_every_scored_question_on_the_level(level: int) -> None:
    questionnaire = a_questionnaire([a_ratio(), "scheduling", a_question("oee", "number")])
    example = Example.model_validate(an_example(answers={}, fill={"default_level": level}))

    filled = examples.sheet(example, questionnaire)

    assert set(filled) == {"networked", "scheduling"}
    assert {level_of(questionnaire.questions[q], a) for q, a in filled.items()} == {level}


def test_fill_may_answer_不适用_wherever_it_is_allowed_and_gives_way_to_answers() -> None:
    questions = [a_question("coating", not_applicable=True), a_ratio(not_applicable=True)]
    example = an_example(
        answers={"networked": {"part": 1, "whole": 4}},
        fill={"default_level": 2, "not_applicable": True},
    )

    filled = examples.sheet(
        Example.model_validate(example), a_questionnaire([*questions, "scheduling"])
    )

    assert filled == {"coating": NOT_APPLICABLE, "networked": Ratio(1, 4), "scheduling": 2}
