"""Lists at the end of a yearly report, for the bureau alone: who is behind the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.dashboard import Cell, Line, Table

ANNEXES = {
    "diagnosed": "诊断名单",
    "pool": "在库名单",
    "recognised": "认定名单",
    "projects": "项目进度",
    "needs": "诉求清单",
    "providers": "服务商名单",
}
"""By id, what a template calls each."""
HEADS = {
    "diagnosed": ("企业", "行业", "乡镇（街道）", "自评等级", "核定等级", "核定日期"),
    "pool": ("企业", "行业", "乡镇（街道）", "状态", "培育阶段", "培育目标等级"),
    "recognised": ("企业", "等级", "称号", "级别", "文号", "认定日期"),
    "projects": ("企业", "项目", "状态", "进度", "投入（万元）", "已拨补助（万元）", "计划完工"),
    "needs": ("编号", "企业", "类别", "诉求", "办理情况", "责任单位", "办结时限"),
    "providers": ("服务商", "所在地", "状态", "可供场景", "引荐企业", "验收项目"),
}
UNITS = {
    "diagnosed": "家",
    "pool": "家",
    "recognised": "项",
    "projects": "个",
    "needs": "件",
    "providers": "家",
}
SAYS = {
    "diagnosed": "本轮现场诊断已核定的企业。",
    "pool": "培育库现有的企业，不论评估轮次；已退库的不列。",
    "recognised": "现行有效的认定，已撤销的不列。",
    "projects": "全部改造项目。投入按合同或预算，补助按已拨付。",
    "needs": "本年登记的诉求，同类合并的逐件列。",
    "providers": "服务商名录里的全部单位。",
}


def annexes(rows: Mapping[str, Sequence[Sequence[str]]]) -> tuple[Table, ...]:
    """Return each list as a table, numbered in order; lists without a row are left out."""
    shown = [name for name in ANNEXES if rows.get(name)]
    return tuple(
        Table(
            f"annex-{name}",
            f"附表 {number}　{ANNEXES[name]}（{len(rows[name])} {UNITS[name]}）",
            SAYS[name],
            HEADS[name],
            tuple(Line(row[0], tuple(map(Cell, row[1:]))) for row in rows[name]),
        )
        for number, name in enumerate(shown, 1)
    )
