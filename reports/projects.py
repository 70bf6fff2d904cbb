"""What projects (改造项目) promised and what was reached, and what a policy gives for them.

Amounts are whole 0.01 万元, as in plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from questionnaires.model import Package
from reports.contracts import band_of, ends
from reports.dashboard import Cell, Line, Table, Where, count, money
from reports.figures import amount, money_text, span
from reports.lifting import Ground, Purchase
from reports.small_cells import FEWEST, tells_one

NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True)
class Prices:
    """What a project costs, by what is bought; ``yearly`` every year, the others once."""

    equipment: int = 0
    software: int = 0
    services: int = 0
    building: int = 0
    yearly: int = 0

    @property
    def whole(self) -> int:
        """All of it, with the fee of one year."""
        return self.equipment + self.software + self.services + self.building + self.yearly


@dataclass(frozen=True)
class Rule:
    """How a policy pays: a share in percent of the kinds that count, up to a cap."""

    share: int
    cap: int | None
    counted: frozenset[str]


def claimable(rule: Rule, prices: Prices) -> int:
    """Return the most a project may ask for, cut to whole 0.01 万元; yearly fees count one year."""
    counted = sum(getattr(prices, kind) for kind in rule.counted)
    share = counted * rule.share // 100
    return share if rule.cap is None else min(share, rule.cap)


# --- promised and reached -------------------------------------------------------------------------


@dataclass(frozen=True)
class Bought:
    """A package a project carries out, and how many of what it is priced by."""

    package: Package
    quantity: int = 1


@dataclass(frozen=True)
class Spent:
    """What a project took in the end: paid once in 0.01 万元, and from when to when."""

    price: int | None = None
    started: date | None = None
    finished: date | None = None

    @property
    def weeks(self) -> int | None:
        """Whole weeks begun, at least one; None while it is not finished."""
        if self.started is None or self.finished is None:
            return None
        return max(1, -(-(self.finished - self.started).days // 7))


@dataclass(frozen=True)
class LiftKept:
    """One question: where it stood, where the packages were to bring it, where it stands now.

    ``before`` is None where no sheet was there before, ``reached`` while there is none since.
    """

    question: str
    code: str
    short: str
    promised: int
    before: int | None = None
    reached: int | None = None

    @property
    def difference(self) -> int | None:
        """Levels above (or, negative, below) what was promised."""
        return None if self.reached is None else self.reached - self.promised


@dataclass(frozen=True)
class RangeKept:
    """A range that was promised, and what came of it; ``real`` is None while nobody knows."""

    low: int
    high: int
    real: int | None

    @property
    def difference(self) -> int:
        """How far beyond the range, below it negative; 0 within it, or while nobody knows."""
        if self.real is None:
            return 0
        return min(0, self.real - self.low) or max(0, self.real - self.high)


@dataclass(frozen=True)
class Kept:
    """What the catalogue promised of a project's packages, beside what was reached."""

    lifts: tuple[LiftKept, ...]
    price: RangeKept
    weeks: RangeKept

    @property
    def reached(self) -> int:
        """How many questions stand where they were promised, or above."""
        return sum(one.difference is not None and one.difference >= 0 for one in self.lifts)

    @property
    def is_known(self) -> bool:
        """Whether a sheet has told since."""
        return any(one.reached is not None for one in self.lifts)


@dataclass(frozen=True)
class Asked:
    """How a question is named where levels are shown."""

    code: str
    short: str


def kept(
    bought: Sequence[Bought],
    named: Mapping[str, Asked],
    spent: Spent,
    *,
    ground: Ground | None = None,
    levels: Mapping[str, int] = NOTHING,
) -> Kept:
    """Set what packages promise beside what was reached; nothing is lifted here.

    Args:
        named: The questions by id; a lift of any other is left out.
        ground: Where the firm stood before; without it, what the packages say of themselves.
        levels: Where its questions stand in the first sheet after; empty while there is none.
    """
    promised = _promised(bought, ground)
    lifts = tuple(
        LiftKept(
            question,
            named[question].code,
            named[question].short,
            level,
            ground.levels.get(question) if ground else None,
            levels.get(question),
        )
        for question, level in promised.items()
        if question in named
    )
    once = [one.package.cost.of(one.quantity).once for one in bought]
    return Kept(
        lifts,
        RangeKept(
            _hundredths(each.low for each in once),
            _hundredths(each.high for each in once),
            spent.price,
        ),
        RangeKept(
            sum(one.package.weeks.low for one in bought),
            sum(one.package.weeks.high for one in bought),
            spent.weeks,
        ),
    )


