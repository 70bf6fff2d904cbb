"""The district on one page (一屏): every figure as a table that says how it is counted.

The page, its charts, the workbook, the CSV and the paper are written from these tables and from
nothing else, so they cannot differ. Every count knows the list of the firms it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

from questionnaires.model import Rung
from reports.district import PlanLine
from reports.figures import amount, percent, percent_number, percentage_points, span

NO_RUNG = "未达最低等级"
NOT_SAID = "没有填"
NONE = "—"
TOTAL = "合计"
MOST_GATES = 10
MOST_PACKAGES = 10

Shape = Literal["stacked", "bars", "heat", ""]
Asked = Mapping[str, str]


class Basis(StrEnum):
    """Whose rung is counted: the confirmed one, or the one the firm's own sheet has."""

    VISITED = "visited"
    OWN = "own"


class Where(NamedTuple):
    """A list, and what it is narrowed to."""

    listed: str
    asks: Asked


class Cell(NamedTuple):
    """A figure as it is read, the same as a number, and the list of what it counts or adds up."""

    text: str
    number: int | Decimal | None = None
    where: Where | None = None
    firms: int | None = None
    """How many firms stand behind a count of something else."""


class Line(NamedTuple):
    """One line of a table, and what its name leads to where it is one firm's."""

    title: str
    cells: tuple[Cell, ...]
    where: Where | None = None


@dataclass(frozen=True)
class Table:
    """One block of the page.

    Args:
        says: How its figures are counted, as a sentence.
        outside: The same where the block leaves the bureau and tells less; None for what it says inside.
        head: What the first column and the others are called.
        shape: How it is drawn; empty for a table alone.
        bars: How many of its columns are drawn, from the first on.
        for_files: How many of its columns, the last ones, stand in workbook and CSV alone.
        empty: What stands there when it has no lines.
    """

    id: str
    title: str
    says: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    shape: Shape = ""
    bars: int = 1
    unit: str = "家"
    empty: str = "还没有可以统计的结果。"
    for_files: int = 0
    outside: str | None = None

    def is_figure(self, at: int) -> bool:
        """Whether a column after the first holds figures; some of its lines may have none."""
        return any(line.cells[at].number is not None for line in self.lines)

    @property
    def to_read(self) -> Table:
        """The table as page and paper show it."""
        if not self.for_files:
            return self
        kept = len(self.head) - self.for_files
        lines = tuple(line._replace(cells=line.cells[: kept - 1]) for line in self.lines)
        return replace(self, head=self.head[:kept], lines=lines, for_files=0)


def count(number: int, listed: str = "", **asks: str) -> Cell:
    """Return a count of firms with the list of them."""
    return Cell(str(number), number, Where(listed, asks) if listed else None)


def money(hundredths: int, where: Where | None = None) -> Cell:
    """Return a sum of whole 0.01 万元, in 万元, with the list it adds up."""
    return Cell(amount(Fraction(hundredths, 100)), Decimal(hundredths) / 100, where)


def share(part: int, whole: int) -> Cell:
    """Return a part of firms as a percentage; nothing of nobody."""
    if not whole:
        return Cell(NONE)
    exact = Fraction(part, whole)
    return Cell(percent(exact), percent_number(exact))


# --- what is counted ------------------------------------------------------------------------------


class Group(NamedTuple):
    """Assessments of one round that are alike, counted.

    Args:
        name: Their trade, township or size, whichever they were counted by; empty where nobody said.
        own_sum: Shares in thousandths, added up; by trade alone.
        visited_sum: The same of the confirmed sheets.
    """

    name: str
    confirmed: bool
    own_step: int | None
    visited_step: int | None
    firms: int
    own_sum: int = 0
    visited_sum: int = 0

    def step(self, basis: Basis) -> int | None:
        """Where they stand; None where there is no such rung (yet)."""
        if basis == Basis.OWN:
            return self.own_step
        return self.visited_step if self.confirmed else None


class Mean(NamedTuple):
    """The shares of a section in one trade, in thousandths, added up over firms."""

    section: str
    trade: str
    firms: int
    sum: int


class Near(NamedTuple):
    """A firm close below its next rung, and what it lacks: gates, and thousandths of the share."""

    assessment: int
    firm: str
    step: int
    gates: int
    permille: int


OWN = "own"
"""What a consultant's own measures, which have no code, are asked for by."""


