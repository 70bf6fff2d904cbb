"""What the log says, in the words of its readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any

from questionnaires.words import SIZES
from reports.figures import money_text, percent
from survey.clock import local
from survey.tables import AuditEntry
from survey.words import api, batches, factors, jobs, needs, projects, samples, seen
from survey.words.notes import TITLES
from survey.words.notices import CANDIDATE_STATES, CHANGED, NOTICE_STATES
from survey.words.providers import STANDINGS as PROVIDER_STANDINGS
from survey.words.providers import STATES as INTRODUCTION_STATES
from survey.words.rounds import REMINDERS
from survey.words.wording import (
    AWARD_LEVELS,
    DECISIONS,
    EDITION_STATES,
    POOL,
    ROLES,
    SETTLEMENTS,
    SHEETS,
    STANDINGS,
    STATES,
)

ACTIONS = {
    "begin": "开始评估",
    "same": "确认与上年相同",
    "processes": "设定工序",
    "submit": "提交自评",
    "return": "退回企业",
    "ask_return": "申请退回修改",
    "take_back_request": "撤回退回申请",
    "decline_return": "不同意退回",
    "assign": "指派诊断顾问",
    "unassign": "收回指派",
    "ask_off": "申请回避",
    "calendar_open": "生成日历订阅地址",
    "calendar_shut": "停用日历订阅地址",
    "declare_interest": "登记利益关系",
    "end_interest": "不再有利益关系",
    "as_said": "其余沿用自评",
    "second_begin": "组员另填核查表",
    "second_finish": "组员填完核查表",
    "second_close": "不等组员的核查表",
    "second_compare": "比对两人意见",
    "second_decide": "定两人不同的意见",
    "confirm": "核定",
    "acknowledge": "企业签认核定",
    "object": "企业提出异议",
    "settle_objection": "处理企业异议",
    "reopen": "重新打开",
    "conclude": "写诊断结论",
    "explain": "说明矛盾提示",
    "note": "记现场记录",
    "sign": "现场签名",
    "caption": "修改照片说明",
    "propose": "拟入库",
    "admit": "入库",
    "promote": "调高目标",  # as release 1.0 called it
    "raise_target": "调高目标",
    "correct_recognition": "更正认定",
    "revoke_recognition": "撤销认定",
    "revoke": "撤销认定后仍在库",
    "attach_paper": "附上文件",
    "correct_minutes": "更正会议纪要",
    "withdraw": "退库",
    "move_stage": "调整培育阶段",
    "take_stage": "采纳阶段建议",
    "leave_stage": "不采纳阶段建议",
    "aim_nation": "定国家梯度目标",
    "file_nation": "登记国家梯度结果",
    "revoke_nation": "撤销国家梯度结果",
    "follow": "安排培育跟进",
    "note_known": "更新台账资料",
    "recognise": "登记认定",
    "create": "新增",
    "edit": "修改",
    "profile": "修改企业信息",
    "profile_holds": "确认企业信息没有变化",
    "attach_evidence": "上传佐证材料",
    "remove_evidence": "删除佐证材料",
    "district_request": "申请全区一页纸",
    "district_issue": "签发全区一页纸",
    "district_download": "下载全区一页纸",
    "budget_ask": "测算补助方案",
    "budget_answer": "补助方案算出结果",
    "budget_adopt": "采用补助方案",
    "budget_release": "不再采用补助方案",
    "annual_write": "写年度报告",
    "annual_request": "申请年度报告",
    "annual_issue": "签发年度报告",
    "annual_download": "下载年度报告",
    "word_request": "申请报告 Word 版",
    "word_make": "生成报告 Word 版",
    "report_request": "申请报告",
    "report_issue": "签发报告",
    "document_withdraw": "撤销报告",
    "report_fail": "报告生成失败",
    "stamp_request": "申请加盖“已被替代”的副本",
    "stamp": "加盖“已被替代”",
    "handouts_request": "申请报告的简版和图片",
    "handouts": "生成报告的简版和图片",
    "report_download": "下载报告",
    "batch_ask": "申请批量文件",
    "batch_made": "做好批量文件",
    "batch_cancel": "取消批量文件",
    "batch_resume": "接着做批量文件",
    "batch_retry": "重做批量文件里没做成的",
    "batch_download": "下载批量文件",
    "bundle_request": "申请档案包",
    "bundle_keep": "打好档案包",
    "bundle_download": "下载档案包",
    "job_cancel": "取消任务",
    "job_retry": "重试任务",
    "job_fail": "任务失败",
    "nightly": "每夜检查",
    "settle": "核算改造需求和申报条件",
    "ways_kept": "核算升级方案",
    "count_habits": "统计各题作答情况",
    "falls_learnt": "统计核验下调",
    "forecasts_kept": "预估核验结果",
    "benchmark": "更新同行参照数",
    "supports_told": "核算等级稳不稳",
    "open_round": "开启评估轮次",
    "round_end": "调整轮次截止日期",
    "round_edit": "修改评估轮次",
    "round_close": "提前截止评估轮次",
    "round_delete": "删除评估轮次",
    "round_invite": "邀请企业参加轮次",
    "round_uninvite": "收回轮次邀请",
    "round_links": "生成邀请链接",
    "round_remind": "提醒企业提交",
    "round_passed_on": "转达提醒",
    "mail_queue": "发送邀请邮件",
    "mail_addresses": "登记企业邮箱",
    "mail_retry": "重发邮件",
    "mail_sent": "邮件已发出",
    "mail_fail": "邮件没发成",
    "mail_lose": "邮件不能确定发没发出",
    "export": "导出清单",
    "edition_copy": "建立年版草稿",
    "edition_import": "读回年版工作簿",
    "edition_ranges": "按完工项目调整目录",
    "edition_adopt": "收存年版",
    "edition_publish": "发布年版",
    "edition_retire": "停用年版",
    "edition_restore": "恢复年版",
    "edition_discard": "丢弃年版草稿",
    "clear_contents": "清理无主文件",
    "alert": "发出警报",
    "alert_tell": "邮件通知警报",
    "alert_end": "警报消除",
    "backup": "备份",
    "backup_ask": "要求备份",
    "restore": "从备份恢复",
    "view_person": "查看个人信息",
    "view_evidence": "查看佐证材料",
    "agree": "同意个人信息处理说明",
    "purpose": "修改个人信息处理说明",
    "take_data": "导出个人信息",
    "erase_user": "注销账号并清除个人信息",
    "erase_contact": "清除联系人信息",
    "retention": "清除过了保存期限的材料",
    "log_drop": "清除过了保存期限的日志",
    "settings": "修改区县设置",
    "workdays_keep": "导入工作日历",
    "workdays_forget": "删除工作日历",
    "need_rules": "修改诉求类别",
    "load_demo": "载入演示数据",
    "gates_told": "补记必备条件和暂核",
    "phone": "登记手机号",
    "give": "分配模块",
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
    "session_end": "退出一台设备上的登录",
    "factor_set": "设置两步验证",
    "factor_show": "验证动态码",
    "factor_codes": "换恢复码",
    "factor_leave": "停用两步验证",
    "factor_reset": "重置两步验证",
    "factor_again": "选定要再验证的操作",
    "token_make": "生成接口令牌",
    "token_revoke": "停用接口令牌",
    "roster_bring": "上传企业名单",
    "roster_check": "核对企业名单",
    "roster_checked": "核对完企业名单",
    "roster_trade": "改名单里企业的行业",
    "roster_import": "导入企业名单",
    "roster_overtaken": "导入前企业有变化",
    "roster_imported": "企业名单已导入",
    "roster_undo": "撤销名单导入",
    "roster_undone": "名单导入已撤销",
    "roster_discard": "丢弃企业名单",
    "mapping_keep": "记住列对应",
    "view_keep": "保存视图",
    "template_keep": "保存表格模板",
    "template_forget": "删除表格模板",
    "view_forget": "删除视图",
    "columns_keep": "选择显示的列",
    "need_register": "登记诉求",
    "need_dismiss": "不采用系统提议的诉求",
    "need_hand_over": "交办诉求",
    "need_progress": "写诉求进展",
    "need_answer": "答复诉求",
    "need_solved": "诉求回访：已解决",
    "need_unsolved": "诉求回访：没有解决，重新办理",
    "need_close": "诉求销号",
    "need_defer": "诉求暂缓",
    "need_decline": "诉求不予解决",
    "need_resume": "诉求重新登记",
    "need_join": "合并同类诉求",
    "need_separate": "取消合并诉求",
    "stand_provider": "改服务商状态",
    "review_provider": "登记服务商年度复核",
    "propose_file": "服务商提交资料更改",
    "take_file": "采用服务商的更改",
    "decline_file": "不采用服务商的更改",
    "show_providers": "向企业展示服务商",
    "ask_introduction": "服务商请企业同意告知名称",
    "agree_introduction": "同意告知企业名称",
    "refuse_introduction": "不同意告知企业名称",
    "withdraw_consent": "收回告知企业名称的同意",
    "introduce": "引荐",
    "contract_introduction": "登记引荐后签约",
    "follow_contract": "引荐随改造项目记为已签约",
    "lose_contract": "引荐随改造项目不再算签约",
    "end_introduction": "登记引荐没有谈成",
    "claim": "登记服务商奖补",
    "proposal_decline": "不采用名单里的认定",
    "sample_draft": "起草样本卡",
    "sample_edit": "修改样本卡",
    "sample_ask": "请企业同意公开样本卡",
    "sample_agree": "同意公开样本卡",
    "sample_decline": "不同意公开样本卡",
    "sample_withdraw": "撤下样本卡",
    "sample_revoke": "收回公开样本卡的同意",
    "sample_copy": "照样本立项",
    "sample_explain": "说明与样本不同的原因",
    "sample_show": "看样本卡",
    "project_begin": "立项",
    "project_begin_for": "代企业立项",
    "project_confirm": "确认代登记的项目",
    "project_edit": "修改项目",
    "project_contract": "登记合同",
    "project_correct_contract": "更正合同",
    "project_report": "填报进度",
    "project_finish": "报完工",
    "project_stop": "终止项目",
    "project_figure": "填改造前后指标",
    "project_opinion": "评价服务商",
    "project_attach": "上传项目资料",
    "project_detach": "删除项目资料",
    "project_check_contract": "核对合同",
    "project_question_contract": "请企业更正合同",
    "project_check_progress": "核对进度",
    "project_question_progress": "请企业重报进度",
    "project_accept": "通过验收",
    "project_send_back": "退回整改",
    "project_reopen": "撤回验收",
    "project_resume": "恢复项目",
    "project_replan": "恢复为计划",
    "policy_keep": "保存补助政策",
    "subsidy_ask": "申请补助",
    "subsidy_pay": "登记补助兑现",
    "notice_draft": "起草申报通知",
    "notice_edit": "修改申报通知",
    "notice_copy": "复制申报通知",
    "notice_publish": "发布申报通知",
    "notice_end": "结束申报通知",
    "notice_reopen": "恢复申报通知",
    "notice_withdraw": "撤回申报通知",
    "notice_discard": "删除申报通知草稿",
    "notice_attach": "给申报通知放附件",
    "notice_detach": "移除申报通知的附件",
    "notice_remind": "提醒申报截止",
    "notice_passed_on": "转达申报提醒",
    "notices_judged": "按申报通知核对企业",
    "candidate_intend": "拟申报",
    "candidate_decline": "放弃申报",
    "candidate_answer": "核实申报条件",
    "candidate_papers": "核对申报材料",
    "candidate_place": "排推荐名次",
    "candidate_recommend": "推荐申报",
    "candidate_take_off": "移出推荐名单",
    "candidate_pass": "评定通过",
    "candidate_fail": "评定未通过",
}
STEPS = "steps"
GROUPS = {
    STEPS: "办理业务",
    "views": "查看个人信息和佐证",
    "exports": "导出和下载",
    "accounts": "账号和登录",
    "system": "系统自己做的",
}
"""Kinds of action; what stands under none of the others is work on firms and rounds."""
GROUPED = {
    "views": ("view_person", "view_evidence"),
    "exports": (
        *("export", "take_data", "report_download"),
        *("district_download", "annual_download", "batch_download", "bundle_download"),
    ),
    "accounts": (
        *("sign_in", "sign_out", "sign_out_everywhere", "link_invite", "link_reset"),
        *("session_end", "factor_set", "factor_show", "factor_codes", "factor_leave"),
        *("factor_reset", "factor_again", "token_make", "token_revoke"),
        *("password_invite", "password_reset", "password_change", "phone", "give"),
        *("agree", "erase_user", "enable", "disable", "role", "calendar_open", "calendar_shut"),
    ),
    "system": (
        *("nightly", "retention", "log_drop", "settle", "ways_kept", "count_habits"),
        *("benchmark", "falls_learnt", "forecasts_kept"),
        "budget_answer",
        "supports_told",
        *("alert", "alert_tell", "alert_end"),
        *("clear_contents", "gates_told", "backup", "backup_ask", "restore"),
        *(
            "job_fail",
            "mail_sent",
            "mail_fail",
            "mail_lose",
            "roster_checked",
            "batch_made",
            "load_demo",
            "load_demo",
            "bundle_keep",
        ),
    ),
}
ALL_GROUPED = tuple(action for actions in GROUPED.values() for action in actions)
SUBJECTS = {
    "roster": "企业名单",
    "mapping": "列对应",
    "assessment": "评估",
    "firm": "企业",
    "user": "用户",
    "pool": "培育库",
    "report": "报告",
    "budget": "补助方案",
    "batch": "批量文件",
    "job": "任务",
    "round": "评估轮次",
    "edition": "问卷年版",
    "district": "区县设置",
    "evidence": "佐证材料",
    "contents": "文件库",
    "backup": "备份",
    "alert": "警报",
    "list": "清单",
    "mail": "邮件",
    "need": "诉求",
    "view": "视图",
    "template": "表格模板",
    "provider": "服务商",
    "introduction": "引荐",
    "log": "操作日志",
    "project": "改造项目",
    "sample": "样本",
    "policy": "补助政策",
    "notice": "申报通知",
    "candidate": "申报通知",
    "page": "页面",
    "signature": "签名",
}
LISTS = {
    "roster": "带导入问题的名单",
    "assessments": "评估清单",
    "visits": "先核验的企业",
    "answers": "答卷和结果",
    "pool": "培育库",
    "firms": "企业名录",
    "needs": "问题清单",
    "audit": "操作日志",
    "providers": "服务商名录",
    "introductions": "供需引荐",
    "provider_ledger": "服务商奖补台账",
    "round": "轮次进度",
    "invitations": "邀请名单",
    "slips": "邀请二维码",
    "phones": "带电话的催办文字",
    "work": "核验情况",
    "projects": "改造项目清单",
    "samples": "样本清单",
    "candidates": "申报对象",
    "recommendation": "推荐汇总表",
}
QUIET = frozenset({"attach_evidence", "remove_evidence", "processes"})
"""Steps whose details belong to a sheet: while it is a draft, only the firm may know them."""
STATES_OF: Mapping[str, Mapping[str, str]] = {
    "assessment": STATES,
    "pool": POOL,
    "need": needs.STATES,
    "edition": EDITION_STATES,
    "job": jobs.STATES,
    "project": projects.STATES,
    "sample": samples.STATES,
    "notice": NOTICE_STATES,
    "candidate": CANDIDATE_STATES,
    "introduction": INTRODUCTION_STATES,
}
NAMES = {
    "stage": "阶段",
    "nation_stage": "国家梯度阶段",
    "nation_target": "国家梯度目标",
    "nation_rung": "国家梯度",
    "filed_on": "日期",
    "responsible_id": "责任人",
    "next_step": "下一步",
    "next_by": "时限",
    "credit": "信用核查",
    "credit_on": "核查日期",
    "offences": "违法和事故",
    "benefits": "政策兑现",
    "remark": "备注",
    "above_scale": "规上",
    "located": "所在地",
    "contact_changed": "联系方式有更改",
    "on_the_spot": "本地驻场人数",
    "classes": "类别",
    "provincial": "省级类别",
    "provincial_year": "列入年度",
    "trades": "服务行业",
    "response_hours": "答复承诺（小时）",
    "qualifications": "资质",
    "offers": "产品数",
    "cases": "案例数",
    "reviewed_on": "复核日期",
    "showings": "展示次数",
    "package": "改造场景",
    "provider_classes": "服务商类别",
    "provider_permille": "服务商奖补千分比",
    "provider_document": "服务商奖补依据",
    "address": "地址",
    "answers": "题数",
    "bureau": "主管部门",
    "answered_on": "核实日期",
    "check": "提示编号",
    "checked": "已核对材料",
    "condition": "条件编号",
    "contact": "联系科室",
    "district_by": "区级初审截止",
    "firms_by": "企业截止",
    "investment": "总投资（元）",
    "issuer": "发文单位",
    "met": "符合",
    "number": "文号",
    "placed": "名次",
    "platform": "平台网址",
    "source": "依据",
    "check_by": "区级审核截止",
    "closes_on": "截止",
    "contradictions": "未处理的矛盾提示",
    "code": "代码",
    "contact_mail": "邮箱",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "contact_post": "联系人职务",
    "consultant": "诊断顾问",
    "demonstration": "演示",
    "document": "文号",
    "edition": "年版",
    "employees": "从业人数",
    "files": "文件数",
    "firm": "企业编号",
    "lacking": "没有的原因",
    "link_days": "链接有效天数",
    "bundle_days": "档案包保存天数",
    "stuck_days": "几天没动算停住",
    "retention_months": "过程材料保存月数",
    "purpose_version": "个人信息处理说明第几版",
    "log_months": "操作日志保存月数",
    "rosters": "名单数",
    "batches": "批量文件数",
    "jobs": "任务数",
    "mails": "邮件数",
    "most_open": "一家企业最多没办结",
    "bundles": "档案包数",
    "main": "并入",
    "category": "类别",
    "due_on": "办结时限",
    "by_weekends": "时限按周末推算",
    "handed_on": "交办日期",
    "days": "办理工作日",
    "called_on": "回访日期",
    "public": "公开答复",
    "reopened": "重新办理次数",
    "draft": "提议",
    "name": "名称",
    "name_key": "名称拼音",
    "minutes": "依据",
    "decided_on": "纪要日期",
    "notice": "文号",
    "only_invited": "只邀请选定的企业",
    "opens_on": "开始",
    "organisation": "单位",
    "employs": "任职单位",
    "park": "园区",
    "phone": "手机号",
    "plan": "规划",
    "planned_on": "计划日期",
    "post": "职务",
    "processes": "工序",
    "project": "项目",
    "question": "题号",
    "pasted": "粘贴的企业数",
    "roster": "名单编号",
    "products": "主要产品",
    "recognised_on": "认定日期",
    "reduced": "山区海岛县",
    "revenue": "营业收入",
    "rows": "行数",
    "sessions": "过期登录",
    "throttles": "过期计数",
    "superseded": "不再作数的报告",
    "supersedes": "取代",
    "seal": "封存",
    "second": "组员",
    "section": "模块",
    "department": "科室",
    "logo": "徽标",
    "main_colour": "主色",
    "deep_colour": "深色",
    "size": "规模",
    "targets": "目标",
    "counting": "目标怎样计数",
    "title": "名称",
    "township": "乡镇（街道）",
    "townships": "乡镇（街道）",
    "parks": "园区",
    "trade": "行业",
    "upward_by": "上报截止",
    "username": "用户名",
    "values": "当时的答案",
    "year": "年份",
    "holidays": "放假+补班天数",
    "categories": "诉求类别",
    "accepted_on": "验收日期",
    "after_on": "改造后日期",
    "as_of": "截至",
    "before_on": "改造前日期",
    "contracted_on": "合同日期",
    "filing_code": "备案代码",
    "finished_on": "完工日期",
    "open": "受理中",
    "paid_on": "兑现日期",
    "percent": "进度（%）",
    "place": "车间或产线",
    "planned_end": "计划完工",
    "planned_start": "计划开工",
    "policy": "政策",
    "provider_name": "服务商",
    "rate": "补助比例（%）",
    "satisfaction": "满意度（分）",
    "summary": "建设内容",
    "unit": "单位",
}
"""What values are called where the value alone would not tell."""
BARE = frozenset({"name", "code", "username", "title", "edition", "trade"})
"""Values that say by themselves what they are when they stand alone in a new row."""


@dataclass(frozen=True)
class LogWords:
    """The words for rows of the log. Each mapping holds titles by id, of every edition."""

    rungs: Mapping[str, str]
    trades: Mapping[str, str]
    processes: Mapping[str, str]
    sections: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    """Names by user name."""

    def action(self, entry: AuditEntry) -> str:
        """Name a step, such as 新增企业."""
        named = ACTIONS.get(entry.action, entry.action)
        if entry.action in ("create", "edit"):
            return named + SUBJECTS.get(entry.subject, entry.subject)
        return named

    def subject(self, entry: AuditEntry) -> str:
        """Name what a step was about, with its number."""
        if entry.subject == "list":
            return LISTS.get(entry.subject_id, entry.subject_id)
        if entry.subject == "page":
            return seen.PAGES.get(entry.subject_id, entry.subject_id)
        if entry.subject == "log":
            return f"操作日志第 {entry.subject_id} 块"
        return f"{SUBJECTS.get(entry.subject, entry.subject)} {entry.subject_id}".strip()

    def change(self, entry: AuditEntry) -> str:
        """Write what changed, from and to; nothing of what only a sheet's readers may see."""
        if entry.action in QUIET:
            return ""
        was, is_ = entry.before or {}, entry.after or {}
        if entry.action == "correct_recognition":  # its row holds all of both
            was, is_ = (
                {name: value for name, value in one.items() if was.get(name) != is_.get(name)}
                for one in (was, is_)
            )
        before, after = (self._said(entry, values) for values in (was, is_))
        return f"{before} → {after}" if before and after else after or before

    def changed(
        self, entry: AuditEntry, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> str:
        """Write one value, from and to; what did not change as it is."""
        was, is_ = (
            self._value(entry, name, values[name]) if name in values else ""
            for values in (before, after)
        )
        if not was or not is_ or was == is_:
            return is_ or was
        return f"{was} → {is_.removeprefix(f'{NAMES.get(name, name)} ')}"

    def _said(self, entry: AuditEntry, values: Mapping[str, Any] | None) -> str:
        parts = (self._value(entry, name, value) for name, value in (values or {}).items())
        return "，".join(part for part in parts if part)

    def _value(self, entry: AuditEntry, name: str, value: Any) -> str:
        if name == "state":
            return STATES_OF.get(entry.subject, {}).get(value, str(value))
        if say := PHRASES.get(name):
            return say(value)
        if name == "target":
            return f"目标 {self.rungs.get(value, value)}"
        if name == "rung":
            return self.rungs.get(value, value)
        return self._named(entry, name, value)

    def _named(self, entry: AuditEntry, name: str, value: Any) -> str:
        said = plain(self._titled(name, value))
        if name in BARE and entry.action not in ("profile", "settings"):
            return said
        return f"{NAMES.get(name, name)} {said or '无'}"

    def _titled(self, name: str, value: Any) -> Any:
        """Put titles in the place of the ids that a value holds."""
        if value and name in ("consultant", "second"):
            return self.people.get(value, value)
        if value and name == "trade":
            return self.trades.get(value, value)
        if value and name == "processes":
            return [self.processes.get(process, process) for process in value]
        if value and name == "section":
            return self.sections.get(value, value)
        if value and name == "targets":
            return [
                {**target, "rungs": [self.rungs.get(rung, rung) for rung in target["rungs"]]}
                for target in value
            ]
        return value


def _sum(title: str, hundredths: int | None) -> str:
    return f"{title} {'没有填' if hundredths is None else money_text(hundredths)}"


def _bought(codes: Mapping[str, int] | list[str]) -> str:
    if isinstance(codes, list):
        return "、".join(codes) or "无"
    return "、".join(f"{code}×{n}" if n > 1 else code for code, n in codes.items()) or "无"


def _priced(parts: Mapping[str, int]) -> str:
    return "、".join(f"{code} {money_text(price)}" for code, price in parts.items()) or "无"


PHRASES: Mapping[str, Callable[[Any], str]] = {
    "stages": lambda stages: "培育阶段 " + "、".join(stage["title"] for stage in stages),
    "provider_standing": lambda standing: PROVIDER_STANDINGS.get(standing, standing),
    "claimed": lambda money: _sum("已申领", money),
    "share": lambda share: f"得分率 {percent(Fraction(share))}",
    "role": lambda role: ROLES.get(role, role),
    "shown_by": lambda how: factors.SHOWN_BY.get(how, how),
    "codes_left": lambda left: f"还剩 {left} 个恢复码",
    "again": lambda kinds: (
        f"要再验证 {'、'.join(factors.AGAIN.get(kind, kind) for kind in kinds) or '无'}"
    ),
    "scopes": lambda scopes: f"权限 {'、'.join(api.SCOPES.get(one, one) for one in scopes)}",
    "until": lambda day: f"有效至 {day}",
    "came_by": lambda source: f"来源 {needs.SOURCES.get(source, source)}",
    "rating": lambda rating: f"评价 {needs.RATINGS.get(rating, '无')}",
    "settlement": lambda how: SETTLEMENTS.get(how, how),
    "decision": lambda how: DECISIONS.get(how, how),
    "kind": lambda kind: {**SHEETS, "workbook": "答卷和结果", "files": "一企一档"}.get(kind, kind),
    "edition_of": lambda kind: batches.EDITIONS.get(kind, kind),
    "note": lambda kind: TITLES.get(kind, kind),
    "signed": lambda signed: f"所签内容 {signed[:12]}",
    "removed": lambda _gone: "删除",
    "size": lambda size: f"规模 {SIZES.get(size, '无')}",
    "rows": lambda rows: f"{rows} 行",
    "reminder": lambda kind: REMINDERS.get(kind, kind),
    "firms": lambda firms: f"{firms} 家企业",
    "quotas": lambda quotas: (
        "，".join(f"{name} {n} 家" for name, n in quotas.items()) or "没有任务数"
    ),
    "despite": lambda _: "有利益关系，仍然指派",
    "granted": lambda granted: "同意企业的申请" if granted else "",
    "version": lambda number: f"第 {number} 版留存",
    "said": str,  # a row written before changes were kept as values, word for word
    "level": lambda level: f"级别 {AWARD_LEVELS.get(level, '无')}",
    "standing": lambda standing: STANDINGS.get(standing, standing),
    "fault": lambda fault: jobs.FAULTS.get(fault, fault),
    "sha256": lambda sha256: sha256[:12],
    "logo": lambda digest: f"徽标 {digest[:12] or '无'}",
    "closes_on": lambda day: f"至 {day}" if day else "不限期",
    "opens_on": lambda day: f"自 {day}",
    "packages": lambda codes: "按系统建议" if codes is None else f"顾问方案 {len(codes)} 项",
    "sections": lambda given: "全部模块" if given is None else f"{len(given)} 个模块",
    "changed": lambda names: f"改了{'、'.join(CHANGED.get(name, name) for name in names)}",
    "active": lambda active: "" if active else "已停用",
    "after": lambda number: f"改造后 {number or '没有填'}",
    "before": lambda number: f"改造前 {number or '没有填'}",
    "items": lambda number: f"{number} 项",
    "way": lambda way: samples.WAYS.get(way, way),
    "masked": lambda masked: "不公开名称" if masked else "公开名称",
    "revision": lambda number: f"第 {number} 稿",
    "sample": lambda number: f"样本 {number}",
    "paper": lambda kind: projects.PAPERS.get(kind, kind),
    "bought": lambda codes: f"改造场景 {_bought(codes)}",
    "parts": lambda parts: "各场景的价 " + _priced(parts),
    "counted": lambda kinds: "计入 " + "、".join(projects.COSTS.get(one, one) for one in kinds),
    **{
        name: partial(_sum, title)
        for name, title in (
            *((f"price_{kind}", title) for kind, title in projects.COSTS.items()),
            ("price", "合同价"),
            ("invested", "已投入"),
            ("asked", "申请"),
            ("paid", "已兑现"),
            ("cap", "最多"),
        )
    },
    "page": lambda page: seen.PAGES.get(page, page),
    "times": lambda times: f"{times} 次",
    "last": lambda moment: f"末次 {local(datetime.fromisoformat(moment), '%H:%M:%S')}",
    "came_late": lambda moment: (
        f"实际时间 {local(datetime.fromisoformat(moment), '%Y-%m-%d %H:%M:%S')}"
    ),
}
"""How a value reads that is not simply written beside its name."""


def plain(value: Any) -> str:
    """Write a value as a reader would: yes or no, a list with its commas, nothing for nothing."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(plain(part) for part in value)
    if isinstance(value, dict):
        return " ".join(plain(part) for part in value.values())
    return "" if value is None else str(value)
