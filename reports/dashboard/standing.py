"""How far the district is: its plan, the way of a round, where firms stand on the ladder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from reports.dashboard.frame import NOT_SAID, Basis, Frame, Group, Mean
from reports.dashboard.tables import NONE, TOTAL, Asked, Cell, Line, Table, count, share
from reports.district import PlanLine
from reports.figures import percent, percent_number

# --- the plan ---------------------------------------------------------------------------------


def plan(lines: Sequence[PlanLine]) -> Table:
    """The plan's targets beside today."""
    rules = "".join(dict.fromkeys(line.rule for line in lines))
    recognised = f"已认定：{rules}" if lines else ""
    return Table(
        "plan",
        "规划目标",
        f"{recognised}符合申报条件、站上等级按最近一次核定的答卷算，不论轮次。" if lines else "",
        ("目标", "要求", "已认定", "还差", "符合申报条件", "条件待确认", "站上等级"),
        tuple(Line(f"到 {line.year} 年底", _plan_cells(line)) for line in lines),
        empty="还没有设规划目标，由管理员在“区县设置”里填写。",
        outside=recognised,
    )


def _plan_cells(line: PlanLine) -> tuple[Cell, ...]:
    year = str(line.year)
    return (
        count(line.wanted),
        count(line.recognised, "firms", what="recognised", key=year),
        count(line.missing),
        count(line.eligible, "firms", what="eligible", key=year),
        count(line.open, "firms", what="open", key=year),
        count(line.reaching, "firms", what="reaching", key=year),
    )


# --- the way of a round -----------------------------------------------------------------------


def funnel(frame: Frame, steps: Mapping[str, int]) -> Table:
    """How many firms came how far: each step as a part of those invited.

    Args:
        steps: Firms by ``invited``, ``begun``, ``handed_in``, ``confirmed``, ``pooled`` and
            ``recognised``.
    """
    titles = {
        "invited": "邀请",
        "begun": "填报",
        "handed_in": "提交",
        "confirmed": "诊断核定",
        "pooled": "入库",
        "recognised": "认定",
    }
    ours = {"begun": {}, "confirmed": {"confirmed": "yes"}, "recognised": {"pool": "recognised"}}
    lines = []
    for name, title in titles.items():
        known = ours.get(name)
        cell = (
            count(steps[name], "firms", what="way", key=name, **frame.asks)
            if known is None
            else frame.counted(steps[name], **known)
        )
        lines.append(Line(title, (cell, share(steps[name], steps["invited"]))))
    return Table(
        "funnel",
        "从邀请到认定",
        "本轮走到每一步的企业数；入库、认定是其中已在培育库、已认定的企业。",
        ("步骤", "企业", "占邀请"),
        tuple(lines) if steps["invited"] else (),
        "bars",
        empty="本轮还没有邀请企业。",
    )


def stages(
    name: str, title: str, lines: Sequence[tuple[str, str, int]], asks: Asked, by: str
) -> Table:
    """Entries of the pool in every stage of one ladder.

    Args:
        name: The block's own.
        title: What the ladder is called.
        lines: Each stage's id, what it is called, and how many firms stand in it.
        by: What the pool's list calls the stage of this ladder.
    """
    return Table(
        name,
        f"培育库：{title}各阶段",
        "按企业现在所处的阶段数，不论评估轮次；两个梯度分开数。",
        ("阶段", "企业"),
        tuple(
            Line(words, (count(firms, "pool", **asks, **{by: stage}),))
            for stage, words, firms in lines
        ),
        "bars",
        empty="还没有企业在这个梯度上。",
    )


# --- where firms stand --------------------------------------------------------------------------


def ladder_by(
    frame: Frame,
    groups: Sequence[Group],
    by: Literal["trade", "township", "size"],
    known: Mapping[str, str],
) -> Table:
    """Firms on every rung, line by line of a trade, a township or a size.

    Args:
        known: Lines by value in their order; those that firms stand in otherwise follow.
    """
    titles = {"trade": "行业", "township": "乡镇（街道）", "size": "规模"}
    found: dict[str, Counter[int]] = {}
    for group in groups:
        if (step := group.step(frame.basis)) is not None:
            found.setdefault(group.name, Counter())[step] += group.firms
    order = [*(value for value in known if value in found), *sorted(found.keys() - known.keys())]
    lines = [
        _on_rungs(frame, known.get(value, value) or NOT_SAID, found[value], {by: value or "none"})
        for value in order
    ]
    if len(lines) > 1:
        lines.append(_on_rungs(frame, TOTAL, sum(found.values(), Counter()), {}))
    return Table(
        f"by-{by}",
        f"等级分布：{titles[by]}",
        f"本轮有{frame.whose}的企业，每家只算一次。",
        (titles[by], *(title for _, title in frame.rungs), "合计"),
        tuple(lines),
        "stacked",
        len(frame.rungs),
    )


def _on_rungs(frame: Frame, title: str, steps: Counter[int], asks: Asked) -> Line:
    whole = _rated(frame, steps.total(), asks)
    cells = (
        frame.counted(steps[step], **asks, **{frame.basis: rung})
        for step, (rung, _) in enumerate(frame.rungs)
    )
    return Line(title, (*cells, whole))


def _rated(frame: Frame, firms: int, asks: Asked) -> Cell:
    if frame.basis == Basis.VISITED:
        return frame.counted(firms, **{**asks, "confirmed": "yes"})
    return count(firms, "firms", **{**frame.asks, **asks, "what": "way", "key": "rated"})


def ladder_over_rounds(
    frame: Frame, groups: Mapping[int, Sequence[Group]], rounds: Mapping[int, str]
) -> Table:
    """Firms on every rung, round by round, the earliest first."""
    lines = []
    for round_, title in rounds.items():
        steps: Counter[int] = Counter()
        for group in groups.get(round_, ()):
            if (step := group.step(frame.basis)) is not None:
                steps[step] += group.firms
        asks = {"round": str(round_)}
        if steps:
            lines.append(_on_rungs(frame, title, steps, asks))
    return Table(
        "by-round",
        "等级分布：各轮",
        f"同一年版的各轮里有{frame.whose}的企业；各轮参加的企业不完全相同。",
        ("评估轮次", *(title for _, title in frame.rungs), "合计"),
        tuple(lines),
        "stacked",
        len(frame.rungs),
    )


def heat(frame: Frame, means: Sequence[Mean]) -> Table:
    """How much of full marks firms earn, section by trade."""
    found = {(mean.section, mean.trade): mean for mean in means if mean.firms}
    trades = [trade for trade in frame.trades if any(trade == key[1] for key in found)]
    lines = [
        Line(title, tuple(_mean(found.get((section, trade))) for trade in trades))
        for section, title in frame.sections.items()
        if any((section, trade) in found for trade in trades)
    ]
    return Table(
        "heat",
        "各模块得分率",
        f"平均得分率（%），按{frame.whose_sheet}算；“—”表示这个行业不答这个模块。数字越大越好。",
        ("模块", *(frame.trades[trade] for trade in trades)),
        tuple(lines),
        "heat",
        len(trades),
        unit="%",
    )


def _mean(mean: Mean | None) -> Cell:
    if mean is None:
        return Cell(NONE)
    exact = Fraction(mean.sum, mean.firms * 1000)
    return Cell(percent(exact).removesuffix("%"), percent_number(exact))
