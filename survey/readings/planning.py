"""A firm's plan with everything its page shows beside it, worked out within a bounded time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from sqlalchemy.orm import Session

from questionnaires.frames import conditions, national
from questionnaires.frames.conditions import ConditionResult
from questionnaires.frames.national import NationalResult
from questionnaires.scoring import Score
from reports.diagnosis.costs import CostTable, cost_table
from reports.diagnosis.schedule import Schedule, schedule
from reports.lifting import Ground, Purchase, lifted_sheet
from reports.plan import beside
from reports.plan.optimum import Clock, Optimum, optimum, paid
from reports.plan.timing import months_of, timed
from reports.plan.wish import Wish, at_once
from reports.programme import load_solver
from reports.roadmap import Roadmap, rescored
from survey.library import edition_of
from survey.lifecycle.versions import profile
from survey.readings.sheets import filled_sheet
from survey.store.settings import District
from survey.store.sheets import kind_of
from survey.tables import Assessment

SECONDS: Final = 0.5
"""Processor time that all searches of one page may take together."""


@dataclass(frozen=True)
class Change:
    """What another wish did to the plan that was on the page before; money and months may be less."""

    came: tuple[str, ...]
    went: tuple[str, ...]
    units: tuple[str, ...]
    """Codes of which another number is bought."""
    money: Fraction
    months: int

    @property
    def is_any(self) -> bool:
        return bool(self.came or self.went or self.units or self.money or self.months)


@dataclass(frozen=True)
class Trial:
    """Any selection scored: where it leads, what the target lacks then, what must come first."""

    purchases: tuple[Purchase, ...]
    after: Score
    costs: CostTable
    missing: tuple[str, ...]
    share_missing: Fraction
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Demands:
    """What applying for the target asks besides, and the nation's ladder before and after the plan."""

    province: ConditionResult | None
    before: NationalResult | None
    after: NationalResult | None


@dataclass(frozen=True)
class Planned:
    """The plan of one firm for one wish, and what stands beside it."""

    ground: Ground
    plan: Optimum
    costs: CostTable
    schedule: Schedule
    hands: int
    runners_up: tuple[Optimum, ...]
    prices: tuple[beside.AtPrices, ...]
    parts: Mapping[str, beside.Part]
    binding: tuple[beside.Binding, ...]
    obstacle: beside.Obstacle | None
    why: beside.WhyNot | None
    trial: Trial | None
    change: Change | None
    is_late: bool
    """Time was over before all of it was worked out."""

    @property
    def before(self) -> str:
        """The plan in an address, for the page that comes after it."""
        return ",".join(f"{p.package.code}*{p.units}" for p in self.plan.purchases)


def planned(
    ground: Ground,
    wish: Wish,
    *,
    why: str = "",
    trial: Iterable[str] = (),
    before: Mapping[str, int] | None = None,
    seconds: float = SECONDS,
) -> Planned:
    """Find the plan for a wish and all that stands beside it."""
    load_solver()  # its first loading is no part of the search
    clock = Clock(seconds)
    plan = optimum(ground, wish, clock)
    way = Roadmap(plan.target, plan.purchases, plan.after) if plan.target else None
    return Planned(
        ground=ground,
        plan=plan,
        costs=cost_table(plan.ground, plan.purchases),
        schedule=schedule(plan.ground, way, plan.purchases, plan.timing.begins),
        hands=at_once(plan.ground, wish),
        why=beside.why_not(ground, plan, why, clock) if why else None,
        obstacle=None if plan.after else beside.obstacle(ground, plan, clock),
        runners_up=beside.runners_up(ground, plan, clock),
        prices=beside.at_prices(plan, clock),
        binding=beside.binding(plan, clock),
        parts={part.purchase.package.code: part for part in beside.parts(plan)},
        trial=_trial(plan, tuple(trial)) if trial else None,
        change=_change(plan, before) if before else None,
        is_late=not clock.left,
    )


def _trial(plan: Optimum, codes: tuple[str, ...]) -> Trial:
    own, wish = plan.ground, plan.wish
    by_code = own.score.questionnaire.package_by_code | {p.code: p for p in own.packages}
    purchases = tuple(
        Purchase(by_code[code], wish.quantities.get(code) or own.offer(by_code[code]).units)
        for code in codes
    )
    after, target = rescored(own, purchases), plan.target
    there = after.rungs[: target.step] if target else ()
    needs = {
        f"{first.code} {first.title}"
        for purchase in purchases
        for first in own.missing_prerequisites(purchase.package)
        if first.code not in codes
    }
    return Trial(
        purchases,
        after,
        cost_table(own, purchases),
        tuple(dict.fromkeys(gate.wanted for rung in there for gate in rung.failed_gates)),
        max((rung.missing_share for rung in there), default=Fraction(0)),
        tuple(sorted(needs)),
    )


def _change(plan: Optimum, before: Mapping[str, int]) -> Change | None:
    if plan.after is None:
        return None
    by_code = {package.code: package for package in plan.ground.packages}
    last = tuple(Purchase(by_code[c], n) for c, n in before.items() if c in by_code)
    now = {p.package.code: p.units for p in plan.purchases}
    weeks = timed(last, at_once(plan.ground, plan.wish)).weeks
    return Change(
        came=tuple(sorted(now.keys() - before.keys())),
        went=tuple(sorted(before.keys() - now.keys())),
        units=tuple(sorted(c for c in now.keys() & before.keys() if now[c] != before[c])),
        money=plan.paid - paid(plan.ground, last),
        months=plan.timing.months - months_of(weeks),
    )


def demands(
    session: Session, assessment: Assessment, plan: Optimum, district: District, today: date
) -> Demands:
    """Return the newest province's conditions for the target, and the nation's ladder by the sheet
    as it is and as it would read after the plan."""
    edition = edition_of(assessment)
    sheet = filled_sheet(session, assessment, kind_of(assessment.state))
    judged = conditions.judge(
        conditions.newest(edition.conditions),
        sheet.questionnaire,
        sheet.answers,
        reduced=district.reduced,
        today=today,
    )
    wanted = plan.target.rung.id if plan.target else ""
    lifted = {**sheet.answers, **lifted_sheet(plan.ground, plan.purchases)}
    above_scale = profile(assessment, sheet.row).above_scale
    before, after = (
        national.read(
            edition.national,
            sheet.questionnaire,
            answers,
            sheet.processes,
            above_scale=above_scale,
        )
        for answers in (sheet.answers, lifted)
    )
    return Demands(next((one for one in judged if one.rung == wanted), None), before, after)
