"""What pages and files are called on which somebody saw personal data or evidence."""

from __future__ import annotations

from typing import Final

PAGES: Final = {
    "administrator.users": "用户和权限",
    "bureau.assessment": "评估详情",
    "bureau.audit": "操作日志",
    "bureau.district_firms": "全区情况的企业名单",
    "bureau.firm": "企业详情",
    "bureau.firm_needs": "企业的诉求",
    "bureau.invitations": "邀请名单",
    "bureau.mails": "邀请邮件",
    "bureau.need": "诉求",
    "bureau.need_paper": "诉求办理单",
    "bureau.reminders": "催办",
    "bureau.roster": "企业名单",
    "bureau.round_": "评估轮次",
    "consultant.checklist": "现场核查单",
    "consultant.confirm": "核定页",
    "consultant.home": "顾问首页",
    "consultant.needs": "走访企业的诉求",
    "consultant.notes": "现场记录",
    "consultant.overview": "现场诊断",
    "consultant.preparation": "到访准备",
    "firm.colleagues": "本企业同事",
    "firm.home": "企业首页",
    "firm.overview": "答卷总览",
    "firm.profile": "企业信息",
    "privacy.firm": "企业联系人的个人信息",
    "privacy.people": "个人信息查询",
    "privacy.user": "账号的个人信息",
    "responses.confirmation": "核定结果签认页",
    "responses.signature": "签名图片",
    "results.report": "诊断报告",
    "results.result": "评估结果",
    "results.stamped": "旧报告的盖章副本",
    "versions.all_of": "历次版本",
    "files.evidence": "佐证材料原件",
    "files.thumbnail": "佐证照片缩略图",
    "files.view": "佐证照片",
}
