"""A short first look: what is certain whatever is still unanswered, and in which order to ask."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, answer_at
from questionnaires.asking import habits, next_question, usual_levels
from questionnaires.model import Question, Questionnaire, RatioQuestion
from questionnaires.scoring import FULL, score
from questionnaires.screening import prospect
from tests.rules.test_score_properties import Case, cases
from tests.support.builders import a_question, a_questionnaire, a_rung
from tests.support.screening import a_district_questionnaire, means

NOWHERE: frozenset[str] = frozenset()


def possible(question: Question) -> list[Answer]:
    """One answer of every kind that scoring tells apart: each level and edge, 不适用."""
    found: list[Answer] = list(range(FULL + 1))
    if isinstance(question, RatioQuestion):
        found = [Ratio(part, 20) for part in (0, 2, 3, 4, 5, 8, 9, 12, 13, 20)]
    return [*found, NOT_APPLICABLE] if question.not_applicable else found


def completions(
    questionnaire: Questionnaire, sheet: Mapping[str, Answer], open_ids: tuple[str, ...]
) -> Iterator[dict[str, Answer]]:
    choices = [possible(questionnaire.questions[id]) for id in open_ids]
    for answers in product(*choices):
        yield {**sheet, **dict(zip(open_ids, answers, strict=True))}


def steps(case: Case, sheet: Mapping[str, Answer], open_ids: tuple[str, ...]) -> set[int]:
    """Every rung that some completion of the sheet stands on."""
    questionnaire, _, processes = case
    return {
        score(questionnaire, whole, processes).step
        for whole in completions(questionnaire, sheet, open_ids)
    }


@st.composite
def begun(draw: st.DrawFn) -> tuple[Case, dict[str, Answer]]:
    """A case, and its sheet with at most two answers taken out."""
    case = draw(cases())
    names = draw(st.lists(st.sampled_from(sorted(case[1])), unique=True, max_size=2))
    return case, {id: answer for id, answer in case[1].items() if id not in names}


# --- what is certain ------------------------------------------------------------------------------


@given(begun())
def test_a_prospect_ends_exactly_where_the_lowest_and_highest_completions_stand(
    found: tuple[Case, dict[str, Answer]],
) -> None:
    case, sheet = found
    now = prospect(case[0], sheet, case[2])

    reached = steps(case, sheet, now.open)

    assert (now.lowest.step, now.highest.step) == (min(reached), max(reached))
    assert now.is_certain == (len(reached) == 1)


@given(begun())
def test_a_question_that_is_no_longer_telling_changes_no_rung_whatever_its_answer(
    found: tuple[Case, dict[str, Answer]],
) -> None:
    (questionnaire, _, processes), sheet = found
    now = prospect(questionnaire, sheet, processes)

    for id in set(now.open) - now.telling:
        others = tuple(other for other in now.open if other != id)
        for rest in completions(questionnaire, sheet, others):
            ends = {
                score(questionnaire, {**rest, id: answer}, processes).step
                for answer in possible(questionnaire.questions[id])
            }
            assert len(ends) == 1


@pytest.mark.parametrize("seed", range(300))
def test_no_rung_is_called_certain_that_a_completion_could_change(seed: int) -> None:
    rng = random.Random(seed)
    questionnaire = a_district_questionnaire(rng)
    sheet: dict[str, Answer] = {}
    known = habits(questionnaire, [])

    while (id := next_question(questionnaire, sheet, known)) is not None:
        assert id not in sheet
        sheet[id] = rng.choice(possible(questionnaire.questions[id]))
    now = prospect(questionnaire, sheet)

    for _ in range(30):
        whole = {id: rng.choice(possible(questionnaire.questions[id])) for id in now.open}
        assert score(questionnaire, {**sheet, **whole}).step == now.lowest.step
    for level in (0, FULL):
        ends = {id: answer_at(questionnaire.questions[id], level) for id in now.open}  # type: ignore[arg-type]
        assert score(questionnaire, {**sheet, **ends}).step == now.lowest.step


def test_on_the_threshold_with_everything_open_elsewhere_unscored_is_certain() -> None:
    questionnaire = a_questionnaire(
        ["one", "two", a_question("note", "text")], ladder=[a_rung("r", "0.5")]
    )

    now = prospect(questionnaire, {"one": 4})

    assert now.is_certain
    assert now.rung is questionnaire.ladder[0]
    assert now.open == ("two",)
    assert now.telling == frozenset()


def test_one_unit_below_the_threshold_every_open_question_is_telling() -> None:
    questionnaire = a_questionnaire(["one", "two", "three"], ladder=[a_rung("r", "0.5")])

    now = prospect(questionnaire, {"one": 3})

    assert not now.is_certain
    assert now.rung is None
    assert now.telling == {"two", "three"}


def test_where_only_a_gate_is_open_only_what_it_looks_at_is_telling() -> None:
    questionnaire = a_questionnaire(
        ["one", "two", "three"], ladder=[a_rung("r", "0.25", gate=("two", 2))]
    )

    now = prospect(questionnaire, {"one": 4})

    assert now.telling == {"two"}
    assert prospect(questionnaire, {"one": 4, "two": 2}).is_certain
    assert prospect(questionnaire, {"two": 1}).is_certain


def test_a_question_whose_process_is_absent_is_neither_open_nor_asked() -> None:
    questionnaire = a_questionnaire(
        ["one", a_question("melting", needs=("casting",))],
        ladder=[a_rung("r", "1")],
        processes=("casting",),
    )

    assert prospect(questionnaire, {"one": 4}).is_certain
    assert prospect(questionnaire, {"one": 4}, frozenset({"casting"})).open == ("melting",)


# --- in which order -------------------------------------------------------------------------------


def test_the_order_is_near_the_best_there_is_and_well_before_chance() -> None:
    found = [means(seed) for seed in range(10)]
    asked, least, by_chance = (sum(column) / len(found) for column in zip(*found, strict=True))

    assert all(one[0] >= one[1] - 1e-9 for one in found)
    assert asked <= 1.15 * least
    assert asked <= 0.9 * by_chance


def test_the_same_sheet_is_always_asked_the_same() -> None:
    questionnaire = a_district_questionnaire(random.Random(5))
    known = habits(questionnaire, [])

    assert next_question(questionnaire, {}, known) == next_question(questionnaire, {}, known)


def test_habits_count_levels_and_不适用_by_the_rung_a_firm_stands_on() -> None:
    asked = [a_question("one", not_applicable=True), a_question("note", "text")]
    questionnaire = a_questionnaire(asked, ladder=[a_rung("r", "0.5")])

    found = habits(
        questionnaire, [(1, {"one": 3}), (1, {"one": NOT_APPLICABLE}), (0, {"note": "无"})]
    )

    assert found.firms == (1, 2)
    assert found.counts["one"] == ((0,) * 6, (0, 0, 0, 1, 0, 1))
    chances = found.chances(questionnaire.questions["one"], 1)
    assert abs(sum(chances) - 1) < 1e-9
    assert chances[3] > chances[2]


def test_without_a_pool_a_firm_on_a_higher_rung_is_expected_to_answer_higher() -> None:
    questionnaire = a_questionnaire(["one"], ladder=[a_rung("low", "0.2"), a_rung("high", "0.6")])

    assert usual_levels(questionnaire) == pytest.approx((0.4, 1.6, 3.2))
