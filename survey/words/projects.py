"""The words of projects: their states, what money is for, papers, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.tables import CostKind, ProjectPaperKind, ProjectState

STATES: Final[Mapping[str, str]] = {
    ProjectState.PLANNED: "计划中",
    ProjectState.CONTRACTED: "已签合同",
    ProjectState.UNDER_WAY: "实施中",
    ProjectState.FINISHED: "已完工，待验收",
    ProjectState.ACCEPTED: "已验收",
    ProjectState.STOPPED: "已终止",
}
COSTS: Final[Mapping[str, str]] = {
    CostKind.EQUIPMENT: "设备",
    CostKind.SOFTWARE: "软件",
    CostKind.SERVICES: "实施服务",
    CostKind.BUILDING: "土建",
    CostKind.YEARLY: "每年费用",
}
PAPERS: Final[Mapping[str, str]] = {
    ProjectPaperKind.CONTRACT: "合同",
    ProjectPaperKind.INVOICE: "发票",
    ProjectPaperKind.PAYMENT: "付款证明",
    ProjectPaperKind.ACCEPTANCE: "验收材料",
    ProjectPaperKind.PHOTO: "现场照片",
    ProjectPaperKind.OTHER: "其他资料",
}
WAITS: Final[Mapping[str, str]] = {
    "any": "有要办的",
    "contract": "合同待核对",
    "progress": "进度待核对",
    "acceptance": "待验收",
    "subsidy": "补助待办结",
}
OVERDUE: Final[Mapping[str, str]] = {"yes": "过了计划完工日期，还没完工"}
SATISFACTION: Final[Mapping[int, str]] = {
    5: "5 分，非常满意",
    4: "4 分，满意",
    3: "3 分，一般",
    2: "2 分，不满意",
    1: "1 分，很不满意",
}
