"""Packages priced by the piece: as many are bought as are needed, and no cheaper choice exists."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.answers import Answer, Ratio
from questionnaires.library import SHIPPED
from questionnaires.model import LevelQuestion, Package, Questionnaire, RatioQuestion
from questionnaires.scoring import Score, score
from reports.diagnosis.advice import choose, waves
from reports.diagnosis.costs import cost_table
from reports.diagnosis.route import NOT_IN_TIME, route
from reports.lifting import Ground, Purchase
from reports.programme import Found, programme_of
from reports.roadmap import Roadmap, roadmap
from reports.solver import End, Solved
from tests.support.builders import (
    a_package,
    a_question,
    a_questionnaire,
    a_ratio,
    a_rung,
    a_section,
)

NIGHTLY = pytest.mark.nightly
EDITION = SHIPPED.load("2026")
Sheet = dict[str, Answer]


def price(low: Any, high: Any = None) -> dict[str, Any]:
    return {"low": str(low), "high": str(low if high is None else high)}


def by_machine(code: str, lifts: dict[str, int], each: Any = 1, **given: Any) -> Package:
    """A package bought by the machine, its number read from the ratio ``networked``."""
    cost = {"each": {"equipment": price(each)}, "per": "台", "units": "networked", "doing": "联网"}
    return a_package(code, lifts, **{"cost": cost} | given)


def priced(code: str, cost: Any, lifts: dict[str, int], **given: Any) -> Package:
    return a_package(code, lifts, cost={"fixed": {"software": price(cost)}}, **given)


def two_rungs(
    *packages: Package, questions: Iterable[Any], gates: Sequence[dict[str, Any]]
) -> Questionnaire:
    return a_questionnaire(
        questions=questions,
        ladder=[a_rung("basic"), a_rung("advanced", gates=gates)],
        packages=packages,
    )


def ground_of(questionnaire: Questionnaire, sheet: Sheet) -> Ground:
    return Ground(score(questionnaire, sheet), None)


def way(questionnaire: Questionnaire, sheet: Sheet) -> Roadmap:
    found = roadmap(ground_of(questionnaire, sheet))
    assert found is not None
    return found


def bought(found: Roadmap) -> dict[str, int]:
    return {p.package.code: p.units for p in found.purchases}


# --- how many -------------------------------------------------------------------------------------


def test_as_many_machines_are_bought_as_the_gate_needs_and_all_of_them_are_paid() -> None:
    questionnaire = two_rungs(
        by_machine("X01", {"networked": 4}, each=10),
        questions=[a_ratio("networked")],
        gates=[{"question": "networked", "at_least": 2}],
    )
    ground = ground_of(questionnaire, {"networked": Ratio(6, 40)})

    found = roadmap(ground)

    assert found is not None
    assert bought(found) == {"X01": 3}
    (line,) = cost_table(ground, found.purchases).lines
    assert (line.units, line.once) == ("再联网 3 台（6 → 9/40）", "30")


def test_other_answers_rise_only_as_far_as_machines_are_bought() -> None:
    questionnaire = two_rungs(
        by_machine("N02", {"networked": 4, "collecting": 2}),
        questions=[a_ratio("networked"), "collecting"],
        gates=[{"question": "collecting", "at_least": 2}],
    )

    assert bought(way(questionnaire, {"networked": Ratio(0, 40), "collecting": 0})) == {"N02": 9}
    assert bought(way(questionnaire, {"networked": Ratio(9, 40), "collecting": 0})) == {"N02": 1}


def test_where_every_machine_is_done_the_fixed_part_alone_is_bought() -> None:
    dashboard = {"fixed": {"software": price(4)}, "each": {"equipment": price(1)}}
    questionnaire = two_rungs(
        by_machine(
            "N02", {"networked": 4, "collecting": 2}, cost=dashboard | {"units": "networked"}
        ),
        by_machine("X01", {"networked": 4, "collecting": 2}),
        questions=[a_ratio("networked"), "collecting"],
        gates=[{"question": "collecting", "at_least": 2}],
    )

    found = way(questionnaire, {"networked": Ratio(40, 40), "collecting": 0})

    assert bought(found) == {"N02": 0}
    assert found.amounts.once.high == 4


def test_what_must_come_first_is_bought_far_enough_to_run() -> None:
    questionnaire = two_rungs(
        by_machine("N02", {"networked": 4, "collecting": 2}),
        priced("X20", 5, {"tracing": 4}, prerequisites=["N02"]),
        questions=[a_ratio("networked"), "collecting", "tracing"],
        gates=[{"question": "tracing", "at_least": 4}],
    )
    sheet: Sheet = {"networked": Ratio(0, 40), "collecting": 0, "tracing": 0}

    assert bought(way(questionnaire, sheet)) == {"N02": 9, "X20": 1}


def asking(units: Answer | None) -> Ground:
    stand = {"each": {"equipment": price(3, 8)}, "per": "台", "units": "stands"}
    scope = a_section("scope", [a_question("stands", "number", decimals=0)], optional=True)
    questionnaire = a_questionnaire(
        sections=[a_section("testing", ["pressure"]), scope],
        ladder=[a_rung("basic"), a_rung("advanced", gate=("pressure", 3))],
        packages=[a_package("XV03", {"pressure": 3}, cost=stand)],
    )
    return ground_of(questionnaire, {"pressure": 1} | ({} if units is None else {"stands": units}))


def test_units_the_sheet_cannot_know_are_those_the_firm_tells_and_one_until_then() -> None:
    told, silent = asking(Decimal(4)), asking(None)
    ways = [roadmap(told), roadmap(silent)]

    tables = [cost_table(g, w.purchases) for g, w in zip((told, silent), ways, strict=True) if w]

    assert [table.once for table in tables] == ["12–32 万元", "3–8 万元"]
    assert [table.lines[0].units for table in tables] == ["按填报的 4 台计", "按 1 台计"]
    assert [table.assumed for table in tables] == ["", "XV03 按 1 台计，可在“改造范围”里改。"]
    assert tables[1].asks == "stands"


def test_the_earlier_form_is_one_undivided_sum_for_one_unit() -> None:
    package = a_package("XV03", {"pressure": 3}, cost={"low": 3, "high": 8, "per": "台"})
    questionnaire = two_rungs(
        package, questions=["pressure"], gates=[{"question": "pressure", "at_least": 3}]
    )
    ground = ground_of(questionnaire, {"pressure": 0})

    table = cost_table(ground, [Purchase(package, ground.asked_units(package))])

    assert (table.once, table.yearly, table.total.undivided) == ("3–8 万元", "", "3–8")
    assert table.assumed == "XV03 按 1 台计，实际数量请与供应商核对。"


# --- what is cheapest -----------------------------------------------------------------------------


def test_the_fees_of_three_years_count() -> None:
    rented = {"fixed": {"software": price(2), "yearly": price(4)}}
    questionnaire = two_rungs(
        a_package("N01", {"a": 3}, cost=rented),
        priced("N02", 13, {"a": 3}),
        questions=["a"],
        gates=[{"question": "a", "at_least": 3}],
    )

    assert bought(way(questionnaire, {"a": 0})) == {"N02": 1}


def weeks(most: int) -> dict[str, int]:
    return {"low": 1, "high": most}


def test_the_hundredth_of_a_unit_weighs_more_than_years_and_then_weeks_more_than_number() -> None:
    gates = [{"question": q, "at_least": 3} for q in ("a", "b")]
    both, cheap_a, cheap_b = (
        priced("N01", "10.01", {"a": 3, "b": 3}, weeks=weeks(1)),
        priced("N02", 5, {"a": 3}, weeks=weeks(500)),
        priced("N03", 5, {"b": 3}, weeks=weeks(500)),
    )
    dear = two_rungs(both, cheap_a, cheap_b, questions=["a", "b"], gates=gates)
    even = two_rungs(
        priced("N01", 10, {"a": 3, "b": 3}, weeks=weeks(9)),
        priced("N02", 5, {"a": 3}, weeks=weeks(4)),
        priced("N03", 5, {"b": 3}, weeks=weeks(4)),
        questions=["a", "b"],
        gates=gates,
    )
    level = two_rungs(
        priced("N01", 10, {"a": 3, "b": 3}, weeks=weeks(8)),
        priced("N02", 5, {"a": 3}, weeks=weeks(4)),
        priced("N03", 5, {"b": 3}, weeks=weeks(4)),
        questions=["a", "b"],
        gates=gates,
    )

    found = [set(bought(way(q, {"a": 0, "b": 0}))) for q in (dear, even, level)]

    assert found == [{"N02", "N03"}, {"N02", "N03"}, {"N01"}]


class Case(NamedTuple):
    """A small questionnaire with packages by the machine, and a sheet."""

    questionnaire: Questionnaire
    sheet: Sheet


NAMES = ("a", "b", "c")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    lifts = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 4), min_size=1, max_size=2)
    packages = []
    for number in range(draw(st.integers(1, 4))):
        kinds = {"fixed": ["software", "yearly"], "each": ["equipment", "yearly"]}
        cost: dict[str, Any] = {
            part: {
                kind: price(draw(st.integers(1 if part == "each" else 0, 9))) for kind in kind_list
            }
            for part, kind_list in kinds.items()
        }
        lifted = draw(lifts)
        if draw(st.booleans()):
            lifted["networked"] = draw(st.integers(1, 4))
            cost |= {"per": "台", "units": "networked"}
        prerequisites = ["N00"] if number and draw(st.booleans()) else []
        packages.append(
            a_package(
                f"N0{number}",
                lifted,
                cost=cost,
                weeks=weeks(draw(st.integers(1, 3))),
                prerequisites=prerequisites,
            )
        )
    whole = draw(st.integers(1, 5))
    sheet: Sheet = {name: draw(st.integers(0, 3)) for name in NAMES}
    sheet["networked"] = Ratio(draw(st.integers(0, whole)), whole)
    gate = {"question": draw(st.sampled_from(NAMES)), "at_least": draw(st.integers(1, 4))}
    share = {
        "question": "networked",
        "at_least": draw(st.integers(0, 3)),
        "at_least_percent": draw(st.sampled_from(["0", "40", "50", "80"])),
    }
    ladder = [
        a_rung("basic"),
        a_rung("advanced", draw(st.sampled_from(["0", "1/2", "2/3"])), gates=[gate, share]),
    ]
    asked = [*NAMES, a_ratio("networked")]
    return Case(a_questionnaire(questions=asked, ladder=ladder, packages=packages), sheet)


def by_hand(questionnaire: Questionnaire, sheet: Sheet, chosen: Sequence[Purchase]) -> Sheet:
    """The sheet after these purchases, worked out without the product's help."""
    after = dict(sheet)
    for package, units in ((p.package, p.units) for p in chosen):
        named = package.cost.units or ""
        if isinstance(ratio := after.get(named), Ratio):
            after[named] = Ratio(min(ratio.whole, ratio.part + units), ratio.whole)
    for package in (p.package for p in chosen):
        most = 4
        if isinstance(ratio := after.get(package.cost.units or ""), Ratio):
            question = questionnaire.questions[package.cost.units or ""]
            assert isinstance(question, RatioQuestion)
            most = sum(100 * ratio.part > edge * ratio.whole for edge in question.above or ())
        for name, level in package.lifts.items():
            if isinstance(before := after.get(name), int):
                after[name] = max(before, min(level, most))
    return after


