"""Gates (必备条件) of every kind: passed, failed, not applicable, and how they say so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from questionnaires.answers import NOT_APPLICABLE, Ratio, Sheet
from questionnaires.gates import GateResult, parse, plain
from questionnaires.model import Question, Section
from questionnaires.scoring import score
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung, a_section


def judged(
    gate: dict[str, Any],
    sheet: Sheet,
    questions: list[Question | str] | None = None,
    sections: tuple[Section, ...] = (),
    trade_sections: tuple[Section, ...] = (),
) -> GateResult:
    """The gate's result on a ladder whose only rung demands it."""
    questionnaire = a_questionnaire(
        questions or (), sections, trade_sections, ladder=[a_rung(gates=[gate])]
    )
    rung = score(questionnaire, sheet).rungs[0]
    (result,) = rung.gates
    assert rung.reached == (result.state != "failed")
    return result


@pytest.mark.parametrize(("level", "state"), [(1, "failed"), (2, "passed"), (4, "passed")])
def test_a_question_gate_demands_a_level(level: int, state: str) -> None:
    gate = {"question": "scheduling", "at_least": 2}

    result = judged(gate, {"scheduling": level}, ["scheduling"])

    assert result.state == state
    assert result.question_ids == ("scheduling",)
    assert result.wanted == "“scheduling”做到“第 2 档的做法”（2 档）"
    assert result.found == f"“第 {level} 档的做法”（{level} 档）"


@pytest.mark.parametrize(
    ("part", "state", "more"),
    [(49, "failed", "，还差 1 台"), (50, "passed", ""), (51, "passed", "")],
)
def test_a_ratio_gate_demands_a_percentage_exactly(part: int, state: str, more: str) -> None:
    gate = {"question": "networked", "at_least_percent": 50}

    result = judged(gate, {"networked": Ratio(part, 100)}, [a_ratio()])

    assert result.state == state
    assert result.wanted == "“networked”不低于 50%"
    assert result.found == f"{part} / 100，{part}%{more}"


@pytest.mark.parametrize(
    ("part", "state"), [(40, "failed"), (45, "failed"), (50, "passed"), (61, "passed")]
)
def test_a_gate_may_demand_a_level_and_a_percentage(part: int, state: str) -> None:
    gate = {"question": "networked", "at_least": 3, "at_least_percent": 50}

    result = judged(gate, {"networked": Ratio(part, 100)}, [a_ratio()])

    assert result.state == state
    assert result.wanted == "“networked”不低于 50%"


def test_a_gate_on_a_question_answered_不适用_is_passed_and_says_so() -> None:
    gate = {"question": "coating", "at_least": 4}
    questions = ["scheduling", a_question("coating", not_applicable=True)]

    result = judged(gate, {"scheduling": 4, "coating": NOT_APPLICABLE}, questions)

    assert result.state == "not_applicable"
    assert result.found == "不适用，不作要求"


def test_a_gate_on_a_question_whose_process_is_absent_is_passed_and_says_so() -> None:
    gate = {"question": "casting_in", "at_least": 4}
    questions = ["scheduling", a_question("casting_in", needs=["casting"])]

    result = judged(gate, {"scheduling": 4, "casting_in": 0}, questions)

    assert result.state == "not_applicable"
    assert result.found == "没有此工序，不作要求"


@pytest.mark.parametrize(("level", "state"), [(2, "passed"), (1, "failed")])
def test_a_section_gate_demands_a_share_exactly(level: int, state: str) -> None:
    gate = {"section": "quality", "at_least_share": "0.5"}
    quality = a_section("quality", ["tracing"])

    result = judged(gate, {"tracing": level}, sections=(quality,))

    assert result.state == state
    assert result.question_ids == ("tracing",)
    assert result.wanted == "“quality”模块得分率不低于 50%"
    assert result.found == f"{level * 25}%"


def test_a_section_gate_is_passed_where_nothing_in_the_section_applies() -> None:
    gate = {"section": "finish", "at_least_share": 1}
    finish = a_section("finish", [a_question("coating", not_applicable=True)])

    result = judged(gate, {"coating": NOT_APPLICABLE}, sections=(finish,))

    assert result.state == "not_applicable"
    assert result.found == "没有适用的题目，不作要求"


@pytest.mark.parametrize(
    ("part", "wanted", "found"), [("core", "通用部分", "75%"), ("trade", "行业部分", "25%")]
)
def test_a_part_gate_looks_at_the_weighted_share_of_its_part_only(
    part: str, wanted: str, found: str
) -> None:
    core = (a_section("a", ["x"], weight=3), a_section("b", ["y"], weight=1))
    trade = (a_section("c", ["z"], weight=96),)
    gate = {"part": part, "at_least_share": "0.6"}

    result = judged(gate, {"x": 4, "y": 0, "z": 1}, sections=core, trade_sections=trade)

    assert result.state == ("passed" if part == "core" else "failed")
    assert result.wanted == f"{wanted}得分率不低于 60%"
    assert result.found == found
    assert result.question_ids == (("x", "y") if part == "core" else ("z",))


