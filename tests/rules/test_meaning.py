"""Which answers of an earlier edition may begin a new sheet, and which shares are comparable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires import answers, loading
from questionnaires.diff import asked_again
from questionnaires.edition import Edition
from questionnaires.library import OWN
from questionnaires.meaning import carried, comparable, counterparts
from questionnaires.model import (
    ChoiceQuestion,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    Questionnaire,
    RatioQuestion,
)
from tests.support.builders import edition_files, write_edition
from tests.support.people import wire_for

EDITIONS = [OWN.load(id) for id in OWN.editions()]
PAPERS = [edition.questionnaire(trade) for edition in EDITIONS for trade in edition.trades]
VALVE = OWN.load("2026").questionnaire("valve")

papers = st.sampled_from(PAPERS)
levels = st.integers(0, 4)


def sheet_of(asked: Questionnaire, level: int, left_out: frozenset[str]) -> dict[str, object]:
    return {id: wire_for(q, level) for id, q in asked.questions.items() if id not in left_out}


@given(old=papers, new=papers, level=levels, data=st.data())
def test_a_carried_answer_says_the_same_in_both_editions(old, new, level, data) -> None:
    left_out = data.draw(st.frozensets(st.sampled_from(sorted(old.questions)), max_size=20))
    said = sheet_of(old, level, left_out)

    found = carried(old, new, said)

    assert not found.same.keys() & found.again.keys()
    assert found.same.keys() | found.again.keys() <= new.questions.keys()
    for id, was in found.same.items():
        before = answers.describe(was, answers.parse(was, said[was.id]))
        after = answers.describe(new.questions[id], answers.parse(new.questions[id], said[was.id]))
        assert _letters(before) == _letters(after)


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@given(asked=papers, level=levels)
def test_within_an_edition_everything_that_was_answered_carries_over(asked, level) -> None:
    said = sheet_of(asked, level, frozenset())

    found = carried(asked, asked, said)

    assert found.same.keys() == asked.questions.keys()
    assert not found.again


@given(old=papers, new=papers, level=levels)
def test_every_answer_is_carried_asked_again_or_of_a_question_that_went(old, new, level) -> None:
    found = carried(old, new, sheet_of(old, level, frozenset()))

    told = {was.id for was in (found.same | found.again).values()}
    assert told == {was.question.id for was in counterparts(old, new).values()}
    assert old.questions.keys() & new.questions.keys() <= told | _renamed(old, new)


def _renamed(old: Questionnaire, new: Questionnaire) -> set[str]:
    return {id for id, was in counterparts(old, new).items() if was.question.id != id}


def test_a_cleared_answer_and_a_new_question_begin_with_nothing() -> None:
    gone = next(iter(VALVE.questions))

    found = carried(VALVE, VALVE, {gone: None})

    assert not found.same
    assert not found.again


# --- what changes a meaning -----------------------------------------------------------------------


def first(kind: type[Any]) -> Any:
    everything = (q for paper in PAPERS[::-1] for q in paper.questions.values())
    return next(question for question in everything if isinstance(question, kind))


def other(question: Question, **changed: object) -> tuple[Questionnaire, Questionnaire]:
    """Two questionnaires that ask one question, the second otherwise."""
    return asking(question), asking(question.model_copy(update=changed))


def asking(question: Question, **more: object) -> Questionnaire:
    section = VALVE.sections[0].model_copy(update={"questions": (question,), **more})
    parts = {name: getattr(VALVE, name) for name in Questionnaire.model_fields}
    return Questionnaire(**parts | {"sections": (section,)})


LEVEL, RATIO, NUMBER = first(LevelQuestion), first(RatioQuestion), first(NumberQuestion)
CHOICE, MULTIPLE, GRID = first(ChoiceQuestion), first(MultipleQuestion), first(GridQuestion)

OTHERWISE: list[Callable[[], tuple[Questionnaire, Questionnaire]]] = [
    lambda: other(LEVEL, text="另外一件事做到哪一步？"),
    lambda: other(LEVEL, levels=(*LEVEL.levels[:4], "全厂自动完成，人只看结果")),
    lambda: other(RATIO, whole="另外一种总数"),
    lambda: other(RATIO, unit="千瓦时"),
    lambda: other(NUMBER, unit="吨"),
    lambda: other(NUMBER, definition="按另外的口径算"),
    lambda: other(CHOICE, options=CHOICE.options[1:]),
    lambda: other(CHOICE, options=(CHOICE.options[0].model_copy(update={"text": "别的"}), *CHOICE.options[1:])),
    lambda: other(MULTIPLE, options=MULTIPLE.options[1:]),
    lambda: other(GRID, unit="亿元"),
    lambda: other(GRID, rows=GRID.rows[:1] + tuple(c.model_copy(update={"text": "别的"}) for c in GRID.rows[1:])),
]  # fmt: skip


@pytest.mark.parametrize("pair", OTHERWISE)
def test_what_a_firm_reads_and_picks_from_decides_what_its_answer_means(pair) -> None:
    old, new = pair()
    (asked,) = old.questions.values()

    found = carried(old, new, {asked.id: wire_for(asked)})

    assert not found.same
    assert found.again == {asked.id: asked}


@pytest.mark.parametrize(
    "changed",
    [
        {"help": "先问车间主任。"},
        {"evidence": "看台账。"},
        {"code": "Z99"},
        {"short": "另一个名字"},
        {"weight": 3},
        {"packages": ()},
        {"text": f"{LEVEL.text[:-1]} ？"},
    ],
)
def test_what_only_helps_weighs_or_sets_the_type_leaves_an_answer_standing(changed) -> None:
    old, new = other(LEVEL, **changed)

    assert carried(old, new, {LEVEL.id: 3}).same == {LEVEL.id: LEVEL}


def test_an_answer_a_question_no_longer_takes_is_asked_again() -> None:
    allowing = LEVEL.model_copy(update={"not_applicable": True})
    old, new = other(allowing, not_applicable=False)

    assert carried(old, new, {LEVEL.id: 3}).same
    assert carried(old, new, {LEVEL.id: {"not_applicable": True}}).again == {LEVEL.id: allowing}


def test_a_renamed_question_is_found_by_what_it_measures_the_same_as() -> None:
    old = asking(LEVEL)
    renamed = LEVEL.model_copy(update={"id": "renamed", "same_as": LEVEL.id})
    reworded = renamed.model_copy(update={"text": "阀门厂的这件事做到哪一步？"})

    assert carried(old, asking(renamed), {LEVEL.id: 3}).same == {"renamed": LEVEL}
    assert carried(old, asking(reworded), {LEVEL.id: 3}).again == {"renamed": LEVEL}


def test_what_a_trade_words_otherwise_is_asked_again_of_that_trade(tmp_path: Path) -> None:
    files = edition_files()
    question = files["core"]["sections"][0]["questions"][0]
    files["valve"]["rewords"] = {question["id"]: {"text": "阀门厂的这件事做到哪一步？"}}

    again = asked_again(
        *(parsed(tmp_path / n, f) for n, f in (("a", edition_files()), ("b", files)))
    )

    assert list(again.values()) == [(files["valve"]["title"],)]


def parsed(folder: Path, files: dict[str, Any]) -> Edition:
    edition = loading.read_edition(write_edition(folder, files)).edition
    assert edition is not None
    return edition


# --- shares ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
def test_an_edition_is_comparable_with_itself(paper: Questionnaire) -> None:
    found = comparable(paper, paper)

    assert found.whole
    assert found.sections == {s.id for s in paper.sections if s.counts}


@pytest.mark.parametrize(
    "changed",
    [{"weight": 3}, {"text": "另外一件事？"}, {"not_applicable": not LEVEL.not_applicable}],
)
def test_a_section_that_counts_otherwise_is_not_comparable_nor_is_the_whole(changed) -> None:
    old, new = other(LEVEL, **changed)

    found = comparable(old, new)

    assert not found.whole
    assert not found.sections


def test_a_section_that_weighs_otherwise_is_comparable_and_the_whole_is_not() -> None:
    heavy = 2 * (VALVE.sections[0].weight or 1)

    found = comparable(asking(LEVEL), asking(LEVEL, weight=heavy))

    assert found.sections == {VALVE.sections[0].id}
    assert not found.whole
