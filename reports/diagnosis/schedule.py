"""One plan in time and money: when each purchase begins and ends, and what is paid in which year."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from questionnaires.model import NOTHING, Amounts, Range
from reports.diagnosis.costs import CostLine, cost_table
from reports.diagnosis.pace import begun
from reports.figures import range_text
from reports.lifting import Ground, Purchase
from reports.roadmap import Roadmap, opening, total

WEEKS_A_YEAR = 52
LEAST_YEARS = 3
KINDS = (
    ("equipment", "设备"),
    ("software", "软件"),
    ("services", "实施服务"),
    ("undivided", "未分项"),
    ("yearly", "年费与运维"),
)
FROM_USE = "一次性投入记在启动的那一年；年费从投用的那一年起每年记一次。"


@dataclass(frozen=True)
class Task:
    """One purchase in time, in weeks from the start of the plan; ``after`` names what it waits for.

    ``line`` is what it costs. ``leads``: it is part of the cheapest way to the next rung.
    """

    line: CostLine
    begins: int
    ends: int
    after: tuple[str, ...]
    leads: bool

    @property
    def code(self) -> str:
        return self.line.code

    @property
    def title(self) -> str:
        return self.line.title

    @property
    def months(self) -> str:
        """In which months it runs, the first is 1: 第 1–3 月."""
        first, last = month_of(self.begins) + 1, max(month_of(self.ends - 1), 0) + 1
        return f"第 {first} 月" if first == last else f"第 {first}–{last} 月"


@dataclass(frozen=True)
class Milestone:
    """What is reached at the end of a week."""

    week: int
    title: str


@dataclass(frozen=True)
class BudgetLine:
    """One kind of cost, year by year and in all, in 万元; empty for nothing."""

    title: str
    years: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class Schedule:
    """A plan in the order in which it begins, its milestones, and what it costs year by year."""

    tasks: tuple[Task, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    budget: tuple[BudgetLine, ...] = ()

    @property
    def must(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.leads)

    @property
    def extra(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if not task.leads)

    @property
    def weeks(self) -> int:
        return max((task.ends for task in self.tasks), default=0)

    @property
    def months(self) -> int:
        return ceil(self.weeks * 12 / WEEKS_A_YEAR)

    @property
    def years(self) -> tuple[str, ...]:
        """What the columns of the budget are called."""
        count = len(self.budget[0].years) if self.budget else 0
        return tuple(f"第 {number} 年" for number in range(1, count + 1))

    @property
    def counted(self) -> str:
        return FROM_USE


def month_of(week: int) -> int:
    """Return the month in which a week begins, the first is 0."""
    return week * 12 // WEEKS_A_YEAR


def schedule(
    ground: Ground,
    way: Roadmap | None,
    purchases: Sequence[Purchase],
    starts: Mapping[str, int] | None = None,
) -> Schedule:
    """Lay purchases out in time.

    Args:
        starts: The week in which a consultant has a purchase begin, by its code.
    """
    gates = opening(ground, ground.score.next, purchases)
    weeks = begun(ground, purchases, gates) | dict(starts or {})
    leading = {p.package.code for p in way.purchases} if way and way.after else set()
    lines = cost_table(ground, purchases).lines
    tasks = [_task(p, line, weeks, leading) for p, line in zip(purchases, lines, strict=True)]
    tasks.sort(key=lambda task: (task.begins, not task.leads))
    ends = {task.code: task.ends for task in tasks}
    return Schedule(tuple(tasks), _milestones(tasks, way), _budget(purchases, weeks, ends))


def weeks_until(starts: str, issued: date) -> int:
    """Return how many weeks lie between a report and a month or quarter such as 2027-03, 2027-Q1.

    The week is the first that begins in that month, counted from the report's: ``month_of`` gives it back.
    """
    year, _, part = starts.partition("-")
    month = int(part[1]) * 3 - 2 if part.startswith("Q") else int(part or 1)
    months = (int(year) - issued.year) * 12 + month - issued.month
    return ceil(max(months, 0) * WEEKS_A_YEAR / 12)


def _task(
    purchase: Purchase, line: CostLine, weeks: Mapping[str, int], leading: Collection[str]
) -> Task:
    package = purchase.package
    begins = weeks[package.code]
    return Task(
        line=line,
        begins=begins,
        ends=begins + max(package.weeks.high, 1),
        after=tuple(code for code in package.prerequisites if code in weeks),
        leads=package.code in leading,
    )


def _milestones(tasks: Sequence[Task], way: Roadmap | None) -> tuple[Milestone, ...]:
    """The way is done where all of it is on the plan; a consultant may have taken a part of it."""
    planned = {task.code for task in tasks}
    on_it = {p.package.code for p in way.purchases} if way and way.after else set()
    leading = [task.ends for task in tasks if task.leads and on_it <= planned]
    whole = max((task.ends for task in tasks), default=0)
    found = []
    if leading and way:
        found.append(Milestone(max(leading), f"“{way.target.rung.title}”的必做项完成"))
    if whole and (not leading or max(leading) < whole):
        found.append(Milestone(whole, "全部完成"))
    return tuple(found)


def _budget(
    purchases: Sequence[Purchase], weeks: Mapping[str, int], ends: Mapping[str, int]
) -> tuple[BudgetLine, ...]:
    last = max((week for week in ends.values()), default=0)
    count = max(LEAST_YEARS, ceil(last / WEEKS_A_YEAR))
    paid = [_paid_in(year, purchases, weeks, ends) for year in range(count)]
    whole = sum(paid, Amounts())
    lines = [
        _budget_line(title, [getattr(one, kind) for one in paid], getattr(whole, kind))
        for kind, title in KINDS
        if getattr(whole, kind).high
    ]
    sums = [one.once + one.yearly for one in paid]
    return (*lines, _budget_line("合计", sums, whole.once + whole.yearly)) if lines else ()


def _paid_in(
    year: int, purchases: Sequence[Purchase], weeks: Mapping[str, int], ends: Mapping[str, int]
) -> Amounts:
    """What is paid in one year of the plan, the first is 0."""
    begun_now = [p for p in purchases if weeks[p.package.code] // WEEKS_A_YEAR == year]
    in_use = [p for p in purchases if (ends[p.package.code] - 1) // WEEKS_A_YEAR <= year]
    once = total(begun_now).model_copy(update={"yearly": NOTHING})
    return once + Amounts(yearly=total(in_use).yearly)


def _budget_line(title: str, years: Sequence[Range], whole: Range) -> BudgetLine:
    return BudgetLine(title, tuple(range_text(each) for each in years), range_text(whole))
