"""What is said about jobs: their kinds and states, and why one failed."""

from __future__ import annotations

from typing import Final

from survey.tables import Fault, Job, JobState
from survey.words.wording import SHEETS

KINDS: Final = {
    "report": "诊断报告",
    "batch": "批量文件",
    "stamp": "加盖“已被替代”",
    "handouts": "简版和图片",
    "nightly": "每夜检查",
    "seal": "封存操作日志",
    "scan": "查毒",
    "forward": "日志外送",
    "check_log": "核对操作日志",
    "roster": "企业名单",
    "invite": "邀请链接",
    "mails": "发送邮件",
    "webhook": "推送",
    "notice_mails": "发送申报提醒邮件",
    "reminders": "每天提醒",
    "notices": "按申报通知核对企业",
    "district": "全区一页纸",
    "annual": "年度报告",
    "budget": "测算补助方案",
    "word": "诊断报告 Word 版",
    "bundle": "一企一档的档案包",
    "ways": "核算升级方案",
    "forecasts": "预估核验结果",
    "benchmarks": "更新同行参照数",
    "backup": "备份",
}
STATES: Final[dict[str, str]] = {
    JobState.QUEUED: "排队中",
    JobState.WORKING: "进行中",
    JobState.DONE: "已完成",
    JobState.FAILED: "失败",
    JobState.CANCELLED: "已取消",
}
FAULTS: Final[dict[str, str]] = {
    Fault.TOO_SLOW: "报告内容太多，生成超时",
    Fault.TOO_LARGE: "报告内容太多，内存不足",
    Fault.BROKEN: "处理时出错",
    Fault.LOST: "处理它的进程中断了",
    Fault.UNREACHABLE: "数据库、磁盘或网络暂时不可用",
    Fault.GONE: "对应的内容已不存在，或评估已退回",
    Fault.CHANGED: "处理期间内容被修改",
    Fault.UNSIGNED: "电子签名证书打不开、密码不对、已过期或密钥太短",
    Fault.NO_RIGHT: "提出的人已被停用或不再是主管部门人员",
    Fault.TEMPLATE: "Word 模板里有不认识的写法，请在“模板”页重新上传，或删除后用默认模板",
    Fault.NO_FOLDER: "备份文件夹不存在，或不能写入",
    Fault.NO_ROOM: "备份文件夹所在的磁盘满了，备份没有写完",
    Fault.NO_KEY: "给备份加密的公钥写得不对",
    Fault.UNPROVED: "写好的备份读回来对不上，没有当作备份",
    Fault.UNKNOWN_KIND: "本版程序不认识这类任务",
}


def kind(job: Job) -> str:
    """Name the work, such as 诊断报告（自评）."""
    sheet = SHEETS.get(job.arguments.get("sheet", ""))
    return KINDS.get(job.kind, job.kind) + (f"（{sheet}）" if sheet else "")


def slot(job: Job) -> str:
    """Say for which night, hour or minutes periodic work is, such as 2026-11-28 09 时."""
    day, _, hour = (job.slot or "").partition("T")
    return f"{day} {hour if ':' in hour else hour and f'{hour} 时'}".strip()


def fault(job: Job) -> str:
    """Say why the last try failed; nothing while none has."""
    return FAULTS[job.fault].format(**job.fault_values) if job.fault else ""


def ended_without(job: Job) -> str:
    """Say why a job came to nothing; empty while it may still succeed, and when it did."""
    if job.state == JobState.CANCELLED:
        return "任务被管理员取消"
    return fault(job) if job.state == JobState.FAILED else ""
