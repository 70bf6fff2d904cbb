"""Which test comes when, where several processes share a run: the long ones first, each its portion.

Every process is given a portion of the list as it stands; who is done takes from the end of another's
(`--dist worksteal`), but never its last two. Were these long, all others would wait for them.
"""

from __future__ import annotations

from itertools import groupby, islice
from pathlib import Path
from typing import Protocol, TypeVar

LONGEST = (
    *("test_offline", "test_every_page", "test_access", "test_errors", "test_journey"),
    *("test_canary", "test_back", "test_offline_notes", "test_ended_runs", "test_headers"),
    *("test_serving", "test_killed_workers", "test_life", "test_demonstration", "test_way_back"),
)
"""Files that take longest, longest first; the browser's others follow."""


class Item(Protocol):
    """A test as far as its place matters."""

    path: Path


T = TypeVar("T", bound=Item)


def in_portions(tests: list[T], processes: int) -> list[T]:
    """Return the same tests, so that the portion of each process begins with its share of long files."""
    files = [list(of) for _, of in groupby(tests, key=lambda test: test.path)]
    long = sorted((of for of in files if _is_long(of[0])), key=lambda of: _rank(of[0]))
    short = iter([test for of in files if not _is_long(of[0]) for test in of])
    ordered: list[T] = []
    for place in range(processes):
        portion = (len(tests) - len(ordered)) // (processes - place)
        mine = [test for of in long[place::processes] for test in of]
        ordered += [*mine, *islice(short, max(0, portion - len(mine)))]
    return [*ordered, *short]


def _is_long(test: Item) -> bool:
    return test.path.stem in LONGEST or test.path.parent.name == "browser"


def _rank(test: Item) -> int:
    stem = test.path.stem
    return LONGEST.index(stem) if stem in LONGEST else len(LONGEST)
