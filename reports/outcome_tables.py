"""What came of a package as tables to read: price and weeks, and the answers it was to lift."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from questionnaires.model import Package
from reports.dashboard import NONE, Cell, Line, Table
from reports.figures import amount, range_text, weeks_text
from reports.outcomes import FEWEST, LiftTold, Reached, Spread, Told

TOO_FEW: Final = f"不满 {FEWEST} 家"


def tables(it: Told, names: Mapping[str, str]) -> tuple[Table, ...]:
    """Return what is told of a package; ``names`` are the questions as readers know them."""
    return _spent(it), _lifted(it, names)


def _spent(it: Told) -> Table:
    bought = f"，按 {it.quantity} {it.package.cost.per}算" if it.package.cost.each.once.high else ""
    weeks = it.package.weeks
    return Table(
        "outcome-spent",
        "价格、工期和满意度",
        "价格只算验收过、合同核对过的项目，不含土建和每年费用；一个项目里有几个场景的，合同分开列价才算价格，"
        "工期不算。数量不同的，按目录中间价的比例折算。满意度是企业验收以后打的分，满分 5 分。",
        ("算什么", "目录（估算）", "家数", "四分之一低于", "中位", "四分之一高于", "对照"),
        (
            _line(
                f"一次性投入（万元{bought}）",
                range_text(it.promised) or NONE,
                it.price,
                (it.promised.low, it.promised.high),
            ),
            _line(
                "工期（周）",
                weeks_text(weeks).removesuffix(" 周"),
                it.weeks,
                (Fraction(weeks.low), Fraction(weeks.high)),
            ),
            _satisfied(it.satisfied),
        ),
    )


def _satisfied(found: Reached) -> Line:
    """The catalogue promises no satisfaction, so nothing stands beside it."""
    firms = Cell(str(found.firms), found.firms)
    beside = Cell(NONE if found.spread else TOO_FEW)
    return Line("企业满意度（分）", (Cell(NONE), firms, *_quartiles(found.spread), beside))


def _line(title: str, promised: str, found: Reached, ends: tuple[Fraction, Fraction]) -> Line:
    beside = _beside(found.spread, *ends) if found.spread else TOO_FEW
    cells = (Cell(promised), Cell(str(found.firms), found.firms), *_quartiles(found.spread))
    return Line(title, (*cells, Cell(beside)))


def _beside(found: Spread, low: Fraction, high: Fraction) -> str:
    if found.median > high:
        return "一半以上高于目录"
    return "一半以上低于目录" if found.median < low else "中位在目录范围内"


def _quartiles(found: Spread | None, say: Callable[[Fraction], str] = amount) -> list[Cell]:
    if found is None:
        return [Cell(NONE)] * 3
    return [Cell(say(one), Decimal(say(one))) for one in (found.low, found.median, found.high)]


def _lifted(it: Told, names: Mapping[str, str]) -> Table:
    return Table(
        "outcome-lifted",
        "提升",
        f"{it.firms} 家里，完工以后交过下一份答卷的 {it.sheets} 家，其中经现场核验的 {it.verified} 家。"
        "只看下一份答卷，不拿项目本身当结果；改造前已经到目录那一档的不算。"
        f"{_rises(it)}按台数买的场景，目录的档次是最多能到的。",
        ("题目", "目录：提升到（档）", "家数", "达到的", "四分之一低于", "中位", "四分之一高于"),
        tuple(_lift(one, names) for one in it.lifts),
    )


def _lift(one: LiftTold, names: Mapping[str, str]) -> Line:
    firms = one.reached.firms
    there = Cell(TOO_FEW) if one.there is None else Cell(str(one.there), one.there)
    cells = (Cell(str(one.promised), one.promised), Cell(str(firms), firms), there)
    return Line(names.get(one.question, one.question), (*cells, *_quartiles(one.reached.spread)))


def _rises(it: Told) -> str:
    """Say by how much all answers were to rise together and did."""
    promised, risen = it.rises
    if promised.spread is None or risen.spread is None:
        return f"改造前后都有答卷的 {risen.firms} 家，{TOO_FEW}的不说平均升了多少。"
    ends = f"{amount(risen.spread.low)}–{amount(risen.spread.high)}"
    return (
        f"改造前后都有答卷的 {risen.firms} 家，各题合计目录预计升 {amount(promised.spread.median)} 档"
        f"（中位），实际升 {amount(risen.spread.median)} 档（四分位 {ends}）。"
    )


def lowered(it: Told, after: Package, names: Mapping[str, str]) -> str:
    """Say which promised levels another form of a package lowers, and of how many visited firms."""
    before = it.package.lifts
    return "；".join(
        f"{names.get(question, question)} {before[question]} 档改为 {level} 档"
        + (f"（经现场核验的 {found.firms} 家）" if (found := it.missed.get(question)) else "")
        for question, level in after.lifts.items()
        if level != before.get(question, level)
    )


def said(package: Package) -> str:
    """Say what a package costs once and takes."""
    cost = package.cost
    fixed, each = range_text(cost.fixed.once), range_text(cost.each.once)
    parts = [f"{fixed} 万元"] if fixed else []
    parts += [f"每{cost.per} {each} 万元"] if each else []
    once = f"一次性 {'，另加'.join(parts)}" if parts else "无需采购"
    return f"{once}；工期 {weeks_text(package.weeks)}"
