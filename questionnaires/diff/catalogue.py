"""What became different around the questions: edition, processes, checks, packages, standards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from questionnaires.diff.changes import (
    Change,
    joined_and_left,
    moved,
    named,
    replaced,
    reworded,
)
from questionnaires.edition import Edition
from questionnaires.model import (
    Amounts,
    AnyBound,
    Bound,
    CrossCheck,
    FactBound,
    Package,
    Process,
    ProcessBound,
    Range,
    Standard,
    Station,
    Trade,
)
from questionnaires.words import AMOUNTS, CONFIDENCE, FACTS, SIZES, STANDARD_STATUS


def changes(old: Edition, new: Edition) -> Iterator[Change]:
    """Yield the differences in everything but sections, questions and the ladder."""
    yield from _head(old, new)
    for trade_id, trade in new.trades.items():
        if trade_id in old.trades:
            yield from _trade(old.trades[trade_id], trade)
    yield from _walk(old, new)
    names = _Names(old, new)
    yield from _checks(_all_checks(old), _all_checks(new), names)
    yield from _packages(old, new, names)
    yield from _standards(old, new)


class _Names:
    """What readers call questions and trades, of whichever edition knows them."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self.questions: dict[str, str] = {}
        self.trades: dict[str, str] = {}
        self.processes: dict[str, str] = {}
        for edition in (old, new):
            self.trades |= {trade.id: trade.title for trade in edition.trades.values()}
            ticked = (p for trade in edition.trades.values() for p in trade.processes)
            self.processes |= {process.id: f"“{process.title}”" for process in ticked}
            asked = (q for section in edition.sections for q in section.questions)
            self.questions |= {q.id: f"{q.code} {q.short}" for q in asked}

    def question(self, question_id: str) -> str:
        return self.questions.get(question_id, question_id)


# --- edition and trades -------------------------------------------------------------------------


def _head(old: Edition, new: Edition) -> Iterator[Change]:
    about = new.title
    yield from replaced("年版", about, "名称", old.title, new.title)
    yield from reworded("年版", about, "来源说明", old.source, new.source)
    yield from replaced("年版", about, "发布日期", old.issued, new.issued)
    yield from replaced(
        "年版",
        about,
        "权重依据",
        CONFIDENCE[old.weights_confidence],
        CONFIDENCE[new.weights_confidence],
    )
    for name, before, after in (
        ("通用部分权重", old.core_weight, new.core_weight),
        ("行业部分权重", old.trade_weight, new.trade_weight),
        ("比较时计入的年费", f"{old.fee_years} 年", f"{new.fee_years} 年"),
    ):
        yield from replaced("年版", about, name, str(before), str(after))
    for trade_id, trade in new.trades.items():
        if trade_id not in old.trades:
            yield Change("年版", about, "added", f"新增行业“{trade.title}”")
    for trade_id, trade in old.trades.items():
        if trade_id not in new.trades:
            yield Change("年版", about, "removed", f"去掉行业“{trade.title}”", counts=True)


def _trade(old: Trade, new: Trade) -> Iterator[Change]:
    yield from replaced("年版", new.title, "行业名称", old.title, new.title)
    yield from reworded("年版", new.title, "行业说明", old.intro, new.intro)
    before, after = {p.id: p for p in old.processes}, {p.id: p for p in new.processes}
    for process_id, process in after.items():
        about = f"{new.title} {process.title}"
        if process_id in before:
            yield from _process(about, before[process_id], process)
        else:
            yield Change("工序", about, "added", f"新增，归在“{process.group}”")
    for process_id, process in before.items():
        if process_id not in after:
            about = f"{old.title} {process.title}"
            words = "删去，只问它的题目不再出现"
            yield Change("工序", about, "removed", words, counts=True)
    for process_id in moved(tuple(before), tuple(after)):
        about = f"{new.title} {after[process_id].title}"
        yield Change("工序", about, "moved", "调整了先后位置")


def _process(about: str, old: Process, new: Process) -> Iterator[Change]:
    yield from replaced("工序", about, "名称", old.title, new.title)
    yield from replaced("工序", about, "分组", old.group, new.group)
    yield from reworded("工序", about, "说明", old.help, new.help)
    yield from reworded("工序", about, "行业常有的理由", old.usual, new.usual)


# --- the walk ----------------------------------------------------------------------------------


def _walk(old: Edition, new: Edition) -> Iterator[Change]:
    before, after = ({s.id: s for s in edition.stations} for edition in (old, new))
    for id, station in after.items():
        if id in before:
            yield from _station(before[id], station)
        else:
            yield Change("走访", station.title, "added", "新增走访地点", after=station.does)
    for id, station in before.items():
        if id not in after:
            yield Change("走访", station.title, "removed", "删去走访地点", before=station.does)
    for id in moved(tuple(before), tuple(after)):
        yield Change("走访", after[id].title, "moved", "调整了先后位置")


