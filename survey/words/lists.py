"""The words of the bureau's lists: what their filters ask, and what may be chosen there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.store.lists import (
    ANY,
    BELOW,
    EQUAL,
    HIGHER,
    LOWER,
    SHEET_DUE,
    STEP_DUE,
    STEP_NEAR,
    VISIT_DUE,
)
from survey.words.rounds import NOT_BEGUN
from survey.words.wording import POOL, SIZES, STATES

NO_RUNG: Final = "尚未达到最低等级"
UNSAID: Final = "没有填写"
GONE: Final = "已不存在的一项"
"""A round or a person that a kept address still names."""

YES_NO: Final = {"yes": "是", "no": "否"}
CONFIRMED: Final = {"yes": "已核定", "no": "未核定"}
SCALES: Final = {"yes": "规上", "no": "规下", BELOW: UNSAID}
SIZED: Final = {**SIZES, BELOW: UNSAID}
PROVISIONAL: Final = {"yes": "暂核", "no": "不是暂核"}
SUPPORT: Final = {
    "one": "1 题降一档就掉级",
    "few": "2 至 3 题各降一档就掉级",
    "more": "4 题以上各降一档才掉级",
}
POOLED: Final = {BELOW: "还没有入库", **POOL}
BEGUN: Final = {BELOW: NOT_BEGUN, **STATES}
OVERDUE: Final = {
    SHEET_DUE: "轮次已截止，企业还没提交",
    VISIT_DUE: "过了计划日期，还没核定",
}
STEPS_DUE: Final = {STEP_DUE: "下一步已过时限", STEP_NEAR: "下一步 7 天内到期"}
STAGES_PROPOSED: Final = {"yes": "有阶段建议", "nation": "有国家梯度建议"}
CLIMBING: Final = {ANY: "走国家梯度的", BELOW: "没有走国家梯度"}
DEVIATIONS: Final = {
    HIGHER: "自评等级高于核定",
    LOWER: "自评等级低于核定",
    EQUAL: "自评等级与核定相同",
    "5": "得分率相差 5 个百分点以上",
    "10": "得分率相差 10 个百分点以上",
    "20": "得分率相差 20 个百分点以上",
}
"""By rung, or by the least difference of both shares, in percentage points."""

REVIEWS: Final = {"yes": "该复核了", "no": "不用复核"}
CHANGES: Final = {"yes": "有待核对的更改", "no": "没有"}

GROUPS: Final[Mapping[str, str]] = {
    "firm": "企业",
    "need": "诉求",
    "provider": "服务商",
    "way": "进度",
    "result": "结果",
    "pool": "培育",
}
"""Under which heads the filters stand."""

LISTED: Final = {
    "assessments": "评估清单",
    "pool": "培育库",
    "firms": "企业名录",
    "needs": "问题清单",
    "projects": "改造项目",
    "samples": "样本",
    "candidates": "申报对象",
    "recommendation": "推荐汇总表",
    "providers": "服务商名录",
    "introductions": "供需引荐",
}
"""The lists that are sent out, narrowed and laid out by officers."""
LOST: Final = {
    "charts": "图表",
    "pictures": "图片",
    "shapes": "图形和文本框",
    "pivots": "数据透视表",
    "slicers": "切片器",
    "controls": "按钮等控件",
    "threads": "批注对话",
    "printer": "打印机设置（页边距和纸张保留）",
    "extensions": "迷你图、图标集等扩展格式和扩展的数据有效性",
    "runs": "一个单元格里的多种字体",
    "areas": "按整列或整行设的打印区域（请改成具体的范围，如 A1:F6）",
}
"""What of a workbook is not written again, by ``files.inside.filling``."""
ONCE: Final = {
    "区县": "区县名称",
    "主管部门": "主管部门名称",
    "日期": "导出当天",
    "年份": "导出当年",
    "家数": "清单里的家数",
    "筛选条件": "现在的筛选条件",
    "制表人": "导出的人",
}
"""Names of a template that stand but once, and what they say."""
NUMBER: Final = "序号"
