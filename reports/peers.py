"""A firm beside its trade: median and quartiles of those whose visits were confirmed, never one of them.

Nothing is said of fewer than ``FEWEST`` firms beside the reader's own. At one time every reader is told
the same figures, cut to whole percentages, so that two reports of that time tell no more than one.
Reports from before and after one more firm was confirmed do: who knows all earlier shares and both
reports can narrow the newcomer's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import quantiles

from reports.small_cells import FEWEST

WHOLE = "总得分率"


@dataclass(frozen=True)
class PeerLine:
    """One share of the firm beside the quartiles of its trade."""

    title: str
    own: str
    low: str
    middle: str
    high: str
    stands: str


@dataclass(frozen=True)
class Peers:
    """The firm beside ``firms`` of its trade, its own among them."""

    firms: int
    lines: tuple[PeerLine, ...]


Shares = Mapping[str, Fraction]
"""A share by section id, the whole under an empty one."""


def peers(own: Shares, titles: Mapping[str, str], others: Sequence[Shares]) -> Peers | None:
    """Hold a firm against its trade; None where that would tell on a handful of firms.

    Args:
        own: The firm's shares as its report has them.
        titles: What the shares are called, in reading order.
        others: One for each confirmed firm of the trade; the firm itself may be among them.
    """
    if len(others) <= FEWEST:
        return None
    lines = (
        _line(title, own[id], [one[id] for one in others if id in one])
        for id, title in {"": WHOLE, **titles}.items()
        if id in own
    )
    return Peers(len(others), tuple(line for line in lines if line))


def _line(title: str, own: Fraction, shares: list[Fraction]) -> PeerLine | None:
    if len(shares) <= FEWEST:
        return None
    low, middle, high = quantiles(shares, n=4, method="inclusive")
    stands = "前四分之一" if own >= high else "中位以上" if own >= middle else ""
    return PeerLine(
        title=title,
        own=_whole(own),
        low=_whole(low),
        middle=_whole(middle),
        high=_whole(high),
        stands=stands or ("中位以下" if own >= low else "后四分之一"),
    )


def _whole(share: Fraction) -> str:
    return f"{share * 100 // 1}%"
