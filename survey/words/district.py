"""The words of the district's page."""

from __future__ import annotations

from questionnaires.words import SIZES

STAGES = {
    "no_account": "没有开账号",
    "no_password": "账号没启用",
    "not_begun": "已登录，没开始",
}
"""How far the bureau came with a firm that never began, in order."""
OWN_MEASURES = "顾问自拟的措施"
BASES = {"visited": "核定", "own": "自评"}
BEHIND = {
    "recognised": "计入规划目标的已认定企业",
    "eligible": "符合申报条件的企业",
    "open": "申报条件待确认的企业",
    "reaching": "站上规划目标等级的企业",
    "package": "建议采购这项改造的企业",
    "system": "用上系统的规上企业",
    "unreached": "从没参加的企业",
    "way": "本轮的企业",
}
OF_PLAN = frozenset({"recognised", "eligible", "open", "reaching"})
"""Figures of the plan: their firms are found by its rule."""
NOT_SAID = "没有填"
SIZED = {**SIZES, "none": NOT_SAID}
KEYS = {"own": OWN_MEASURES, "all": "全部", "scale": "全部规上企业", "answered": "有结果的规上企业"}
ALL = ("way", "begun")
"""What is listed where no figure is named."""
WAY = {
    "begun": "开始填报的",
    "invited": "邀请的",
    "handed_in": "已提交的",
    "rated": "有自评等级的",
    "pooled": "已入库的",
}
