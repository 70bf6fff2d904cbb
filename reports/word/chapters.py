"""The fields of the paper's chapters in the Word edition: read from the same values, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from reports import charts
from reports.diagnosis import Diagnosis
from reports.diagnosis.costs import CostLine
from reports.facts import Use
from reports.figures import date_text
from reports.paper import gantt as chart
from reports.paper.chapters import APPENDICES, CHAPTERS, chapters
from reports.paper.drawing import svg
from reports.paper.glossary import glossary
from reports.paper.owner import owners_page
from reports.paper.problems import Pictured, Problem, pictured, problems
from reports.visit import Person, Signed, length_text
from reports.word.fields import Drawing, Field, Fields, Part, Picture, Rows, Shot, Text
from reports.words import OUTCOMES

FULL_WIDTH, PHOTO, SIGNATURE = 150, 90, 35
"""Millimetres of a chart, of a photo, of a signature."""
MOST_PHOTOS, MOST_PHOTO_BYTES = 24, 4 * 1024 * 1024
"""So many photos stand in the Word edition, the first; all of them are in the paper."""
MOST_DETAILS = 30
"""Items of a standard that are told one by one, as on paper."""
NONE = "—"
UNKNOWN = "未填写"


def _plain(name: str, says: str, attribute: str) -> Text:
    """A field that is an attribute as it stands."""
    return Text(name, says, lambda it: str(getattr(it, attribute) or NONE))


class Grid(NamedTuple):
    """A table whose columns depend on the report."""

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


GRID: Fields = (
    Text("首列", "第一列的列名", lambda t: t.head[0]),
    Rows("列", "其余各列", lambda t: t.head[1:], (Text("名称", "列名", str),)),
    Rows("行", "各行，没有内容的表为空", lambda t: t.rows, (
        Text("名称", "这一行是什么", lambda row: row[0]),
        Rows("格", "各列的内容", lambda row: row[1], (Text("文字", "数字或文字", str),)),
    )),
)  # fmt: skip


def _heading(name: str) -> Callable[[Diagnosis], str]:
    def of(it: Diagnosis) -> str:
        return next((one.heading for one in chapters(it) if one.id == name), "")

    return of


NAMES = {id: title.replace("、", "") for id, title, _ in (*CHAPTERS, *APPENDICES)}
"""What a template calls each chapter."""
HEADINGS: Fields = (
    Part("章", "各章带序号的标题，报告没有这一章的为空", lambda it: it, tuple(
        Text(title, f"“{title}”一章的标题", _heading(id)) for id, title in NAMES.items()
    )),
)  # fmt: skip


# --- the owner's page, the firm, the visit --------------------------------------------------------

OWNER: Fields = (
    Part("一页", "一页给老板看的内容", owners_page, (
        Rows("理由", "为什么是现在这个位置", lambda p: p.reasons, (
            _plain("标题", "理由", "title"), _plain("说明", "现在怎样", "says"))),
        Rows("先做", "先做哪几件事", lambda p: p.steps, (
            _plain("标题", "做什么", "title"),
            _plain("时间", "什么时候", "when"),
            _plain("费用", "投入和周期，参考值", "cost"),
            _plain("自己要做", "企业自己要做的事", "own"))),
        _plain("投入", "一次性投入估算，参考值", "money"),
        _plain("每年", "年费与运维，参考值", "yearly"),
        _plain("工期", "一项接一项做完要多久", "months"),
    )),
)  # fmt: skip


def _counted(number: int | None, unit: str) -> str:
    return UNKNOWN if number is None else f"{number} {unit}"


def _scale(above: bool | None) -> str:
    return "" if above is None else "规上" if above else "规下"


def _using(kind: Use, it: Diagnosis) -> str:
    return "；".join(one.text for one in it.facts.using(kind)) or UNKNOWN


def _systems(it: Diagnosis) -> str:
    return "；".join(
        f"{one.title}{'已用上' if one.shown else '还没有用上'}（{one.meaning}）"
        for one in it.facts.systems
    )


USED: Fields = (
    _plain("名称", "系统或设备的名称", "name"),
    Text("厂商", "厂商或品牌", lambda one: one.vendor or UNKNOWN),
    Text("启用年份", "哪一年开始用", lambda one: str(one.year or UNKNOWN)),
)
FIRM: Fields = (
    Text("规上规下", "规上或规下，没有记载的为空", lambda it: _scale(it.facts.above_scale)),
    Text("从业人数", "企业填写的人数", lambda it: _counted(it.facts.employees, "人")),
    Text("营业收入", "上年营业收入，万元", lambda it: _counted(it.facts.revenue, "万元")),
    Text("主要产品", "企业填写的产品", lambda it: it.facts.products or UNKNOWN),
    Text("资质", "资质与认定，名单里记载的", lambda it: "；".join(it.facts.titles) or "名单里没有记载"),
    Text("在用系统", "由答案推断的系统应用，参考值", _systems),
    Text("企业系统", "企业填写的系统、厂商和启用年份", partial(_using, Use.SYSTEM)),
    Text("主要设备", "企业填写的主要设备、厂商和启用年份", partial(_using, Use.MACHINE)),
    Rows("系统", "企业填写的系统，一套一行", lambda it: it.facts.using(Use.SYSTEM), USED),
    Rows("机器", "企业填写的主要设备，一种一行", lambda it: it.facts.using(Use.MACHINE), USED),
    Rows("设备", "设备与数量", lambda it: it.ratios, (
        Text("名称", "设备或项目", lambda one: one[0]), Text("数量", "多少分之多少", lambda one: one[1]))),
)  # fmt: skip


def _people(people: Iterable[Person]) -> str:
    return "；".join(f"{one.name}（{one.post}）" if one.post else one.name for one in people)


def _stays(it: Diagnosis) -> str:
    said = [
        f"{stay.began:%Y-%m-%d %H:%M} 至 "
        + (f"{stay.ended:%Y-%m-%d %H:%M}" if stay.ended else "没有记结束")
        for stay in it.visit.stays
    ]
    whole = [f"在现场共 {length_text(it.visit.minutes)}"] if it.visit.minutes else []
    return "\n".join([*said, *whole]) or NONE


def _team(it: Diagnosis) -> str:
    lead = [Person(it.facts.consultant, "诊断顾问")] if it.facts.consultant else []
    return _people([*lead, *it.visit.team]) or NONE


def _places(it: Diagnosis) -> str:
    said = (f"{one.name}：{one.seen}" if one.seen else one.name for one in it.visit.places)
    return "\n".join(said) or NONE


VISIT: Fields = (
    Text("现场日期", "现场诊断的日期", lambda it: date_text(it.facts.visited) if it.facts.visited else "未进行"),
    Text("到场时间", "每次到场和离开，一行一次", _stays),
    Text("诊断组", "诊断顾问和同行的人", _team),
    Text("会见人员", "见了谁", lambda it: _people(it.visit.met) or NONE),
    Text("查看场所", "看了哪里，一行一处", _places),
    Rows("抽查", "抽查的样本", lambda it: it.visit.samples, (
        _plain("样本", "抽查什么", "what"),
        Text("件数", "抽了几件", lambda s: f"{s.drawn}（从 {s.whole} 件里）" if s.whole else str(s.drawn)),
        _plain("结果", "结果", "result"),
        _plain("备注", "备注", "note"))),
    Rows("演练", "计时演练", lambda it: it.visit.tries, (
        Text("名称", "哪项演练", lambda t: t.drill.title),
        _plain("内容", "查的是什么", "traced"),
        _plain("用时", "秒表计时", "time"),
        Text("参考用时", "本系统拟定，参考值", lambda t: f"{t.drill.within} 分钟"),
        Text("结果", "找到没有", lambda t: OUTCOMES[t.outcome]))),
)  # fmt: skip


# --- how things stand -----------------------------------------------------------------------------


def _targets(it: Diagnosis) -> Iterator[tuple[str, Any]]:
    return ((area.line.title, row) for area in it.areas for row in area.rows)


def _photos(it: Diagnosis) -> list[Pictured]:
    shown: list[Pictured] = []
    size = 0
    for one in pictured(problems(it)):
        size += len(one.photo.content or b"")
        if one.photo.content and len(shown) < MOST_PHOTOS and size <= MOST_PHOTO_BYTES:
            shown.append(one)
    return shown


def _shot(one: Pictured) -> Shot:
    says = one.photo.caption or one.photo.name
    return Shot(one.photo.content or b"", PHOTO, f"现场照片：{says}")


def _told(it: Problem) -> str:
    gap = it.finding.gap if it.finding else ""
    return f"{it.says}\n差距或问题：{gap}" if gap else it.says


STANDING: Fields = (
    Rows("能力域", "各能力域的现状", lambda it: it.areas, (
        Text("名称", "能力域", lambda a: a.line.title),
        Text("得分率", "能力域得分率", lambda a: a.line.share_text),
        _plain("现状", "几句话", "says"))),
    Rows("目标", "差距与目标，六列的表", _targets, (
        Text("能力域", "能力域", lambda one: one[0]),
        Text("题目", "题号和简称", lambda one: f"{one[1].code} {one[1].short}"),
        Text("现状", "企业的答案", lambda one: one[1].now),
        Text("得分", "所得档次与满档之比", lambda one: one[1].points),
        Text("建议", "方案里的场景代号", lambda one: one[1].advice),
        Text("目标", "要做到什么", lambda one: one[1].target))),
    Rows("问题", "编号的问题，先现场发现，后答卷显示", problems, (
        _plain("编号", "序号", "number"),
        _plain("标题", "问题", "title"),
        Text("说明", "怎样，差在哪里", _told),
        Text("建议", "建议，现场写的", lambda p: p.finding.action if p.finding else ""),
        _plain("依据", "从哪里看出来", "evidence"),
        _plain("可增加", "补到满档总得分率的增加", "worth"),
        _plain("优先", "高、中、低", "priority"))),
    Rows("照片", f"现场照片，最多 {MOST_PHOTOS} 张", _photos, (
        Picture("图", "照片", _shot),
        Text("说明", "哪个问题的什么", lambda p: f"问题 {p.number}　{p.photo.caption or p.title}"))),
    Rows("阶梯", "各等级", lambda it: it.ladder, (
        _plain("名称", "等级", "title"),
        Text("分数线", "至少要有的总得分率", lambda s: s.threshold.text),
        _plain("必备条件", "几项必备条件满足", "gates_text"),
        Text("结果", "当前等级、已达到或未达到",
             lambda s: "当前等级" if s.here else "已达到" if s.reached else "未达到"),
        _plain("意味着", "这一级意味着什么", "meaning"))),
)  # fmt: skip


# --- the plan and what comes of it ----------------------------------------------------------------


def _gantt(it: Diagnosis) -> Drawing | None:
    plan = it.plan.schedule
    if not plan.tasks:
        return None
    words = "实施进度：" + "；".join(f"{task.title}{task.months}" for task in plan.tasks)
    height = chart.HEAD + chart.ROW * len(plan.tasks) + 6
    return Drawing(chart.gantt(plan, words), chart.WIDTH, height, FULL_WIDTH, words)


def _by_year(it: Diagnosis) -> Grid:
    plan = it.plan.schedule
    rows = [(one.title, [*(y or NONE for y in one.years), one.total]) for one in plan.budget]
    return Grid(("万元", *plan.years, "合计"), rows)


def _rounds(it: Diagnosis) -> Grid | None:
    if it.trend is None or len(it.trend.points) < 2:
        return None
    head = [f"{point.title}\n{date_text(point.day)}" for point in it.trend.points]
    rows = [(row.title, [_share(cell) for cell in row.cells]) for row in it.trend.rows]
    return Grid(("能力域", *head), rows)


def _share(cell: Any) -> str:
    own = f"（{cell.own}）" if cell.confirmed and cell.own else ""
    said = cell.confirmed or cell.own
    moved = "　口径有变" if cell.breaks and said else f"　{cell.change}" if cell.change else ""
    return f"{said or NONE}{own}{moved}"


def _drawn_rounds(it: Diagnosis) -> Drawing | None:
    if it.trend is None or len(it.trend.points) < 2:
        return None
    return Drawing(
        svg(charts.trend(it.trend), 640, 230, "历轮总得分率"), 640, 230, FULL_WIDTH, "历轮总得分率"
    )


def _paid(name: str, attribute: str) -> Text:
    return Text(name, f"{name}，万元，参考值", lambda t: getattr(t.line, attribute) or NONE)


PAID = tuple(
    _paid(name, attribute)
    for name, attribute in (
        ("设备", "equipment"),
        ("软件", "software"),
        ("服务", "services"),
        ("一次性", "once"),
        ("每年", "yearly"),
    )
)


class Sum(NamedTuple):
    """The last lines of the plan's table."""

    title: str
    line: CostLine


