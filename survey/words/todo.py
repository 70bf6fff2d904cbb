"""What waits for whom, and what an installation begins with, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from survey.clock import LOCAL


class Said(NamedTuple):
    """How a kind of 待办 reads."""

    title: str
    unit: str = "家"
    since: str = "{day}起"
    """What its first day is the day of; ``{day}`` stands for it."""
    remedy: str = ""
    """What helps, where the title does not say it."""


KINDS: Final[Mapping[str, Said]] = {
    "begin": Said("开始这一轮评估", "项", "{day}开放"),
    "finish": Said("填完并提交自评", "项", "{day}开始填"),
    "returned": Said("按退回意见补充，再提交", "项", "{day}退回"),
    "profile": Said("补全企业信息", "项", "", "规模、从业人数、工序和联系人还没填全。"),
    "invited": Said("请同事打开邀请链接", "人", "{day}邀请", "还没打开，可以提醒他或重发一个。"),
    "given": Said("填完分给您的模块", "项", "{day}开始填"),
    "unsaid": Said("看核定内容，签认或提出异议", "项", "{day}核定"),
    "to_begin": Said("去企业开始现场诊断", "家", "{day}指派"),
    "running": Said("继续现场诊断", "家", "{day}指派"),
    "ready": Said("写好结论并核定", "家", "{day}指派", "各题都已核验。"),
    "apart": Said("说“我这张填完了”", "家", "{day}指派", "您另填的核查表已判完。"),
    "second_done": Said("组员已填完，请比对两人意见", "家", "{day}填完"),
    "reopened": Said("重新打开，请再核验", "家", "{day}重新打开"),
    "at_firm": Said("等企业补充后再提交", "家", "{day}退回", "现在不用您做什么。"),
    "in_again": Said("企业已再次提交，等主管部门安排", "家", "{day}提交", "现在不用您做什么。"),
    "settled": Said("异议已有答复，请看答复，再签认", "项", "{day}答复"),
    "need_answered": Said("诉求已有答复，请说说解决了没有", "件", "{day}答复"),
    "need_late": Said("诉求超过办结时限", "件", "{day}登记", "催办责任部门，或写明理由暂缓。"),
    "need_new": Said("新的诉求，待交办", "件", "{day}登记"),
    "need_ask": Said("诉求已答复，待企业评价或电话回访", "件", "{day}答复"),
    "called": Said("申报快截止了，看看条件、说一声报不报", "条", "{day}提醒"),
    "objected": Said("企业对核定有异议，待处理", "家", "{day}提出"),
    "asks_back": Said("企业申请退回或重新打开，待答复", "家", "{day}申请"),
    "asks_off": Said("顾问申请回避，待处理", "家", "{day}申请", "改派，或写明理由仍由其诊断。"),
    "unassigned": Said("待指派诊断顾问", "家", "{day}提交"),
    "proposed": Said("拟入库，待研究决定", "家", "{day}提出"),
    "step_due": Said(
        "培育库里，下一步过了时限", "家", "", "办完的改成新的下一步，没办完的另定时限。"
    ),
    "stage_proposed": Said("有阶段建议，待采纳", "家", "", "可以在培育库里一起采纳。"),
    "nation_proposed": Said(
        "国家梯度有阶段建议，待采纳", "家", "", "可以在培育库里一起采纳，与省级梯度分开。"
    ),
    "unplaced": Said("已核定，待定是否入库", "份", "{day}核定"),
    "remind": Said("要转达给企业的催办提醒", "轮", "{day}起", "没有邮箱的企业，请打电话或发消息。"),
    "notice_due": Said(
        "申报快到区级初审截止，待转达企业", "条", "{day}起", "打开通知，照名单打电话或发消息。"
    ),
    "unrecognised": Said("评定已通过，待按文件登记认定", "家", "{day}通过"),
    "mail_failed": Said("给企业的邮件没有发出去", "轮", "{day}起", "看原因，改邮箱后重发。"),
    "sample_asked": Said("主管部门想公开本企业的样本卡，请看内容，同意或退回", "张", "{day}发来"),
    "project_mend": Said("改造项目要更正、重报或确认", "个", "{day}起"),
    "project_contract": Said("改造项目的合同，待核对", "个", "{day}登记"),
    "project_progress": Said("改造项目的进度，待核对", "个", "{day}填报"),
    "project_finished": Said("改造项目已完工，待验收", "个", "{day}报完工"),
    "subsidy_asked": Said("改造项目已验收，申请的补助待办结", "个", "{day}起"),
    "project_overdue": Said("改造项目过了计划完工日期", "个", ""),
    "closing": Said("快截止了，还没提交", "家", ""),
    "overdue": Said("过了截止日期，还没提交", "家", ""),
    "unsigned": Said("邀请已发出，企业还没登录过", "家", "{day}新增"),
    "link_spent": Said("邀请链接已失效，要重新发", "家", "{day}新增"),
    "consultant_unsigned": Said("诊断顾问还没登录过", "人", "{day}新增"),
    "report_failed": Said("诊断报告生成失败", "份", "{day}失败", "打开评估，再申请一次。"),
    "roster_checked": Said("名单已核对，待确认导入", "份", "{day}核对"),
    "roster_failed": Said("名单处理没有完成", "份", "{day}中断", "打开名单，再试一次。"),
    "recognition_listed": Said("名单里的认定，待按文件登记", "项", "{day}导入"),
    "to_introduce": Said("企业同意告知名称，待引荐给服务商", "条", "{day}同意"),
    "provider_change": Said("服务商提交了资料更改，待核对", "家", "{day}提交"),
    "sample_declined": Said(
        "企业没有同意公开样本卡，待修改或撤下", "张", "{day}退回", "打开样本卡看企业写的理由。"
    ),
    "name_asked": Said("服务商想与您联系，请答复", "家", "{day}提出"),
    "no_round": Said("没有开放的评估轮次", "项", "", "企业现在不能开始新的评估。"),
    "no_contact": Said(
        "还没有登记联系人和电话", "项", "", "企业遇到问题不知道找谁。由管理员在“区县设置”里填写。"
    ),
    "job_failed": Said("后台任务失败", "件", "{day}失败"),
    "staff_unsigned": Said("工作人员还没登录过", "人", "{day}新增", "可以重新发一个链接。"),
}
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
NEAR: Final[Mapping[int, str]] = {0: "今天", 1: "明天", 2: "后天"}
SUBJECTS: Final[Mapping[str, str]] = {"report": "诊断报告", "nightly": "每夜检查"}

FIRST_STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "district": ("填区县设置", "区县和主管部门的名称、联系人和电话、乡镇（街道）。"),
    "officers": ("新增主管部门人员", "身份选“主管部门人员”，把邀请链接发给本人。"),
    "edition": ("确认问卷年版", "系统自带一份问卷；有自己的，可在这里上传并发布。"),
    "consultants": ("新增诊断顾问", "身份选“诊断顾问”，把邀请链接发给本人。"),
    "firms": ("登记企业", "手头有名单的，按“导入名单”整份导入；零星的，一家一家新增。"),
    "round": ("建立评估轮次", "选问卷年版，定开始和截止日期。"),
    "invitations": ("把邀请链接发给企业", "企业负责人打开链接、设好密码，就算完成。"),
    "answer": ("等第一家企业开始作答", "企业登录后按“开始评估”，答案随填随存。"),
}


def day(moment: datetime | date, today: date) -> str:
    """Name a day as one says it: 11 月 3 日; of another year with its year, 2025 年 11 月 3 日."""
    local = moment.astimezone(LOCAL) if isinstance(moment, datetime) else moment
    year = "" if local.year == today.year else f"{local.year} 年 "
    return f"{year}{local.month} 月 {local.day} 日"


def since(kind: str, moment: datetime | None, today: date) -> str:
    """Say since when a thing waits: 11 月 3 日提交，已 6 天; nothing where no day is known."""
    form = KINDS[kind].since
    if moment is None or not form:
        return ""
    days = (today - moment.astimezone(LOCAL).date()).days
    said = form.format(day=day(moment, today))
    return f"{said}，已 {days} 天" if days > 0 else said


def planned(on: date | None, today: date) -> str:
    """Say a planned day: 计划 12 月 4 日（后天）; nothing where none is set."""
    if on is None:
        return ""
    ahead = (on - today).days
    near = NEAR.get(ahead) or (f"已过 {-ahead} 天" if ahead < 0 else WEEKDAYS[on.weekday()])
    return f"计划 {day(on, today)}（{near}）"


def until(last: date | None, today: date) -> str:
    """Say a last day as what is left: 12 月 4 日截止，还剩 3 天."""
    if last is None:
        return ""
    left = (last - today).days
    if left < 0:
        return f"{day(last, today)}已截止，过了 {-left} 天"
    return f"{day(last, today)}截止，" + (f"还剩 {left} 天" if left else "今天是最后一天")
