"""Which visits teach most while there are too few to forecast from: every trade and size in turn, by lot.

Nothing of a firm's own sheet is looked at: what is learnt from firms that somebody chose for their answers
would hold of such firms only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Group(NamedTuple):
    """Firms of one trade and size; the latter empty where a firm has not said."""

    trade: str
    size: str


@dataclass(frozen=True)
class Unseen:
    """A firm nobody visited yet: its lot, drawn once and for all, and how many half days a visit takes."""

    id: int
    group: Group
    lot: int
    length: int


def teaching(firms: Iterable[Unseen], seen: Mapping[Group, int], length: int) -> tuple[Unseen, ...]:
    """Choose visits of together at most so many half days.

    Next comes the group of which fewest were seen or chosen, and of it the lowest lot.

    Args:
        seen: How many firms of each group were visited before.
    """
    queues: dict[Group, list[Unseen]] = defaultdict(list)
    for one in sorted(firms, key=lambda it: -it.lot):
        queues[one.group].append(one)
    known, left, chosen = Counter(seen), length, list[Unseen]()
    while fitting := [at for at, queue in queues.items() if queue and queue[-1].length <= left]:
        group = min(fitting, key=lambda at: (known[at], at))
        one = queues[group].pop()
        chosen.append(one)
        known[group] += 1
        left -= one.length
    return tuple(chosen)
