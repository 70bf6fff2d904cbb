"""Work with room for its frames asks the system for no memory while it calls, however deep it is."""

from __future__ import annotations

import resource

from reports.paper.frames import with_room

DEEP, CALLS = 250, 400
"""So many frames reach past several chunks; so many calls from each would touch as many pages."""


def touched() -> int:
    """Pages of memory this process has touched for the first time."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def leaf() -> None:
    here = [None] * 8
    here.clear()


def most_at_one_depth(depth: int) -> int:
    """The most pages that calls from one depth touch, of this depth and all below it."""
    before = touched()
    for _ in range(CALLS):
        leaf()
    here = touched() - before
    return max(here, most_at_one_depth(depth - 1)) if depth else here


def test_no_depth_of_a_recursion_asks_for_memory_at_every_call() -> None:
    with_room(most_at_one_depth)(DEEP)  # touches what is touched once

    assert with_room(most_at_one_depth)(DEEP) < CALLS / 4


def test_what_is_given_room_gets_its_arguments_and_answers() -> None:
    assert with_room(divmod)(7, 2) == (3, 1)
    assert with_room(sorted)([2, 1], reverse=True) == [2, 1]
