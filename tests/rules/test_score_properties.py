"""What must hold of every sheet on every questionnaire, searched for counter-examples."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, level_of
from questionnaires.model import LevelQuestion, Question, Questionnaire, RatioQuestion
from questionnaires.progress import progress
from questionnaires.scoring import Score, score
from questionnaires.trace import trace
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung, a_section

PROCESSES = ("casting", "welding")
Case = tuple[Questionnaire, dict[str, Answer], frozenset[str]]


def weights() -> st.SearchStrategy[str]:
    return st.sampled_from(["1", "2", "0.5", "1/3", "65", "7.25"])


@st.composite
def questions(draw: st.DrawFn, name: str) -> Question:
    given: dict[str, Any] = {
        "weight": draw(weights()),
        "not_applicable": draw(st.booleans()),
        "needs": draw(st.sampled_from([(), (), ("casting",), PROCESSES])),
    }
    return a_ratio(name, **given) if draw(st.booleans()) else a_question(name, **given)


@st.composite
def gates(draw: st.DrawFn, names: list[str], sections: list[str]) -> dict[str, Any]:
    def one() -> dict[str, Any]:
        return {"question": draw(st.sampled_from(names)), "at_least": draw(st.integers(0, 4))}

    share = {"at_least_share": draw(st.sampled_from(["0.25", "0.5", "1"]))}
    kind = draw(st.sampled_from(["question", "section", "part", "any"]))
    if kind == "question":
        return one()
    if kind == "section":
        return share | {"section": draw(st.sampled_from(sections))}
    if kind == "part":
        return share | {"part": draw(st.sampled_from(["core", "trade"]))}
    return {"any_of": [one(), one(), one()], "count": draw(st.integers(1, 3))}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A questionnaire of two or three sections with a ladder, a complete sheet, processes."""
    sections = [
        a_section(
            f"s{s}",
            [draw(questions(f"q{s}{q}")) for q in range(draw(st.integers(1, 3)))],
            weight=draw(weights()),
        )
        for s in range(draw(st.integers(2, 3)))
    ]
    names = [q.id for s in sections for q in s.questions]
    ids = [s.id for s in sections]
    ladder = [
        a_rung(f"r{r}", f"{r}/4", gates=draw(st.lists(gates(names, ids), max_size=2)))
        for r in range(1, 5)
    ]
    asked = a_questionnaire(sections=sections[:-1], trade_sections=sections[-1:], ladder=ladder)
    sheet = {name: draw(answers(question)) for name, question in asked.questions.items()}
    return asked, sheet, frozenset(draw(st.sets(st.sampled_from(PROCESSES))))


def answers(question: Question) -> st.SearchStrategy[Answer]:
    given: st.SearchStrategy[Answer] = st.integers(0, 4)
    if isinstance(question, RatioQuestion):
        given = st.integers(0, 20).map(lambda part: Ratio(part, 20))
    return given | st.just(NOT_APPLICABLE) if question.not_applicable else given


def raised(question: Question, answer: Answer) -> Answer | None:
    """The same answer one step better; None at the top or where there is no better."""
    if isinstance(answer, Ratio):
        return Ratio(answer.part + 1, answer.whole) if answer.part < answer.whole else None
    if isinstance(question, LevelQuestion) and isinstance(answer, int) and answer < 4:
        return answer + 1
    return None


def shares(result: Score) -> list[Fraction | None]:
    return [result.share, result.core_share, result.trade_share] + [
        section.share for section in result.sections
    ]


@given(cases(), st.data())
def test_raising_one_answer_never_lowers_a_share_or_the_rung(
    case: Case, data: st.DataObject
) -> None:
    questionnaire, sheet, processes = case
    name = data.draw(st.sampled_from(sorted(sheet)))
    better = raised(questionnaire.questions[name], sheet[name])
    assume(better is not None)
    assert better is not None

    before = score(questionnaire, sheet, processes)
    after = score(questionnaire, sheet | {name: better}, processes)

    for was, is_now in zip(shares(before), shares(after), strict=True):
        assert (was is None) == (is_now is None)
        assert was is None or is_now is None or is_now >= was
    assert after.step >= before.step


