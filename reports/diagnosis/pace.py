"""How much a firm can begin at once, and in which week each purchase begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reports.lifting import Ground, Purchase

WAVES = (
    ("第一批", "0–3 个月内启动", 0),
    ("第二批", "3–9 个月内启动", 13),
    ("第三批", "9 个月以后启动", 39),
)
"""Title, period, and the week with which it begins."""
QUICK_WEEKS, QUICK_COST = 9, 20
"""A first-wave package is done in two months for at most 20 万元."""
SHORT_WEEKS, SHORT_COST = 13, 40
"""A second-wave package is done in three months for at most 40 万元."""
KEEPERS = "digital_skills"
"""The question that tells who in the firm keeps systems running."""
BY_KEEPERS = (1, 1, 2, 3, 4)
"""So many things at once, by its level: nobody or the vendor alone, somebody beside other work, a
key user in each workshop, a team. Our own proposal: no source gives figures (参考值)."""
BY_SIZE = {"micro": 1, "small": 2, "medium": 3, "large": 4}
"""No more than this, whoever keeps the systems: the people who must try and learn are the same.
Our own proposal too."""
UNKNOWN = 3


@dataclass(frozen=True)
class Pace:
    """How many things a firm begins at once, with the sentence that says why."""

    at_once: int
    says: str


def pace(ground: Ground) -> Pace:
    """Say how much a firm can carry at once: by who keeps its systems, and by its size."""
    level = ground.levels.get(KEEPERS)
    by_people = UNKNOWN if level is None else BY_KEEPERS[level]
    by_size = UNKNOWN if ground.size is None else BY_SIZE[ground.size]
    if by_people <= by_size and level is not None:
        question = ground.score.question[KEEPERS].question
        why = f"{question.code} {question.short}现在 {level} 档"
    else:
        why = "企业规模" if ground.size else "企业规模未知"
    at_once = min(by_people, by_size)
    how = "一次只做一项" if at_once == 1 else f"同时最多做 {at_once} 项"
    return Pace(
        at_once, f"分批按企业忙得过来的程度排：{why}，{how}，做完一项再开下一项（参考值）。"
    )


def begun(ground: Ground, purchases: Iterable[Purchase], gates: Collection[str]) -> dict[str, int]:
    """Return the week in which each purchase begins, by its code, the earliest first.

    What opens a gate comes first, then in the order given. Nothing begins before what it needs is
    done, before its own wave, or before one of the firm's hands is free.

    Args:
        gates: The codes of purchases that open a gate, and of what these need first.
    """
    free = [0] * pace(ground).at_once
    done: dict[str, int] = {}
    found: dict[str, int] = {}
    waiting = sorted(purchases, key=lambda p: _own_week(p, gates))
    codes = {purchase.package.code for purchase in waiting}
    while waiting:
        ready = (p for p in waiting if codes & set(p.package.prerequisites) <= done.keys())
        purchase = next(ready, waiting[0])
        waiting.remove(purchase)
        hand = free.index(min(free))
        needed = (done.get(code, 0) for code in purchase.package.prerequisites)
        week = max(free[hand], _own_week(purchase, gates), *needed)
        code = purchase.package.code
        found[code] = week
        free[hand] = done[code] = week + purchase.package.weeks.high
    return dict(sorted(found.items(), key=lambda item: item[1]))


def wave_of(week: int) -> int:
    """Return the position of the wave in which a week lies."""
    return sum(week >= first for _, _, first in WAVES) - 1


def _own_week(purchase: Purchase, gates: Collection[str]) -> int:
    """Return the week from which a purchase may begin, by what it takes; at once for a gate."""
    weeks, cost = purchase.package.weeks.high, purchase.amounts.once.high
    if purchase.package.code in gates or (weeks <= QUICK_WEEKS and cost <= QUICK_COST):
        return WAVES[0][2]
    return WAVES[1][2] if weeks <= SHORT_WEEKS and cost <= SHORT_COST else WAVES[2][2]