def _station(old: Station, new: Station) -> Iterator[Change]:
    yield from replaced("走访", new.title, "名称", old.title, new.title)
    yield from reworded("走访", new.title, "在那里做什么", old.does, new.does)
    yield from replaced("走访", new.title, "找谁", old.meets, new.meets)


# --- cross-checks -------------------------------------------------------------------------------


def _all_checks(edition: Edition) -> dict[str, CrossCheck]:
    own = [check for trade in edition.trades.values() for check in trade.checks]
    return {check.id: check for check in (*edition.core.checks, *own)}


def _checks(
    before: Mapping[str, CrossCheck], after: Mapping[str, CrossCheck], names: _Names
) -> Iterator[Change]:
    for check_id, check in after.items():
        about = _between(check, names)
        if check_id not in before:
            yield Change("互查", about, "added", "新增一条前后不符的提示", after=check.says)
            continue
        old = before[check_id]
        if set(old.when) != set(check.when):
            yield Change(
                "互查",
                about,
                "changed",
                "改动了提示的条件",
                before=_when(old, names),
                after=_when(check, names),
            )
        yield from reworded("互查", about, "提示", old.says, check.says)
        yield from reworded("互查", about, "现场看什么", old.look, check.look)
    for check_id, check in before.items():
        if check_id not in after:
            about = _between(check, names)
            yield Change("互查", about, "removed", "删去这条提示", before=check.says)


def _between(check: CrossCheck, names: _Names) -> str:
    return "与".join(dict.fromkeys(_side(bound, names) for bound in check.when))


def _side(bound: AnyBound, names: _Names) -> str:
    match bound:
        case ProcessBound(process=process):
            return f"工序{names.processes.get(process, process)}"
        case FactBound(fact=fact):
            return FACTS[fact]
        case Bound(question=question):
            return names.question(question)


def _when(check: CrossCheck, names: _Names) -> str:
    return "，且".join(_bound(bound, names) for bound in check.when)


def _bound(bound: AnyBound, names: _Names) -> str:
    side = _side(bound, names)
    match bound:
        case ProcessBound(holds=holds):
            return f"{'勾选' if holds else '没有勾选'}{side}"
        case FactBound():
            return f"{side}{'、'.join(_fact_bounds(bound))}"
        case Bound():
            return f"{side}{'、'.join(_answer_bounds(bound))}"


def _fact_bounds(bound: FactBound) -> Iterator[str]:
    if bound.among is not None:
        yield "属于" + "、".join(SIZES[size] for size in bound.among)
    if bound.holds is not None:
        yield "为是" if bound.holds else "为否"
    yield from _said(((bound.number_at_least, "不低于 {}"), (bound.number_at_most, "不高于 {}")))


def _answer_bounds(bound: Bound) -> Iterator[str]:
    yield from _said(
        (
            (bound.at_least, "不低于 {} 档"),
            (bound.at_most, "不高于 {} 档"),
            (bound.percent_at_least, "不低于 {}%"),
            (bound.percent_at_most, "不高于 {}%"),
            (bound.number_at_least, "不低于 {}"),
            (bound.number_at_most, "不高于 {}"),
            (bound.risen_by, "比上一轮升了 {} 档以上（含）"),
            (bound.fallen_by, "比上一轮降了 {} 档以上（含）"),
        )
    )
    if bound.without_files:
        yield "没有佐证材料"
    if bound.not_applicable:
        yield "为不适用"


def _said(sides: Iterable[tuple[object, str]]) -> Iterator[str]:
    return (words.format(value) for value, words in sides if value is not None)


# --- packages -----------------------------------------------------------------------------------


def _packages(old: Edition, new: Edition, names: _Names) -> Iterator[Change]:
    before, after = {p.code: p for p in old.packages}, {p.code: p for p in new.packages}
    for code, package in after.items():
        if code in before:
            yield from _package(before[code], package, names)
        else:
            yield Change(
                "改造场景",
                _title(package),
                "added",
                f"新增，{_cost(package)}，{_weeks(package)}",
                after=package.summary,
            )
    for code, package in before.items():
        if code not in after:
            yield Change("改造场景", _title(package), "removed", "删去", before=package.summary)


def _title(package: Package) -> str:
    return f"{package.code} {package.title}"


def _cost(package: Package) -> str:
    cost = package.cost
    parts = (*_amounts(cost.fixed, "项目"), *_amounts(cost.each, cost.per))
    return f"造价：{'；'.join(parts)}" if parts else "不需采购"