def _hundredths(amounts: Iterable[Fraction]) -> int:
    return int(sum(amounts, Fraction(0)) * 100)


def _promised(bought: Sequence[Bought], ground: Ground | None) -> dict[str, int]:
    """Return the levels packages lead to; beside a sheet, only those they raise on it."""
    found: dict[str, int] = {}
    for one in bought:
        if ground is None:
            lifts = dict(one.package.lifts)
        else:
            purchase = Purchase(one.package, one.quantity)
            lifts = {lift.question.id: lift.after for lift in ground.lifts(purchase)}
        for question, level in lifts.items():
            found[question] = max(level, found.get(question, 0))
    return found


# --- the district's page --------------------------------------------------------------------------

HEAD = (
    "状态",
    "项目",
    "企业",
    "一次性投入（万元）",
    "已申请补助（万元）",
    "已兑现补助（万元）",
    "已投入（万元）",
    "超期",
)
WHICH = "现在的全部项目，不分评估轮次，终止的不计。"
ADDED = {"columns": "title.state.price.asked.paid.invested.due"}
"""The columns of the list that are added up, shown whoever looks."""
BANDED = "金额只说落在 GB/T 321 优先数的哪一档，一档约四分之一。"
MONEY = {"price": "一次性投入", "asked": "申请补助", "granted": "兑现补助"}
"""What is told of all projects together outside the bureau."""


@dataclass(frozen=True)
class Counted:
    """Projects that were counted, of how many firms; ``late`` of them are. Amounts in 0.01 万元.

    Args:
        title: What they have in common.
        asks: What their list is narrowed to.
        price: What they cost once; ``invested`` of it is paid so far.
        asked: Subsidies asked for; ``granted`` are those paid out.
    """

    title: str
    asks: Mapping[str, str]
    projects: int
    firms: int
    price: int = 0
    asked: int = 0
    granted: int = 0
    invested: int = 0
    late: int = 0


Largest = Mapping[str, tuple[int, int, int]]
"""How many firms have part of a sum, and what the two with the most have, by a key of ``MONEY``."""


def table(lines: Sequence[Counted], whole: Counted, largest: Largest, lost: int = 0) -> Table:
    """Return the district's projects by state, and what was asked and paid in subsidies.

    Args:
        whole: All of them together.
        lost: Subsidies paid out to projects that were stopped since, in 0.01 万元.
    """
    apart = f"另有 {money_text(lost)}已兑现给后来终止的项目，不在表内。" if lost else ""
    shown = [_told(line) for line in lines if line.projects]
    if len(shown) > 1:
        shown.append(_told(whole))
    return Table(
        id="projects",
        title="改造项目",
        says=f"{WHICH}一次性投入按合同价，没签合同的按填写的预算；已投入按企业填报。{apart}",
        head=HEAD,
        lines=tuple(shown),
        unit="个",
        empty="还没有改造项目。",
        outside=WHICH + _outside(whole, largest),
    )


def _told(line: Counted) -> Line:
    where, added = (Where("projects", {**line.asks, **more}) for more in ({}, ADDED))
    amounts = (line.price, line.asked, line.granted, line.invested)
    return Line(
        line.title,
        (
            Cell(str(line.projects), line.projects, where, line.firms),
            Cell(str(line.firms), line.firms, where),
            *(money(each, added) for each in amounts),
            count(line.late, "projects", **line.asks, overdue="yes"),
        ),
    )


def _outside(whole: Counted, largest: Largest) -> str:
    """Tell sums of which no firm can be worked out: of many firms, none found in it, in which band of
    prices they lie; so one more contract is not seen in them."""
    told = [
        f"{title} {_band(total)} 万元"
        for name, title in MONEY.items()
        if largest[name][0] >= FEWEST
        and not tells_one(total := getattr(whole, name), *largest[name][1:])
    ]
    return f"合计{'，'.join(told)}；{BANDED}" if told else ""


def _band(hundredths: int) -> str:
    return span(*(amount(end / 100) for end in ends(band_of(Fraction(hundredths)))))
