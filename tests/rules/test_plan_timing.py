"""The shortest time for purchases, so many at once: as short as the best of all orders."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from questionnaires.model import Package
from reports.lifting import Purchase
from reports.plan.timing import Timing, months_of, timed
from tests.support.builders import a_package


def a_job(code: str, weeks: int, *needs: str) -> Package:
    return a_package(code, weeks={"low": 1, "high": weeks}, prerequisites=list(needs))


def laid_out(packages: list[Package], at_once: int) -> Timing:
    return timed([Purchase(package) for package in packages], at_once)


def shortest_by_hand(packages: list[Package], at_once: int) -> int:
    """Try every order; each begins as soon as its turn, a free hand and what it needs let it."""
    known = {package.code for package in packages}
    best = sum(package.weeks.high for package in packages)
    for order in permutations(packages):
        done: dict[str, int] = {}
        free = [0] * at_once
        for package in order:
            needed = [code for code in package.prerequisites if code in known]
            if not all(code in done for code in needed):
                break
            hand = free.index(min(free))
            begins = max([free[hand], *(done[code] for code in needed)])
            free[hand] = done[package.code] = begins + package.weeks.high
        else:
            best = min(best, max(done.values(), default=0))
    return best


def check(found: Timing, packages: list[Package], at_once: int) -> None:
    """Nothing begins before what it needs is done, and no more run at once than may."""
    ends = {p.code: found.begins[p.code] + p.weeks.high for p in packages}
    assert max(ends.values()) == found.weeks
    for package in packages:
        for code in set(package.prerequisites) & ends.keys():
            assert ends[code] <= found.begins[package.code]
    for week in range(found.weeks):
        assert sum(found.begins[code] <= week < ends[code] for code in ends) <= at_once


def test_one_after_the_other_takes_the_sum_and_side_by_side_the_longest() -> None:
    packages = [a_job("N01", 4), a_job("N02", 6), a_job("N03", 10)]

    assert laid_out(packages, 1).weeks == 20
    assert laid_out(packages, 2).weeks == 10
    assert laid_out([], 2) == Timing({}, 0)


def test_what_is_needed_is_done_first_and_what_is_not_bought_holds_nobody_up() -> None:
    packages = [a_job("N01", 4, "N02"), a_job("N02", 6), a_job("N03", 3, "N99")]

    found = laid_out(packages, 3)

    assert found.begins == {"N02": 0, "N03": 0, "N01": 6}
    assert (found.weeks, found.months) == (10, 3)


def test_a_list_that_misses_the_best_is_not_the_last_word() -> None:
    """Longest first puts 3 and 3 apart; the best keeps them together."""
    packages = [a_job(f"N0{n}", weeks) for n, weeks in enumerate((3, 3, 2, 2, 2))]

    assert laid_out(packages, 2).weeks == 6


def test_a_dozen_purchases_of_which_many_are_alike_are_laid_out_to_the_end() -> None:
    """All orders of what is alike are one order: 141 weeks of work for three hands, 48 weeks."""
    alike = [a_job(f"M0{n}", 9) for n in range(7)]
    first = [a_job("N03", 9), a_job("G03", 4), a_job("G12", 4)]
    later = [a_job("X04", 17, "N03"), a_job("X22", 13, "N03"), a_job("G14", 13, "G03")]
    packages = [*alike, *first, *later, a_job("N10", 4, "G12"), a_job("N08", 5), a_job("M09", 8)]

    found = laid_out(packages, 3)

    assert found.is_shortest
    assert found.weeks == 48
    check(found, packages, 3)


def test_weeks_are_months_of_a_year_and_a_begun_one_counts() -> None:
    assert [months_of(weeks) for weeks in (0, 1, 5, 26, 52, 53)] == [0, 1, 2, 6, 12, 13]


@pytest.mark.parametrize("number", [60, pytest.param(2000, marks=pytest.mark.nightly)])
def test_no_other_order_is_shorter(number: int) -> None:
    for seed in range(number):
        random = Random(seed)
        codes = [f"N0{n}" for n in range(random.randint(1, 6))]
        longest = random.choice((2, 9))  # mostly alike, or mostly not
        packages = [
            a_job(
                code, random.randint(1, longest), *(c for c in codes[:n] if random.random() < 0.25)
            )
            for n, code in enumerate(codes)
        ]
        at_once = random.randint(1, 3)

        found = laid_out(packages, at_once)

        assert found.is_shortest
        assert found.weeks == shortest_by_hand(packages, at_once)
        check(found, packages, at_once)
