"""Small cells: whoever knows all that is printed cannot work out what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.small_cells import FEWEST, Cell, Change, Sum, withheld

COUNTS = st.integers(0, 12) | st.integers(0, 60)


def a_table(rows: Sequence[Sequence[int]], of: str = "") -> tuple[dict[Cell, int], list[Sum]]:
    """A table with the totals of its rows, of its columns and of all."""
    height, width = range(len(rows)), range(len(rows[0]))
    counts: dict[Cell, int] = {(of, r, c): rows[r][c] for r in height for c in width}
    counts |= {(of, r, "all"): sum(rows[r]) for r in height}
    counts |= {(of, "all", c): sum(row[c] for row in rows) for c in width}
    counts[of, "all", "all"] = sum(map(sum, rows))
    sums = [Sum((of, r, "all"), tuple((of, r, c) for c in width)) for r in (*height, "all")]
    sums += [Sum((of, "all", c), tuple((of, r, c) for r in height)) for c in (*width, "all")]
    return counts, sums


def tables(most: int = 4) -> st.SearchStrategy[list[list[int]]]:
    def of_width(width: int) -> st.SearchStrategy[list[list[int]]]:
        row = st.lists(COUNTS, min_size=width, max_size=width)
        return st.lists(row, min_size=1, max_size=most)

    return st.integers(1, most).flatmap(of_width)


# --- the attackers ----------------------------------------------------------------------------


def subtracted(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum],
    held: frozenset[Cell],
    asked: Mapping[Cell, int],
) -> bool:
    """Whether linear algebra gives a weighted sum away: it is a combination of what is known."""
    unknown = sorted(held, key=repr)
    lines = [{whole: -1, **dict.fromkeys(parts, 1)} for whole, parts in sums]
    rows = [[Fraction(line.get(cell, 0)) for cell in unknown] for line in lines]
    wanted = [Fraction(asked.get(cell, 0)) for cell in unknown]
    for column in range(len(unknown)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        for row in (*rows, wanted):
            factor = row[column] / pivot[column]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
    return not any(wanted)


def bounded(
    counts: Mapping[Cell, int], sums: Sequence[Sum], held: frozenset[Cell]
) -> dict[Cell, tuple[float, float]]:
    """Between what every count must lie, by drawing each sum's bounds tighter until none moves."""
    bounds: dict[Cell, tuple[float, float]] = {
        cell: (0, inf) if cell in held else (count, count) for cell, count in counts.items()
    }
    moved = True
    while moved:
        moved = False
        for whole, parts in sums:
            for cell in (whole, *parts):
                low, high = bounds[cell]
                if cell == whole:
                    least = sum(bounds[part][0] for part in parts)
                    most = sum(bounds[part][1] for part in parts)
                else:
                    others = [part for part in parts if part != cell]
                    least = bounds[whole][0] - sum(bounds[part][1] for part in others)
                    most = bounds[whole][1] - sum(bounds[part][0] for part in others)
                tighter = max(low, least), min(high, most)
                moved = moved or tighter != (low, high)
                bounds[cell] = tighter
    return bounds


def assert_nothing_comes_to_light(
    counts: Mapping[Cell, int], sums: Sequence[Sum], changes: Sequence[Change] = ()
) -> frozenset[Cell]:
    held = withheld(counts, sums, changes)
    small = {cell for cell, count in counts.items() if count < FEWEST}
    bounds = bounded(counts, sums, held)
    assert small <= held
    for cell in small:
        low, high = bounds[cell]
        assert high - low >= FEWEST, f"{cell} lies between {low} and {high}"
        assert not subtracted(counts, sums, held, {cell: 1})
    for before, after in changes:
        if 0 < abs(counts[after] - counts[before]) < FEWEST:
            assert not subtracted(counts, sums, held, {after: 1, before: -1})
    return held


# --- the rule ---------------------------------------------------------------------------------


def test_no_count_under_five_is_printed_and_a_large_table_is_printed_whole():
    small, sums = a_table([[4, 40], [40, 40]])
    large, large_sums = a_table([[5, 40], [40, 40]])

    assert ("", 0, 0) in withheld(small, sums)
    assert withheld(large, large_sums) == frozenset()