class Wish(NamedTuple):
    """A package that visits recommend: to how many firms, for how much in 0.01 万元."""

    code: str
    firms: int
    low: int
    high: int


class Unreached(NamedTuple):
    """Firms of one township that never began anything, by how far the bureau came with them."""

    township: str
    stage: str
    firms: int


@dataclass(frozen=True)
class Frame:
    """What titles are taken from, and what every list is narrowed to besides."""

    ladder: Sequence[Rung]
    trades: Mapping[str, str]
    sizes: Mapping[str, str]
    sections: Mapping[str, str]
    basis: Basis
    asks: Asked = field(default_factory=dict)
    """The edition and the round of all lists."""

    @property
    def rungs(self) -> list[tuple[str, str]]:
        """(value of the list's filter, title) of every step, from below the ladder up."""
        return [("none", NO_RUNG), *((rung.id, rung.title) for rung in self.ladder)]

    @property
    def whose(self) -> str:
        return "核定等级" if self.basis == Basis.VISITED else "自评等级"

    def counted(self, number: int, **asks: str) -> Cell:
        return count(number, "assessments", **{**self.asks, **asks})


# --- the plan ---------------------------------------------------------------------------------


def plan(lines: Sequence[PlanLine]) -> Table:
    """The plan's targets beside today."""
    rules = "；".join(dict.fromkeys(line.rule for line in lines))
    recognised = f"已认定：{rules}" if lines else ""
    return Table(
        "plan",
        "规划目标",
        f"{recognised}符合申报条件、站上等级按最近一次核定的答卷算，不论轮次。" if lines else "",
        ("目标", "要求", "已认定", "还差", "符合申报条件", "条件待确认", "站上等级"),
        tuple(Line(f"到 {line.year} 年底", _plan_cells(line)) for line in lines),
        empty="还没有设规划目标，由管理员在“区县设置”里填写。",
        outside=recognised,
    )


def _plan_cells(line: PlanLine) -> tuple[Cell, ...]:
    year = str(line.year)
    return (
        count(line.wanted),
        count(line.recognised, "firms", what="recognised", key=year),
        count(line.missing),
        count(line.eligible, "firms", what="eligible", key=year),
        count(line.open, "firms", what="open", key=year),
        count(line.reaching, "firms", what="reaching", key=year),
    )


# --- the way of a round -----------------------------------------------------------------------


def funnel(frame: Frame, steps: Mapping[str, int]) -> Table:
    """How many firms came how far: each step as a part of those invited.

    Args:
        steps: Firms by ``invited``, ``begun``, ``handed_in``, ``confirmed``, ``pooled`` and
            ``recognised``.
    """
    titles = {
        "invited": "邀请",
        "begun": "填报",
        "handed_in": "提交",
        "confirmed": "诊断核定",
        "pooled": "入库",
        "recognised": "认定",
    }
    ours = {"begun": {}, "confirmed": {"confirmed": "yes"}, "recognised": {"pool": "recognised"}}
    lines = []
    for name, title in titles.items():
        known = ours.get(name)
        cell = (
            count(steps[name], "firms", what="way", key=name, **frame.asks)
            if known is None
            else frame.counted(steps[name], **known)
        )
        lines.append(Line(title, (cell, share(steps[name], steps["invited"]))))
    return Table(
        "funnel",
        "从邀请到认定",
        "本轮走到每一步的企业数；入库、认定是其中已在培育库、已认定的企业。",
        ("步骤", "企业", "占邀请"),
        tuple(lines) if steps["invited"] else (),
        "bars",
        empty="本轮还没有邀请企业。",
    )


def stages(
    name: str, title: str, lines: Sequence[tuple[str, str, int]], asks: Asked, by: str
) -> Table:
    """Entries of the pool in every stage of one ladder.

    Args:
        name: The block's own.
        title: What the ladder is called.
        lines: Each stage's id, what it is called, and how many firms stand in it.
        by: What the pool's list calls the stage of this ladder.
    """
    return Table(
        name,
        f"培育库：{title}各阶段",
        "按企业现在所处的阶段数，不论评估轮次；两个梯度分开数。",
        ("阶段", "企业"),
        tuple(
            Line(words, (count(firms, "pool", **asks, **{by: stage}),))
            for stage, words, firms in lines
        ),
        "bars",
        empty="还没有企业在这个梯度上。",
    )


# --- where firms stand --------------------------------------------------------------------------


