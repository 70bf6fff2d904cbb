"""What finished projects tell of a package: a firm once, nothing under five, ranges moved outward."""

from __future__ import annotations

import shutil
from datetime import date
from fractions import Fraction

import pytest

from questionnaires import catalogue, diff
from questionnaires.checking import check
from questionnaires.library import SHIPPED
from questionnaires.loading import SEAL
from reports.outcome_tables import TOO_FEW, lowered, said, tables
from reports.outcomes import BEFORE, FEWEST, Outcome, moved, reached, told

EDITION = SHIPPED.load("2026")
PACKAGES = {package.code: package for package in EDITION.packages}
N01, N02 = PACKAGES["N01"], PACKAGES["N02"]
DAY = date(2026, 11, 27)
PAID = (1_000, 1_100, 1_140, 1_300, 1_780)
"""0.01 万元; the middle price of N01 is 14 万元."""


def an_outcome(firm: int, **given: object) -> Outcome:
    return Outcome(firm, given.pop("finished", date(2026, 6, firm)), **given)  # type: ignore[arg-type]


def five(**given: object):
    return [an_outcome(n, **{k: v[n - 1] for k, v in given.items()}) for n in range(1, 6)]


def test_of_fewer_than_five_firms_only_the_number_is_told():
    assert reached([1, 2, 3, 4]).firms == 4
    assert reached([1, 2, 3, 4]).spread is None
    assert reached([1, 2, 3, 4, 5]).spread.low == 2

    it = told(N01, five(paid=PAID, weeks=(5, 6, 7, 8, 20))[:4])
    text = str(tables(it, {}))
    assert TOO_FEW in text
    told_of = [cell for line in tables(it, {})[0].lines for cell in line.cells[2:5]]
    assert {cell.number for cell in told_of} == {None}
    assert moved(it, DAY) is None


def test_a_firm_counts_once_with_the_project_it_finished_last():
    many = [an_outcome(1, finished=date(2026, month, 1), paid=100 * month) for month in range(1, 9)]

    it = told(N01, many)

    assert it.firms == 1
    assert it.outcomes[0].paid == 800


def test_a_project_of_which_a_sheet_tells_goes_before_a_newer_one_of_which_none_does():
    old = an_outcome(1, finished=date(2026, 1, 1), since={"scheduling": 2})
    new = an_outcome(1, finished=date(2026, 9, 1))

    assert told(N01, [old, new]).outcomes == (old,)


def test_price_and_weeks_stand_beside_the_catalogue_as_quartiles():
    it = told(N01, five(paid=PAID, weeks=(5, 6, 7, 8, 20)))

    assert (it.promised.low, it.promised.high) == (8, 20)
    assert [it.price.spread.low, it.price.spread.median, it.price.spread.high] == [
        11, Fraction(114, 10), 13,
    ]  # fmt: skip
    assert (it.weeks.firms, it.weeks.spread.median) == (5, 7)


def test_what_is_priced_by_the_piece_is_held_to_the_price_of_as_many():
    """Whoever paid the catalogue's middle price for any number paid 100 % of it."""
    middles = {n: N02.cost.of(n).once for n in (2, 4, 6, 8, 40)}
    given = [
        an_outcome(at, quantity=n, paid=int((one.low + one.high) * 50))
        for at, (n, one) in enumerate(middles.items(), 1)
    ]

    it = told(N02, given)

    assert it.quantity == 6
    assert it.price.spread.median == (middles[6].low + middles[6].high) / 2


def test_what_was_lifted_is_what_the_next_sheet_says_and_never_the_project():
    none = told(N01, five(paid=PAID))
    assert none.sheets == 0
    assert {(one.reached.firms, one.there) for one in none.lifts} == {(0, None)}

    levels = ({"scheduling": 2}, {"scheduling": 3}, {"scheduling": 1}, {"scheduling": 2}, {"scheduling": 0})  # fmt: skip
    it = told(N01, five(since=levels, is_verified=(True, True, False, False, False)))
    by = {one.question: one for one in it.lifts}
    assert (by["scheduling"].promised, by["scheduling"].reached.firms, by["scheduling"].there) == (
        2, 5, 3,
    )  # fmt: skip
    assert (it.sheets, it.verified) == (5, 2)


def test_who_stood_there_before_is_not_counted_as_lifted():
    before = ({"scheduling": 2}, {"scheduling": 3}, {"scheduling": 0}, {"scheduling": 0}, {})
    it = told(N01, five(before=before, since=({"scheduling": 3},) * 5))

    assert next(one for one in it.lifts if one.question == "scheduling").reached.firms == 3


def test_risen_levels_are_compared_only_where_both_sheets_tell():
    before, since = ({"scheduling": 0, "exceptions": 1},) * 5, ({"scheduling": 2, "exceptions": 2},) * 5  # fmt: skip
    promised, risen = told(N01, five(before=before, since=since)).rises

    # scheduling 0 → 2 and exceptions 1 → 3 were promised; 2 and 2 were reached.
    assert (promised.spread.median, risen.spread.median) == (4, 3)
    assert told(N01, five(since=since)).rises[1].firms == 0