SUM: Fields = (
    Text("类别", "空着", lambda _: ""),
    Text("名称", "加到哪里", lambda s: s.title),
    *PAID,
    Text("时间", "空着", lambda _: ""),
)


def _must_do(it: Diagnosis) -> Sum | None:
    """What the way to the next rung comes to, where more is advised beside it."""
    if not (it.route and it.advice_begins_with_route and it.plan.schedule.extra):
        return None
    return Sum(f"必做小计，到“{it.route.target}”", it.route.costs.total)


def _all_of_it(it: Diagnosis) -> Sum | None:
    return Sum("合计", it.advice_costs.total) if it.plan.schedule.tasks else None


def _unknown(frame: Any) -> str:
    """What a standard asks and no answer tells; nothing where it is said what is missing."""
    if frame.missing:
        return ""
    return "、".join(row.title for row in frame.rows if row.state == "unknown")


def _details(frame: Any) -> list[Any]:
    """Its items as far as known; too many are left to the whole."""
    known = [row for row in frame.rows if row.state != "unknown"]
    return known if len(known) <= MOST_DETAILS else []


COMING: Fields = (
    Rows("方案", "方案一览，先必须后建议，万元，参考值",
         lambda it: (*it.plan.schedule.must, *it.plan.schedule.extra), (
        Text("类别", "必须或建议", lambda t: "必须" if t.leads else "建议"),
        Text("名称", "编号、名称和数量", lambda t: f"{t.code} {t.title}　{t.line.units}".strip()),
        *PAID,
        _plain("时间", "第几个月", "months"))),
    Part("必做小计", "到下一等级要花多少，另外没有建议的为空", _must_do, SUM),
    Part("方案合计", "方案一览的合计", _all_of_it, SUM),
    Rows("两种方案", "顾问方案与系统测算对照，顾问没有另选的没有",
         lambda it: it.both_plans.rows if it.both_plans else (), (
        Text("名称", "场景或措施", lambda r: f"{r.code} {r.title}".strip()),
        _plain("测算", "系统测算", "computed"),
        _plain("顾问", "顾问方案", "chosen"),
        _plain("启动", "什么时候启动", "starts"),
        Text("差别", "差在哪里", lambda r: r.mark or "相同"))),
    Picture("进度图", "实施进度，横轴从决定启动的那一月算起", _gantt),
    Part("按年投入", "每一年付多少，万元，参考值", _by_year, GRID),
    Text("预期", "方案做完以后的总得分率和等级，一句话", lambda it: it.expected),
    Rows("成效", "从基准到目标", lambda it: it.effects, (
        _plain("指标", "指标和单位", "title"),
        Text("现在", "企业填的基准", lambda e: e.now or UNKNOWN),
        _plain("目标", "参考区间，参考值", "target"),
        _plain("怎样测", "口径", "how"))),
    Rows("同行", "同行的四分位，写到档，企业太少时没有", lambda it: it.peers.lines if it.peers else (), (
        _plain("能力域", "能力域", "title"),
        _plain("本企业", "本企业得分率", "own"),
        _plain("下四分位", "四分之一的企业不高于它", "low"),
        _plain("中位数", "一半的企业不高于它", "middle"),
        _plain("上四分位", "四分之三的企业不高于它", "high"),
        _plain("位置", "本企业在哪一段", "stands"))),
    Text("同行是谁", "同行业的企业，太少时是全部行业的", lambda it: it.peers.whose if it.peers else ""),
    Text("同行家数", "同行有几家，只写到五家一档", lambda it: it.peers.firms if it.peers else ""),
    Picture("历轮图", "历轮总得分率", _drawn_rounds),
    Part("历轮", "历轮得分率，只有一轮的没有", _rounds, GRID),
    Rows("多标准", "答案在别的标准里的读法", lambda it: it.crosswalk, (
        _plain("名称", "标准", "title"),
        _plain("结论", "读出的结果", "headline"),
        _plain("声明", "用途的声明", "disclaimer"),
        Text("来源", "文件和年份", lambda f: f"{f.source}（{f.year} 年，{f.confidence_text}）"),
        Rows("条目", "维度或能力域", lambda f: f.groups, (
            _plain("名称", "维度或能力域", "title"), _plain("结果", "结果", "value"))),
        Rows("细项", f"逐条的结果，多于 {MOST_DETAILS} 条的没有", _details, (
            _plain("名称", "条目", "title"), _plain("结果", "结果", "value"))),
        Text("还缺", "还缺哪些事实", lambda f: "、".join(f.missing)),
        Text("不能推出", "现有答案不能推出的条目", _unknown))),
)  # fmt: skip


