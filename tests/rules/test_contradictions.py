"""What does not sit well together: which cross-checks speak, and of which values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.answers import NOT_APPLICABLE, Ratio, Sheet
from questionnaires.contradictions import Told, Values, contradictions
from questionnaires.model import CrossCheck
from tests.support.builders import a_question, a_questionnaire, a_ratio

NETWORKED = {"question": "networked", "percent_at_most": 0}
COLLECTION = {"question": "collection", "at_least": 3}


def spoken_of(told: Told, *when: dict[str, Any]) -> list[Values]:
    """The values of every contradiction between answers, figures, facts and processes."""
    questionnaire = a_questionnaire(
        [a_ratio(), "collection", a_question("oee", "number", unit="%", decimals=1)],
        processes=["casting", "welding"],
        checks=[{"id": "odd", "when": list(when), "says": "两处不一致。"}],
    )
    return [found.values for found in contradictions(questionnaire, told)]


@pytest.mark.parametrize(
    ("sheet", "holds"),
    [
        ({"networked": Ratio(0, 9), "collection": 3}, True),
        ({"networked": Ratio(1, 9), "collection": 3}, False),
        ({"networked": Ratio(0, 9), "collection": 2}, False),
        ({"networked": NOT_APPLICABLE, "collection": 4}, False),
        ({"collection": 4}, False),
    ],
)
def test_a_cross_check_speaks_when_every_bound_holds(sheet: Sheet, holds: bool) -> None:
    assert bool(spoken_of(Told(sheet), NETWORKED, COLLECTION)) == holds


def test_a_cross_check_is_silent_about_questions_not_asked() -> None:
    questionnaire = a_questionnaire(
        [a_ratio(), a_question("collection", needs=["machining"])],
        checks=[{"id": "odd", "when": [NETWORKED, COLLECTION], "says": "两处不一致。"}],
    )
    sheet: Sheet = {"networked": Ratio(0, 9), "collection": 4}

    assert contradictions(questionnaire, Told(sheet)) == ()
    assert len(contradictions(questionnaire, Told(sheet, frozenset({"machining"})))) == 1


def test_an_answer_of_not_applicable_may_itself_stand_against_a_process() -> None:
    none, here = {"question": "collection", "not_applicable": True}, {"process": "casting"}
    ticked = frozenset({"casting"})

    found = spoken_of(Told({"collection": NOT_APPLICABLE}, ticked), none, here | {"holds": True})

    assert found == [{"collection": {"not_applicable": True}, "process:casting": True}]
    assert not spoken_of(Told({"collection": 0}, ticked), none, here | {"holds": True})


def test_a_contradiction_names_both_sides_in_plain_values() -> None:
    told = Told({"networked": Ratio(0, 9), "collection": 4})

    assert spoken_of(told, NETWORKED, COLLECTION) == [
        {"networked": {"part": 0, "whole": 9}, "collection": 4}
    ]


@pytest.mark.parametrize(
    ("bound", "facts", "holds"),
    [
        ({"fact": "employees", "number_at_most": 30}, {"employees": 30}, True),
        ({"fact": "employees", "number_at_most": 30}, {"employees": 31}, False),
        ({"fact": "employees", "number_at_most": 30}, {"employees": None}, False),
        ({"fact": "revenue", "number_at_least": 2000}, {"revenue": 2000}, True),
        ({"fact": "size", "among": ["micro", "small"]}, {"size": "small"}, True),
        ({"fact": "size", "among": ["micro", "small"]}, {"size": "large"}, False),
        ({"fact": "above_scale", "holds": False}, {"above_scale": False}, True),
        ({"fact": "above_scale", "holds": False}, {"above_scale": None}, False),
    ],
)
def test_a_fact_of_the_profile_may_stand_against_an_answer(
    bound: dict[str, Any], facts: dict[str, Any], holds: bool
) -> None:
    found = spoken_of(Told({"collection": 4}, facts=facts), bound, COLLECTION)

    name = bound["fact"]
    assert found == ([{f"fact:{name}": facts[name], "collection": 4}] if holds else [])


def test_a_process_may_stand_against_an_answer_once_any_is_ticked() -> None:
    absent = {"process": "casting", "holds": False}
    sheet: Sheet = {"collection": 4}

    assert spoken_of(Told(sheet, frozenset({"welding"})), absent, COLLECTION) == [
        {"process:casting": False, "collection": 4}
    ]
    assert not spoken_of(Told(sheet, frozenset({"casting"})), absent, COLLECTION)
    assert not spoken_of(Told(sheet), absent, COLLECTION)


def test_a_key_figure_may_stand_against_an_answer() -> None:
    high = {"question": "oee", "number_at_least": "85.5"}

    assert spoken_of(Told({"oee": Decimal("85.5"), "collection": 3}), high, COLLECTION)
    assert not spoken_of(Told({"oee": Decimal("85.4"), "collection": 3}), high, COLLECTION)


@pytest.mark.parametrize(
    ("before", "now", "bound", "holds"),
    [
        (1, 3, {"risen_by": 2}, True),
        (2, 3, {"risen_by": 2}, False),
        (3, 1, {"risen_by": 2}, False),
        (3, 1, {"fallen_by": 2}, True),
        (NOT_APPLICABLE, 4, {"risen_by": 1}, False),
    ],
)
def test_an_answer_may_stand_against_that_of_the_last_round(
    before: Any, now: int, bound: dict[str, int], holds: bool
) -> None:
    moved = {"question": "collection"} | bound

    found = spoken_of(Told({"collection": now}, last={"collection": before}), moved)

    assert found == ([{"collection": now, "last:collection": before}] if holds else [])
    assert not spoken_of(Told({"collection": now}), moved)


def test_a_high_answer_without_a_file_speaks_only_where_somebody_looked_for_files() -> None:
    bare = COLLECTION | {"without_files": True}
    sheet: Sheet = {"collection": 3}

    assert spoken_of(Told(sheet, files=frozenset()), bare) == [
        {"collection": 3, "files:collection": 0}
    ]
    assert not spoken_of(Told(sheet, files=frozenset({"collection"})), bare)
    assert not spoken_of(Told(sheet), bare)


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        ([COLLECTION, {"question": "tracing", "at_most": 1}], "levels"),
        ([COLLECTION, NETWORKED], "ratios"),
        ([COLLECTION, {"question": "oee", "number_at_most": 1}], "figures"),
        ([COLLECTION, {"fact": "employees", "number_at_most": 1}], "profile"),
        ([COLLECTION, {"process": "casting", "holds": False}], "processes"),
        ([{"question": "collection", "risen_by": 2}], "last_round"),
        ([COLLECTION | {"without_files": True}], "files"),
    ],
)
def test_a_cross_check_knows_what_it_holds_against_what(
    when: list[dict[str, Any]], kind: str
) -> None:
    check = CrossCheck.model_validate({"id": "odd", "when": when, "says": "两处不一致。"})

    assert check.kind == kind
