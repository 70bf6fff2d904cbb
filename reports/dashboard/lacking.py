"""What firms lack and want: gates, packages, systems; who was never reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from reports.dashboard.frame import NOT_SAID, OWN, Basis, Frame, Group, Near, Unreached, Wish
from reports.dashboard.tables import NONE, TOTAL, Asked, Cell, Line, Table, Where, count, share
from reports.figures import amount, percent_number, percentage_points, span

MOST_GATES = 10
MOST_PACKAGES = 10


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
        f"上一级的必备条件里，没达到的企业最多的 {MOST_GATES} 项，按{frame.whose_sheet}算。",
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
        f"按{frame.whose_sheet}，先看缺几项必备条件，再看得分率差多少。",
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