# --- signatures and what stands behind ------------------------------------------------------------


def _word(it: Any) -> str:
    if not it.objects:
        return f"已签认（{it.who}，{date_text(it.on)}）。"
    end = f"{it.settled}：{it.answer}" if it.settled else "等主管部门处理。"
    return f"有异议（{it.who}，{date_text(it.on)}）：{it.says}　{end}"


def _signature(it: Signed) -> Shot | None:
    return Shot(it.content, SIGNATURE, f"{it.name}的签名") if it.content else None


SIGNED: Fields = (
    Rows("企业意见", "企业签认或异议", lambda it: it.words, (Text("文字", "一条意见", _word),)),
    Rows("签名", "现场留下的签名", lambda it: it.visit.signed, (
        Text("身份", "企业代表或诊断顾问", lambda s: "企业代表" if s.for_firm else "诊断顾问"),
        Text("姓名", "姓名和职务", lambda s: "，".join(filter(None, (s.name, s.post)))),
        Picture("图", "手写的签名", _signature),
        Text("时间", "什么时候，签的是不是现在的版本", lambda s: (
            f"{s.on:%Y-%m-%d %H:%M}{'' if s.stands else '，签署的是此前的版本'}")))),
    Rows("材料", "佐证材料目录", lambda it: enumerate(it.evidence, 1), (
        Text("编号", "序号", lambda one: str(one[0])),
        Text("题目", "题号和简称", lambda one: f"{one[1][0].code} {one[1][0].short}"),
        Text("文件", "文件名", lambda one: one[1][1].name))),
    Rows("名词", "名词解释", glossary, (
        Text("词", "词", lambda one: one[0]), Text("意思", "意思", lambda one: one[1]))),
)  # fmt: skip
PAPER: tuple[Field, ...] = (
    *HEADINGS, *OWNER, *FIRM, *VISIT, *STANDING, *COMING, *SIGNED
)  # fmt: skip