def ladder_by(
    frame: Frame,
    groups: Sequence[Group],
    by: Literal["trade", "township", "size"],
    known: Mapping[str, str],
) -> Table:
    """Firms on every rung, line by line of a trade, a township or a size.

    Args:
        known: Lines by value in their order; those that firms stand in otherwise follow.
    """
    titles = {"trade": "行业", "township": "乡镇（街道）", "size": "规模"}
    found: dict[str, Counter[int]] = {}
    for group in groups:
        if (step := group.step(frame.basis)) is not None:
            found.setdefault(group.name, Counter())[step] += group.firms
    order = [*(value for value in known if value in found), *sorted(found.keys() - known.keys())]
    lines = [
        _on_rungs(frame, known.get(value, value) or NOT_SAID, found[value], {by: value or "none"})
        for value in order
    ]
    if len(lines) > 1:
        lines.append(_on_rungs(frame, TOTAL, sum(found.values(), Counter()), {}))
    return Table(
        f"by-{by}",
        f"等级分布：{titles[by]}",
        f"本轮有{frame.whose}的企业，每家只算一次。",
        (titles[by], *(title for _, title in frame.rungs), "合计"),
        tuple(lines),
        "stacked",
        len(frame.rungs),
    )


def _on_rungs(frame: Frame, title: str, steps: Counter[int], asks: Asked) -> Line:
    whole = _rated(frame, steps.total(), asks)
    cells = (
        frame.counted(steps[step], **asks, **{frame.basis: rung})
        for step, (rung, _) in enumerate(frame.rungs)
    )
    return Line(title, (*cells, whole))


def _rated(frame: Frame, firms: int, asks: Asked) -> Cell:
    if frame.basis == Basis.VISITED:
        return frame.counted(firms, **{**asks, "confirmed": "yes"})
    return count(firms, "firms", **{**frame.asks, **asks, "what": "way", "key": "rated"})


def ladder_over_rounds(
    frame: Frame, groups: Mapping[int, Sequence[Group]], rounds: Mapping[int, str]
) -> Table:
    """Firms on every rung, round by round, the earliest first."""
    lines = []
    for round_, title in rounds.items():
        steps: Counter[int] = Counter()
        for group in groups.get(round_, ()):
            if (step := group.step(frame.basis)) is not None:
                steps[step] += group.firms
        asks = {"round": str(round_)}
        if steps:
            lines.append(_on_rungs(frame, title, steps, asks))
    return Table(
        "by-round",
        "等级分布：各轮",
        f"同一年版的各轮里有{frame.whose}的企业；各轮参加的企业不完全相同。",
        ("评估轮次", *(title for _, title in frame.rungs), "合计"),
        tuple(lines),
        "stacked",
        len(frame.rungs),
    )


def heat(frame: Frame, means: Sequence[Mean]) -> Table:
    """How much of full marks firms earn, section by trade."""
    found = {(mean.section, mean.trade): mean for mean in means if mean.firms}
    trades = [trade for trade in frame.trades if any(trade == key[1] for key in found)]
    lines = [
        Line(title, tuple(_mean(found.get((section, trade))) for trade in trades))
        for section, title in frame.sections.items()
        if any((section, trade) in found for trade in trades)
    ]
    return Table(
        "heat",
        "各模块得分率",
        f"平均得分率（%），按{_whose_sheet(frame)}算；“—”表示这个行业不答这个模块。数字越大越好。",
        ("模块", *(frame.trades[trade] for trade in trades)),
        tuple(lines),
        "heat",
        len(trades),
        unit="%",
    )


def _whose_sheet(frame: Frame) -> str:
    return "核定的答卷" if frame.basis == Basis.VISITED else "还没有核定的企业自评"


def _mean(mean: Mean | None) -> Cell:
    if mean is None:
        return Cell(NONE)
    exact = Fraction(mean.sum, mean.firms * 1000)
    return Cell(percent(exact).removesuffix("%"), percent_number(exact))


# --- what is missing ----------------------------------------------------------------------------


