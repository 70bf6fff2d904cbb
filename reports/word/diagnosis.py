"""The fields of a diagnosis report's Word edition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from questionnaires.words import SIZES
from reports import charts
from reports.diagnosis import Diagnosis
from reports.diagnosis.advice import DISCLAIMER
from reports.diagnosis.sections import LONG, SectionLine
from reports.facts import SheetKind
from reports.figures import date_text
from reports.paper.drawing import svg
from reports.paper.ladder import HEIGHT, WIDTH, ladder
from reports.word.chapters import PAPER
from reports.word.fields import Drawing, Fields, Part, Picture, Rows, Text
from reports.words import CONDITION_STATES, SEVERITIES

FULL_WIDTH = 150
"""Millimetres between the margins of the templates we ship."""
NONE = "—"


def _plain(name: str, says: str, attribute: str) -> Text:
    """A field that is an attribute as it stands."""
    return Text(name, says, lambda it: str(getattr(it, attribute)))


def _money(name: str, attribute: str) -> Text:
    return Text(name, f"{name}，万元，参考值", lambda it: getattr(it, attribute) or NONE)


def _day(name: str, says: str, of: Callable[[Any], Any]) -> Text:
    return Text(name, says, lambda it: date_text(found) if (found := of(it)) else "")


def _ladder(it: Diagnosis) -> Drawing:
    words = f"阶梯图：{it.rung}，总得分率 {it.share.text}"
    return Drawing(ladder(it.ladder, words), WIDTH, HEIGHT, FULL_WIDTH, words)


def _radar(it: Diagnosis) -> Drawing:
    shares = "，".join(f"{s.title} {s.share_text}" for s in it.scored_sections)
    words = f"各模块得分率：{shares}"
    return Drawing(svg(charts.radar(it), 640, 430, words), 640, 430, FULL_WIDTH, words)


FIRM: Fields = (
    Text("企业名称", "企业全称", lambda it: it.facts.firm),
    Text("统一社会信用代码", "18 位代码", lambda it: it.facts.code),
    Text("行业", "企业所属行业", lambda it: it.facts.trade),
    Text("乡镇", "乡镇（街道）", lambda it: it.facts.township),
    Text("园区", "所在园区，没有填写的为空", lambda it: it.facts.park),
    Text(
        "规模", "微型、小型、中型或大型", lambda it: SIZES[it.facts.size] if it.facts.size else ""
    ),
    Text("工序", "企业勾选的工序，用顿号隔开", lambda it: "、".join(it.facts.processes)),
)
COVER: Fields = (
    Text("标题", "诊断报告（自评版）或（现场诊断版）", lambda it: it.title),
    *FIRM,
    Text("区县", "区县名称", lambda it: it.facts.district),
    Text("主管部门", "组织单位的名称", lambda it: it.facts.bureau),
    Text("轮次", "评估轮次的名称", lambda it: it.facts.round),
    Text("年版", "问卷年版的名称", lambda it: it.edition_title),
    Text("编号", "报告编号，与 PDF 版相同", lambda it: it.facts.number),
    _day("出具日期", "签发的日期，与 PDF 版相同", lambda it: it.facts.issued),
    _day("提交日期", "企业提交答卷的日期", lambda it: it.facts.submitted),
    _day("核定日期", "现场诊断核定的日期，自评版为空", lambda it: it.facts.confirmed),
    Text("诊断顾问", "顾问姓名，自评版为空", lambda it: it.facts.consultant),
    Text("结果性质", "企业自评，未核验；现场诊断，已核定；现场诊断，暂核", lambda it: it.standing),
    Text("声明", "报告用途的声明", lambda it: it.statement),
    Text(
        "自评版",
        "自评版时有字，现场诊断版为空，用来判断",
        lambda it: _yes(it.kind == SheetKind.SELF),
    ),
    Text(
        "演示",
        "演示数据时有字，正式数据为空，用来判断",
        lambda it: "演示数据：企业、人员和答案均为虚构" if it.facts.demonstration else "",
    ),
)


def _yes(claim: bool) -> str:
    return "是" if claim else ""


SECTION: Fields = (
    _plain("名称", "模块名称", "title"),
    _plain("得分率", "模块得分率", "share_text"),
)
GATE: Fields = (
    _plain("要求", "必备条件要求什么", "wanted"),
    _plain("现状", "企业现在怎样", "found"),
    _plain("结果", "已满足、未满足或不作要求", "state_text"),
)
SUMMARY: Fields = (
    Text("等级", "现在站上的等级", lambda it: it.rung),
    Text("总得分率", "如 45.6%", lambda it: it.share.text),
    Text("下一等级", "下一等级的名称，已在最高一级的为空", lambda it: it.missing.title if it.missing else ""),
    Text(
        "还差什么",
        "到下一等级还差什么，一句话",
        lambda it: it.missing.summary if it.missing else "已达到阶梯的最高一级。",
    ),
    Picture("阶梯图", "各等级和企业所在的位置", _ladder),
    Picture("雷达图", "各模块得分率", _radar),
    Rows("强项", "做得最好的模块", lambda it: it.strongest, SECTION),
    Rows("弱项", "最需要补的模块", lambda it: it.weakest, SECTION),
    Rows("必备条件", "下一等级没有满足的必备条件", lambda it: it.missing.gates if it.missing else (), GATE),
    Rows("模块", "全部计分模块，按问卷的顺序", lambda it: it.scored_sections, (
        *SECTION,
        _plain("权重", "模块权重", "weight"),
        Text("自评得分率", "企业自评的得分率，自评版为空", lambda s: s.self_share.text if s.self_share else ""),
    )),
)  # fmt: skip
GAPS: Fields = (
    Rows("差距", "差距清单，先列挡住下一等级的", lambda it: it.gaps, (
        _plain("题号", "题目编号", "code"),
        _plain("题目", "题目简称", "short"),
        _plain("现状", "企业的答案", "answer"),
        Text("问题", "暴露的问题", lambda g: g.weakness.official if g.weakness else ""),
        Text("可增加", "补到满档能增加多少", lambda g: g.worth.text),
        Text("场景", "可用场景的编号，用顿号隔开", lambda g: "、".join(g.packages)),
        Text("是必备条件", "挡住下一等级时有字，用来判断", lambda g: _yes(g.is_gate)),
    )),
    Rows("问题清单", "现场发现的问题，自评版没有", lambda it: (*it.visit.findings, *it.findings), (
        Text("标题", "问题的标题", lambda f: f.title),
        Text("现状", "现场看到的情况", lambda f: f.text),
        Text("差距", "与要求差在哪里", lambda f: f.gap),
        Text("程度", "严重、一般或提示", lambda f: SEVERITIES[f.severity] if f.severity else ""),
        Text("建议", "建议怎样做", lambda f: f.action),
    )),
    Rows("改动", "现场诊断与自评不同的题，自评版没有",
         lambda it: it.comparison.differences if it.comparison else (), (
        _plain("题号", "题目编号", "code"),
        _plain("题目", "题目简称", "short"),
        _plain("自评", "企业自评的答案", "own"),
        _plain("核定", "现场核定的答案", "onsite"),
        _plain("理由", "顾问写的理由", "reason"),
        Text("理由略", f"理由，多于 {LONG} 字的只写在附录一", lambda d: (
            d.reason if len(d.reason) <= LONG else "较长，全文见附录一")),
    )),
)  # fmt: skip
ADVICE: Fields = (
    _plain("编号", "场景编号，顾问另写的措施为空", "code"),
    _plain("名称", "场景或措施的名称", "title"),
    _plain("为什么", "为什么建议做", "why"),
    _plain("内容", "做什么", "summary"),
    _plain("数量", "按多少计价，如 31 台", "units"),
    _plain("投入", "一次性投入，参考值", "cost"),
    _plain("年费", "每年的费用，参考值", "yearly"),
    _plain("周期", "做多久", "weeks"),
    Text("可增加", "做完能增加的总得分率", lambda a: a.gain.text),
    Text("能提升", "能提升哪些题", lambda a: "；".join(
        f"{r.short} {r.before}→{r.after} 档" for r in a.raises)),
    Text("先要做好", "要先做好的场景", lambda a: "、".join(a.prerequisites)),
    _plain("企业自己要做", "企业自己要做的事", "firm_does"),
    _plain("验收", "验收看什么", "acceptance"),
    _plain("常见成效", "别处做完的成效，参考值", "effect"),
    _plain("前提", "要先有什么", "assumes"),
    _plain("三个月后", "用起来以后看什么", "in_use"),
)  # fmt: skip
COST: Fields = (
    Text("名称", "编号和名称", lambda c: f"{c.code} {c.title}".strip()),
    _plain("数量", "按多少计价", "units"),
    *(_money(name, attribute) for name, attribute in (
        ("设备", "equipment"), ("软件", "software"), ("服务", "services"),
        ("一次性合计", "once"), ("每年", "yearly"))),
)  # fmt: skip
PLAN: Fields = (
    Rows("批次", "分批实施的建议", lambda it: (w for w in it.waves if w.advice), (
        _plain("名称", "第几批", "title"),
        _plain("时间", "什么时候做", "period"),
        Rows("建议", "这一批的场景", lambda w: w.advice, ADVICE),
    )),
    Text("路线", "到下一等级最省的路，一段话", lambda it: _route(it)),
    Text("路线说明", "这条路是怎样算出来的", lambda it: it.route.how if it.route and it.route.is_possible else ""),
    Rows("费用", "建议的费用，逐项，万元，参考值", lambda it: it.advice_costs.lines, COST),
    Part("费用合计", "各项费用之和", lambda it: it.advice_costs.total, COST),
    Text("方案说明", "要花多少、怎样安排，一段话", lambda it: _plan(it)),
    Text("费用说明", "数量按什么算的，和造价声明", lambda it: f"{it.advice_costs.assumed}{DISCLAIMER}"),
)  # fmt: skip


def _plan(it: Diagnosis) -> str:
    if it.nothing_advised:
        return it.nothing_advised
    costs = it.advice_costs
    yearly = f"，年费与运维{costs.yearly}" if costs.yearly else ""
    return f"一次性投入估算 {costs.once}{yearly}（参考值）。{costs.assumed}{it.pace}"


def _route(it: Diagnosis) -> str:
    if it.route is None:
        return ""
    if not it.route.is_possible:
        return "；".join(it.route.obstacles)
    costs = it.route.costs
    lines = "；".join(
        f"{line.code} {line.title}{'，' + line.units if line.units else ''}" for line in costs.lines
    )
    yearly = f"，另有年费与运维{costs.yearly}" if costs.yearly else ""
    after = it.route.share_after.text if it.route.share_after else NONE
    return (
        f"实施：{lines}。一次性投入估算 {costs.once}{yearly}（参考值），"
        f"总得分率预计到 {after}，可达到“{it.route.rung_after}”。{costs.assumed}{it.route.beyond}"
    )


CONDITION: Fields = (
    Text("结果", "符合、不符合、需主管部门确认或未知", lambda c: CONDITION_STATES[c.state]),
    _plain("条件", "条件名称", "title"),
    _plain("要求", "通知的要求", "wanted"),
    Text("本企业", "企业的情况", lambda c: "；".join(filter(None, (c.found, c.why)))),
)
CONDITIONS: Fields = (
    Part("申报条件", "最近年度、最接近的等级的申报条件", lambda it: it.nearest_conditions, (
        Text("名称", "年度和等级", lambda c: f"{c.year} 年度 · {c.title}"),
        Text("来源", "通知文件", lambda c: f"{c.document}（{c.confidence_text}）"),
        Text("结论", "几项符合、几项不符合", lambda c: c.headline),
        Rows("条件", "逐项核对", lambda c: c.items, CONDITION),
    )),
)  # fmt: skip


def _brief(text: str) -> str:
    return text if len(text) <= LONG else "较长，全文见表后"


def _long_written(section: SectionLine) -> list[tuple[str, str]]:
    return [
        (f"{answer.code} {answer.short}：{one.label}全文", one.text)
        for answer in section.printed
        for one in answer.long_written
    ]


ANSWERS: Fields = (
    Rows("答卷", "全部答案，按模块", lambda it: (s for s in it.sections if s.printed), (
        *SECTION,
        Rows("题", "这个模块的题", lambda s: s.printed, (
            _plain("题号", "题目编号", "code"),
            _plain("题目", "题目全文", "text"),
            _plain("答案", "答案", "answer"),
            Text("答案略", f"答案，多于 {LONG} 字的只写“全文见表后”", lambda a: _brief(a.answer)),
            Text("核验", "核验结论，自评版为空", lambda a: a.verification),
            Text("备注", "核验说明和备注", lambda a: "\n".join(
                f"{w.label}：{w.text}" for w in a.written)),
            Text("备注略", f"备注，多于 {LONG} 字的只写“全文见表后”", lambda a: "\n".join(
                f"{w.label}：{_brief(w.text)}" for w in a.written)),
            Text("分值", "所得档次与满档之比，不计分的写原因",
                 lambda a: a.points if a.state == "scored" else a.state_text),
        )),
        Rows("全文", f"这个模块里多于 {LONG} 字的答案、核验说明和备注", _long_written, (
            Text("标题", "题号、题目简称和哪一段", lambda one: one[0]),
            Text("文字", "全文", lambda one: one[1]),
        )),
    )),
)  # fmt: skip
FIELDS: Fields = (*COVER, *SUMMARY, *GAPS, *PLAN, *CONDITIONS, *ANSWERS, *PAPER)
