"""How a firm's demand is told to providers before the firm agrees to be named (匿名需求).

A firm is described by trade, size and township, each only as far as at least ``FEWEST`` firms of
the district answer to the same description. What is left over when the large groups are named must
itself be nobody or at least so many firms: otherwise whoever knows the rule would know them. So a
named group is taken back into the rest, the smallest first, until that holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reports.small_cells import FEWEST


class Described(NamedTuple):
    """What is said of a firm; empty where it is left open."""

    trade: str = ""
    size: str = ""
    township: str = ""


Firm = tuple[str, str, str]
"""Trade, size, township, each empty where nobody said."""


class Group(NamedTuple):
    """Firms of one description that want one package; ``firms`` is None where it would tell on them."""

    package: str
    described: Described
    firms: int | None


def described(firms: Iterable[Firm]) -> dict[Firm, Described]:
    """Return what may be said of every firm of the district, by what is true of it."""
    found: dict[Firm, Described] = {}
    _describe(Counter(firms), (), found)
    return found


def _describe(
    firms: Mapping[Firm, int], known: tuple[str, ...], found: dict[Firm, Described]
) -> None:
    """Name the next part of all firms that share ``known``, as far as it may be named."""
    depth = len(known)
    if depth == len(Described._fields) or sum(firms.values()) < FEWEST:
        found.update(dict.fromkeys(firms, Described(*known)))
        return
    counts: Counter[str] = Counter()
    for firm, count in firms.items():
        counts[firm[depth]] += count
    named = _named(counts)
    for value in named:
        part = {firm: count for firm, count in firms.items() if firm[depth] == value}
        _describe(part, (*known, value), found)
    rest = [firm for firm in firms if firm[depth] not in named]
    found.update(dict.fromkeys(rest, Described(*known)))


def _named(counts: Mapping[str, int]) -> frozenset[str]:
    """Return which values may be named, so that each and the rest hold nobody or enough."""
    large = sorted((v for v in counts if v and counts[v] >= FEWEST), key=lambda v: (counts[v], v))
    rest = sum(count for value, count in counts.items() if value not in large)
    while large and 0 < rest < FEWEST:
        rest += counts[large.pop(0)]
    return frozenset(large)


def groups(firms: Iterable[Firm], wanting: Sequence[tuple[str, Firm]]) -> list[Group]:
    """Return demand by package and description, the largest first.

    A count is told only where at least ``FEWEST`` firms want the package and as many do not:
    elsewhere it would say of each what it wants.

    Args:
        firms: Every firm of the district.
        wanting: (package, firm), one for each firm that wants it.
    """
    all_firms = list(firms)
    said = described(all_firms)
    standing = Counter(said[firm] for firm in all_firms)
    wants = Counter((package, said[firm]) for package, firm in wanting)
    found = [
        Group(package, words, n if n >= FEWEST and standing[words] - n >= FEWEST else None)
        for (package, words), n in wants.items()
    ]
    return sorted(found, key=lambda one: (-(one.firms or 0), one.package, one.described))