def gates(frame: Frame, unmet: Mapping[str, int], names: Mapping[str, str], whole: int) -> Table:
    """The gates of the next rung that most firms do not meet.

    Args:
        unmet: Firms by gate.
        names: What a gate looks at, in words.
        whole: How many firms have a result.
    """
    most = sorted(unmet.items(), key=lambda pair: (-pair[1], names.get(pair[0], pair[0])))
    asks = {"confirmed": "yes"} if frame.basis == Basis.VISITED else {"confirmed": "no"}
    return Table(
        "gates",
        "最常见的短板",
        f"上一级的必备条件里，没达到的企业最多的 {MOST_GATES} 项，按{_whose_sheet(frame)}算。",
        ("必备条件", "没达到", "占有结果的"),
        tuple(
            Line(
                names.get(gate, gate),
                (frame.counted(firms, gate=gate, **asks), share(firms, whole)),
            )
            for gate, firms in most[:MOST_GATES]
        ),
        "bars",
        empty="没有企业缺必备条件，或还没有结果。",
    )


def near(frame: Frame, firms: Sequence[Near]) -> Table:
    """Firms closest to their next rung, the closest first."""
    titles = [title for _, title in frame.rungs]
    return Table(
        "near",
        "离上一级最近的企业",
        f"按{_whose_sheet(frame)}，先看缺几项必备条件，再看得分率差多少。",
        ("企业", "现在等级", "上一级", "缺必备条件（项）", "得分率还差"),
        tuple(
            Line(
                firm.firm,
                (
                    Cell(titles[firm.step]),
                    Cell(titles[firm.step + 1]),
                    Cell(str(firm.gates), firm.gates),
                    Cell(
                        percentage_points(Fraction(firm.permille, 1000))
                        if firm.permille
                        else "已够",
                        Decimal(firm.permille) / 10,
                    ),
                ),
                Where("assessment", {"id": str(firm.assessment)}),
            )
            for firm in firms
            if firm.step + 1 < len(titles)
        ),
        unit="",
        empty="还没有接近上一级的企业。",
    )


def demand(frame: Frame, wishes: Sequence[Wish], titles: Mapping[str, str], own: str) -> Table:
    """What visits recommend to buy, in 万元.

    Args:
        titles: Of packages, by code.
        own: What measures without a code are called.
    """
    most = sorted(wishes, key=lambda wish: (-wish.firms, wish.code))
    shown, rest = most[:MOST_PACKAGES], most[MOST_PACKAGES:]
    lines = [_wish(frame, wish, titles, own) for wish in shown]
    if rest:
        others = f"其余 {len(rest)} 项"
        lines.append(Line(others, (Cell(NONE), _money(rest), *_ends(rest))))
    if len(most) > 1:
        lines.append(Line(TOTAL, (Cell(NONE), _money(most), *_ends(most))))
    says = (
        "现场诊断建议采购的改造场景，一次性投入，参考值：顾问写了价格的按顾问的，其余按目录的区间，"
        "实际以供应商报价为准。顾问没有另定方案的，按系统算的建议，每夜汇总一次。"
    )
    return Table(
        "demand",
        "改造需求",
        says,
        ("改造场景", "企业", "投入（万元）", "最低（万元）", "最高（万元）"),
        tuple(lines),
        empty="还没有核定的现场诊断提出改造建议。",
        for_files=2,
        outside=f"{says}金额取到 GB/T 321 优先数的整档，一档约四分之一。",
    )


def _wish(frame: Frame, wish: Wish, titles: Mapping[str, str], own: str) -> Line:
    title = f"{wish.code} {titles.get(wish.code, '')}".strip() if wish.code else own
    firms = count(wish.firms, "firms", what="package", key=wish.code or OWN, **frame.asks)
    return Line(title, (firms, _money([wish]), *_ends([wish])))


def _money(wishes: Iterable[Wish]) -> Cell:
    low, high = _sums(wishes)
    return Cell(span(amount(low), amount(high)) if high else "无需采购")


def _ends(wishes: Iterable[Wish]) -> tuple[Cell, Cell]:
    low, high = (Cell(amount(end), Decimal(int(end * 100)) / 100) for end in _sums(wishes))
    return low, high


def _sums(wishes: Iterable[Wish]) -> tuple[Fraction, Fraction]:
    low, high = (sum(ends) for ends in zip(*((w.low, w.high) for w in wishes), strict=True))
    return Fraction(low, 100), Fraction(high, 100)


