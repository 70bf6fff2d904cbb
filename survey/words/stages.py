"""The words of the pool's ledger: ladders, states of the way, and why a stage is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.store.stages import Witness
from survey.tables import Ladder, PoolState, StageFact

LADDERS: Final[Mapping[str, str]] = {
    Ladder.PROVINCE: "省级梯度",
    Ladder.NATION: "国家梯度",
}
NATION: Final[Mapping[str, str]] = {
    PoolState.PROPOSED: "对照中",
    PoolState.IN_POOL: "培育中",
    PoolState.RECOGNISED: "已备案或列入名单",
    PoolState.WITHDRAWN: "不再申报",
}
"""What the pool's states are called on the nation's ladder, which knows no pool."""
FACTS: Final[Mapping[str, str]] = {
    StageFact.CONFIRMED: "现场诊断已核定",
    StageFact.FILED: "项目有备案代码",
    StageFact.UNDERWAY: "项目已开工",
    StageFact.ACCEPTED: "项目已验收",
    StageFact.RATED: "验收后又提交自评",
    StageFact.RECOGNISED: "目标等级已登记认定",
    StageFact.ELIGIBLE: "国家级申报通知的条件都符合，或企业要申报",
    StageFact.SELF_RATED: "答卷写了成熟度自评结果",
    StageFact.PUT_FORWARD: "国家级申报已推荐上报",
    StageFact.LISTED: "名单列有目标等级，或申报已通过",
}
"""By what a stage is proposed."""
MATURITY: Final[Mapping[str, str]] = {
    "below": "未达一级",
    "one": "一级",
    "two": "二级",
    "three": "三级",
    "four": "四级",
    "five": "五级",
}
"""Results of the self-assessment by GB/T 39116, as the questionnaire offers them."""
NOT_INTO: Final[Mapping[str, str]] = {
    PoolState.PROPOSED: "已经入库或退库的企业不能回到这个阶段；要重新提出，请在“评估”里办理拟入库。",
    PoolState.IN_POOL: "这家企业现在不在库，请先办理入库。",
    PoolState.RECOGNISED: "目标等级还没有登记认定，请先按文件登记认定。",
}
"""Why a stage of this state is not reached by moving."""


def said(witness: Witness) -> str:
    """Say in a sentence why a stage is proposed."""
    day = f"（{witness.day.isoformat()}）" if witness.day else ""
    return {
        StageFact.CONFIRMED: f"“{witness.name}”的现场诊断已核定{day}。",
        StageFact.FILED: f"项目“{witness.name}”已备案，备案代码 {witness.code}。",
        StageFact.UNDERWAY: f"项目“{witness.name}”已开工{day}。",
        StageFact.ACCEPTED: f"项目“{witness.name}”已验收{day}。",
        StageFact.RATED: f"项目验收后，企业在“{witness.name}”提交了自评{day}。",
        StageFact.RECOGNISED: f"目标等级已登记认定：{witness.name}{day}。",
        StageFact.ELIGIBLE: f"企业要按“{witness.name}”申报{day}。"
        if day
        else f"“{witness.name}”的条件都符合。",
        StageFact.SELF_RATED: f"答卷写了成熟度自评：{MATURITY.get(witness.name, witness.name)}"
        f"{f'（{witness.code}）' if witness.code else ''}。",
        StageFact.PUT_FORWARD: f"已按“{witness.name}”推荐上报。",
        StageFact.LISTED: f"名单列有“{witness.name}”（{witness.code}）。"
        if witness.code
        else f"“{witness.name}”的申报已通过{day}。",
    }[witness.fact]