@given(cases(), st.data())
def test_不适用_never_changes_the_other_sections_shares(case: Case, data: st.DataObject) -> None:
    questionnaire, sheet, processes = case
    allowed = [name for name, q in questionnaire.questions.items() if q.not_applicable]
    assume(allowed)
    name = data.draw(st.sampled_from(allowed))
    here = questionnaire.section_of[name].id

    before = score(questionnaire, sheet, processes).section
    after = score(questionnaire, sheet | {name: NOT_APPLICABLE}, processes).section

    for section_id in before.keys() - {here}:
        assert before[section_id].share == after[section_id].share


@given(cases())
def test_the_trace_adds_up_to_the_share_and_to_every_section_exactly(case: Case) -> None:
    result = score(*case)

    lines = trace(result)

    assert sum((line.contribution for line in lines), Fraction(0)) == result.share
    for section in result.sections:
        own = [line for line in lines if line.section.id == section.section.id]
        earned = sum((line.of_section * (line.points or 0) for line in own), Fraction(0))
        assert earned == (section.share or 0)
        assert sum((line.of_section for line in own), Fraction(0)) in (0, 1)


@given(cases())
def test_the_share_is_what_the_rules_say_worked_out_the_slow_way(case: Case) -> None:
    questionnaire, sheet, processes = case
    earned = whole = Fraction(0)
    for section in questionnaire.sections:
        counted = [
            (q.weight, Fraction(level, 4))
            for q in section.scored_questions
            if (not q.needs or processes & set(q.needs))
            and (level := level_of(q, sheet[q.id])) is not None
        ]
        if counted and section.weight:
            full = sum((w for w, _ in counted), Fraction(0))
            mean = sum((w * p for w, p in counted), Fraction(0)) / full
            earned, whole = earned + section.weight * mean, whole + section.weight

    assert score(*case).share == (earned / whole if whole else 0)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_questions_changes_nothing(
    case: Case, shuffle: random.Random
) -> None:
    questionnaire, sheet, processes = case
    items = list(sheet.items())
    shuffle.shuffle(items)
    turned = questionnaire.model_copy(
        update={
            "sections": tuple(
                s.model_copy(update={"questions": s.questions[::-1]})
                for s in questionnaire.sections[::-1]
            )
        }
    )

    expected = score(questionnaire, sheet, processes)

    for result in (score(questionnaire, dict(items), processes), score(turned, sheet, processes)):
        assert result.share == expected.share
        assert result.step == expected.step
        assert {k: s.share for k, s in result.section.items()} == {
            k: s.share for k, s in expected.section.items()
        }


@given(cases(), st.data())
def test_the_bounds_enclose_the_final_share_whatever_is_still_missing(
    case: Case, data: st.DataObject
) -> None:
    questionnaire, sheet, processes = case
    missing = data.draw(st.sets(st.sampled_from(sorted(sheet))))
    so_far = {name: answer for name, answer in sheet.items() if name not in missing}

    bounds = progress(questionnaire, so_far, processes)

    assert 0 <= bounds.lower <= score(*case).share <= bounds.upper <= 1


@given(cases())
def test_a_threshold_set_to_the_share_itself_is_reached_and_one_above_is_not(case: Case) -> None:
    questionnaire, sheet, processes = case
    share = score(*case).share
    above = share + Fraction(1, 10**9)
    exact, short = (
        a_rung().model_copy(update={"at_least": at_least}) for at_least in (share, above)
    )

    on_it = score(questionnaire.model_copy(update={"ladder": (exact,)}), sheet, processes)
    below = score(questionnaire.model_copy(update={"ladder": (short,)}), sheet, processes)

    assert on_it.step == 1
    assert below.step == 0
    assert below.rungs[0].missing_share == Fraction(1, 10**9)


@given(cases())
def test_rungs_are_reached_from_the_bottom_without_a_gap(case: Case) -> None:
    reached = [rung.reached for rung in score(*case).rungs]

    assert reached == sorted(reached, reverse=True)
