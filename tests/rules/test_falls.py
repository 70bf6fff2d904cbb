"""How far self-ratings fall: learnt from visits, held to districts whose falls are known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.answers import Ratio
from questionnaires.scoring import score
from reports.falls.climbing import OUTCOMES, RISEN, SAME, climb, fallen
from reports.falls.forecast import Draws
from reports.falls.seen import LEAST_VISITS, Seen, Tally, Visit, tallies, visits_missing
from tests.rules.test_score_properties import Case, cases
from tests.support.builders import a_questionnaire, a_ratio, a_rung
from tests.support.falling import District, Falls, Rated, told

NIGHTLY = pytest.mark.nightly


# --- a sheet in many versions -----------------------------------------------------------------------


@given(cases(), st.data())
def test_every_version_of_a_sheet_is_scored_as_the_rules_score_it(
    case: Case, data: st.DataObject
) -> None:
    questionnaire, sheet, processes = case
    found = score(questionnaire, sheet, processes)
    ready = climb(found, sheet)
    many = len(ready.questions)
    version = st.lists(st.integers(0, OUTCOMES - 1), min_size=many, max_size=many)
    versions = data.draw(st.lists(version, min_size=1, max_size=4))
    drawn = np.array(versions, dtype=np.int64).reshape(len(versions), many)

    steps, shares = ready.steps(drawn), ready.shares(drawn)

    for version_, step, share in zip(versions, steps, shares, strict=True):
        changed = {
            id: fallen(found.question[id], sheet[id], outcome)
            for id, outcome in zip(ready.questions, version_, strict=True)
        }
        after = score(questionnaire, sheet | changed, processes)
        assert (step, Fraction(int(share), ready.denominator)) == (after.step, after.share)


def test_a_version_exactly_on_the_threshold_stands_on_the_rung() -> None:
    asked = a_questionnaire(
        ["a", "b", "c"], ladder=[a_rung("basic", "0.5"), a_rung("next", "7/12")]
    )
    ready = climb(score(asked, {"a": 4, "b": 2, "c": 1}), {"a": 4, "b": 2, "c": 1})
    as_claimed, one_lower = [SAME] * 3, [SAME, SAME, SAME + 1]

    assert list(ready.steps(np.array([as_claimed, one_lower]))) == [2, 1]


def test_a_ratio_falls_to_the_best_count_that_is_so_many_levels_lower() -> None:
    asked = a_questionnaire([a_ratio("networked", above=(10, 20, 40, 60))])
    mark = score(asked, {"networked": Ratio(7, 10)}).question["networked"]

    assert [fallen(mark, Ratio(7, 10), outcome) for outcome in range(OUTCOMES)] == [
        Ratio(7, 10),
        Ratio(7, 10),
        Ratio(6, 10),
        Ratio(4, 10),
        Ratio(2, 10),
        Ratio(1, 10),
    ]


# --- what visits teach --------------------------------------------------------------------------------


def test_a_tally_counts_who_claimed_who_fell_and_how_far() -> None:
    seen = [Seen("a", 3, 1), Seen("a", 2, 2), Seen("a", 0, 1), Seen("b", 4, 3)]
    visits = [Visit(n, "valve", "small", (one,)) for n, one in enumerate(seen)]

    assert tallies(visits) == {"a": Tally(2, 1, 2, 1), "b": Tally(1, 1, 1, 0)}


def test_below_thirty_visits_it_is_said_how_many_are_missing() -> None:
    assert LEAST_VISITS == 30
    assert [visits_missing(it) for it in (0, 29, 30, 31)] == [30, 1, 0, 0]


def test_the_same_visits_in_any_order_give_the_same_model_and_forecast() -> None:
    district = District(Falls(), Random(5))
    visited, (firm,) = district.firms(LEAST_VISITS), district.firms(1)

    one = district.learn(visited)
    other = district.learn(visited[::-1])

    assert np.allclose(one.mode.columns, other.mode.columns)
    assert told(Draws.of(one), firm) == told(Draws.of(one), firm)


def test_what_few_visits_saw_is_drawn_towards_what_all_of_them_saw() -> None:
    district = District(Falls(question=0, section=0), Random(7))
    visited = district.firms(LEAST_VISITS)
    asked = visited[0].seen[0].question
    one = [_found(firm, asked, 0) if n == 0 else firm for n, firm in enumerate(visited)]
    all_ = [_found(firm, asked, 0) for firm in visited]

    once, always = (_odds(district.learn(firms), asked) for firms in (one, all_))

    assert once < always - 1
    assert always > 0


def _found(firm: Rated, question: str, level: int) -> Rated:
    seen = tuple(it._replace(found=level) if it.question == question else it for it in firm.seen)
    return replace(firm, seen=seen)


def _odds(model, question: str) -> float:
    from reports.falls.trials import FIRST, Effect

    columns = model.layout.columns
    places = [columns[Effect.QUESTION, question], FIRST]
    return float(model.mode.columns[places].sum())


def test_a_firm_whose_last_visit_found_much_lower_is_expected_lower_again() -> None:
    district = District(Falls(firm=1.5), Random(11))
    visited, (firm,) = district.firms(LEAST_VISITS), district.firms(1)
    low, high = (
        replace(firm, seen=tuple(it._replace(found=max(it.claimed - by, 0)) for it in firm.seen))
        for by in (2, 0)
    )

    middles = [
        told(Draws.of(district.learn([*visited, before])), firm).share.middle
        for before in (low, high)
    ]

    assert middles[0] < middles[1]


def test_reasons_name_the_questions_that_fall_together_with_the_rung() -> None:
    district = District(Falls(often=-1.0), Random(2))
    draws = Draws.of(district.learn(district.firms(LEAST_VISITS)))
    found = [told(draws, firm) for firm in district.firms(30)]

    shaky = [one for one in found if Fraction(1, 5) < one.overturned < Fraction(4, 5)]

    assert shaky
    for one in shaky:
        assert 1 <= len(one.reasons) <= 3
        for reason in one.reasons:
            assert Fraction(reason.with_rung, reason.fell) > one.overturned
    assert all(one.overturned == 0 for one in found if one.own == 0)


# --- how good -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "districts, low, high",
    [(8, 0.70, 0.90), pytest.param(60, 0.75, 0.85, marks=NIGHTLY)],
)
def test_intervals_hold_what_they_say_and_chosen_visits_find_half_as_much_again_as_random_ones(
    districts: int, low: float, high: float
) -> None:
    """Of each district 60 firms are visited and 60 are forecast; a tenth of the latter is chosen."""
    within = chosen = 0
    by_chance = 0.0
    for seed in range(districts):
        district = District(Falls(), Random(seed))
        draws = Draws.of(district.learn(district.firms(60)))
        firms = district.firms(60)
        found = [(told(draws, firm), firm) for firm in firms]
        within += sum(one.share.low <= it.found.share <= one.share.high for one, it in found)
        best = sorted(found, key=lambda pair: -pair[0].overturned)[:6]
        chosen += sum(it.overturned for _, it in best)
        by_chance += sum(it.overturned for it in firms) / 10

    assert low <= within / (60 * districts) <= high
    assert chosen >= 1.5 * by_chance


def test_where_some_firms_exaggerate_and_most_do_not_intervals_still_hold_about_as_much() -> None:
    """The model thinks of a normal spread; here one firm in five falls far, the others hardly."""
    falls = Falls(tendency=lambda dice: 1.6 if dice.random() < 0.2 else -0.4)
    within = firms = 0
    for seed in range(6):
        district = District(falls, Random(seed))
        draws = Draws.of(district.learn(district.firms(60)))
        for firm in district.firms(50):
            span = told(draws, firm).share
            within += span.low <= firm.found.share <= span.high
            firms += 1

    assert 0.68 <= within / firms <= 0.92


def test_a_risen_answer_is_drawn_as_seldom_as_visits_found_one() -> None:
    from reports.falls.forecast import drawn

    district = District(Falls(risen=0.2), Random(3))
    visited, (firm,) = district.firms(60), district.firms(1)
    draws = Draws.of(district.learn(visited))

    outcomes = drawn(draws, climb(firm.own, firm.sheet), firm.trade, firm.size, firm.id)

    could = climb(firm.own, firm.sheet).claimed < 4
    seen = [it for one in visited for it in one.seen if it.claimed < 4]
    share = sum(it.found > it.claimed for it in seen) / len(seen)
    assert abs((outcomes[:, could] == RISEN).mean() - share) < 0.03