def paid(chosen: Sequence[Purchase]) -> Fraction:
    """The middle of what is paid once and in three years, in 万元."""
    total = Fraction(0)
    for package, units in ((p.package, p.units) for p in chosen):
        for amounts, times in ((package.cost.fixed, 1), (package.cost.each, units)):
            once = (amounts.equipment, amounts.software, amounts.services, amounts.undivided)
            total += times * sum((r.low + r.high for r in once), Fraction(0)) / 2
            total += times * 3 * (amounts.yearly.low + amounts.yearly.high) / 2
    return total


Merit = tuple[Fraction, int, int]


def merit(chosen: Sequence[Purchase]) -> Merit:
    """What choices are compared by: money, then weeks, then how many."""
    return paid(chosen), sum(p.package.weeks.high for p in chosen), len(chosen)


def choices(ground: Ground) -> Iterator[tuple[Purchase, ...]]:
    """Everything a firm could buy, with what must come first and far enough for it to run."""
    answer = ground.ratios["networked"]
    for numbers in product(*(_numbers(ground, package) for package in ground.packages)):
        pairs = zip(ground.packages, numbers, strict=True)
        chosen = tuple(Purchase(p, n) for p, n in pairs if n is not None)
        together = sum(p.units for p in chosen if ground.ratio_of(p.package))
        furthest = max((ground.room(p) for p in ground.packages), default=0)
        after = Ratio(answer.part + min(together, furthest), answer.whole)
        if together <= furthest and _runs(ground, chosen, after):
            yield chosen


