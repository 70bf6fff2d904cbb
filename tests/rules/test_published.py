"""Public papers of different days: whoever subtracts one from the other finds no few firms."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from reports import dashboard as say
from reports.dashboard import Basis, Group, Table
from reports.outward import Outside, outward
from reports.published import MOST, Published
from reports.small_cells import FEWEST, WITHHELD
from tests.rules.test_outward import NOW, TOLD, TRADES, a_frame, a_page

LAST = [0, 9, 12, 7, 0, 0]


def a_group(trade: str, step: int, firms: int) -> Group:
    return Group(trade, True, step, step, firms, 500 * firms, 400 * firms)


def a_district(seed: int) -> list[Group]:
    chance = random.Random(seed)
    return [a_group(t, s, chance.randrange(3, 30)) for t in TRADES for s in range(4)]


def a_day_later(groups: Sequence[Group], chance: random.Random) -> list[Group]:
    """One to three firms more somewhere, and one that climbed."""
    later = list(groups)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(later))
        later[at] = a_group(later[at].name, later[at].own_step or 0, later[at].firms + 1)
    return later


def papers(days: Sequence[list[Table]]) -> list[Outside]:
    """What is printed on each of some days, each beside those before."""
    found: list[Outside] = []
    for tables in days:
        before = [one.published for one in reversed(found)]
        found.append(outward(tables, NOW, Basis.VISITED, [], before=before))
    return found


def printed(paper: Outside) -> dict[tuple[str, str, int], int]:
    """Every count that can be read: (block, line, column) → firms."""
    return {
        (table.id, line.title, column): int(cell.text)
        for table in paper.tables
        if table.id not in ("heat", "peers")
        for line in table.lines
        for column, cell in enumerate(line.cells)
        if cell.text.isdigit()
    }


def told_apart(papers: Sequence[Outside]) -> Iterator[tuple[str, int]]:
    """What an attacker gets: differences of one to four firms, read off or worked out by all sums."""
    for one, other in combinations(papers, 2):
        yield from _worked_out(one.published, other.published)


def read_off(papers: Sequence[Outside]) -> list[tuple[str, str, int]]:
    """Counts that stand in two papers and differ by one to four."""
    return [
        key
        for one, other in combinations(map(printed, papers), 2)
        for key in one.keys() & other.keys()
        if 0 < abs(other[key] - one[key]) < FEWEST
    ]


def _worked_out(one: Published, other: Published) -> Iterator[tuple[str, int]]:
    """Differences that are a combination of the sums of both papers and of what is printed in them."""
    cells = [(of, at) for of, it in enumerate((one, other)) for at in range(len(it.cells))]
    hidden = [(of, at) for of, at in cells if (one, other)[of].cells[at].held]
    place = {cell: column for column, cell in enumerate(hidden)}

    def row(weights: dict[tuple[int, int], int]) -> np.ndarray:
        found = np.zeros(len(hidden))
        for cell, weight in weights.items():
            if cell in place:
                found[place[cell]] = weight
        return found

    lines = [
        row({(of, whole): -1, **{(of, part): 1 for part in parts}})
        for of, it in enumerate((one, other))
        for whole, parts in it.sums
    ]
    _, size, basis = np.linalg.svd(np.array(lines), full_matrices=False)
    basis = basis[size > 1e-9]
    places = {name: at for at, cell in enumerate(one.cells) for name in cell.names}
    for at, cell in enumerate(other.cells):
        for was in (places[name] for name in cell.names if name in places):
            moved, asked = cell.firms - one.cells[was].firms, row({(1, at): 1, (0, was): -1})
            left = asked - basis.T @ (basis @ asked)
            if 0 < abs(moved) < FEWEST and np.abs(left).max(initial=0) < 1e-9:
                yield f"worked out: {cell.names}", moved


@pytest.mark.parametrize("seed", range(2))
def test_no_two_papers_tell_of_one_to_four_firms_by_their_difference(seed):
    chance, groups = random.Random(seed), a_district(seed)
    later = [groups := a_day_later(groups, chance) for _ in range(2)]
    days = [a_page(firms, LAST) for firms in (a_district(seed), *later)]

    alone = [outward(tables, NOW, Basis.VISITED, []) for tables in days]

    assert read_off(alone), "each judged by itself tells who came"
    together = papers(days)
    assert not read_off(together)
    assert not list(told_apart(together))


def of_trades(valve: int, bearing: int) -> list[Table]:
    """So many firms on one rung, five on each of the five others."""
    groups = [a_group(trade, step, FEWEST) for trade in TRADES for step in (0, 1, 2, 4, 5)]
    groups += [a_group("valve", 3, valve - 25), a_group("bearing", 3, bearing - 25)]
    return [say.ladder_by(a_frame(), groups, "trade", TRADES)]


def totals(paper: Outside) -> list[str]:
    return [line.cells[-1].text for line in paper.tables[0].lines]


def test_a_firm_that_came_is_seen_in_no_line_and_in_no_sum():
    first, second = papers([of_trades(45, 60), of_trades(46, 60)])

    assert totals(first) == ["45", "60", "105"]
    assert totals(second) == [WITHHELD, "60", WITHHELD]


def test_five_firms_that_came_are_told():
    assert totals(papers([of_trades(45, 60), of_trades(50, 60)])[-1]) == ["50", "60", "110"]


def test_what_crept_up_firm_by_firm_is_told_again_once_it_is_five():
    days = [of_trades(45 + came, 60) for came in range(6)]

    assert [totals(one)[0] for one in papers(days)] == ["45", *[WITHHELD] * 4, "50"]


def test_the_same_day_printed_again_is_the_same_paper():
    first, second, third = papers([of_trades(45, 60), of_trades(46, 60), of_trades(46, 60)])

    assert second.tables == third.tables != first.tables
    assert second.published == third.published


def test_a_firm_that_moved_to_another_trade_is_in_no_difference():
    first, second = papers([of_trades(45, 60), of_trades(44, 61)])

    assert totals(second) == [WITHHELD, WITHHELD, "105"]
    assert not list(told_apart([first, second]))


def test_a_page_by_other_rungs_is_judged_with_what_both_tell():
    """Whose rungs are counted changes nothing about how far firms came."""
    groups, later = ([a_group("valve", 3, n), a_group("bearing", 2, 30)] for n in (20, 21))
    visited = outward(a_page(groups, LAST), NOW, Basis.VISITED, TOLD)
    by_own = a_page(later, LAST, Basis.OWN)

    apart = outward(by_own, NOW, Basis.OWN, TOLD)
    beside = outward(by_own, NOW, Basis.OWN, TOLD, before=[visited.published])

    assert list(told_apart([visited, apart]))
    assert not list(told_apart([visited, beside]))


def test_a_round_with_another_title_is_the_same_round():
    days = [[a_group("valve", 3, n), a_group("bearing", 2, 30)] for n in (20, 21)]
    first, second = (
        a_page(groups, LAST, title=title)
        for groups, title in zip(days, ("虚构轮次", "改了名的虚构轮次"), strict=True)
    )

    one, other = papers([first, second])

    assert list(told_apart([one, outward(second, NOW, Basis.VISITED, [])])), "alone it tells"
    assert not list(told_apart([one, other]))


def test_what_is_kept_of_a_paper_comes_back_as_it_was():
    paper = outward(a_page(a_district(1), LAST), NOW, Basis.VISITED, TOLD).published

    assert Published.read(json.loads(json.dumps(paper.as_data))) == paper
    assert MOST > 3, "two bases and a yearly report, twice"


def test_a_table_is_printed_again_as_it_was():
    for table in outward(a_page(a_district(1), LAST), NOW, Basis.VISITED, TOLD).tables:
        again = Table.read(json.loads(json.dumps(table.as_data)))

        assert again == replace(table, lines=again.lines)
        assert [line.title for line in again.lines] == [line.title for line in table.lines]
        for line, was in zip(again.lines, table.lines, strict=True):
            assert line.cells == tuple(cell._replace(where=None) for cell in was.cells)