def _amounts(amounts: Amounts, per: str) -> Iterator[str]:
    """Say what is paid for one ``per``, kind by kind; a sum not divided has no kind."""
    for kind, name in AMOUNTS.items():
        paid: Range = getattr(amounts, kind)
        if paid.high:
            known = "" if kind == "undivided" else f"{name} "
            yield f"{known}{_amount(paid.low)}–{_amount(paid.high)} 万元/{per}"


def _amount(amount: Fraction) -> str:
    return f"{float(amount):g}"


def _counted(package: Package, names: _Names) -> str:
    """Say where the number of units comes from, and what happens to one."""
    cost = package.cost
    where = f"看“{names.question(cost.units)}”" if cost.units else "按一个计"
    return f"{where}，每{cost.per}{cost.doing}"


def _weeks(package: Package) -> str:
    return f"工期 {package.weeks.low}–{package.weeks.high} 周"


def _package(old: Package, new: Package, names: _Names) -> Iterator[Change]:
    about = _title(new)
    yield from replaced("改造场景", about, "名称", old.title, new.title)
    if old.kind != new.kind:
        words = "改为不用花钱买的措施" if new.kind == "measure" else "改为要购买的场景"
        yield Change("改造场景", about, "changed", words)
    if _cost(old) != _cost(new):
        yield Change("改造场景", about, "changed", f"{_cost(old)}改为{_cost(new)}")
    yield from replaced("改造场景", about, "数量", _counted(old, names), _counted(new, names))
    if old.weeks != new.weeks:
        yield Change("改造场景", about, "changed", f"{_weeks(old)}改为{_weeks(new)}")
    yield from _lifts(about, old.lifts, new.lifts, names)
    yield from joined_and_left("改造场景", about, "前置场景", old.prerequisites, new.prerequisites)
    yield from _audience(about, "适用行业", old.applies_to, new.applies_to, names.trades)
    yield from _audience(about, "适用规模", old.sizes, new.sizes, SIZES)
    for key, name in (
        ("summary", "内容"),
        ("effect", "效果"),
        ("assumes", "前提"),
        ("firm_does", "企业自己要做的事"),
        ("acceptance", "验收办法"),
        ("in_use", "三个月后怎么看"),
        ("source", "来源"),
    ):
        yield from reworded("改造场景", about, name, getattr(old, key), getattr(new, key))
    yield from replaced(
        "改造场景", about, "依据", CONFIDENCE[old.confidence], CONFIDENCE[new.confidence]
    )


def _lifts(
    about: str, old: Mapping[str, int], new: Mapping[str, int], names: _Names
) -> Iterator[Change]:
    for question_id in dict.fromkeys((*old, *new)):
        said, was, now = names.question(question_id), old.get(question_id), new.get(question_id)
        if was is None:
            yield Change("改造场景", about, "added", f"现在能把“{said}”提升到 {now} 档")
        elif now is None:
            yield Change("改造场景", about, "removed", f"不再提升“{said}”（原到 {was} 档）")
        elif was != now:
            words = f"对“{said}”由提升到 {was} 档改为提升到 {now} 档"
            yield Change("改造场景", about, "changed", words)


def _audience(
    about: str,
    name: str,
    old: tuple[str, ...],
    new: tuple[str, ...],
    titles: Mapping[str, str],
) -> Iterator[Change]:
    def said(ids: tuple[str, ...]) -> str:
        return named([titles.get(i, i) for i in ids]) if ids else "不限"

    if set(old) != set(new):
        yield Change("改造场景", about, "changed", f"{name}由{said(old)}改为{said(new)}")


# --- standards ----------------------------------------------------------------------------------


def _standards(old: Edition, new: Edition) -> Iterator[Change]:
    before, after = {s.number: s for s in old.standards}, {s.number: s for s in new.standards}
    for number, standard in after.items():
        if number in before:
            yield from _standard(before[number], standard)
        else:
            yield Change("标准", number, "added", f"登记《{standard.title}》")
    for number, standard in before.items():
        if number not in after:
            yield Change("标准", number, "removed", f"不再登记《{standard.title}》")


def _standard(old: Standard, new: Standard) -> Iterator[Change]:
    about = new.number
    yield from replaced("标准", about, "名称", old.title, new.title)
    yield from replaced("标准", about, "年号", old.year or "无", new.year or "无")
    yield from replaced(
        "标准", about, "状态", STANDARD_STATUS[old.status], STANDARD_STATUS[new.status]
    )
    yield from replaced("标准", about, "复核日期", old.reviewed, new.reviewed)
    yield from reworded("标准", about, "备注", old.note, new.note)
