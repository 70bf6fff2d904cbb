"""Words of webhooks (推送): kinds of event, and what became of each."""

from __future__ import annotations

from typing import Final

from survey.tables import Delivery, DeliveryState, WebhookState

EVENTS: Final = {
    "firm.added": "新增企业",
    "firm.changed": "企业信息有修改",
    "firms.imported": "导入一批企业，或撤销导入",
    "round.opened": "新建评估轮次",
    "round.changed": "评估轮次有修改",
    "assessment.submitted": "企业提交自评",
    "assessment.returned": "答卷退回企业",
    "assessment.confirmed": "现场诊断核定",
    "assessment.reopened": "核定后重新打开",
    "pool.entered": "拟入库、入库",
    "pool.changed": "目标、阶段、认定有变化",
    "pool.left": "退库",
    "document.issued": "签发报告",
    "document.withdrawn": "撤销报告",
    "test": "试发",
}
STATES: Final[dict[str, str]] = {
    WebhookState.ON: "已启用",
    WebhookState.OFF: "已停用",
    WebhookState.FAILED: "长时间不通，已自动停用",
}
DELIVERIES: Final[dict[str, str]] = {
    DeliveryState.WAITING: "等待发送",
    DeliveryState.TAKEN: "已送达",
    DeliveryState.GIVEN_UP: "已放弃",
}
SILENCE: Final[dict[str, str]] = {
    "key": "本系统的密钥换过，打不开签名密钥。请点“换签名密钥”，或请运维补上旧密钥（OLD_SECRET_KEYS）",
    "name": "找不到这个主机名",
    "address": "主机名指向的地址不允许推送",
    "connection": "连不上",
    "certificate": "证书不可信、已过期或不是这个主机的",
    "slow": "10 秒内没有回应",
    "broken": "连接中断，或回应不是 HTTP",
}
"""Why a receiver did not answer."""


def answered(delivery: Delivery) -> str:
    """Say what came of the last try; nothing where there was none."""
    if delivery.fault:
        return SILENCE.get(delivery.fault, delivery.fault)
    if delivery.status is None:
        return ""
    if 300 <= delivery.status < 400:
        return f"回应 {delivery.status}（跳转，不跟随）"
    return f"回应 {delivery.status}"
