"""Chinese sentences spoken from Python: names of states and roles, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from questionnaires.words import SIZES as SIZES
from reports.words import CONDITION_STATES as CONDITION_STATES
from reports.words import GATE_STATES as GATE_STATES
from reports.words import OUTCOMES as OUTCOMES
from reports.words import SEVERITIES as SEVERITIES
from reports.words import VERDICTS as VERDICTS
from survey.tables import (
    AssessmentState,
    AwardLevel,
    Decision,
    DocumentKind,
    DocumentStanding,
    Doubt,
    EditionState,
    PairNeed,
    PoolState,
    RecognitionStanding,
    ResponseKind,
    Role,
    Settlement,
    SheetKind,
)
from survey.words.answers import NEEDS as NEEDS
from survey.words.answers import TEXTS as TEXTS
from survey.words.answers import needed as needed

ROLES: Final[Mapping[str, str]] = {
    Role.FIRM: "企业",
    Role.CONSULTANT: "诊断顾问",
    Role.OFFICER: "主管部门人员",
    Role.ADMINISTRATOR: "管理员",
    Role.PROVIDER: "服务商",
}
STATES: Final[Mapping[str, str]] = {
    AssessmentState.DRAFT: "填写中",
    AssessmentState.SUBMITTED: "已提交",
    AssessmentState.VISITING: "现场诊断中",
    AssessmentState.CONFIRMED: "已核定",
}
SHEETS: Final[Mapping[str, str]] = {SheetKind.SELF: "自评", SheetKind.ONSITE: "现场诊断"}
WHENS: Final[Mapping[str, str]] = {
    "past": "已过计划日期",
    "today": "今天",
    "week": "本周",
    "later": "以后",
    "open": "日期未定",
}
"""How near the planned day of a visit is."""
AWARD_LEVELS: Final[Mapping[str, str]] = {
    AwardLevel.DISTRICT: "区县级",
    AwardLevel.CITY: "市级",
    AwardLevel.PROVINCE: "省级",
    AwardLevel.NATION: "国家级",
}

RECOGNITIONS: Final[Mapping[str, str]] = {
    RecognitionStanding.VALID: "有效",
    RecognitionStanding.CORRECTED: "已更正",
    RecognitionStanding.REVOKED: "已撤销",
}

DOUBTS: Final[Mapping[str, str]] = {
    Doubt.UNVERIFIED: "这家企业的答卷还没有经过现场核定。",
    Doubt.PROVISIONAL: "核定的等级是暂核：靠没有看到的题站住。",
    Doubt.ABOVE_VERIFIED: "登记的等级高于现场核定的等级。",
    Doubt.YEAR_DIFFERS: "文号里的年份和认定日期的年份不一样。",
    Doubt.ROUNDS_OVERLAP: "这段时间还有别的轮次开放，企业会同时看到两个入口。",
    Doubt.OTHER_REGISTRAR: "这个代码不以 9 开头，不是市场监管部门登记的企业（如机关、协会、合作社）。",
    Doubt.OTHER_PLACE: "代码第 3 至 8 位不是现行的行政区划代码，请对照营业执照核对。",
    Doubt.OWN_CODE: "代码第 9 至 17 位（组织机构代码）的校验位不对；少数早期登记的企业确实如此，请对照营业执照逐位核对。",
}
"""What of a decision does not fit, said before it is taken after all."""

CLIMB: Final[Mapping[str, str]] = {
    PoolState.PROPOSED: "主管部门正在研究是否列入培育库，现在不用您做什么。",
    PoolState.IN_POOL: "已列入培育库。按结果页的提升路线一步步做，做到了告诉经办人。",
    PoolState.RECOGNISED: "已获认定。想再往上走，可以请经办人把培育目标调高。",
    PoolState.WITHDRAWN: "已不在培育库里。情况有变化时，可以请经办人重新列入。",
}
NOT_CLIMBING: Final = "现场核定以后，由主管部门研究是否列入培育库，现在不用您做什么。"
"""What its place in the pool means for a firm, and what comes next; the latter where it has none."""

POOL: Final[Mapping[str, str]] = {
    PoolState.PROPOSED: "拟入库",
    PoolState.IN_POOL: "在库",
    PoolState.RECOGNISED: "已认定",
    PoolState.WITHDRAWN: "已退库",
}

STANDINGS: Final[Mapping[str, str]] = {
    DocumentStanding.VALID: "有效",
    DocumentStanding.SUPERSEDED: "已被替代",
    DocumentStanding.WITHDRAWN: "已撤销",
}
DOCUMENTS: Final[Mapping[str, str]] = {
    DocumentKind.SELF_REPORT: "自评版",
    DocumentKind.ONSITE_REPORT: "现场诊断版",
    DocumentKind.DISTRICT_PAGE: "内部版",
    DocumentKind.DISTRICT_OUTWARD: "公开版",
    DocumentKind.ANNUAL_REPORT: "内部版",
    DocumentKind.ANNUAL_OUTWARD: "公开版",
}

RESPONSES: Final[Mapping[str, str]] = {
    ResponseKind.ACKNOWLEDGED: "企业已签认",
    ResponseKind.OBJECTED: "企业有异议",
}
SETTLEMENTS: Final[Mapping[str, str]] = {
    Settlement.UPHELD: "异议成立，重新核验",
    Settlement.KEPT: "维持核定",
}

EDITION_STATES: Final[Mapping[str, str]] = {
    EditionState.DRAFT: "草稿",
    EditionState.PUBLISHED: "已发布",
    EditionState.RETIRED: "已停用",
}

LOCKED: Final[Mapping[str, str]] = {
    AssessmentState.DRAFT: "评估还在企业填写中，不能这样操作。",
    AssessmentState.SUBMITTED: "评估已提交并锁定。如需修改，请联系{bureau}申请退回。",
    AssessmentState.VISITING: "评估正在现场诊断，不能这样操作。",
    AssessmentState.CONFIRMED: "评估已核定并锁定。如需修改，请联系{bureau}。",
}

HANDED_IN: Final[Mapping[str, str]] = {
    AssessmentState.SUBMITTED: "答卷已交给{bureau}，等安排诊断顾问上门核验。要改，可以申请退回。",
    AssessmentState.VISITING: "诊断顾问正在现场核验。核定后，请企业负责人来看结果，签认或提出异议。",
    AssessmentState.CONFIRMED: "现场诊断已核定。要改，可以申请重新打开。",
}
"""To a firm, where its sheet is and what comes next."""

SHEET_FINISHED: Final = (
    "您的核查表已经收口，不能再改。还有要改的，请和组长当面说，由组长在他的核查表里改。"
)
FOR_THE_LEAD: Final = (
    "您另填了一张核查表，这一步由组长办理。您在自己的核查表里判完后，按“我这张填完了”。"
)
PAIR_NEEDS: Final[Mapping[str, str]] = {
    PairNeed.FINISH: "组员另填的核查表还没有填完。请等组员填完，或写明理由不等。",
    PairNeed.COMPARE: "组员的核查表已经填完，请先比对两人意见。",
    PairNeed.DECIDE: "两人意见不同的题还没有全部定下来，请逐题定。",
}
"""What stands against confirming a visit of two sheets."""
DECISIONS: Final[Mapping[str, str]] = {
    Decision.KEEP: "保留组长的",
    Decision.TAKE: "采用组员的",
    Decision.OTHER: "另定一档",
}
VISIT_RETURNED: Final = (
    "答卷已退回企业补充，没有保存。企业重新提交、主管部门再安排后，这家企业会回到“我的现场诊断”。"
)
VISIT_PAUSED: Final = (
    "答卷已退回企业补充，这次现场诊断先停下，已经保存的核验都在。"
    "企业重新提交、主管部门再安排后，这家企业会回到“我的现场诊断”。"
)
NOTHING_KEPT: Final = "本系统不在浏览器里保存内容，诊断不能带走；请联网填写。"
VISIT_TAKEN: Final = (
    "这次现场诊断已改派或收回，不再由您负责，刚才填的没有保存。"
    "以前保存的核验都在，由接手的诊断顾问继续。有疑问请联系{bureau}。"
)
RETURNED: Final = "答卷已退回企业，没有办理。等企业重新提交后，再从评估清单进入。"

ERRORS: Final[dict[int, tuple[str, str]]] = {
    400: ("请求不完整", "没有保存。请回到刚才的页面，核对填写的内容后再操作一次。"),
    401: ("请先登录", "登录状态已失效，没有保存。请重新登录。"),
    403: ("没有权限", "您的账号不能使用这个功能。如有需要，请联系{bureau}。"),
    404: (
        "没有找到",
        "页面不存在，或您无权查看。请检查地址，或从首页重新进入；仍不行请联系{bureau}。",
    ),
    405: ("操作方式不对", "请从页面上的按钮操作。"),
    409: ("内容已变化", "内容刚刚被修改或已锁定，没有保存。请打开最新的页面，核对后再操作。"),
    410: ("不再提供", "这份内容已撤销，不再提供。"),
    413: ("内容太大", "提交的内容超过上限，未保存。请缩小文件或删减文字后重试。"),
    415: ("文件类型不支持", "请按页面上列出的类型上传。"),
    422: ("填写有误", "请按提示修改后重新提交，您填写的内容都还在。"),
    429: ("操作太频繁", "请稍后再试。"),
    500: (
        "系统出错",
        "操作没有完成，数据未改动。请稍后重试；如仍不行，请把请求编号告诉{bureau}。",
    ),
    503: ("系统繁忙", "您的内容仍在本机，请约 30 秒后重试。"),
    507: ("存储空间不足", "服务器空间不足，内容未保存。请告诉{bureau}。"),
}

# The first word found names it: an Edge also calls itself Chrome, and a Chrome Safari.
BROWSERS: Final = {
    "MicroMessenger": "微信",
    "Edg": "Edge 浏览器",
    "Firefox": "Firefox 浏览器",
    "Chrome": "Chrome 浏览器",
    "Safari": "Safari 浏览器",
}
MACHINES: Final = {
    "iPhone": "苹果手机",
    "iPad": "苹果平板",
    "Android": "安卓设备",
    "Windows": "Windows 电脑",
    "Macintosh": "苹果电脑",
    "Linux": "Linux 电脑",
}


def device(agent: str) -> str:
    """Say in words which device a session belongs to, as far as it tells."""
    said = [
        next((words for sign, words in signs.items() if sign in agent), "")
        for signs in (MACHINES, BROWSERS)
    ]
    return "，".join(filter(None, said)) or "未知设备"