EITHER = {
    "any_of": [{"question": name, "at_least": 2} for name in ("welding", "pressing", "coating")],
    "count": 2,
}


@pytest.mark.parametrize(
    ("welding", "pressing", "coating", "state"),
    [
        (2, 2, 0, "passed"),
        (2, 1, 1, "failed"),
        (2, 2, NOT_APPLICABLE, "passed"),
        (2, 1, NOT_APPLICABLE, "failed"),
        (2, NOT_APPLICABLE, NOT_APPLICABLE, "passed"),
        (1, NOT_APPLICABLE, NOT_APPLICABLE, "failed"),
        (NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, "not_applicable"),
    ],
)
def test_of_several_gates_so_many_must_hold_or_all_that_apply(
    welding: Any, pressing: Any, coating: Any, state: str
) -> None:
    names = ["welding", "pressing", "coating"]
    questions: list[Question | str] = [a_question(name, not_applicable=True) for name in names]

    result = judged(
        EITHER, {"welding": welding, "pressing": pressing, "coating": coating}, questions
    )

    assert result.state == state
    assert result.question_ids == ("welding", "pressing", "coating")
    assert result.wanted.startswith("下列 3 项中至少 2 项：“welding”做到“第 2 档的做法”（2 档）；")


def test_a_share_just_short_of_a_gate_never_reads_as_if_it_met_it() -> None:
    questions = [a_question("a", weight=1999), a_question("b", weight=1)]
    gate = {"part": "core", "at_least_share": 1}

    result = judged(gate, {"a": 4, "b": 3}, list(questions))

    assert result.state == "failed"
    assert result.found == "99.9%"


EVERY_GATE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"question": "scheduling", "at_least": 3, "reason": "先排产"},
        {
            "gate": {"question": "scheduling", "at_least": 3},
            "state": "failed",
            "shown": [{"state": "failed", "level": 1}],
        },
    ),
    (
        {"question": "networked", "at_least_percent": "62.5"},
        {
            "gate": {"question": "networked", "at_least_percent": "125/2"},
            "state": "failed",
            "shown": [{"state": "failed", "level": 2, "ratio": {"part": 3, "whole": 8}}],
        },
    ),
    (
        {"section": "quality", "at_least_share": "0.9"},
        {
            "gate": {"section": "quality", "at_least_share": "9/10"},
            "state": "failed",
            "shown": [{"state": "failed", "share": "5/8"}],
        },
    ),
    (
        {"part": "trade", "at_least_share": "1/3"},
        {
            "gate": {"part": "trade", "at_least_share": "1/3"},
            "state": "not_applicable",
            "shown": [{"state": "not_applicable"}],
        },
    ),
    (
        {
            "any_of": [
                {"question": "scheduling", "at_least": 2, "reason": "一"},
                {"question": "coating", "at_least": 1},
            ],
            "count": 2,
        },
        {
            "gate": {
                "any_of": [
                    {"question": "scheduling", "at_least": 2},
                    {"question": "coating", "at_least": 1},
                ],
                "count": 2,
            },
            "state": "failed",
            "shown": [
                {"state": "failed", "level": 1},
                {"state": "not_applicable", "absent": "not_applicable"},
            ],
        },
    ),
]


@pytest.mark.parametrize(("gate", "wire"), EVERY_GATE)
def test_a_judged_gate_is_kept_as_json_and_said_again_in_the_same_words(
    gate: dict[str, Any], wire: dict[str, Any]
) -> None:
    networked = a_ratio(above=(10, 20, 40, 60))
    coating = a_question("coating", not_applicable=True)
    quality = a_section("quality", ["testing", "networked_testing"])
    sheet = {
        "scheduling": 1,
        "networked": Ratio(3, 8),
        "coating": NOT_APPLICABLE,
        "testing": 1,
        "networked_testing": 4,
    }
    result = judged(gate, sheet, ["scheduling", networked, coating], sections=(quality,))

    kept = json.loads(json.dumps(plain(result)))

    assert kept == wire
    again = parse(kept, result.questionnaire)
    assert (again.state, again.shown) == (result.state, result.shown)
    assert (again.wanted, again.found) == (result.wanted, result.found)
    assert again.question_ids == result.question_ids


@pytest.mark.parametrize(
    "wire", [{}, None, "“排产”不低于 2 档", {"gate": {"question": "scheduling"}, "state": "failed"}]
)
def test_what_is_no_judged_gate_is_refused(wire: object) -> None:
    with pytest.raises(ValidationError):
        parse(wire, a_questionnaire(["scheduling"]))
