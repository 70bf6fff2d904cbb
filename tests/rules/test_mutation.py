"""The mutation test of the rubric: one wrong figure anywhere, and some worked example says so."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from questionnaires import loading
from questionnaires.__main__ import main
from questionnaires.answers import Answer, Ratio
from questionnaires.checking import examples
from questionnaires.checking.mutants import REMOVED, Mutant, Rubric, mutants, replaced
from questionnaires.checking.mutation import LEAST, try_out
from questionnaires.frames.crosswalk import miit
from questionnaires.frames.crosswalk.view import View
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.model import MultipleQuestion, Questionnaire, RatioQuestion
from questionnaires.scoring import score
from tests.support.builders import edition_files, write_edition

FOLDER = EDITIONS / "2026"
EDITION = SHIPPED.load("2026")
RUBRIC = Rubric(EDITION, EDITION.crosswalk and EDITION.crosswalk.miit)
SECTION = ("edition", "core", "sections", 0)
SAMPLE = 400


def a_folder(folder: Path, *given: dict[str, Any]) -> Path:
    """A small edition with the examples given."""
    files = edition_files()
    for number, example in enumerate(given):
        files[f"examples/valve-{number:02d}"] = example
    return write_edition(folder, files)


def an_example(expects: dict[str, Any], **answers: int) -> dict[str, Any]:
    return {
        "trade": "valve",
        "title": "测试算例",
        "answers": answers,
        "expects": expects,
        "reason": "通用部分 65 分，行业部分 35 分。",
    }


HALF_WAY = an_example(
    {"share": "59/80", "rung": "basic", "unmet": ["valves"]}, scheduling=4, tracing=4, heat_number=1
)


def small_rubric(folder: Path) -> Rubric:
    source = loading.read_edition(a_folder(folder))
    assert source.edition is not None
    return Rubric(source.edition, None)


# --- the editions -------------------------------------------------------------------------------


@pytest.mark.parametrize("edition_id", SHIPPED.editions())
def test_the_worked_examples_notice_nearly_every_change_of_their_rubric(edition_id: str) -> None:
    trial = try_out(EDITIONS / edition_id, sample=SAMPLE, seed=2026)

    sys.stdout.write(trial.report())
    assert len(trial.noticed) + len(trial.missed) == SAMPLE
    assert trial.examples
    assert trial.share >= LEAST == Fraction(99, 100), trial.report()


def test_every_kind_of_figure_that_decides_a_score_is_changed() -> None:
    listed = mutants(RUBRIC)

    assert len(listed) > 1000
    assert {m.kind for m in listed} == {
        *("模块权重", "模块不计分", "题目权重", "不适用", "所需工序", "比例分档", "分数线"),
        *("必备条件取消", "必备条件提前一级", "必备条件档", "必备条件档取消"),
        *("必备条件百分比", "必备条件百分比取消", "必备条件得分率", "必备条件所看部分"),
        "必备条件项数",
        *("对照分值", "对照分档", "对照等级", "对照约束性", "对照场景上限", "对照场景要求"),
    }
    assert all(m.of(RUBRIC) not in (None, RUBRIC) for m in listed)


def random_sheet(questionnaire: Questionnaire, dice: Random) -> dict[str, Answer]:
    """Levels at random, and ratios often on an edge."""
    return {
        q.id: Ratio(dice.choice([0, 10, 20, 40, 41, 49, 50, 60, 61, 79, 80, 100]), 100)
        if isinstance(q, RatioQuestion)
        else dice.choice([0, 1, 2, 3, 3, 4, 4])
        for q in questionnaire.questions.values()
        if q.scored and not isinstance(q, MultipleQuestion)
    }


@pytest.mark.parametrize("mutant", [m for m in mutants(RUBRIC) if m.same], ids=lambda m: m.same)
def test_a_change_said_to_change_nothing_changes_no_result(mutant: Mutant) -> None:
    changed = mutant.of(RUBRIC)
    assert changed is not None
    assert RUBRIC.miit is not None
    assert changed.miit is not None
    dice = Random(1)
    for _ in range(60):
        one = RUBRIC.edition.questionnaire("valve")
        other = changed.edition.questionnaire("valve")
        sheet = random_sheet(one, dice)

        if mutant.trail[0] == "edition":
            before, after = score(one, sheet), score(other, sheet)
            assert (before.share, before.step) == (after.share, after.step)
            assert examples.unmet(before) == examples.unmet(after)
        else:
            spans = [
                {s.id: miit.scenario_span(s, View(one, sheet, frozenset())) for s in f.scenarios}
                for f in (RUBRIC.miit, changed.miit)
            ]
            assert spans[0] == spans[1]
            levels = [
                miit.level_reached(frame, Fraction(100), {k: s.lower for k, s in span.items()})
                for frame, span in zip((RUBRIC.miit, changed.miit), spans, strict=True)
            ]
            assert levels[0] == levels[1]


# --- trying out ---------------------------------------------------------------------------------


def test_a_change_that_no_example_notices_is_named_and_fails_the_trial(tmp_path: Path) -> None:
    trial = try_out(a_folder(tmp_path, HALF_WAY))

    assert not trial.passed
    assert trial.share == Fraction(len(trial.noticed), len(trial.noticed) + len(trial.missed))
    assert "没有发现 分数线：edition › ladder › basic › at_least：1/5 → 19/100" in trial.report()
    assert "没有发现 必备条件取消：edition › ladder › basic › gates › scheduling" in trial.report()
    # The example fails at the section gate, so it sees that one taken away.
    assert "必备条件取消：edition › valve › gates › advanced › valves" not in trial.report()
    assert "1 个算例发现了" in trial.report()


def test_no_examples_notice_nothing(tmp_path: Path) -> None:
    trial = try_out(a_folder(tmp_path))

    assert (trial.examples, trial.noticed, trial.share) == (0, (), 0)
    assert not trial.passed


def test_another_example_notices_more(tmp_path: Path) -> None:
    other = an_example(
        {"share": "93/160", "rung": "basic", "unmet": []}, scheduling=1, tracing=4, heat_number=2
    )

    one = try_out(a_folder(tmp_path / "one", HALF_WAY))
    two = try_out(a_folder(tmp_path / "two", HALF_WAY, other))

    assert {m.trail for m in one.noticed} < {m.trail for m in two.noticed}


def test_examples_that_do_not_hold_prove_nothing(tmp_path: Path) -> None:
    wrong = an_example({"share": "1/2", "rung": "basic"}, scheduling=4, tracing=4, heat_number=1)

    with pytest.raises(loading.BadEdition, match="应为 1/2，算得 59/80"):
        try_out(a_folder(tmp_path, wrong))


def test_the_same_seed_tries_the_same_changes() -> None:
    first, again, other = (try_out(FOLDER, sample=15, seed=seed) for seed in (1, 1, 2))

    assert {m.trail for m in first.noticed} == {m.trail for m in again.noticed}
    assert {m.trail for m in first.noticed} != {m.trail for m in other.noticed}


def test_the_command_prints_the_figure_and_fails_below_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = main(["mutate", str(a_folder(tmp_path, HALF_WAY))])
    printed = capsys.readouterr().out

    assert failing == 1
    assert "1 个算例发现了" in printed
    assert main(["mutate", str(tmp_path / "nothing")]) == 1


# --- one change ---------------------------------------------------------------------------------


def test_what_the_shape_refuses_is_no_change() -> None:
    beyond = Mutant("必备条件档", (*gate_at("models_in_use"), "at_least"), 5)

    assert beyond.of(RUBRIC) is None
    assert beyond not in mutants(RUBRIC)


def gate_at(question: str) -> tuple[str | int, ...]:
    for r, rung in enumerate(RUBRIC.edition.ladder):
        for g, gate in enumerate(rung.gates):
            if getattr(gate, "question", None) == question:
                return ("edition", "ladder", r, "gates", g)
    raise LookupError(question)


def test_a_changed_edition_forgets_what_the_old_one_had_worked_out() -> None:
    section = RUBRIC.edition.core.sections[0]
    first = section.questions[0].id
    assert section.units[first] == 1

    changed = Mutant("题目权重", (*SECTION, "questions", 0, "weight"), Fraction(2)).of(RUBRIC)

    assert changed is not None
    assert changed.edition.core.sections[0].units[first] == 2
    assert changed.edition.questionnaire("valve").sections[0].units[first] == 2
    assert RUBRIC.edition.core.sections[0].units[first] == 1


def test_taking_out_leaves_the_rest_in_order() -> None:
    gates = RUBRIC.edition.ladder[1].gates
    changed = Mutant("必备条件取消", ("edition", "ladder", 1, "gates", 1), REMOVED).of(RUBRIC)

    assert changed is not None
    assert changed.edition.ladder[1].gates == (gates[0], *gates[2:])
    assert replaced({"a": 1, "b": 2}, ("a",), REMOVED) == {"b": 2}


def test_a_change_of_one_trade_concerns_only_that_trade(tmp_path: Path) -> None:
    listed = mutants(small_rubric(tmp_path))

    assert {m.trade for m in listed} == {None, "valve"}
    assert all(m.trade == "valve" for m in listed if m.trail[1] == "trades")