def test_moved_ranges_go_outward_and_say_what_they_rest_on():
    it = told(N01, five(paid=PAID, weeks=(5, 6, 7, 8, 20)))

    found = moved(it, DAY)

    # 11/14 and 13/14 of the middle lie within 75 % and 95 %, so 14 becomes 10.5 to 13.3, part by
    # part outward to 0.01.
    assert (found.cost.of(1).once.low, found.cost.of(1).once.high) == (
        Fraction("10.49"), Fraction("13.31"),
    )  # fmt: skip
    assert (found.weeks.low, found.weeks.high) == (6, 8)
    assert found.cost.fixed.yearly == N01.cost.fixed.yearly
    assert found.lifts == N01.lifts
    assert "价格 5 家、工期 5 家，截至 2026-11-27" in found.source
    assert found.source.endswith(BEFORE + N01.source)


SINCE = ({"scheduling": 2, "exceptions": 2},) * 3 + ({"scheduling": 1, "exceptions": 3},) * 2


def test_a_level_most_visited_firms_did_not_reach_becomes_what_half_of_them_did():
    assert (N01.lifts["scheduling"], N01.lifts["exceptions"]) == (2, 3)
    it = told(N01, five(since=SINCE, is_verified=(True,) * 5))

    found = moved(it, DAY)

    assert found.lifts == N01.lifts | {"exceptions": 2}
    assert "（提升 5 家，截至" in found.source
    assert lowered(it, found, {"exceptions": "异常"}) == "异常 3 档改为 2 档（经现场核验的 5 家）"


def test_a_level_is_lowered_on_visited_sheets_alone_and_never_raised():
    above = ({"scheduling": 4, "exceptions": 4},) * 5

    assert moved(told(N01, five(since=SINCE, is_verified=(True,) * 4 + (False,))), DAY) is None
    assert moved(told(N01, five(since=above, is_verified=(True,) * 5)), DAY) is None


def test_no_promise_falls_below_the_first_level_and_what_is_bought_by_the_piece_keeps_its_own():
    nothing = ({"scheduling": 0, "exceptions": 0, "networked": 0},) * 5
    found = moved(told(N01, five(since=nothing, is_verified=(True,) * 5)), DAY)

    assert found.lifts == N01.lifts | {"scheduling": 1, "exceptions": 1}
    assert N02.cost.units in N02.lifts
    assert moved(told(N02, five(since=nothing, is_verified=(True,) * 5)), DAY) is None


def test_lowered_levels_are_written_read_back_and_told_as_a_difference(tmp_path):
    folder = tmp_path / "2026"
    shutil.copytree(SHIPPED.folder_of("2026"), folder, ignore=shutil.ignore_patterns(SEAL))
    found = moved(told(N01, five(since=SINCE, is_verified=(True,) * 5)), DAY)

    assert catalogue.rewritten(folder, [found]) == ("N01",)

    after, faults = check(folder)
    assert after is not None, faults
    assert next(one for one in after.packages if one.code == "N01").lifts == found.lifts
    assert any("3 档" in str(change) for change in diff.differences(EDITION, after))


def test_a_moved_price_never_is_what_one_firm_paid():
    """A quartile of five is one firm's contract: the ends lie on a grid of the catalogue's own price."""
    ends = {
        moved(told(N01, five(paid=(900, low, 1_400, high, 1_900))), DAY).cost.fixed.once
        for low in range(1_051, 1_059)
        for high in range(1_401, 1_409)
    }

    assert len(ends) == 1


def test_moving_again_says_the_new_figures_and_keeps_the_first_source():
    once = moved(told(N01, five(paid=PAID)), DAY)
    twice = moved(told(once, five(paid=[2 * paid for paid in PAID])), date(2027, 6, 1))

    assert twice.source.count(BEFORE) == 1
    assert twice.source.endswith(N01.source)


def test_where_nothing_would_change_nothing_is_moved():
    weeks = (N01.weeks.low, N01.weeks.low, 5, N01.weeks.high, N01.weeks.high)

    assert moved(told(N01, five(weeks=weeks)), DAY) is None


@pytest.mark.parametrize("code", ["N01", "N02"])
def test_a_moved_package_is_written_read_back_and_told_as_a_difference(tmp_path, code):
    folder = tmp_path / "2026"
    shutil.copytree(SHIPPED.folder_of("2026"), folder, ignore=shutil.ignore_patterns(SEAL))
    middle = PACKAGES[code].cost.of(1).once
    paid = [int((middle.low + middle.high) * 40)] * FEWEST
    found = moved(told(PACKAGES[code], five(paid=paid, weeks=(2, 3, 4, 5, 6))), DAY)

    assert catalogue.rewritten(folder, [found]) == (code,)
    assert catalogue.rewritten(folder, [found]) == ()

    after, faults = check(folder)
    assert not faults
    read = next(package for package in after.packages if package.code == code)
    assert (read.cost, read.weeks, read.source) == (found.cost, found.weeks, found.source)
    about = {change.about for change in diff.differences(EDITION, after)}
    assert about == {f"{code} {PACKAGES[code].title}"}
    assert said(read) != said(PACKAGES[code])


def test_how_satisfied_firms_are_stands_beside_price_and_weeks_and_of_four_only_their_number():
    def line(marks: tuple[int | None, ...]) -> list[str]:
        outcomes = [an_outcome(n, satisfied=mark) for n, mark in enumerate(marks, 1)]
        (spent, _lifted) = tables(told(N01, outcomes), {})
        assert [one.title for one in spent.lines][1:] == ["工期（周）", "企业满意度（分）"]
        return [cell.text for cell in spent.lines[-1].cells]

    assert line((5, 4, 4, 3, 2)) == ["—", "5", "3", "4", "4", "—"]
    assert line((5, 4, 4, 3, None)) == ["—", "4", "—", "—", "—", "不满 5 家"]
