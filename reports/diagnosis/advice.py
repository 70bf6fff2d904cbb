"""What to do first: at most six packages in three waves, with cost, time and acceptance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.gates import GateResult
from questionnaires.model import NOTHING, Package
from reports.figures import Figure, amount, cost_text, share_figure, span, weeks_text
from reports.lifting import Ground, Lift, helps
from reports.programme import middle

MOST = 6
DISCLAIMER = "造价为估算，以供应商报价和验收为准；补助以当地当年政策为准。"
WAVES = (
    ("第一批：打基础", "0–3 个月"),
    ("第二批：补行业短板", "3–9 个月"),
    ("第三批：集成与自动化", "9–24 个月"),
)
QUICK_WEEKS, QUICK_COST = 9, 20
"""A first-wave package is done in two months for at most 20 万元."""
SHORT_WEEKS, SHORT_COST = 13, 40
"""A second-wave package is done in three months for at most 40 万元."""


@dataclass(frozen=True)
class Raise:
    """One answer a package lifts, as a reader sees it."""

    code: str
    short: str
    before: int
    after: int


@dataclass(frozen=True)
class Advice:
    """One recommended package."""

    code: str
    title: str
    summary: str
    why: str
    raises: tuple[Raise, ...]
    gain: Figure
    cost: str
    weeks: str
    effect: str
    prerequisites: tuple[str, ...]
    acceptance: str
    is_reference: bool
    opens_gate: bool
    is_measure: bool


@dataclass(frozen=True)
class Wave:
    """Packages to begin in the same period."""

    title: str
    period: str
    advice: tuple[Advice, ...]


def choose(ground: Ground) -> tuple[Package, ...]:
    """Choose at most six packages: gates of the next rung first, then gain, then low cost.

    A package whose prerequisite is missing brings it along, before itself.
    """
    failed = list(ground.score.next.failed_gates) if ground.score.next else []
    levels = dict(ground.levels)
    chosen: list[Package] = []
    while len(chosen) < MOST:
        best = _best(ground, levels, failed, chosen)
        if best is None:
            break
        for package in best:
            chosen.append(package)
            levels.update({lift.question.id: lift.after for lift in ground.lifts(package, levels)})
            failed = [gate for gate in failed if not helps(package, gate, ground.score)]
    return tuple(chosen)


def _best(
    ground: Ground, levels: dict[str, int], failed: list[GateResult], chosen: list[Package]
) -> list[Package] | None:
    bundles = [
        bundle
        for package in ground.packages
        if package not in chosen
        and len(bundle := _bundle(ground, package, chosen)) <= MOST - len(chosen)
        and (ground.lifts(package, levels) or any(helps(package, g, ground.score) for g in failed))
    ]
    return min(bundles, key=lambda b: _rank(ground, levels, failed, b), default=None)


def _bundle(ground: Ground, package: Package, chosen: Sequence[Package]) -> list[Package]:
    """A package with what must come before it and is neither there nor chosen."""
    bundle: list[Package] = []

    def add(part: Package) -> None:
        if part in chosen or part in bundle:
            return
        for prerequisite in ground.missing_prerequisites(part):
            add(prerequisite)
        bundle.append(part)

    add(package)
    return bundle


def _rank(
    ground: Ground, levels: dict[str, int], failed: list[GateResult], bundle: list[Package]
) -> tuple[float, int, Fraction, str]:
    opened = sum(any(helps(p, gate, ground.score) for p in bundle) for gate in failed)
    reached = dict(levels)
    gain = Fraction(0)
    for package in bundle:
        lifts = ground.lifts(package, reached)
        gain += ground.gain(lifts)
        reached.update({lift.question.id: lift.after for lift in lifts})
    cost = sum((middle(p) for p in bundle), Fraction(0))
    # A bundle is judged per package, so that a long chain does not crowd out single steps; gains
    # within half a percentage point are alike, and the cheaper one comes first.
    return -opened / len(bundle), -round(gain * 200 / len(bundle)), cost, bundle[-1].code


def waves(ground: Ground, packages: Iterable[Package]) -> tuple[Wave, ...]:
    """Sort packages into the three waves; none begins before its prerequisite's."""
    packages = tuple(packages)
    placed: dict[str, int] = {}
    for package in packages:
        before = (placed.get(code, 0) for code in package.prerequisites)
        placed[package.code] = max([_own_wave(package), *before])
    return tuple(
        Wave(title, period, tuple(_say(ground, p) for p in packages if placed[p.code] == index))
        for index, (title, period) in enumerate(WAVES)
    )


def _own_wave(package: Package) -> int:
    cost = package.cost.of(1).once.high
    if package.weeks.high <= QUICK_WEEKS and cost <= QUICK_COST:
        return 0
    return 1 if package.weeks.high <= SHORT_WEEKS and cost <= SHORT_COST else 2


def _say(ground: Ground, package: Package) -> Advice:
    lifts = ground.lifts(package)
    target = ground.score.next
    opened = [g for g in (target.failed_gates if target else ()) if helps(package, g, ground.score)]
    titles = {p.code: p.title for p in ground.score.questionnaire.packages}
    return Advice(
        code=package.code,
        title=package.title,
        summary=package.summary,
        why=_why(lifts, bool(opened), target.rung.title if target else ""),
        raises=tuple(_raise(lift) for lift in lifts),
        gain=share_figure(ground.gain(lifts)),
        cost=cost_text(package.cost),
        weeks=weeks_text(package.weeks),
        effect=package.effect or "",
        prerequisites=tuple(f"{c} {titles[c]}" for c in package.prerequisites if c in titles),
        acceptance=package.acceptance,
        is_reference=package.confidence == "proposal",
        opens_gate=bool(opened),
        is_measure=package.kind == "measure",
    )


def _raise(lift: Lift) -> Raise:
    return Raise(lift.question.code, lift.question.short, lift.before, lift.after)


def _why(lifts: tuple[Lift, ...], opens: bool, rung: str) -> str:
    """Name the weakness the package answers: that of the lowest answer it lifts."""
    lowest = min(lifts, key=lambda lift: lift.before, default=None)
    weakness = lowest.question.weakness_at(lowest.before) if lowest else None
    gate = f"对应“{rung}”尚未满足的必备条件。" if opens else ""
    return gate + (weakness.official.rstrip("。") + "。" if weakness else "")


def total_cost(packages: Iterable[Package]) -> str:
    """Add up the ranges, one unit of each package priced by the piece."""
    once = sum((p.cost.of(1).once for p in packages), NOTHING)
    return f"{span(amount(once.low), amount(once.high))} 万元" if once.high else "无需采购"