def deviation(frame: Frame, groups: Sequence[Group]) -> Table:
    """How firms' own rungs stand to the confirmed ones, by trade, and by how much shares differ."""
    compared, lines = "已核定的企业里，自评等级比核定高、相同、低的家数", []
    for trade, title in (*frame.trades.items(), ("", TOTAL)):
        ours = [
            g for g in groups if g.confirmed and g.own_step is not None and trade in ("", g.name)
        ]
        if whole := sum(group.firms for group in ours):
            lines.append(
                Line(title, _deviating(frame, ours, {"trade": trade} if trade else {}, whole))
            )
    return Table(
        "deviation",
        "自评与核定的偏差",
        f"{compared}；平均偏差是自评得分率减核定得分率。",
        ("行业", "自评偏高", "一致", "自评偏低", "平均偏差"),
        tuple(lines) if len(lines) != 2 else tuple(lines[:1]),
        "stacked",
        3,
        empty="还没有核定的评估。",
        outside=f"{compared}。",
    )


def _deviating(frame: Frame, groups: Sequence[Group], asks: Asked, whole: int) -> tuple[Cell, ...]:
    def firms(holds: Callable[[int, int], bool]) -> int:
        return sum(
            g.firms
            for g in groups
            if g.own_step is not None
            and g.visited_step is not None
            and holds(g.own_step, g.visited_step)
        )

    moved = Fraction(sum(g.own_sum - g.visited_sum for g in groups), whole * 1000)
    points = percent_number(abs(moved))
    sign = "" if not points else "+" if moved > 0 else "−"
    return (
        frame.counted(firms(lambda own, seen: own > seen), deviation="higher", **asks),
        frame.counted(firms(lambda own, seen: own == seen), deviation="equal", **asks),
        frame.counted(firms(lambda own, seen: own < seen), deviation="lower", **asks),
        Cell(f"{sign}{points.normalize():f} 个百分点", points if moved > 0 else -points),
    )


# --- what the plan asks of large firms, and who was never reached ---------------------------------


def systems(
    frame: Frame,
    known: Mapping[str, tuple[str, str]],
    held: Mapping[str, int],
    answered: int,
    whole: int,
    source: str,
) -> Table:
    """How many of the firms above scale use ERP, MES, networked machines.

    Args:
        known: Title and meaning of each system.
        held: Firms above scale whose sheet shows it.
        answered: Firms above scale with a sheet handed in; ``whole``: all of them.
    """

    def line(title: str, key: str, firms: int, of: int, meaning: str) -> Line:
        counted = count(firms, "firms", what="system", key=key, **frame.asks)
        return Line(title, (counted, share(firms, of), Cell(meaning)))

    lines = [
        line("规上企业", "scale", whole, whole, "名录里是规上的企业"),
        line("其中有结果", "answered", answered, whole, "本轮提交过答卷的，下面各行占它的比例"),
        *(
            line(title, id, held.get(id, 0), answered, meaning)
            for id, (title, meaning) in known.items()
        ),
    ]
    return Table(
        "systems",
        "规上企业系统应用",
        f"{source}。参考值。" if source else "",
        ("系统", "企业", "占比", "看什么"),
        tuple(lines) if known and whole else (),
        "bars",
        empty="名录里没有规上企业，或本年版没有写明看哪些题。",
    )


def unreached(frame: Frame, groups: Sequence[Unreached], stages: Mapping[str, str]) -> Table:
    """Firms that never began an assessment in any round, by township and how far they were reached.

    Args:
        stages: What each is called, in order.
    """
    found: dict[str, Counter[str]] = {}
    for group in groups:
        found.setdefault(group.township, Counter())[group.stage] += group.firms
    order = sorted(found, key=lambda place: (-found[place].total(), place))
    lines = [
        _not_begun(place or NOT_SAID, found[place], stages, place or "none") for place in order
    ]
    if len(lines) > 1:
        lines.append(_not_begun(TOTAL, sum(found.values(), Counter()), stages, ""))
    return Table(
        "unreached",
        "从没参加的企业",
        "任何一轮都没有开始填报的企业，按走到哪一步分。",
        ("乡镇（街道）", *stages.values(), "合计"),
        tuple(lines),
        "stacked",
        len(stages),
        empty="没有这样的企业。",
    )


def _not_begun(title: str, counted: Counter[str], stages: Mapping[str, str], place: str) -> Line:
    at = {"township": place} if place else {}
    cells = (count(counted[s], "firms", what="unreached", key=s, **at) for s in stages)
    whole = count(counted.total(), "firms", what="unreached", key="all", **at)
    return Line(title, (*cells, whole))