def _numbers(ground: Ground, package: Package) -> list[int | None]:
    if not ground.ratio_of(package):
        return [None, 1]
    return [None, *range(1, ground.room(package) + 1)] if ground.room(package) else [None, 0]


def _runs(ground: Ground, chosen: Sequence[Purchase], after: Ratio) -> bool:
    level = sum(100 * after.part > edge * after.whole for edge in (10, 20, 40, 60))
    there = {p.package.code for p in chosen}
    return all(
        missing.code in there and (not ground.ratio_of(missing) or level >= ground.running(missing))
        for purchase in chosen
        for missing in ground.missing_prerequisites(purchase.package)
    )


def check_no_other_choice_is_better(case: Case) -> None:
    ground = ground_of(*case)
    target = ground.score.next
    if target is None:
        return
    best = min(
        (
            merit(chosen)
            for chosen in choices(ground)
            if score(case.questionnaire, by_hand(*case, chosen)).step >= target.step
        ),
        default=None,
    )

    found = way(*case)

    assert (merit(found.purchases) if found.after else None) == best


def searched(check: Callable[[Case], None], number: int) -> None:
    """Try a rule on so many cases."""
    quiet = settings(
        max_examples=number, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    quiet(given(case=cases())(check))()


@pytest.mark.parametrize("number", [60, pytest.param(500, marks=NIGHTLY)])
def test_no_other_choice_of_units_is_cheaper_or_quicker_or_smaller(number: int) -> None:
    searched(lambda case: check_no_other_choice_is_better(case), number)


@given(each=st.integers(0, 900), fixed=st.integers(0, 900), units=st.integers(0, 500))
def test_one_unit_more_never_costs_less(each: int, fixed: int, units: int) -> None:
    cost = {
        "fixed": {"software": price(Fraction(fixed, 100))},
        "each": {"equipment": price(Fraction(each, 100))},
    }
    package = a_package("N02", cost=cost)

    fewer, more = Purchase(package, units).amounts, Purchase(package, units + 1).amounts

    assert more.once.low >= fewer.once.low
    assert more.once.low == Fraction(fixed + each * (units + 1), 100)


@settings(max_examples=25, deadline=None)
@given(part=st.integers(0, 19), least=st.integers(1, 19))
def test_a_gate_that_asks_for_one_machine_more_never_makes_the_way_cheaper(
    part: int, least: int
) -> None:
    def cost(machines: int) -> Fraction:
        gate = {"question": "networked", "at_least_percent": f"{100 * machines}/20"}
        questionnaire = two_rungs(
            by_machine("N02", {"networked": 4}, each=2),
            questions=[a_ratio("networked")],
            gates=[gate],
        )
        found = roadmap(ground_of(questionnaire, {"networked": Ratio(part, 20)}))
        return found.amounts.once.low if found else Fraction(0)

    assert cost(least) <= cost(least + 1) == 2 * max(0, least + 1 - part)


# --- time that runs out ---------------------------------------------------------------------------


def a_short_way() -> Ground:
    questionnaire = two_rungs(
        priced("N01", 7, {"a": 3}), questions=["a"], gates=[{"question": "a", "at_least": 3}]
    )
    return ground_of(questionnaire, {"a": 0})


def test_no_time_is_told_from_no_way() -> None:
    ground = a_short_way()

    late = roadmap(ground, seconds=0)

    assert late is not None
    assert (late.purchases, late.after, late.bound) == ((), None, 0)
    said = route(ground, late)
    assert said is not None
    assert said.obstacles == (NOT_IN_TIME,)


def test_the_best_found_in_time_is_shown_with_what_it_cannot_go_below() -> None:
    ground = a_short_way()
    target = ground.score.next
    assert target is not None
    programme = programme_of(ground, target)
    all_bought = [1.0] * len(programme.most)

    found = programme.without_optimum(Solved(End.LATE, all_bought, 700.0, 650.0))
    none = programme.without_optimum(Solved(End.HOPELESS, None, 0.0, -math.inf))

    assert found.purchases is not None
    assert ([p.package.code for p in found.purchases], found.bound) == (["N01"], Fraction(13, 4))
    assert none == Found(None)
    said = route(ground, Roadmap(target, found.purchases, ground.score, bound=found.bound))
    assert said is not None
    assert (
        "没有算完：这是已找到的最好方案，合 7 万元；可以肯定的是，任何方案不会低于 3.25 万元"
        in said.how
    )


# --- the edition's own packages -------------------------------------------------------------------


def random_sheet(questionnaire: Questionnaire, random: Random) -> tuple[Sheet, frozenset[str]]:
    """Answers of any kind of firm, from the poorest to nearly the best."""
    processes = frozenset(p.id for p in questionnaire.trade.processes if random.random() < 0.7)
    usual = random.choice((0, 1, 1, 2, 2, 3))
    sheet: Sheet = {}
    for question in questionnaire.all_asked(processes):
        level = min(4, max(0, usual + random.choice((-1, 0, 0, 1, 2))))
        if isinstance(question, LevelQuestion):
            sheet[question.id] = level
        elif isinstance(question, RatioQuestion) and question.scored:
            whole = random.randint(1, 120)
            sheet[question.id] = Ratio(random.randint(0, whole) * level // 4, whole)
    return sheet, processes


def random_grounds(number: int) -> Iterator[tuple[Ground, Sheet]]:
    for seed in range(number):
        random = Random(seed)
        questionnaire = EDITION.questionnaire(random.choice(list(EDITION.trades)))
        sheet, processes = random_sheet(questionnaire, random)
        scored = score(questionnaire, sheet, processes)
        if scored.next:
            yield Ground(scored, random.choice((None, "micro", "small", "medium"))), sheet


@pytest.mark.parametrize("number", [40, pytest.param(2000, marks=NIGHTLY)])
def test_every_way_shown_reaches_its_rung_once_it_is_bought(number: int) -> None:
    shown = 0
    for ground, sheet in random_grounds(number):
        found = roadmap(ground)
        assert found is not None
        assert found.bound is None
        if not found.purchases:
            assert found.obstacles
            continue

        after = rescored(ground.score, sheet, found.purchases)

        assert after.step >= found.target.step
        assert after.share == (found.after.share if found.after else None)
        shown += 1
    assert shown > number / 2


def rescored(before: Score, sheet: Sheet, chosen: Sequence[Purchase]) -> Score:
    counting = {m.question.id for m in before.question.values() if m.state == "scored"}
    asked = {q: a for q, a in sheet.items() if q in counting}
    after = sheet | by_hand(before.questionnaire, asked, chosen)
    return score(before.questionnaire, after, before.processes)


@pytest.mark.parametrize("number", [25, pytest.param(500, marks=NIGHTLY)])
def test_advice_and_way_name_the_same_packages_for_a_gate_and_begin_with_them(number: int) -> None:
    opened = 0
    for ground, _ in random_grounds(number):
        found = roadmap(ground)
        assert found is not None
        advised = choose(ground, found)
        first = waves(ground, advised)[0].advice
        of_way = {p.package.code for p in found.purchases}
        for purchase in advised if of_way else ():
            if any(ground.helps(purchase, gate) for gate in found.target.failed_gates):
                assert purchase.package.code in of_way
                opened += 1
        if found.target.failed_gates and of_way:
            assert first
            assert first[0].code in of_way
    assert opened > number / 2


def test_only_what_is_missing_has_to_be_done_first() -> None:
    for ground, _ in random_grounds(25):
        advised = choose(ground, roadmap(ground))
        for advice in (a for wave in waves(ground, advised) for a in wave.advice):
            for named in advice.prerequisites:
                code = named.split()[0]
                assert not ground.has(ground.score.questionnaire.package_by_code[code])


def test_the_printed_cost_is_units_times_price_and_the_fixed_part() -> None:
    by_piece = 0
    for ground, _ in random_grounds(25):
        found = roadmap(ground)
        assert found is not None
        table = cost_table(ground, found.purchases)
        for line, purchase in zip(table.lines, found.purchases, strict=True):
            cost = purchase.package.cost
            ends = {
                getattr(cost.fixed.once, end) + purchase.units * getattr(cost.each.once, end)
                for end in ("low", "high")
            }
            assert {Fraction(x) for x in line.once.split("–") if x} == ends - {0}
            counted = re.search(r"再\S+ (\d+) ", line.units)
            by_piece += counted is not None
            assert counted is None or int(counted[1]) == purchase.units
    assert by_piece > 5


def test_every_package_says_what_it_takes_and_how_to_see_that_it_is_used() -> None:
    bought_ones = [p for p in EDITION.packages if p.kind == "package"]

    assert len(bought_ones) > 80
    for package in EDITION.packages:
        assert package.firm_does, package.code
        assert package.in_use, package.code
    for package in bought_ones:
        assert package.assumes, package.code
        assert package.cost.of(1).once.high, package.code
        assert not package.cost.of(1).undivided.high, package.code


def test_no_question_is_answered_by_buying_records_alone() -> None:
    """What needs other work (a complaint process, testing every piece) is not sold as software."""
    records = next(p for p in EDITION.packages if p.code == "N04")

    assert records.prerequisites
    assert records.lifts.keys().isdisjoint({"after_sales", "vibration", "linear_accuracy"})
    assert max(records.lifts.values()) == 2
