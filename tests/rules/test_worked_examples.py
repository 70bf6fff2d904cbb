"""Worked examples: how they are filled, that a wrong number is noticed, and the editions' own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from questionnaires import loading
from questionnaires.answers import NOT_APPLICABLE, Ratio, level_of
from questionnaires.checking import examples
from questionnaires.checking.examples import NONE, Example
from questionnaires.library import SHIPPED
from questionnaires.model import AnyGate, PartGate, Questionnaire
from questionnaires.scoring import Score, score
from tests.support.builders import (
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
    return [str(fault) for fault in examples.faults(source.edition, examples.load(home))]


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


# --- the MIIT frame in an example ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"miit_score": 41}, "应为 41，算得 40"),
        ({"miit_level": 3}, "应为 3，算得 2"),
        ({"miit_scenarios": {"quality": 3}}, "应为 3，算得 2"),
        ({"miit_scenarios": {"safety": 0}}, "应为 0，算得 0–1"),
        ({"miit_scenarios": {"typo": 0}}, "应为 0，算得 （没有这个场景）"),
    ],
)
def test_a_wrong_miit_figure_is_told_with_the_right_one(stated: dict[str, Any], said: str) -> None:
    worked = next(w for w in of("2026", "bearing") if w.example.expects.miit_score == 40)
    expects = worked.example.expects.model_dump(include={"share", "rung", "unmet"}) | stated
    document, _ = examples.load(SHIPPED.folder_of("2026"))[worked.file]
    example = Example.model_validate(
        worked.example.model_dump(exclude_unset=True) | {"expects": expects}
    )
    edition = SHIPPED.load("2026")

    found = [str(fault) for fault in examples.verify(edition, document, example)]

    assert len(found) == 1
    assert said in found[0]


# --- every edition's own ------------------------------------------------------------------------


@dataclass(frozen=True)
class Worked:
    """One example of an edition with its score."""

    file: str
    text: str
    example: Example
    questionnaire: Questionnaire
    score: Score

    @property
    def rung(self) -> str:
        return self.score.rung.id if self.score.rung else NONE


@cache
def of(edition_id: str, trade: str) -> tuple[Worked, ...]:
    """The examples of one trade."""
    folder = SHIPPED.folder_of(edition_id)
    questionnaire = SHIPPED.load(edition_id).questionnaire(trade)
    found = []
    for file, (_, example) in examples.load(folder).items():
        assert example is not None, file
        if example.trade == trade:
            sheet = examples.sheet(example, questionnaire)
            result = score(questionnaire, sheet, frozenset(example.processes))
            text = (folder / file).read_text("utf-8")
            found.append(Worked(file, text, example, questionnaire, result))
    return tuple(found)


EDITIONS = SHIPPED.editions()
TRADES = [(e, trade) for e in EDITIONS for trade in SHIPPED.load(e).trades]
HAND = "# 手算。"
SUM = re.compile(r"^#   \S+\s+(\d+) × \(([\d+]+)\)/(\d+) = ([\d/]+)$", re.MULTILINE)
TOTAL = re.compile(r"^#   合计 ([\d/]+) \+ ([\d/]+) = ([\d/]+)，", re.MULTILINE)


def test_every_worked_example_of_every_edition_holds() -> None:
    assert EDITIONS
    assert TRADES

    for edition_id in EDITIONS:
        folder = SHIPPED.folder_of(edition_id)
        worked = examples.load(folder)
        assert worked
        assert [str(f) for f in examples.faults(SHIPPED.load(edition_id), worked)] == []


@pytest.mark.parametrize(("edition_id", "trade"), TRADES)
def test_a_trade_has_an_example_on_every_rung_and_below_the_ladder(
    edition_id: str, trade: str
) -> None:
    worked = of(edition_id, trade)

    assert len(worked) >= 8
    rungs = {rung.id for rung in SHIPPED.load(edition_id).ladder}
    assert {w.rung for w in worked} == {NONE} | rungs
    assert {Fraction(0), Fraction(1)} <= {w.score.share for w in worked}
    assert all(len(w.example.reason) > 20 for w in worked)
    assert any(w.example.expects.miit_level is not None for w in worked)


@pytest.mark.parametrize(("edition_id", "trade"), TRADES)
def test_a_trade_has_an_example_exactly_on_every_threshold_and_some_a_step_under(
    edition_id: str, trade: str
) -> None:
    ladder = SHIPPED.load(edition_id).ladder
    worked = of(edition_id, trade)
    stood_on = {
        w.score.share for w in worked if w.score.rung and w.score.share == w.score.rung.at_least
    }
    just_under = [
        w
        for w in worked
        if w.score.next
        and not w.score.next.failed_gates
        and 0 < w.score.next.missing_share <= Fraction(1, 100)
    ]

    assert stood_on == {rung.at_least for rung in ladder}
    assert len(just_under) >= 2


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_every_threshold_is_missed_by_one_step_in_some_trade(edition_id: str) -> None:
    ladder = SHIPPED.load(edition_id).ladder
    missed = {
        w.score.next.rung.id
        for e, trade in TRADES
        if e == edition_id
        for w in of(e, trade)
        if w.score.next
        and not w.score.next.failed_gates
        and w.score.next.missing_share <= Fraction(1, 100)
    }

    assert missed == {rung.id for rung in ladder}


def gate_kind(worked: Worked) -> str | None:
    """The kind of the one gate that alone holds a firm back; None when that is not so."""
    held = worked.score.next
    if held is None or not held.threshold_met or len(held.failed_gates) != 1:
        return None
    (failed,) = held.failed_gates
    if isinstance(failed.gate, AnyGate):
        return "any_of"
    if isinstance(failed.gate, PartGate):
        return "part"
    (question_id,) = failed.question_ids
    mark = worked.score.question[question_id]
    least = getattr(failed.gate, "at_least", None)
    reaches = mark.level is not None and least is not None and mark.level >= least
    return "percent" if reaches else "level"


@pytest.mark.parametrize(("edition_id", "trade"), TRADES)
def test_each_kind_of_gate_alone_holds_a_firm_of_the_trade_back(
    edition_id: str, trade: str
) -> None:
    kinds = {gate_kind(worked) for worked in of(edition_id, trade)}

    assert {"level", "percent", "part", "any_of"} <= kinds


@pytest.mark.parametrize(("edition_id", "trade"), TRADES)
def test_a_trade_has_examples_with_absent_processes_and_all_that_may_be_不适用(
    edition_id: str, trade: str
) -> None:
    worked = of(edition_id, trade)
    states = [{q.state for q in w.score.question.values()} for w in worked]

    assert any("not_asked" in s and "not_applicable" not in s for s in states)
    assert any(
        all(
            mark.state in ("not_applicable", "not_asked")
            for mark in w.score.question.values()
            if mark.question.not_applicable
        )
        for w in worked
        if w.example.fill and w.example.fill.not_applicable
    )


@pytest.mark.parametrize(("edition_id", "trade"), TRADES)
def test_what_was_worked_out_by_hand_adds_up_and_is_what_the_engine_finds(
    edition_id: str, trade: str
) -> None:
    by_hand = [w for w in of(edition_id, trade) if HAND in w.text]
    assert len(by_hand) >= 3

    for worked in by_hand:
        sections = [s for s in worked.score.sections if s.section.counts]
        lines = SUM.findall(worked.text)
        assert len(lines) == len(sections), worked.file
        points = Fraction(0)
        for (weight, levels, full, earned), found in zip(lines, sections, strict=True):
            given = [int(level) for level in levels.split("+")]
            assert given == [q.level for q in found.questions], worked.file
            assert int(full) == 4 * len(given)
            assert Fraction(earned) == Fraction(int(weight) * sum(given), int(full))
            assert Fraction(sum(given), int(full)) == found.share
            assert int(weight) == found.weight
            points += Fraction(earned)
        core, own, whole = (Fraction(n) for n in TOTAL.findall(worked.text)[0])
        assert core + own == whole == points, worked.file
        assert whole / 100 == worked.score.share == worked.example.expects.share


@pytest.mark.parametrize(("edition_id", "trade"), TRADES)
def test_every_rung_asks_for_more_share_than_the_example_below_it(
    edition_id: str, trade: str
) -> None:
    best = {w.rung: w.score.share for w in of(edition_id, trade) if HAND in w.text}
    ordered = [best[rung.id] for rung in SHIPPED.load(edition_id).ladder if rung.id in best]

    assert len(ordered) >= 3
    assert all(lower < higher for lower, higher in pairwise(ordered))
