"""What purchases cost, as a reader sees it: how many are counted, what for, once and every year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.model import Amounts
from reports.figures import months_text, once_text, range_text, yearly_text
from reports.lifting import Ground, Purchase
from reports.roadmap import total


@dataclass(frozen=True)
class CostLine:
    """What one purchase costs, kind by kind in 万元 (empty for nothing).

    ``units`` says how many are counted, and is empty for a whole project; ``amounts`` are exact.
    """

    code: str
    title: str
    units: str
    equipment: str
    software: str
    services: str
    undivided: str
    once: str
    yearly: str
    amounts: Amounts


@dataclass(frozen=True)
class Assumption:
    """A number of units that nobody has given; ``question_id`` asks for it, empty where none does."""

    title: str
    words: str
    question_id: str


@dataclass(frozen=True)
class CostTable:
    """The costs of several purchases, what they come to, and what that takes for granted.

    ``once``, ``yearly`` and ``months`` are whole phrases; ``yearly`` is empty where no fees are
    known. ``months`` is how long all of it takes when one thing is done after the other.
    """

    lines: tuple[CostLine, ...]
    total: CostLine
    once: str
    yearly: str
    months: str
    assumptions: tuple[Assumption, ...]

    @property
    def has_undivided(self) -> bool:
        return bool(self.total.undivided)

    @property
    def asks(self) -> str:
        """The first question that would replace an assumption; empty where none does."""
        return next((each.question_id for each in self.assumptions if each.question_id), "")

    @property
    def assumed(self) -> str:
        """What the sums take for granted, as a sentence; empty where everything is known."""
        said = "，".join(f"{each.title}{each.words}" for each in self.assumptions)
        can_be_told = any(each.question_id for each in self.assumptions)
        where = "，可在“改造范围”里改" if can_be_told else "，实际数量请与供应商核对"
        return f"{said}{where}。" if said else ""


def cost_table(ground: Ground, purchases: Sequence[Purchase]) -> CostTable:
    """Tell the costs of purchases, in their order."""
    amounts = total(purchases)
    return CostTable(
        lines=tuple(
            _line(p.package.code, p.package.title, units_said(ground, p), p.amounts)
            for p in purchases
        ),
        total=_line("", "合计", "", amounts),
        once=once_text(amounts),
        yearly=yearly_text(amounts),
        months=months_text(
            sum(p.package.weeks.low for p in purchases),
            sum(p.package.weeks.high for p in purchases),
        ),
        assumptions=tuple(
            _assumption(ground, p) for p in purchases if ground.is_assumed(p.package)
        ),
    )


def _line(code: str, title: str, units: str, amounts: Amounts) -> CostLine:
    return CostLine(
        code=code,
        title=title,
        units=units,
        equipment=range_text(amounts.equipment),
        software=range_text(amounts.software),
        services=range_text(amounts.services),
        undivided=range_text(amounts.undivided),
        once=range_text(amounts.once),
        yearly=range_text(amounts.yearly),
        amounts=amounts,
    )


def units_said(ground: Ground, purchase: Purchase) -> str:
    """Say how many units are counted: 再联网 3 台（6 → 9/40）, or 按 1 台计."""
    cost = purchase.package.cost
    if ratio := ground.ratio_of(purchase.package):
        answer = ground.ratios[ratio]
        if not purchase.units:
            return f"不再增加{cost.per}数，只计固定部分"
        after = answer.part + purchase.units
        return (
            f"再{cost.doing} {purchase.units} {cost.per}（{answer.part} → {after}/{answer.whole}）"
        )
    if cost.each == Amounts():
        return ""
    counted = "按" if ground.is_assumed(purchase.package) else "按填报的"
    return f"{counted} {purchase.units} {cost.per}计"


def _assumption(ground: Ground, purchase: Purchase) -> Assumption:
    question = ground.units_question(purchase.package)
    return Assumption(
        title=f"{purchase.package.code} ",
        words=units_said(ground, purchase),
        question_id=question.id if question else "",
    )
