"""The log in sentences: who did what, to whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from survey.tables import AuditEntry
from survey.words.log import LogWords
from survey.words.log_actions import ACTIONS, QUIET

SENTENCES: Final[Mapping[str, str]] = {
    "begin": "开始了{firm}的评估",
    "same": "确认{firm}一个模块的答案与上年相同",
    "processes": "设定了{firm}的工序",
    "submit": "提交了{firm}的自评",
    "return": "把{firm}的答卷退回企业补充",
    "ask_return": "替{firm}申请退回修改",
    "take_back_request": "撤回了{firm}的退回申请",
    "decline_return": "没有同意{firm}的退回申请",
    "assign": "指派{consultant}到{firm}做现场诊断",
    "unassign": "收回了{firm}现场诊断的指派",
    "calendar_open": "给{person}生成了日历订阅地址",
    "calendar_shut": "停用了{person}的日历订阅地址",
    "ask_off": "申请回避{firm}的现场诊断",
    "declare_interest": "给{person}登记了与一家单位的利益关系",
    "end_interest": "把{person}与一家单位的利益关系标为不再有",
    "as_said": "把{firm}一个模块里没有核验的题记为沿用自评",
    "second_begin": "作为组员给{firm}另填一张核查表",
    "second_finish": "填完了{firm}的组员核查表",
    "second_close": "决定不等组员的核查表，继续核定{firm}",
    "second_compare": "比对了{firm}两位顾问的意见",
    "second_decide": "定下了{firm}一题两人不同的意见",
    "confirm": "核定了{firm}的现场诊断",
    "acknowledge": "代表{firm}签认了核定结果",
    "object": "代表{firm}对核定结果提出异议",
    "settle_objection": "处理了{firm}对核定结果的异议",
    "reopen": "把{firm}已核定的评估重新打开",
    "conclude": "写了{firm}的诊断结论",
    "explain": "说明了{firm}答卷里的一条矛盾提示",
    "note": "写了{firm}现场诊断的一条现场记录",
    "sign": "在{firm}的现场诊断上留了签名",
    "caption": "改了{firm}一张现场照片的说明",
    "propose": "提出让{firm}入库",
    "admit": "让{firm}入库",
    "promote": "调高了{firm}的培育目标",
    "raise_target": "调高了{firm}的培育目标",
    "correct_recognition": "更正了{firm}的认定",
    "revoke_recognition": "撤销了{firm}的认定",
    "revoke": "撤销认定后，让{firm}继续在库",
    "attach_paper": "给{firm}的认定或决定附上文件",
    "correct_minutes": "更正了决定{firm}的会议纪要",
    "withdraw": "让{firm}退库",
    "move_stage": "调整了{firm}的培育阶段",
    "take_stage": "采纳了{firm}的阶段建议",
    "leave_stage": "没有采纳{firm}的阶段建议",
    "aim_nation": "定了{firm}的国家梯度目标",
    "file_nation": "登记了{firm}的国家梯度结果",
    "revoke_nation": "撤销了{firm}的国家梯度结果",
    "follow": "安排了{firm}的责任人和下一步",
    "note_known": "更新了{firm}的台账资料",
    "recognise": "登记了{firm}的认定",
    "create": "新增了{thing}",
    "edit": "修改了{thing}",
    "profile": "修改了{firm}的企业信息",
    "profile_holds": "确认{firm}的企业信息没有变化",
    "attach_evidence": "给{firm}的答卷上传了佐证材料",
    "remove_evidence": "删除了{firm}答卷的一份佐证材料",
    "district_request": "申请了全区一页纸",
    "district_issue": "签发了全区一页纸",
    "district_download": "下载了全区一页纸",
    "budget_ask": "要求测算补助方案",
    "budget_answer": "算出了补助方案",
    "budget_adopt": "采用了补助方案",
    "budget_release": "不再采用补助方案",
    "annual_write": "写了年度报告的文字",
    "annual_request": "申请了年度报告",
    "annual_issue": "签发了年度报告",
    "annual_download": "下载了年度报告",
    "word_request": "申请了{firm}诊断报告的 Word 版",
    "word_make": "生成了{firm}诊断报告的 Word 版",
    "report_request": "申请了{firm}的诊断报告",
    "report_issue": "签发了{firm}的诊断报告",
    "stamp_request": "申请了{firm}一份已被替代报告的盖章副本",
    "stamp": "给{firm}一份旧报告的副本盖了“已被替代”",
    "handouts_request": "申请了{firm}诊断报告的简版和图片",
    "handouts": "生成了{firm}诊断报告的简版和图片",
    "document_withdraw": "撤销了{firm}的诊断报告",
    "report_fail": "没能生成{firm}的诊断报告",
    "report_download": "下载了{firm}的诊断报告",
    "batch_ask": "申请了{thing}",
    "batch_made": "做好了{thing}",
    "batch_cancel": "取消了{thing}",
    "batch_resume": "让{thing}接着做",
    "batch_retry": "让{thing}里没做成的重做一次",
    "batch_download": "下载了{thing}",
    "bundle_request": "申请了{firm}的档案包",
    "bundle_keep": "打好了{firm}的档案包",
    "bundle_download": "下载了{firm}的档案包",
    "job_cancel": "取消了{thing}",
    "job_retry": "重试了{thing}",
    "job_fail": "没能完成{thing}",
    "settle": "核算了改造需求和申报条件",
    "ways_kept": "核算了企业升到各级的最省方案",
    "supports_told": "核算了各企业的等级靠几题站住",
    "falls_learnt": "按核验过的企业统计了各题常下调多少",
    "forecasts_kept": "预估了还没核验的企业核验后在哪一级",
    "benchmark": "更新了同行参照数，下次更新以前对谁都一样",
    "count_habits": "统计了各题作答情况，供快筛安排题目顺序",
    "nightly": "做了每夜检查，清掉过期的登录和计数",
    "secrets_renew": "用现在的密钥和算法重新锁了两步验证和推送的密钥",
    "open_round": "建立了评估轮次{thing}",
    "round_end": "调整了评估轮次{thing}的截止日期",
    "round_edit": "修改了评估轮次{thing}",
    "round_close": "提前截止了评估轮次{thing}",
    "round_delete": "删除了评估轮次{thing}",
    "round_invite": "邀请企业参加评估轮次{thing}",
    "round_uninvite": "收回了一家企业参加评估轮次{thing}的邀请",
    "round_links": "给评估轮次{thing}的企业生成了邀请链接",
    "round_remind": "提醒企业提交评估轮次{thing}",
    "round_passed_on": "转达了评估轮次{thing}的提醒",
    "mail_addresses": "按名单登记了评估轮次{thing}的企业邮箱",
    "mail_queue": "把评估轮次{thing}的邀请用邮件发出",
    "mail_retry": "重发了评估轮次{thing}的邮件",
    "mail_sent": "把邮件发给了{firm}",
    "mail_fail": "没能把邮件发给{firm}",
    "mail_lose": "不能确定给{firm}的邮件发没发出",
    "export": "导出了{thing}",
    "edition_copy": "建立了{thing}的草稿",
    "edition_import": "读回了{thing}的工作簿",
    "edition_form": "把一份 XLSForm 导入了{thing}",
    "edition_ranges": "按完工项目调整了{thing}里的一个场景",
    "edition_adopt": "收存了{thing}",
    "edition_publish": "发布了{thing}",
    "edition_retire": "停用了{thing}",
    "edition_restore": "恢复了{thing}",
    "edition_discard": "丢弃了{thing}的草稿",
    "clear_contents": "清理了文件库里没有主人的文件",
    "alert": "发出警报",
    "alert_tell": "用邮件通知了警报",
    "alert_end": "警报消除",
    "backup": "做了备份",
    "backup_ask": "要求现在备份",
    "restore": "从备份恢复了整个系统",
    "retention": "清除了过了保存期限的名单内容、后台任务、邮件地址和档案包",
    "log_drop": "清除了过了保存期限的{thing}",
    "view_person": "查看了{thing}里的个人信息",
    "view_evidence": "查看了{thing}",
    "agree": "同意了个人信息处理说明",
    "purpose": "修改了个人信息处理说明",
    "take_data": "导出了系统里保存的{thing}的个人信息",
    "erase_user": "注销了{person}，清除了其个人信息",
    "erase_contact": "应要求清除了{firm}的联系人信息",
    "settings": "修改了区县设置",
    "workdays_keep": "导入了一年的工作日历",
    "workdays_forget": "删除了一年的工作日历",
    "need_rules": "修改了诉求的类别",
    "load_demo": "载入了演示数据",
    "gates_told": "给旧版本留下的评分补记了必备条件和暂核",
    "phone": "给{person}登记或更换了手机号",
    "give": "给{person}分配了要填的模块",
    "link_invite": "给{person}发出邀请链接",
    "link_reset": "给{person}发出重置密码的链接",
    "password_invite": "用邀请链接给{person}设了密码",
    "password_reset": "用重置链接给{person}换了密码",
    "password_change": "修改了{person}的密码",
    "enable": "启用了{person}的账号",
    "disable": "停用了{person}的账号",
    "role": "更改了{person}的身份",
    "sign_in": "登录",
    "sign_out": "退出登录",
    "sign_out_everywhere": "让{person}在全部设备上退出登录",
    "session_end": "退出了{person}在一台设备上的登录",
    "factor_set": "给{person}设置了两步验证",
    "factor_show": "办了{person}的两步验证",
    "password_show": "再次输入了{person}的密码",
    "factor_codes": "给{person}换了恢复码",
    "factor_leave": "停用了{person}的两步验证",
    "factor_reset": "重置了{person}的两步验证",
    "factor_again": "选定了要再次验证身份的操作",
    "identity_tie": "把{person}关联到了统一登录",
    "identity_untie": "取消了{person}的统一登录关联",
    "passkey_add": "给{person}添加了通行密钥",
    "passkey_remove": "移除了{person}的通行密钥",
    "virus_found": "在{thing}里查出了病毒，已隔离",
    "token_make": "给{person}生成了接口令牌",
    "token_revoke": "停用了{person}的接口令牌",
    "webhook_add": "设置了{thing}",
    "webhook_edit": "修改了{thing}",
    "webhook_rotate": "更换了{thing}的签名密钥",
    "webhook_on": "启用了{thing}",
    "webhook_off": "停用了{thing}",
    "webhook_fail": "对方长时间不通，自动停用了{thing}",
    "webhook_remove": "删除了{thing}",
    "webhook_test": "向{thing}试发了一条",
    "webhook_again": "让{thing}重发",
    "webhook_give_up": "多次没有送达，放弃了{thing}的一条",
    "roster_bring": "上传了{thing}",
    "roster_check": "要求核对{thing}",
    "roster_checked": "核对完了{thing}",
    "roster_trade": "改了{thing}里企业的行业",
    "roster_import": "确认导入{thing}",
    "roster_overtaken": "没有导入{thing}：核对之后有企业变了",
    "roster_imported": "导入了{thing}",
    "roster_undo": "要求撤销{thing}的导入",
    "roster_let_go": "删去了{thing}新增的一批企业",
    "roster_undone": "撤销了{thing}的导入",
    "roster_discard": "丢弃了{thing}",
    "mapping_keep": "记住了{thing}",
    "view_keep": "保存了{thing}",
    "template_keep": "保存了{thing}",
    "template_forget": "删除了{thing}",
    "view_forget": "删除了{thing}",
    "columns_keep": "选择了{thing}显示的列",
    "need_register": "登记了{firm}的一件诉求",
    "need_dismiss": "没有采用系统替{firm}提议的一件诉求",
    "need_hand_over": "交办了{firm}的一件诉求",
    "need_progress": "写了{firm}一件诉求的进展",
    "need_answer": "答复了{firm}的一件诉求",
    "need_solved": "记下{firm}的一件诉求已经解决",
    "need_unsolved": "记下{firm}的一件诉求没有解决，重新办理",
    "need_close": "给{firm}的一件诉求销号",
    "need_defer": "暂缓办理{firm}的一件诉求",
    "need_decline": "把{firm}的一件诉求定为不予解决",
    "need_resume": "重新登记了{firm}的一件诉求",
    "need_join": "把{firm}的一件诉求并入同类诉求",
    "need_separate": "取消了{firm}一件诉求的合并",
    "need_redate": "按新导入的工作日历改了{firm}一件诉求的办结时限",
    "stand_provider": "改了{thing}的状态",
    "review_provider": "登记了{thing}的年度复核",
    "propose_file": "提交了{thing}的资料更改",
    "take_file": "采用了{thing}提交的资料更改",
    "decline_file": "没有采用{thing}提交的资料更改",
    "show_providers": "打开服务商页面，系统向{firm}展示了服务商",
    "ask_introduction": "以{thing}的名义请企业同意告知名称",
    "agree_introduction": "同意把{firm}的名称告知一家服务商",
    "refuse_introduction": "不同意把{firm}的名称告知一家服务商",
    "withdraw_consent": "收回了把{firm}名称告知一家服务商的同意",
    "introduce": "把{firm}引荐给一家服务商",
    "contract_introduction": "登记了{firm}与引荐的服务商签约",
    "follow_contract": "使{firm}的一条引荐随改造项目记为已签约",
    "lose_contract": "使{firm}的一条引荐随改造项目不再算签约",
    "end_introduction": "登记了{firm}与一家服务商没有谈成",
    "claim": "登记了{thing}的奖补",
    "proposal_decline": "没有采用名单里{firm}的一项认定",
    "sample_draft": "起草了{firm}的样本卡",
    "sample_edit": "修改了{firm}的样本卡",
    "sample_ask": "请{firm}同意公开样本卡",
    "sample_agree": "记下{firm}同意公开样本卡",
    "sample_decline": "代表{firm}不同意公开样本卡",
    "sample_withdraw": "撤下了{firm}的样本卡",
    "sample_revoke": "代表{firm}收回了公开样本卡的同意",
    "sample_copy": "替{firm}照样本立项",
    "sample_explain": "说明了{firm}与样本不同的原因",
    "sample_show": "打开样本卡，系统记下{firm}看过",
    "project_begin": "给{firm}立了一个改造项目",
    "project_begin_for": "代{firm}登记了一个改造项目",
    "project_confirm": "代表{firm}确认了主管部门代登记的改造项目",
    "project_edit": "改了{firm}一个改造项目的内容",
    "project_contract": "登记了{firm}一个改造项目的合同",
    "project_correct_contract": "更正了{firm}一个改造项目的合同",
    "project_report": "填报了{firm}一个改造项目的进度",
    "project_finish": "报{firm}一个改造项目完工，申请验收",
    "project_stop": "终止了{firm}的一个改造项目",
    "project_figure": "填了{firm}一个改造项目的改造前后指标",
    "project_opinion": "评价了{firm}一个改造项目的实施",
    "project_attach": "给{firm}的一个改造项目上传了资料",
    "project_detach": "删除了{firm}一个改造项目的资料",
    "project_check_contract": "核对了{firm}一个改造项目的合同",
    "project_question_contract": "请{firm}更正一个改造项目的合同",
    "project_check_progress": "核对了{firm}一个改造项目的进度",
    "project_question_progress": "请{firm}重报一个改造项目的进度",
    "project_accept": "通过了{firm}一个改造项目的验收",
    "project_send_back": "把{firm}一个完工的改造项目退回整改",
    "project_reopen": "撤回了{firm}一个改造项目的验收",
    "project_resume": "恢复了{firm}一个终止的改造项目",
    "project_replan": "把{firm}一个终止的改造项目恢复为计划",
    "policy_keep": "保存了{thing}",
    "subsidy_ask": "为{firm}的一个改造项目申请补助",
    "subsidy_pay": "登记了{firm}一个改造项目的补助兑现",
    "notice_draft": "起草了{thing}",
    "notice_edit": "修改了{thing}",
    "notice_copy": "按往年的通知起草了{thing}",
    "notice_publish": "发布了{thing}",
    "notice_end": "结束了{thing}",
    "notice_reopen": "恢复了{thing}",
    "notice_withdraw": "撤回了{thing}",
    "notice_discard": "删除了{thing}的草稿",
    "notice_attach": "给{thing}放了一个附件",
    "notice_detach": "移除了{thing}的一个附件",
    "notice_remind": "提醒企业{thing}快截止",
    "notice_passed_on": "转达了{thing}的提醒",
    "notices_judged": "按申报通知核对了企业",
    "candidate_intend": "记下{firm}拟申报",
    "candidate_decline": "记下{firm}放弃申报",
    "candidate_answer": "核实了{firm}的一项申报条件",
    "candidate_papers": "核对了{firm}的申报材料",
    "candidate_place": "排了{firm}的推荐名次",
    "candidate_recommend": "推荐{firm}申报",
    "candidate_take_off": "把{firm}移出推荐名单",
    "candidate_pass": "记下{firm}评定通过",
    "candidate_fail": "记下{firm}评定未通过",
}
"""What somebody did, after their name. ``firm``, ``person``, ``consultant``: by name; ``thing``: what
else it was about."""
PAIR = ("consultant", "second")
FOLDED = frozenset({*PAIR, "check", "values"})
"""Values the sentence has told already, or that say nothing to a reader: they stand in the raw row."""
Names = Mapping[tuple[str, str], str]
"""The names behind numbers and codes: of ("user", id or user name) and of ("round", id)."""


@dataclass(frozen=True)
class LogSentences:
    """Rows of the log as sentences; ``said`` knows their values, ``names`` whom they are about."""

    said: LogWords
    names: Names

    def sentence(self, entry: AuditEntry, firm: str) -> str:
        """Say who did what to whom.

        Args:
            firm: The name of the firm it is about; empty where there is none.
        """
        after = entry.after or {}
        did = (
            SENTENCES.get(entry.action, ACTIONS.get(entry.action, entry.action))
            .format(
                firm=firm or "一家企业",
                person=self._person(entry),
                consultant=self._consultant(after),
                thing=self._thing(entry, firm),
            )
            .rstrip()
        )
        return f"{entry.who}{did}{'' if entry.succeeded else '，没有成功'}"

    def _person(self, entry: AuditEntry) -> str:
        if entry.subject == "user" and entry.user_id and str(entry.user_id) == entry.subject_id:
            return "自己"
        return self.names.get(("user", entry.subject_id)) or f"用户 {entry.subject_id}"

    def _consultant(self, after: Mapping[str, Any]) -> str:
        sent = [str(after[place]) for place in PAIR if after.get(place)]
        return "、".join(self.names.get(("user", one), one) for one in sent) or "诊断顾问"

    def _thing(self, entry: AuditEntry, firm: str) -> str:
        if entry.subject == "firm":
            return f"企业{firm}"
        if named := self.names.get((entry.subject, entry.subject_id)):
            return f"“{named}”" if entry.subject == "round" else f"用户{named}"
        title = (entry.after or entry.before or {}).get("title")
        if entry.subject == "round" and title:
            return f"“{title}”"
        said = self.said.subject(entry)
        return f"{said} " if said[-1:].isdigit() else said

    def changes(self, entry: AuditEntry) -> list[str]:
        """Say each thing that changed, from and to, in the words of its readers."""
        if entry.action in QUIET:
            return []
        before, after = entry.before or {}, entry.after or {}
        told = FOLDED - (before.keys() & set(PAIR))
        names = [name for name in {**before, **after} if name not in told]
        found = (self.said.changed(entry, name, before, after) for name in names)
        return [change for change in found if change]

    def raw(self, entry: AuditEntry) -> str:
        """Return the row's codes and values as they are kept; of a sheet's own details nothing."""
        kept: dict[str, Any] = {
            "action": entry.action,
            "subject": entry.subject,
            "subject_id": entry.subject_id,
            "request_id": entry.request_id,
        }
        if entry.action not in QUIET:
            kept |= {"before": entry.before, "after": entry.after}
        return json.dumps(kept, ensure_ascii=False, indent=1)


def usernames_in(entries: list[AuditEntry]) -> set[str]:
    """Return the user names of whoever was sent somewhere, or was before."""
    values = [values for entry in entries for values in (entry.before, entry.after) if values]
    return {str(said[place]) for said in values for place in PAIR if said.get(place)}


def wanted(entries: list[AuditEntry]) -> tuple[set[str], set[str], set[str]]:
    """Return what rows need names of: users by number, users by user name, rounds by number."""
    users = {e.subject_id for e in entries if e.subject == "user" and e.subject_id.isdigit()}
    usernames = usernames_in(entries)
    rounds = {e.subject_id for e in entries if e.subject == "round" and e.subject_id.isdigit()}
    return users, usernames, rounds
