"""The way up: the cheapest packages that reach the next rung, proved by scoring again."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.answers import Answer, Ratio
from questionnaires.model import Package, Questionnaire
from questionnaires.scoring import score
from reports.lifting import Ground, Purchase, lifted_sheet
from reports.roadmap import Roadmap, roadmap
from tests.support.builders import a_package, a_questionnaire, a_ratio, a_rung, a_section


def way(questionnaire: Questionnaire, sheet: dict[str, Answer]) -> Roadmap:
    found = roadmap(Ground(score(questionnaire, sheet), "small"))
    assert found is not None
    return found


def codes(found: Roadmap) -> list[str]:
    return [purchase.package.code for purchase in found.purchases]


def priced(code: str, cost: int, lifts: dict[str, int], **given: object) -> Package:
    return a_package(code, lifts, cost={"low": cost, "high": cost}, **given)


def test_the_cheapest_set_wins_even_when_a_single_package_would_do() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling", "tracing"],
        ladder=[a_rung("basic"), a_rung("advanced", at_least="0.75")],
        packages=[
            priced("N01", 50, {"scheduling": 4, "tracing": 4}),
            priced("N02", 10, {"scheduling": 3}),
            priced("N03", 20, {"tracing": 3}),
        ],
    )

    found = way(questionnaire, {"scheduling": 0, "tracing": 0})

    assert codes(found) == ["N02", "N03"]
    assert found.after is not None
    assert found.after.share == Fraction(3, 4)
    assert (found.amounts.once.low, found.amounts.once.high) == (30, 30)


def test_exactly_on_the_threshold_is_enough() -> None:
    questionnaire = a_questionnaire(
        questions=["a", "b", "c"],
        ladder=[a_rung("basic"), a_rung("advanced", at_least="1/3")],
        packages=[priced("N01", 5, {"a": 4}), priced("N02", 9, {"a": 4, "b": 1})],
    )

    assert codes(way(questionnaire, {"a": 0, "b": 0, "c": 0})) == ["N01"]


def test_a_prerequisite_is_bought_too_unless_it_is_there_already() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling", "coding"],
        ladder=[a_rung("basic"), a_rung("advanced", gate=("scheduling", 3))],
        packages=[
            priced("N01", 5, {"scheduling": 3}, prerequisites=["N02"]),
            priced("N02", 7, {"coding": 2}),
        ],
    )

    assert codes(way(questionnaire, {"scheduling": 1, "coding": 0})) == ["N02", "N01"]
    assert codes(way(questionnaire, {"scheduling": 1, "coding": 2})) == ["N01"]


def test_what_comes_first_is_there_when_most_of_what_it_lifts_is() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling", "coding", "stock", "buying"],
        ladder=[a_rung("basic"), a_rung("advanced", gate=("scheduling", 3))],
        packages=[
            priced("N01", 5, {"scheduling": 3}, prerequisites=["N03"]),
            priced("N03", 7, {"coding": 2, "stock": 2, "buying": 2}),
        ],
    )
    most = {"scheduling": 1, "coding": 2, "stock": 2, "buying": 0}

    assert codes(way(questionnaire, most)) == ["N01"]
    assert codes(way(questionnaire, most | {"stock": 1})) == ["N03", "N01"]


def test_a_percentage_gate_is_reached_with_whole_machines() -> None:
    questionnaire = a_questionnaire(
        questions=[a_ratio("networked")],
        ladder=[
            a_rung("basic"),
            a_rung(
                "advanced",
                gates=[{"question": "networked", "at_least": 3, "at_least_percent": "50"}],
            ),
        ],
        packages=[priced("N02", 5, {"networked": 3})],
    )
    sheet: dict[str, Answer] = {"networked": Ratio(5, 11)}

    found = way(questionnaire, sheet)
    ground = Ground(score(questionnaire, sheet), None)

    assert codes(found) == ["N02"]
    assert lifted_sheet(ground, found.purchases)["networked"] == Ratio(6, 11)


def test_some_of_several_gates_take_the_cheapest_members() -> None:
    members = [{"question": q, "at_least": 3} for q in ("a", "b", "c")]
    questionnaire = a_questionnaire(
        questions=["a", "b", "c"],
        ladder=[a_rung("basic"), a_rung("advanced", gates=[{"any_of": members, "count": 2}])],
        packages=[priced(f"N0{n}", n, {q: 3}) for n, q in ((3, "a"), (2, "b"), (1, "c"))],
    )

    assert codes(way(questionnaire, {"a": 0, "b": 0, "c": 0})) == ["N01", "N02"]
    assert codes(way(questionnaire, {"a": 3, "b": 0, "c": 0})) == ["N01"]


def test_a_gate_on_a_section_or_a_part_is_reached_by_lifting_its_questions() -> None:
    questionnaire = a_questionnaire(
        sections=[a_section("production", ["a", "b"])],
        trade_sections=[a_section("valves", ["c"])],
        ladder=[
            a_rung("basic"),
            a_rung(
                "advanced",
                gates=[
                    {"section": "production", "at_least_share": "0.5"},
                    {"part": "trade", "at_least_share": "0.75"},
                ],
            ),
        ],
        packages=[
            priced("N01", 1, {"a": 4}),
            priced("N02", 1, {"b": 2}),
            priced("N03", 1, {"c": 3}),
        ],
    )

    assert codes(way(questionnaire, {"a": 0, "b": 1, "c": 0})) == ["N01", "N03"]


def test_what_nothing_in_the_catalogue_lifts_is_said() -> None:
    questionnaire = a_questionnaire(
        questions=["scheduling", "tracing"],
        ladder=[a_rung("basic"), a_rung("advanced", at_least="0.9", gate=("tracing", 3))],
        packages=[priced("N01", 1, {"scheduling": 4})],
    )

    found = way(questionnaire, {"scheduling": 0, "tracing": 1})

    assert found.after is None
    assert found.purchases == ()
    assert found.obstacles[0].startswith("“tracing”做到“第 3 档的做法”（3 档）：目录中没有")
    assert "达不到分数线" in found.obstacles[1]


def test_on_the_top_rung_there_is_no_way_to_look_for() -> None:
    questionnaire = a_questionnaire(questions=["a"], ladder=[a_rung("basic")])

    assert roadmap(Ground(score(questionnaire, {"a": 2}), None)) is None


def cheapest_by_hand(questionnaire: Questionnaire, sheet: dict[str, Answer]) -> Fraction | None:
    """Try every subset of packages whose prerequisites are in it."""
    ground = Ground(score(questionnaire, sheet), None)
    target = ground.score.next
    assert target is not None
    best: Fraction | None = None
    for size in range(len(ground.packages) + 1):
        for chosen in combinations(ground.packages, size):
            if any(m not in chosen for p in chosen for m in ground.missing_prerequisites(p)):
                continue
            after = score(questionnaire, lifted_sheet(ground, [Purchase(p) for p in chosen]))
            cost = sum((p.cost.of(1).once.low for p in chosen), Fraction(0))
            if after.step >= target.step and (best is None or cost < best):
                best = cost
    return best


IDS = ["a", "b", "c", "d"]
LIFTS = st.dictionaries(st.sampled_from(IDS), st.integers(1, 4), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(
    levels=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    offers=st.lists(st.tuples(LIFTS, st.integers(1, 30)), min_size=1, max_size=5),
    threshold=st.sampled_from(["0.5", "2/3", "0.75"]),
    gate=st.tuples(st.sampled_from(IDS), st.integers(1, 4)),
)
def test_no_other_choice_of_packages_is_cheaper(
    levels: list[int],
    offers: list[tuple[dict[str, int], int]],
    threshold: str,
    gate: tuple[str, int],
) -> None:
    questionnaire = a_questionnaire(
        questions=IDS,
        ladder=[a_rung("basic"), a_rung("advanced", at_least=threshold, gate=gate)],
        packages=[
            priced(f"N{n:02}", cost, lifts, prerequisites=["N00"] if n == 2 else [])
            for n, (lifts, cost) in enumerate(offers)
        ],
    )
    sheet: dict[str, Answer] = dict(zip(IDS, levels, strict=True))
    if score(questionnaire, sheet).next is None:
        return

    found = way(questionnaire, sheet)

    best = cheapest_by_hand(questionnaire, sheet)
    assert (found.after is None) == (best is None)
    if best is not None:
        assert found.amounts.once.low == best