def test_a_total_does_not_give_away_the_cell_that_is_missing_from_it():
    counts, sums = a_table([[3, 20, 30], [40, 50, 60], [70, 80, 90]])

    held = assert_nothing_comes_to_light(counts, sums)

    assert held == {("", 0, 0), ("", 0, 1), ("", 1, 0), ("", 1, 1)}


def test_two_small_cells_that_share_a_small_rest_take_a_third_along():
    counts, sums = a_table([[1, 1, 30]])

    held = assert_nothing_comes_to_light(counts, sums)

    assert ("", 0, 2) in held


@settings(max_examples=30)
@given(tables())
def test_rows_columns_and_totals_give_nothing_away(rows: list[list[int]]):
    counts, sums = a_table(rows)

    assert_nothing_comes_to_light(counts, sums)


@settings(max_examples=20)
@given(tables(3), st.integers(1, 2))
def test_totals_of_totals_give_nothing_away(rows: list[list[int]], first: int):
    counts, sums = a_table(rows)
    parts = [("", r, "all") for r in range(len(rows))]
    halves = {"north": parts[:first], "south": parts[first:]}
    halves = {name: group for name, group in halves.items() if group}
    for name, group in halves.items():
        counts[name] = sum(counts[part] for part in group)
        sums.append(Sum(name, tuple(group)))
    sums.append(Sum(("", "all", "all"), tuple(halves)))

    assert_nothing_comes_to_light(counts, sums)


@settings(max_examples=20)
@given(tables(3), st.data())
def test_two_tables_over_the_same_firms_give_nothing_away_together(
    rows: list[list[int]], data: st.DataObject
):
    columns = [sum(row[c] for row in rows) for c in range(len(rows[0]))]
    split = [data.draw(st.integers(0, total)) for total in columns]
    other = [split, [total - part for total, part in zip(columns, split, strict=True)]]
    counts, sums = a_table(rows, "trade")
    more, more_sums = a_table(other, "township")
    for column in (*range(len(columns)), "all"):  # the same firms stand behind both bottom lines
        more.pop(("township", "all", column))
    shared = [Sum(*(_renamed(one.whole), tuple(map(_renamed, one.parts)))) for one in more_sums]

    assert_nothing_comes_to_light(counts | more, sums + shared)


def _renamed(cell: Cell) -> Cell:
    assert isinstance(cell, tuple)
    return ("trade", *cell[1:]) if cell[1] == "all" else cell


@settings(max_examples=20)
@given(st.lists(st.tuples(COUNTS, st.integers(-6, 6)), min_size=1, max_size=5))
def test_two_rounds_give_no_small_coming_or_going_away(pairs: list[tuple[int, int]]):
    first, sums = a_table([[count for count, _ in pairs]], "first")
    second, more = a_table([[max(0, count + by) for count, by in pairs]], "second")
    cells = [*range(len(pairs)), "all"]
    changes = [Change(("first", r, c), ("second", r, c)) for r, c in product((0, "all"), cells)]

    assert_nothing_comes_to_light(first | second, sums + more, changes)


def test_what_is_known_of_a_count_from_elsewhere_gives_its_neighbour_not_away():
    counts: dict[Cell, int] = {"all": 20, "a": 6, "b": 3, "c": 11}
    sums = [Sum("all", ("a", "b", "c"))]

    assert withheld(counts, sums) == {"a", "b"}
    assert withheld(counts, sums, known={"a": (6, 9)}) == {"a", "b", "c"}


def test_what_was_known_of_another_day_does_not_rule_out_the_truth():
    counts: dict[Cell, int] = {"all": 20, "a": 5, "b": 3, "c": 12}

    held = withheld(counts, [Sum("all", ("a", "b", "c"))], known={"a": (10, 14)})

    assert held >= {"a", "b"}


def test_tables_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="not the sum"):
        withheld({"all": 9, "a": 5, "b": 5}, [Sum("all", ("a", "b"))])
