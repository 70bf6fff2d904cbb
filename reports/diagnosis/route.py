"""The cheapest way to the next rung in words: what to buy, what it costs, how it was counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.frames.conditions import ConditionResult
from reports.diagnosis.costs import CostTable, cost_table
from reports.figures import Figure, amount, share_figure
from reports.lifting import Ground
from reports.programme import counted
from reports.roadmap import Roadmap

UPPER_RUNGS = 3
"""So many rungs at the top are also applied for, with demands on what a project has cost."""


@dataclass(frozen=True)
class Route:
    """The cheapest way to the next rung, or what stands in it.

    ``how`` says by what it was chosen and whether that is proven; ``beyond`` what an application
    for the rung asks besides, empty on the lower rungs.
    """

    target: str
    costs: CostTable
    share_after: Figure | None
    rung_after: str
    how: str
    beyond: str
    obstacles: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return self.share_after is not None


def route(
    ground: Ground, way: Roadmap | None, conditions: Iterable[ConditionResult] = ()
) -> Route | None:
    """Say the way to the next rung; None on the top rung."""
    if way is None:
        return None
    late = () if way.bound is None or way.after else (NOT_IN_TIME,)
    return Route(
        target=way.target.rung.title,
        costs=cost_table(ground, way.purchases),
        share_after=share_figure(way.after.share) if way.after else None,
        rung_after=way.after.rung.title if way.after and way.after.rung else "",
        how=_how(ground, way),
        beyond=_beyond(ground, way, conditions),
        obstacles=way.obstacles + late,
    )


NOT_IN_TIME = "在限定时间内没有算出走法，不等于没有；请诊断顾问对照差距清单安排。"


def _how(ground: Ground, way: Roadmap) -> str:
    years = ground.score.questionnaire.fee_years
    measure = (
        f"一次性投入加 {years} 年的年费，都取区间的中间值" if years else "一次性投入取区间的中间值"
    )
    if way.bound is None:
        return (
            f"算法：{measure}，在目录的全部组合里取最低的；一样低的取工期短的，再取项数少的；"
            "前置场景缺的一并计入。"
        )
    found = sum((counted(p.amounts, years) for p in way.purchases), Fraction(0))
    return (
        f"算法：{measure}。限定时间内没有算完：这是已找到的最好方案，合 {amount(found)} 万元；"
        f"可以肯定的是，任何方案不会低于 {amount(way.bound)} 万元。"
    )


def _beyond(ground: Ground, way: Roadmap, conditions: Iterable[ConditionResult]) -> str:
    """What applying for an upper rung asks for besides: the sum of the newest notice that has one."""
    if way.target.step <= len(ground.score.rungs) - UPPER_RUNGS:
        return ""
    known = [c for c in conditions if c.rung == way.target.rung.id and c.sum_asked is not None]
    newest = max(known, key=lambda c: c.year, default=None)
    if newest is None or newest.sum_asked is None:
        return "不含申报要求的投入门槛。"
    return (
        f"不含申报要求的投入门槛：{newest.title}在 {newest.year} 年的通知里要求项目投入"
        f"不少于 {amount(newest.sum_asked)} 万元（{newest.confidence_text}）。"
    )
