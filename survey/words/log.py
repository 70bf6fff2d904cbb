"""What the log says, in the words of its readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from reports.figures import percent
from survey.tables import AuditEntry
from survey.words.wording import POOL, ROLES, STATES

ACTIONS = {
    "begin": "开始评估",
    "processes": "设定工序",
    "submit": "提交自评",
    "return": "退回企业",
    "assign": "指派诊断顾问",
    "confirm": "核定",
    "reopen": "重新打开",
    "conclude": "写诊断结论",
    "propose": "拟入库",
    "admit": "入库",
    "promote": "晋级",
    "withdraw": "退库",
    "recognise": "登记认定",
    "create": "新增",
    "edit": "修改",
    "profile": "修改企业信息",
    "attach_evidence": "上传佐证材料",
    "remove_evidence": "删除佐证材料",
    "report_request": "申请报告",
    "report_issue": "签发报告",
    "report_fail": "报告生成失败",
    "report_download": "下载报告",
    "open_round": "开启评估轮次",
    "round_end": "调整轮次截止日期",
    "export": "导出清单",
    "edition_copy": "建立年版草稿",
    "edition_import": "读回年版工作簿",
    "edition_publish": "发布年版",
    "edition_retire": "停用年版",
    "edition_restore": "恢复年版",
    "edition_discard": "丢弃年版草稿",
    "settings": "修改区县设置",
    "load_demo": "载入演示数据",
    "link_invite": "发出邀请链接",
    "link_reset": "发出重置链接",
    "password_invite": "首次设置密码",
    "password_reset": "重置密码",
    "password_change": "修改密码",
    "enable": "启用账号",
    "disable": "停用账号",
    "role": "更改身份",
    "sign_in": "登录",
    "sign_out": "退出登录",
    "sign_out_everywhere": "全部设备退出登录",
}
SUBJECTS = {
    "assessment": "评估",
    "firm": "企业",
    "user": "用户",
    "pool": "培育库",
    "report": "报告",
    "round": "评估轮次",
    "edition": "问卷年版",
    "district": "区县设置",
    "evidence": "佐证材料",
    "list": "清单",
}
LISTS = {"assessments": "评估清单", "pool": "培育库", "audit": "操作日志"}
WITH_STATES = frozenset({"assessment", "user"})
"""Subjects whose rows hold states and roles; elsewhere the same words may be a name."""
QUIET = frozenset({"attach_evidence", "remove_evidence", "processes"})
"""Steps whose details belong to a sheet: while it is a draft, only the firm may know them."""
FRACTION = re.compile(r"[01]|[0-9]{1,40}/[1-9][0-9]{0,39}")
"""An exact share, as steps that score write it."""


def action(entry: AuditEntry) -> str:
    """Name a step, such as 新增企业."""
    named = ACTIONS.get(entry.action, entry.action)
    if entry.action in ("create", "edit"):
        return named + SUBJECTS.get(entry.subject, entry.subject)
    return named


def subject(entry: AuditEntry) -> str:
    """Name what a step was about, with its number."""
    if entry.subject == "list":
        return LISTS.get(entry.subject_id, entry.subject_id)
    return f"{SUBJECTS.get(entry.subject, entry.subject)} {entry.subject_id}".strip()


def change(entry: AuditEntry, rungs: Mapping[str, str]) -> str:
    """Write what changed, from and to; nothing of what only a sheet's readers may see.

    Args:
        rungs: The titles of rungs by id.
    """
    if entry.action in QUIET:
        return ""
    if entry.subject == "pool":
        recognised = entry.action == "recognise"
        before = _target(entry.before, rungs)
        after = _target(entry.after, rungs, recognised=recognised)
    else:
        before, after = (_spoken(entry, text) for text in (entry.before, entry.after))
    return f"{before} → {after}" if before and after else after or before


def _target(text: str, rungs: Mapping[str, str], *, recognised: bool = False) -> str:
    """Write a pool entry's state with its target, or a recognition with its rung."""
    state, _, rung = text.partition(" ")
    title = rungs.get(rung, rung)
    between = " " if recognised else "，目标 "
    return between.join(filter(None, (POOL.get(state, state), title)))


def _spoken(entry: AuditEntry, text: str) -> str:
    if entry.subject not in WITH_STATES:
        return text
    return "，".join(_word(word) for word in text.split())


def _word(word: str) -> str:
    if FRACTION.fullmatch(word):
        return f"得分率 {percent(Fraction(word))}"
    return {**STATES, **ROLES}.get(word, word)
