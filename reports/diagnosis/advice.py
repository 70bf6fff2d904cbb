"""What to do first: the way to the next rung and what adds most besides, in three waves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.gates import GateResult
from questionnaires.model import Package
from reports.diagnosis.costs import units_said
from reports.diagnosis.pace import WAVES, begun, wave_of
from reports.figures import Figure, once_text, share_figure, weeks_text, yearly_text
from reports.lifting import Ground, Lift, Purchase
from reports.programme import counted
from reports.roadmap import Roadmap, opening

MOST = 6
DISCLAIMER = "造价为估算，以供应商报价和验收为准；补助以当地当年政策为准。"


@dataclass(frozen=True)
class Raise:
    """One answer a purchase lifts, as a reader sees it."""

    code: str
    short: str
    before: int
    after: int


@dataclass(frozen=True)
class Advice:
    """One recommended purchase; ``units`` says how many are counted, empty for a whole project."""

    code: str
    title: str
    summary: str
    why: str
    raises: tuple[Raise, ...]
    gain: Figure
    units: str
    cost: str
    yearly: str
    weeks: str
    effect: str
    prerequisites: tuple[str, ...]
    assumes: str
    firm_does: str
    acceptance: str
    in_use: str
    is_reference: bool
    opens_gate: bool
    is_measure: bool
    starts: str = ""
    """When a consultant has it begin."""


@dataclass(frozen=True)
class Wave:
    """Purchases to begin in the same period."""

    title: str
    period: str
    advice: tuple[Advice, ...]


def choose(ground: Ground, way: Roadmap | None) -> tuple[Purchase, ...]:
    """Choose the whole way to the next rung, and up to six in all what adds most for little.

    The gates of the next rung are left to the way, so that nobody reads two plans for one gate.
    Where there is none, those that can be opened come first. A package whose prerequisite is
    missing brings it along, before itself.
    """
    gates = way.target.failed_gates if way else ()
    chosen = list(way.purchases if way else ())
    offers = [ground.offer(package) for package in ground.packages]
    if chosen:
        offers = [o for o in offers if not any(ground.helps(o, gate) for gate in gates)]
    failed = [] if chosen else list(gates)
    levels = dict(ground.levels)
    _reach(ground, chosen, levels)
    while len(chosen) < MOST:
        best = _best(ground, offers, levels, failed, chosen)
        if best is None:
            break
        chosen += best
        _reach(ground, best, levels)
        failed = [gate for gate in failed if not any(ground.helps(p, gate) for p in best)]
    return tuple(chosen)


def _reach(ground: Ground, purchases: Iterable[Purchase], levels: dict[str, int]) -> None:
    for purchase in purchases:
        levels.update({lift.question.id: lift.after for lift in ground.lifts(purchase, levels)})


def _best(
    ground: Ground,
    offers: Sequence[Purchase],
    levels: dict[str, int],
    failed: list[GateResult],
    chosen: list[Purchase],
) -> list[Purchase] | None:
    by_code = {offer.package.code: offer for offer in offers}
    there = {purchase.package.code for purchase in chosen}
    bundles = [
        bundle
        for offer in offers
        if offer.package.code not in there
        and (bundle := _bundle(ground, offer, by_code, there))
        and len(bundle) <= MOST - len(chosen)
        and (ground.lifts(offer, levels) or any(ground.helps(offer, g) for g in failed))
    ]
    return min(bundles, key=lambda b: _rank(ground, levels, failed, b), default=None)


def _bundle(
    ground: Ground, offer: Purchase, offers: dict[str, Purchase], there: Iterable[str]
) -> list[Purchase]:
    """A purchase with what must come before it and is neither there nor chosen.

    Empty where something that must come first is not on offer.
    """
    bundle: dict[str, Purchase] = {}

    def add(part: Package) -> bool:
        if part.code in there or part.code in bundle:
            return True
        if part.code not in offers or not all(map(add, ground.missing_prerequisites(part))):
            return False
        bundle[part.code] = offers[part.code]
        return True

    return list(bundle.values()) if add(offer.package) else []


def _rank(
    ground: Ground, levels: dict[str, int], failed: list[GateResult], bundle: list[Purchase]
) -> tuple[float, int, Fraction, str]:
    opened = sum(any(ground.helps(p, gate) for p in bundle) for gate in failed)
    reached = dict(levels)
    gain = Fraction(0)
    for purchase in bundle:
        lifts = ground.lifts(purchase, reached)
        gain += ground.gain(lifts)
        reached.update({lift.question.id: lift.after for lift in lifts})
    years = ground.score.questionnaire.fee_years
    cost = sum((counted(p.amounts, years) for p in bundle), Fraction(0))
    # A bundle is judged per package, so that a long chain does not crowd out single steps; gains
    # within half a percentage point are alike, and the cheaper one comes first.
    return (
        -opened / len(bundle),
        -round(gain * 200 / len(bundle)),
        cost,
        bundle[-1].package.code,
    )


def waves(
    ground: Ground, purchases: Iterable[Purchase], said: set[str] | None = None
) -> tuple[Wave, ...]:
    """Sort purchases into the three waves by the week in which each begins.

    Args:
        said: What ``say`` takes.
    """
    by_code = {purchase.package.code: purchase for purchase in purchases}
    gates = opening(ground, ground.score.next, by_code.values())
    weeks = begun(ground, by_code.values(), gates)
    said = set() if said is None else said
    advice = {code: say(ground, by_code[code], said) for code in weeks}
    return tuple(
        Wave(title, period, tuple(advice[c] for c, week in weeks.items() if wave_of(week) == index))
        for index, (title, period, _) in enumerate(WAVES)
    )


def say(ground: Ground, purchase: Purchase, said: set[str] | None = None) -> Advice:
    """Say what a purchase is, why the firm needs it, and what it takes.

    Args:
        said: The problems named so far, to which this one adds: none is named twice in a list.
    """
    package, lifts, target = purchase.package, ground.lifts(purchase), ground.score.next
    opens = any(ground.helps(purchase, g) for g in (target.failed_gates if target else ()))
    return Advice(
        code=package.code,
        title=package.title,
        summary=package.summary,
        why=_why(lifts, said, target.rung.title if opens and target else ""),
        raises=tuple(_raise(lift) for lift in lifts),
        gain=share_figure(ground.gain(lifts)),
        units=units_said(ground, purchase),
        cost=once_text(purchase.amounts),
        yearly=yearly_text(purchase.amounts),
        weeks=weeks_text(package.weeks),
        effect=package.effect or "",
        prerequisites=tuple(f"{p.code} {p.title}" for p in ground.missing_prerequisites(package)),
        assumes=package.assumes or "",
        firm_does=package.firm_does or "",
        acceptance=package.acceptance,
        in_use=package.in_use or "",
        is_reference=package.confidence == "proposal",
        opens_gate=opens,
        is_measure=package.kind == "measure",
    )


def _raise(lift: Lift) -> Raise:
    return Raise(lift.question.code, lift.question.short, lift.before, lift.after)


def _why(lifts: tuple[Lift, ...], said: set[str] | None, rung: str) -> str:
    """Name the weakness the package answers: of the lowest answer it lifts that is not named yet.

    Where all are named, say which answers it goes on with. ``rung`` is that whose gate it opens.
    """
    gate = f"对应“{rung}”尚未满足的必备条件。" if rung else ""
    lowest = sorted(lifts, key=lambda lift: lift.before)
    weaknesses = (lift.question.weakness_at(lift.before) for lift in lowest)
    for weakness in filter(None, weaknesses):
        if said is None or weakness.official not in said:
            if said is not None:
                said.add(weakness.official)
            return gate + weakness.official.rstrip("。") + "。"
    named = "、".join(f"“{lift.question.short}”" for lift in lowest[:2])
    return gate + (f"与前面各项一起补上{named}。" if named else "")
