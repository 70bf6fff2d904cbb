"""An answer in tables, the same for page, workbook and yearly report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from reports.budget.answering import Answer
from reports.budget.choice import Choice, Grant
from reports.budget.firms import Price
from reports.budget.floors import Hopeless
from reports.budget.outlook import AtPrice, Below, NotPaid, Point
from reports.budget.subsidy import Refused, Why
from reports.budget.terms import By, Limit, Terms
from reports.dashboard import NONE, Cell, Line, Table, Where
from reports.figures import amount

YUAN: Final = 10_000
GONE = "（已不在名册的企业）"
NOBODY: Final = "没有企业"
BY: Final = {By.TRADE: "行业", By.TOWNSHIP: "乡镇（街道）", By.SIZE: "规模"}
ENDS: Final = {Price.LOW: "都按低价", Price.MIDDLE: "都按中间价", Price.HIGH: "都按高价"}
WHYS: Final = {
    Why.SIZE: "规模不在补助范围",
    Why.TITLE: "不是规上企业",
    Why.LATE: "要到政策截止后 {days} 天才完工",
    Why.TOO_LITTLE: "计入补助的投入还差 {money} 万元",
    Why.OWN: "自己承担的还差 {money} 万元",
    Why.NOTHING: "没有计入补助的投入",
}


class Named(NamedTuple):
    """What is told of a firm."""

    name: str
    trade: str
    township: str


@dataclass(frozen=True)
class Words:
    """What the codes of a run are called: firms by number, rungs bottom-up, values of limits."""

    firms: Mapping[int, Named]
    rungs: Sequence[str]
    values: Mapping[tuple[By, str], str]
    packages: Mapping[str, str]

    def firm(self, number: int) -> Named:
        return self.firms.get(number, Named(GONE, NONE, NONE))

    def rung(self, step: int) -> str:
        return self.rungs[step - 1] if 0 < step <= len(self.rungs) else NONE

    def limit(self, one: Limit) -> str:
        return f"{BY[one.by]}“{self.values.get((one.by, one.value), one.value)}”"


def money(yuan: int) -> str:
    """Write 元 as 万元 without the word."""
    return amount(Fraction(yuan, YUAN))


def _money(yuan: int) -> Cell:
    return Cell(money(yuan), Decimal(yuan) / YUAN)


def _link(number: int) -> Where:
    return Where("firm", {"id": str(number)})


def unit(terms: Terms) -> str:
    return "分" if terms.worth and terms.plan is None else "家"


def tables(found: Answer, terms: Terms, words: Words) -> tuple[Table, ...]:
    """Return all that is said about a budget, in the order it is read."""
    return (
        chosen(found.choice, words),
        frontier(found.frontier, terms),
        _others(found, words),
        _prices(found, words),
        _followers(found, words),
        _below(found.below, words),
        _not_paid(found.not_paid, words),
    )


def chosen(choice: Choice, words: Words) -> Table:
    """The firms that are supported, with links to them."""
    return Table(
        "budget-chosen",
        f"支持名单（{len(choice.grants)} 家，{money(choice.money)} 万元）",
        "补助按规则和路线的中间价算，舍去到百元；真正补多少以审核后的合同和发票为准。",
        ("企业", "行业", "乡镇（街道）", "支持到", "补助（万元）"),
        tuple(_granted(it, words) for it in choice.grants),
        empty="在这样的预算和规则下，没有企业可以支持。",
    )


def _granted(it: Grant, words: Words) -> Line:
    firm = words.firm(it.firm)
    cells = (firm.trade, firm.township or NONE, words.rung(it.step))
    return Line(firm.name, (*map(Cell, cells), _money(it.money)), _link(it.firm))


def frontier(points: Iterable[Point], terms: Terms) -> Table:
    """What other budgets reach; a bar each."""
    return Table(
        "budget-frontier",
        "换一个预算能支持多少",
        "同样的规则和日期，只换预算；每一档都单独算到最优。",
        ("预算（万元）", f"最多支持（{unit(terms)}）"),
        tuple(Line(f"{money(it.money)} 万元", (_reached(it),)) for it in points),
        shape="bars",
        unit=unit(terms),
    )


def _reached(it: Point) -> Cell:
    if it.worth is None:
        return Cell("达不到下限")
    text = str(it.worth) if it.worth == it.bound else f"{it.worth}（最多可能 {it.bound}）"
    return Cell(text, it.worth)


def _others(found: Answer, words: Words) -> Table:
    return Table(
        "budget-others",
        "排在后面的两种选法",
        "与支持名单至少有一家企业不同；先比数量，再比花钱。",
        ("选法", "家数", "补助（万元）", "换进来", "换出去"),
        tuple(
            Line(
                f"第 {number} 种",
                (
                    Cell(str(len(it.grants)), len(it.grants)),
                    _money(it.money),
                    Cell(_listed(it.firms - found.choice.firms, words)),
                    Cell(_listed(found.choice.firms - it.firms, words)),
                ),
            )
            for number, it in enumerate(found.others, 2)
        ),
        empty="没有别的选法。",
    )


MOST_LISTED, MOST_NEEDED = 10, 3
"""How many firms, and how many packages of one firm, are named before the rest are counted."""


def _listed(firms: Iterable[int], words: Words) -> str:
    ordered = sorted(firms)
    said = "、".join(words.firm(one).name for one in ordered[:MOST_LISTED])
    more = f"等 {len(ordered)} 家" if len(ordered) > MOST_LISTED else ""
    return f"{said}{more}" or NOBODY


def _prices(found: Answer, words: Words) -> Table:
    return Table(
        "budget-prices",
        "价格变了会怎样",
        "“这份名单要花”是名单不变、价格都到一头时的补助；“重选还在”是按那头的价格重新选，名单里还会选中的家数。",
        ("价格", "这份名单要花（万元）", "重选能支持（家）", "重选还在（家）", "补不到的企业"),
        tuple(_at(it, words) for it in found.prices),
    )


def _at(it: AtPrice, words: Words) -> Line:
    again = Cell(str(len(it.choice.grants)), len(it.choice.grants)) if it.choice else Cell(NONE)
    stays = Cell(str(it.stays), it.stays) if it.choice else Cell(NONE)
    return Line(ENDS[it.price], (_money(it.cost), again, stays, Cell(_listed(it.lost, words))))


def _followers(found: Answer, words: Words) -> Table:
    it = found.withdrawals
    return Table(
        "budget-followers",
        "有企业退出时的候补",
        f"假定每家以 {it.share}% 的可能退出、互不相干：预计留下 {it.stay:g} 家，退回 {money(it.money)} 万元；"
        "名单不动，用退回和剩下的钱补上的是这些企业。",
        ("企业", "行业", "乡镇（街道）", "支持到", "补助（万元）"),
        tuple(_granted(one, words) for one in it.followers),
        empty="退回的钱不够再支持一家，或没有别的企业可以补上。",
    )


def _below(below: Sequence[Below], words: Words) -> Table:
    return Table(
        "budget-below",
        "线下最近的企业",
        "规则补得上、这次没选中的企业，花钱少的在前，最多列 50 家。",
        ("企业", "可支持到", "要补助（万元）", "缺什么", "要买"),
        tuple(_lacking(it, words) for it in below),
        empty="规则补得上的企业都选中了。",
    )


def _lacking(it: Below, words: Words) -> Line:
    lacks = [f"预算再多 {money(it.short)} 万元"] if it.short else []
    lacks += [f"所在{BY[by]}的名额已满" for by in it.full]
    needs = "、".join(words.packages.get(code, code) for code in it.needs[:MOST_NEEDED])
    if len(it.needs) > MOST_NEEDED:
        needs += f"等 {len(it.needs)} 项"
    cells = (
        Cell(words.rung(it.step)),
        _money(it.money),
        Cell("；".join(lacks) or "要换下别的企业"),
        Cell(needs or NONE),
    )
    return Line(words.firm(it.firm).name, cells, _link(it.firm))


def _not_paid(refused: Sequence[NotPaid], words: Words) -> Table:
    return Table(
        "budget-not-paid",
        "规则补不上的企业",
        "差得少的在前，最多列 50 家；没有可走路线的企业不列。",
        ("企业", "为什么补不上"),
        tuple(
            Line(words.firm(it.firm).name, (Cell(why(it.refused)),), _link(it.firm))
            for it in refused
        ),
        empty="没有这样的企业。",
    )


def why(it: Refused) -> str:
    """Say why the rules pay nothing."""
    return WHYS[it.why].format(days=it.short, money=money(it.short))


def summary(found: Answer, terms: Terms) -> list[str]:
    """Say in sentences what was found, how sure it is, and what more money is worth."""
    choice, per = found.choice, unit(terms)
    said = [
        f"预算 {money(terms.money)} 万元，支持 {len(choice.grants)} 家"
        + _counted(choice, terms)
        + f"，用去 {money(choice.money)} 万元，剩 {money(terms.money - choice.money)} 万元；"
        f"看过 {found.all} 家，规则补得上的 {found.counted} 家。",
        _proof(choice, per),
    ]
    if found.more:
        said.append(
            f"预算再加 100 万元，可以多 {found.more.worth - choice.worth} {per}。"
            if found.more.worth > choice.worth
            else f"预算再加 100 万元，也不会多 1 {per}。"
        )
    return said


def _counted(choice: Choice, terms: Terms) -> str:
    if terms.plan:
        return f"，其中计入 {terms.plan.year} 年规划目标的 {choice.worth} 家"
    return f"，合计 {choice.worth} 分" if terms.worth else ""


def _proof(choice: Choice, per: str) -> str:
    if choice.is_proved:
        return "这是最优的选法：没有别的选法能更多；同样多的，没有更省的。"
    if choice.worth < choice.most_worth:
        return f"时间用完了，这是找到的最好选法；最多还可能多 {choice.most_worth - choice.worth} {per}。"
    return f"数量已是最多；时间用完了，花钱最多还可能省 {money(choice.money - choice.least_money)} 万元。"


def hopeless(found: Hopeless, words: Words) -> list[str]:
    """Say which floors cannot be met."""
    said = [
        f"{words.limit(it.limit)}要求至少 {it.limit.least} 家，"
        + (
            "和下面几条放在一起做不到。"
            if it.possible is None
            else f"照预算、规则和上限最多只能有 {it.possible} 家。"
        )
        for it in found.floors
    ]
    if not said:
        said = ["要保留的企业已经超出预算或上限。"]
    if found.needed is None:
        return [*said, "加多少预算都不够，请放宽下限、上限或规则。"]
    return [*said, f"全部满足至少要 {money(found.needed)} 万元预算；或者放宽其中一条。"]


def compared(a: Answer, b: Answer, words: Words) -> Table:
    """Two runs beside each other: who came in, who fell out, whose money or rung changed."""
    before = {it.firm: it for it in a.choice.grants}
    after = {it.firm: it for it in b.choice.grants}
    lines = [
        _moved(number, before.get(number), after.get(number), words)
        for number in sorted(before.keys() | after.keys())
        if before.get(number) != after.get(number)
    ]
    order = {"新进": 0, "退出": 1}
    lines.sort(key=lambda line: order.get(line.cells[0].text, 2))
    return Table(
        "budget-compared",
        "不同的企业",
        "两个方案里一样的企业不列。",
        ("企业", "变化", "甲：支持到", "甲：补助（万元）", "乙：支持到", "乙：补助（万元）"),
        tuple(lines),
        empty="两个方案支持的企业、等级和金额完全一样。",
    )


def _moved(number: int, a: Grant | None, b: Grant | None, words: Words) -> Line:
    change = "新进" if a is None else "退出" if b is None else "有变化"
    sides = [
        cell
        for it in (a, b)
        for cell in (
            (Cell(words.rung(it.step)), _money(it.money)) if it else (Cell(NONE), Cell(NONE))
        )
    ]
    return Line(words.firm(number).name, (Cell(change), *sides), _link(number))
