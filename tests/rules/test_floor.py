"""A rung that rests on what nobody saw is provisional, and it is said on which answers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from questionnaires.answers import NOT_APPLICABLE, Multiple, Ratio
from questionnaires.floor import floor, resting
from questionnaires.scoring import score
from tests.rules.test_score_properties import Case, answers, cases
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung


def the_floor(case: Case, unseen: set[str]):
    questionnaire, sheet, processes = case
    return floor(score(questionnaire, sheet, processes), sheet, unseen)


# --- by example ---------------------------------------------------------------------------------


def test_an_unseen_gate_makes_the_rung_provisional():
    asked = a_questionnaire(
        questions=["scheduling", "tracing"],
        ladder=[a_rung("basic"), a_rung("advanced", "0.2", gate=("scheduling", 3))],
    )
    sheet = {"scheduling": 3, "tracing": 4}

    found = the_floor((asked, sheet, frozenset()), {"scheduling"})

    assert found.is_provisional
    assert [gate.question_ids for gate in found.lost_gates] == [("scheduling",)]
    assert found.lost_threshold is None
    assert found.holding == ("scheduling",)


def test_a_share_exactly_on_the_threshold_without_the_unseen_answers_is_not_provisional():
    asked = a_questionnaire(questions=["a", "b", "c"], ladder=[a_rung("basic", "2/3")])
    sheet = {"a": 4, "b": 4, "c": 4}

    exact = the_floor((asked, sheet, frozenset()), {"c"})
    short = the_floor((asked, sheet | {"b": 3}, frozenset()), {"c"})

    assert exact.lowest.share == Fraction(2, 3)
    assert not exact.is_provisional
    assert exact.holding == ()
    assert short.found.step == 1
    assert short.is_provisional
    assert short.lost_threshold == Fraction(2, 3)
    assert short.holding == ("c",)


def test_an_unseen_ratio_stands_at_none_of_its_machines():
    ladder = [a_rung("basic", gates=[{"question": "networked", "at_least_percent": "30"}])]
    asked = a_questionnaire(questions=[a_ratio("networked"), "tracing"], ladder=ladder)

    found = the_floor(
        (asked, {"networked": Ratio(40, 120), "tracing": 1}, frozenset()), {"networked"}
    )

    assert found.lowest.question["networked"].answer == Ratio(0, 120)
    assert found.is_provisional


def test_an_unseen_不适用_is_no_way_past_a_gate():
    ladder = [a_rung("basic", gate=("casting", 2))]
    asked = a_questionnaire(
        questions=[a_question("casting", not_applicable=True), "tracing"], ladder=ladder
    )

    found = the_floor((asked, {"casting": NOT_APPLICABLE, "tracing": 4}, frozenset()), {"casting"})

    assert found.found.step == 1
    assert found.is_provisional
    assert found.holding == ("casting",)


def test_what_earns_nothing_holds_no_rung():
    asked = a_questionnaire(
        questions=["tracing", a_question("systems", "multiple")],
        ladder=[a_rung("basic", "0.5")],
    )
    sheet = {"tracing": 2, "systems": Multiple(("erp",))}

    found = the_floor((asked, sheet, frozenset()), {"systems"})

    assert found.lowest == found.found
    assert found.unseen == ("systems",)
    assert not found.is_provisional


def test_only_gates_of_reached_rungs_that_look_at_single_answers_forbid_to_leave_one_as_said():
    asked = a_questionnaire(
        questions=["a", "b", "c"],
        ladder=[
            a_rung("basic", gates=[{"part": "core", "at_least_share": "0.1"}], gate=("a", 1)),
            a_rung("advanced", gate=("b", 4)),
        ],
    )

    assert resting(score(asked, {"a": 1, "b": 2, "c": 2})) == {"a"}
    assert resting(score(asked, {"a": 1, "b": 4, "c": 2})) == {"a", "b"}
    assert resting(score(asked, {"a": 0, "b": 4, "c": 2})) == set()


# --- for every sheet ----------------------------------------------------------------------------


def some(case: Case) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(sorted(case[1])))


@given(cases(), st.data())
def test_whatever_the_unseen_answers_really_are_the_floor_holds(
    case: Case, data: st.DataObject
) -> None:
    questionnaire, sheet, processes = case
    unseen = data.draw(some(case))
    found = the_floor(case, unseen)

    truth = {id: data.draw(answers(questionnaire.questions[id])) for id in sorted(unseen)}
    real = score(questionnaire, {**sheet, **truth}, processes)

    assert real.step >= found.lowest.step
    assert real.share >= found.lowest.share
    assert found.is_provisional or real.step >= found.found.step


@given(cases(), st.data())
def test_a_rung_is_no_more_provisional_once_what_holds_it_is_seen(
    case: Case, data: st.DataObject
) -> None:
    unseen = data.draw(some(case))
    found = the_floor(case, unseen)

    seen = the_floor(case, unseen - set(found.holding))

    assert found.is_provisional == bool(found.holding)
    assert not seen.is_provisional
