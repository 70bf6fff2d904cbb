"""How firmly a firm stands: the fewest answers whose fall by one level loses its rung."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.answers import NOT_APPLICABLE, Ratio, level_of
from questionnaires.scoring import score
from reports.deciding import deciding, one_lower
from reports.robustness import Support, support
from tests.rules.test_score_properties import Case, cases
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung, a_section


def exhaustively(
    case: Case, among: frozenset[str] | None = None
) -> tuple[int | None, set[frozenset[str]]]:
    """The same by trying every set of answers, smallest first."""
    questionnaire, sheet, processes = case
    found = score(questionnaire, sheet, processes)
    lower = {}
    for id, mark in found.question.items():
        if mark.state == "scored" and mark.level and (among is None or id in among):
            answer = one_lower(mark.question, sheet[id])
            if answer is not None:
                lower[id] = answer
    if not found.step:
        return None, set()
    for size in range(1, len(lower) + 1):
        lost = {
            frozenset(chosen)
            for chosen in combinations(sorted(lower), size)
            if score(questionnaire, sheet | {id: lower[id] for id in chosen}, processes).step
            < found.step
        }
        if lost:
            return size, lost
    return None, set()


@settings(max_examples=300)
@given(cases())
def test_the_fewest_answers_are_those_an_exhaustive_search_finds(case: Case) -> None:
    questionnaire, sheet, processes = case

    found = support(score(questionnaire, sheet, processes), sheet)

    size, lost = exhaustively(case)
    assert found.answers == size
    assert set(found.ways) <= lost
    assert bool(found.ways) == (size is not None)


@given(cases(), st.data())
def test_the_same_holds_where_only_some_answers_may_fall(case: Case, data: st.DataObject) -> None:
    questionnaire, sheet, processes = case
    among = frozenset(data.draw(st.sets(st.sampled_from(sorted(sheet)))))

    found = support(score(questionnaire, sheet, processes), sheet, among)

    size, lost = exhaustively(case, among)
    assert found.answers == size
    assert set(found.ways) <= lost


@given(cases())
def test_who_stands_on_one_answer_stands_on_a_deciding_claim(case: Case) -> None:
    questionnaire, sheet, processes = case
    found = score(questionnaire, sheet, processes)

    held = support(found, sheet)

    claims = {
        claim.question.id
        for claim in deciding(found, sheet)
        if level_of(claim.question, sheet[claim.question.id])
    }
    assert held.stands_on_one == bool(claims)
    if held.stands_on_one:
        assert {id for way in held.ways for id in way} <= claims


def test_a_gate_of_several_falls_with_as_many_as_it_can_spare_and_one() -> None:
    names = ["one", "two", "three"]
    gate = {"any_of": [{"question": name, "at_least": 2} for name in names], "count": 2}
    questionnaire = a_questionnaire(names, ladder=[a_rung("r", "0", gates=[gate])])
    sheet = dict.fromkeys(names, 2)

    found = support(score(questionnaire, sheet), sheet)

    assert found.answers == 2
    assert set(found.ways) == {frozenset(pair) for pair in combinations(names, 2)}


def test_a_gate_passed_with_a_level_to_spare_does_not_fall() -> None:
    questionnaire = a_questionnaire(["one"], ladder=[a_rung("r", "0", gate=("one", 2))])

    assert support(score(questionnaire, {"one": 3}), {"one": 3}) == Support(None)
    assert support(score(questionnaire, {"one": 2}), {"one": 2}).stands_on_one


def test_a_share_falls_with_its_heaviest_answers_and_exactly_on_the_line_it_stands() -> None:
    questions = [a_question("light"), a_question("heavy", weight="2")]
    questionnaire = a_questionnaire(questions, ladder=[a_rung("r", "0.5")])
    sheet = {"light": 2, "heavy": 3}  # 8 of 12 units; the line lies at 6

    found = support(score(questionnaire, sheet), sheet)

    assert (found.answers, found.ways) == (2, (frozenset({"light", "heavy"}),))


def test_what_does_not_apply_or_stands_at_level_0_cannot_fall() -> None:
    questions = [a_question("one", not_applicable=True), a_ratio("two")]
    sections = [a_section("s", questions)]
    questionnaire = a_questionnaire(sections=sections, ladder=[a_rung("r", "0")])
    sheet = {"one": NOT_APPLICABLE, "two": Ratio(1, 20)}

    assert support(score(questionnaire, sheet), sheet) == Support(None)


def test_below_the_ladder_there_is_nothing_to_lose() -> None:
    questionnaire = a_questionnaire(["one"], ladder=[a_rung("r", "1")])

    assert support(score(questionnaire, {"one": 2}), {"one": 2}) == Support(None)


def test_a_count_too_coarse_for_one_level_falls_as_far_as_it_must() -> None:
    questions = [a_ratio("two_machines"), "other"]
    questionnaire = a_questionnaire(questions, ladder=[a_rung("r", "0.5")])
    sheet = {
        "two_machines": Ratio(1, 2),
        "other": 2,
    }  # 50 % is level 3; one machine fewer is level 0

    found = support(score(questionnaire, sheet), sheet)

    assert (found.answers, found.ways) == (1, (frozenset({"two_machines"}),))
