"""Why a step over several firms left one of them, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.tables import AssessmentState, PoolState

CHANGED: Final = "刚刚被其他人更改，现在的情况见上。要办理请再提交一次。"
SHIFTED: Final = (
    "筛选出的企业刚刚变了：现在可以办理的有 {now} 家，已经列在下面。还没有办理，请核对后再提交。"
)
TOO_MANY: Final = "筛选出 {total} 家，一次最多办理 {most} 家。请再加一个条件，例如先选一个乡镇。"
NOT_SENT: Final[Mapping[str, str]] = {
    AssessmentState.DRAFT: "企业还在填写，提交以后才能指派。",
    AssessmentState.CONFIRMED: "已经核定。要再去现场，请先重新打开。",
}
"""Why no consultant can be sent, by the state of the assessment."""

DECISIONS: Final[Mapping[str, str]] = {
    "propose": "拟入库",
    "admit": "入库",
    "raise_target": "调高目标",
    "recognise": "登记认定",
    "withdraw": "退库",
    "move_stage": "调整阶段",
}
"""What may be decided about several firms at once."""
LEADS: Final[Mapping[str, str]] = {
    "propose": "先列入拟入库名单，以后再决定是否入库。",
    "admit": "列入培育库，定一个共同的培育目标等级。",
    "raise_target": "给这些企业定一个更高的培育目标等级。",
    "recognise": "按同一份认定文件登记；各家的项目或车间分别填写。",
    "withdraw": "退出培育库；以前的记录和认定都保留，以后可以重新入库。",
    "move_stage": "按同一份会议纪要，把这些企业改到同一个阶段；省级梯度和国家梯度互不影响。",
}
NOT_FROM: Final[Mapping[str | None, str]] = {
    None: "还没有列入培育库。",
    PoolState.PROPOSED: "在拟入库名单里，还没有入库。",
    PoolState.IN_POOL: "已经在库。",
    PoolState.RECOGNISED: "已经在库并已认定。",
    PoolState.WITHDRAWN: "已经退库。",
}
"""Why a decision does not begin here, by where the firm stands in the pool."""
STILL_FILLING: Final = "企业还在填写，提交以后才能办理。"
