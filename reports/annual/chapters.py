"""The chapters of a yearly report, in the order a bureau writes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

WORK, PROBLEMS, NEXT = "本年工作", "存在问题", "下一步"
BEGINNING, BEST, EXAMPLES = "基本情况", "强弱项", "典型案例"


class Chapter(NamedTuple):
    """One chapter: paragraphs by name, then tables by the dashboard's id and by what a template calls them."""

    title: str
    says: tuple[str, ...]
    tables: Mapping[str, str]


CHAPTERS = (
    Chapter("一、基本情况", (BEGINNING,), {"plan": "规划目标", "systems": "规上企业系统应用"}),
    Chapter(
        "二、本年工作",
        (WORK,),
        {
            "funnel": "从邀请到认定",
            "stages": "省级梯度",
            "nation": "国家梯度",
            "projects": "改造项目",
            "samples": "做样学样",
            "demand": "改造需求",
            "needs": "企业诉求办理",
            "unreached": "从没参加的企业",
        },
    ),
    Chapter(
        "三、水平分析",
        (BEST,),
        {
            "by-trade": "行业分布",
            "by-township": "乡镇分布",
            "by-size": "规模分布",
            "by-round": "各轮分布",
            "heat": "各模块得分率",
            "peers": "同行参照",
            "gates": "最常见的短板",
            "deviation": "自评与核定的偏差",
            "near": "离上一级最近的企业",
        },
    ),
    Chapter("四、典型案例", (EXAMPLES,), {}),
    Chapter("五、存在问题", (PROBLEMS,), {}),
    Chapter(
        "六、下一步",
        (NEXT,),
        {"budget-chosen": "补助支持名单", "budget-frontier": "预算与支持数量"},
    ),
)
