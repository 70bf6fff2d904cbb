"""The best plan for any wish: as good as the best of everything a firm could buy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from questionnaires.answers import Ratio
from questionnaires.model import Questionnaire, Range
from questionnaires.scoring import score
from reports.lifting import Ground, Purchase
from reports.plan.optimum import Clock, Optimum, optimum, paid
from reports.plan.timing import timed
from reports.plan.wish import Aim, Wish, tailored
from reports.roadmap import rescored
from tests.rules.test_roadmap_units import Sheet, by_hand, choices, price, priced, weeks
from tests.support.builders import a_package, a_questionnaire, a_ratio, a_rung

NIGHTLY = pytest.mark.nightly
NAMES = ("a", "b", "c")
AIMS = tuple(Aim)


def best(ground: Ground, wish: Wish | None = None) -> Optimum:
    return optimum(ground, wish or Wish(), Clock(20))


def codes(found: Optimum) -> list[str]:
    return [purchase.package.code for purchase in found.purchases]


def a_choice_of_two() -> Ground:
    """Cheap and slow, or dear and quick; or both halves apart."""
    questionnaire = a_questionnaire(
        questions=["a", "b"],
        ladder=[
            a_rung("basic"),
            a_rung("advanced", gates=[{"question": q, "at_least": 3} for q in ("a", "b")]),
        ],
        packages=[
            priced("N01", 30, {"a": 3, "b": 3}, weeks=weeks(9)),
            priced("N02", 10, {"a": 3}, weeks=weeks(8)),
            priced("N03", 10, {"b": 3}, weeks=weeks(8)),
            priced("N04", 18, {"b": 3}, weeks=weeks(2)),
        ],
    )
    return Ground(score(questionnaire, {"a": 0, "b": 0}), "large")


def test_what_counts_decides_what_is_best() -> None:
    ground = a_choice_of_two()

    found = {
        (aim, hands): codes(best(ground, Wish(aim=aim, at_once=hands)))
        for aim in (Aim.COST, Aim.TIME, Aim.COUNT)
        for hands in (1, 2)
    }

    assert found[Aim.COST, 1] == ["N02", "N03"]
    assert found[Aim.COUNT, 1] == ["N01"]
    assert found[Aim.TIME, 1] == ["N01"]
    assert found[Aim.TIME, 2] == ["N02", "N03"]


def test_what_is_left_out_is_not_bought_and_what_is_ordered_costs_nothing_more() -> None:
    ground = a_choice_of_two()

    without = best(ground, Wish(left_out=frozenset({"N02"})))
    ordered = best(ground, Wish(ordered=frozenset({"N04"})))

    assert (codes(without), without.paid) == (["N01"], 30)
    assert (set(codes(ordered)), ordered.paid) == ({"N02", "N04"}, 10)


def test_a_quote_takes_the_place_of_the_catalogues_price() -> None:
    ground = a_choice_of_two()
    quote = Range(low=Fraction(17), high=Fraction(17))

    found = best(ground, Wish(prices={"N01": quote}))

    assert (codes(found), found.paid) == (["N01"], 17)


def test_a_budget_and_a_day_that_cannot_be_kept_leave_no_plan() -> None:
    ground = a_choice_of_two()

    assert best(ground, Wish(budget=Fraction("19.99"))).after is None
    assert best(ground, Wish(budget=Fraction(20))).paid == 20
    assert best(ground, Wish(weeks=8, at_once=2)).timing.weeks == 8
    assert best(ground, Wish(weeks=8, at_once=1)).after is None
    assert best(ground, Wish(weeks=10, at_once=1)).paid == 28
    assert best(ground, Wish(weeks=10, at_once=1)).is_proven


def test_a_budget_buys_the_highest_share_without_a_rung() -> None:
    ground = a_choice_of_two()

    found = best(ground, Wish(aim=Aim.SHARE, budget=Fraction(10)))

    assert len(found.purchases) == 1
    assert (found.target, found.gained, found.paid) == (None, Fraction(3, 8), 10)


def test_no_time_is_told_from_no_plan() -> None:
    late = optimum(a_choice_of_two(), Wish(), Clock(0))
    none = best(a_choice_of_two(), Wish(left_out=frozenset({"N01", "N02"})))

    assert (late.after, late.is_proven) == (None, False)
    assert (none.after, none.is_proven) == (None, True)


# --- against everything that could be bought ------------------------------------------------------


def a_case(random: Random) -> tuple[Questionnaire, Sheet]:
    """A small questionnaire with packages by the machine, three rungs, and a sheet."""
    packages = []
    for number in range(random.randint(1, 4)):
        lifted = {q: random.randint(1, 4) for q in random.sample(NAMES, random.randint(1, 2))}
        kinds = {"fixed": ["software", "yearly"], "each": ["equipment", "yearly"]}
        cost: dict[str, Any] = {
            part: {
                kind: price(low := random.randint(1, 9), low + random.randint(0, 3))
                for kind in of_part
            }
            for part, of_part in kinds.items()
        }
        if random.random() < 0.5:
            lifted["networked"] = random.randint(1, 4)
            cost |= {"per": "台", "units": "networked"}
        needs = ["N00"] if number and random.random() < 0.4 else []
        lasting = weeks(random.randint(1, 6))
        packages.append(
            a_package(f"N0{number}", lifted, cost=cost, weeks=lasting, prerequisites=needs)
        )
    whole = random.randint(1, 4)
    sheet: Sheet = {name: random.randint(0, 3) for name in NAMES}

    sheet["networked"] = Ratio(random.randint(0, whole), whole)
    ladder = [
        a_rung("basic"),
        a_rung("advanced", random.choice(["0", "1/2"]), gate=(random.choice(NAMES), 2)),
        a_rung(
            "top",
            random.choice(["1/2", "2/3"]),
            gates=[
                {"question": random.choice(NAMES), "at_least": random.randint(1, 4)},
                {"question": "networked", "at_least_percent": random.choice(["0", "50", "80"])},
            ],
        ),
    ]
    asked = [*NAMES, a_ratio("networked")]
    return a_questionnaire(questions=asked, ladder=ladder, packages=packages), sheet


def a_wish(random: Random, ground: Ground) -> Wish:
    some = [p.code for p in ground.packages]

    def few(odds: float) -> frozenset[str]:
        return frozenset(code for code in some if random.random() < odds)

    left_out = few(0.15)
    aim = random.choice(AIMS)
    quote = Range(low=Fraction(random.randint(0, 12)), high=Fraction(12))
    return Wish(
        step=random.choice((None, 2, 3)),
        aim=aim,
        left_out=left_out,
        ordered=few(0.1) - left_out,
        prices=dict.fromkeys(few(0.2), quote),
        budget=Fraction(random.randint(0, 60))
        if aim == Aim.SHARE or random.random() < 0.3
        else None,
        at_once=random.randint(1, 3),
        weeks=random.randint(3, 14) if random.random() < 0.3 else None,
    )


def allowed(case: tuple[Questionnaire, Sheet], wish: Wish) -> Iterator[tuple[Purchase, ...]]:
    """Everything a firm could buy that keeps to its wish, rung included."""
    ground = Ground(score(*case), "small")
    own = tailored(ground, wish)
    step = max(wish.step or 0, ground.score.step + 1)
    for chosen in choices(own):
        bought = {p.package.code: p for p in chosen}
        held = wish.ordered & {p.code for p in own.packages}
        units = {code: own.offer(bought[code].package).units for code in held & bought.keys()}
        if bought.keys() & wish.left_out or not held <= bought.keys():
            continue
        if any(bought[c].units != n for c, n in units.items() if own.ratio_of(bought[c].package)):
            continue
        if wish.budget is not None and paid(own, chosen) > wish.budget:
            continue
        if wish.weeks is not None and timed(chosen, wish.at_once or 1).weeks > wish.weeks:
            continue
        if wish.aim == Aim.SHARE or score(case[0], by_hand(*case, chosen)).step >= step:
            yield chosen


def merit(
    case: tuple[Questionnaire, Sheet], wish: Wish, chosen: Sequence[Purchase]
) -> tuple[Fraction | int, ...]:
    """What plans are compared by: the smaller is the better."""
    money = paid(tailored(Ground(score(*case), "small"), wish), chosen)
    work, number = sum(p.package.weeks.high for p in chosen), len(chosen)
    if wish.aim == Aim.SHARE:
        return -score(case[0], by_hand(*case, chosen)).share, money, number
    if wish.aim == Aim.TIME:
        return timed(chosen, wish.at_once or 1).weeks, money, number
    return (number, money, work) if wish.aim == Aim.COUNT else (money, work, number)


def tried(number: int, check: Callable[[tuple[Questionnaire, Sheet], Wish], bool]) -> int:
    """Check so many cases with a wish each; return how many had something to find."""
    found = 0
    for seed in range(number):
        random = Random(seed)
        case = a_case(random)
        ground = Ground(score(*case), "small")
        if ground.score.next is not None:
            found += check(case, a_wish(random, ground))
    return found


def is_the_best(case: tuple[Questionnaire, Sheet], wish: Wish) -> bool:
    found = best(Ground(score(*case), "small"), wish)

    by_hand_best = min((merit(case, wish, chosen) for chosen in allowed(case, wish)), default=None)

    assert found.is_proven
    assert (merit(case, wish, found.purchases) if found.after else None) == by_hand_best
    return found.after is not None


@pytest.mark.parametrize("number", [150, pytest.param(2500, marks=NIGHTLY)])
def test_no_other_plan_is_better_whatever_is_wished(number: int) -> None:
    assert tried(number, is_the_best) > number / 5


def has_its_runner_up(case: tuple[Questionnaire, Sheet], wish: Wish) -> bool:
    ground = Ground(score(*case), "small")
    first = best(ground, wish)
    if first.after is None:
        return False
    second = optimum(ground, wish, Clock(20), [first.codes])
    free = first.codes - wish.ordered
    others = [
        merit(case, wish, chosen)
        for chosen in allowed(case, wish)
        if free and not free <= {p.package.code for p in chosen}
    ]

    reached = merit(case, wish, second.purchases) if second.after else None

    assert reached == min(others, default=None)
    return second.after is not None


@pytest.mark.parametrize("number", [80, pytest.param(1500, marks=NIGHTLY)])
def test_the_next_plan_is_the_best_that_does_without_some_package_of_the_first(number: int) -> None:
    assert tried(number, has_its_runner_up) > number / 20


def keeps_its_promises(case: tuple[Questionnaire, Sheet], wish: Wish) -> bool:
    ground = Ground(score(*case), "small")
    wish = Wish(step=wish.step, left_out=wish.left_out, at_once=wish.at_once)
    free, found = best(ground, Wish(step=wish.step)), best(ground, wish)
    if found.after is not None:
        assert free.after is not None
        assert found.paid >= free.paid
        assert found.target is not None
        assert rescored(ground, found.purchases).step >= found.target.step
    shares = [
        best(ground, Wish(aim=Aim.SHARE, budget=Fraction(money))).gained
        for money in (0, 10, 25, 60)
    ]
    assert shares == sorted(shares)
    return found.after is not None


@pytest.mark.parametrize("number", [40, pytest.param(1000, marks=NIGHTLY)])
def test_leaving_out_is_never_cheaper_and_more_budget_never_buys_less(number: int) -> None:
    assert tried(number, keeps_its_promises) > number / 5
