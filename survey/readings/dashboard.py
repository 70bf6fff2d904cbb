"""The district on one page, read in a fixed number of questions whatever the number of firms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.words import SIZES
from reports import dashboard as say
from reports import needs as say_needs
from reports import projects as say_projects
from reports import samples as say_samples
from reports.dashboard import Basis, Frame, Group, Mean, Table, Wish
from reports.district import Eligible, PlanLine, plan_lines
from reports.gate_names import looked_at
from reports.small_cells import tells_one
from survey.clock import LOCAL
from survey.readings.district import recognised
from survey.store import district as store
from survey.store import need_rules, needs, project_sums, samples, tallies
from survey.store import pool as pool_store
from survey.store import rounds as round_store
from survey.store import stages as stage_store
from survey.store.lists import SEVERAL
from survey.store.settings import District
from survey.store.tallies import Sum, What
from survey.tables import Ladder, PoolState, Round
from survey.words.district import OWN_MEASURES, STAGES
from survey.words.projects import STATES as PROJECT_STATES
from survey.words.stages import LADDERS

MOST_NEAR = 8


@dataclass(frozen=True)
class Page:
    """One round of the district: every block of the page, in the order it is read."""

    round: Round
    rounds: Mapping[int, str]
    basis: Basis
    tables: tuple[Table, ...]
    firms: int
    """Firms of the round with a rung of this basis."""
    made: datetime

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.id == name)


def page(
    session: Session,
    district: District,
    edition: Edition,
    round_: Round,
    basis: Basis | None,
    made: datetime,
) -> Page:
    """Read one round.

    Args:
        basis: Whose rung is counted; without one the confirmed ones, where there are any.
    """
    rounds = {one.id: one.title for one in reversed(round_store.rounds_of(session, edition.id))}
    of_rounds = store.of_rounds(session, {round_.id, *rounds})
    groups = of_rounds[round_.id]
    chosen = basis or _basis(groups)
    townships, sizes = store.by_township_and_size(session, round_.id, chosen)
    frame = _frame(edition, round_, chosen)
    whole = sum(group.firms for group in groups if _speaks(group, chosen))
    added = tallies.sums(session, round_.id)
    tables = (
        say.plan(plan(session, district, edition)),
        say.funnel(frame, _way(session, round_, groups)),
        *(_stages(session, district, edition, ladder) for ladder in Ladder),
        say.ladder_by(frame, groups, "trade", frame.trades),
        say.ladder_by(frame, sizes, "size", frame.sizes),
        say.ladder_by(frame, townships, "township", {name: name for name in district.townships}),
        say.ladder_over_rounds(frame, of_rounds, rounds),
        say.heat(frame, _means(added, chosen)),
        say.gates(frame, store.unmet(session, round_.id, chosen), looked_at(edition), whole),
        say.deviation(frame, groups),
        say.demand(
            frame, _wishes(added), {p.code: p.title for p in edition.packages}, OWN_MEASURES
        ),
        _systems(session, edition, round_, frame),
        say.near(frame, store.near(session, round_.id, chosen, MOST_NEAR)),
        say.unreached(frame, store.unreached(session), STAGES),
        _needs(session, round_, made),
        _projects(session, made),
        _samples(session, edition),
    )
    return Page(round_, rounds, chosen, tables, whole, made)


BLOCKS: Mapping[Ladder, tuple[str, str]] = {
    Ladder.PROVINCE: ("stages", "stage"),
    Ladder.NATION: ("nation", "nation"),
}
"""A ladder's block, and what the pool's list calls a stage of it."""


def _stages(session: Session, district: District, edition: Edition, ladder: Ladder) -> Table:
    of_edition = pool_store.entry_of_edition(edition.id)
    counted = stage_store.counted(session, of_edition, ladder)
    ours = stage_store.of_ladder(district.stages, ladder)
    lines = [(one.id, one.title, counted.get(one.id, 0)) for one in ours] if counted else []
    name, by = BLOCKS[ladder]
    return say.stages(name, LADDERS[ladder], lines, {"edition": edition.id}, by)


def _basis(groups: Iterable[Group]) -> Basis:
    return Basis.VISITED if any(group.confirmed for group in groups) else Basis.OWN


def _speaks(group: Group, basis: Basis) -> bool:
    """Whether the sheets of a group are those that speak: confirmed, or handed in and not yet."""
    return (
        group.confirmed
        if basis == Basis.VISITED
        else (not group.confirmed and group.own_step is not None)
    )


def _frame(edition: Edition, round_: Round, basis: Basis) -> Frame:
    sections = [one for one in edition.sections if one.counts]
    return Frame(
        ladder=edition.ladder,
        trades={trade.id: trade.title for trade in edition.trades.values()},
        sizes={**SIZES},
        sections={section.id: section.title for section in sections},
        basis=basis,
        asks={"edition": edition.id, "round": str(round_.id)},
    )


# --- the plan ---------------------------------------------------------------------------------


def plan(session: Session, district: District, edition: Edition) -> tuple[PlanLine, ...]:
    """Put the plan's targets beside today, conditions as they were judged last."""
    eligible = [
        _eligible(group.step, group.conditions)._replace(firms=group.firms)
        for group in store.judged(session, edition.id, _least_step(district, edition))
    ]
    return plan_lines(
        district.targets,
        edition.ladder,
        recognised(session),
        pool_store.confirmed_steps(session, edition.id),
        district.counting,
        eligible,
    )


def _least_step(district: District, edition: Edition) -> int:
    """The lowest step a target names; above the ladder where none does."""
    named = {rung for target in district.targets for rung in target.rungs}
    steps = [step for step, rung in enumerate(edition.ladder, 1) if rung.id in named]
    return min(steps, default=len(edition.ladder) + 1)


def _eligible(step: int, conditions: str) -> Eligible:
    met, _, may = conditions.partition("|")
    return Eligible(step, _rungs(met), _rungs(may))


def _rungs(words: str) -> frozenset[str]:
    return frozenset(filter(None, words.split(",")))


def firms_of_plan(
    session: Session, district: District, edition: Edition, what: str, year: int
) -> Collection[int]:
    """Return the firms behind a figure of the plan's line for a year."""
    target = next((one for one in district.targets if one.year == year), None)
    if target is None:
        return ()
    if what == "recognised":
        return {f.firm for f in recognised(session) if district.counting.counts(f, target)}
    named = {r.id: step for step, r in enumerate(edition.ladder, 1) if r.id in target.rungs}
    if not named:
        return ()
    found: set[int] = set()
    for firm, step, conditions in store.judged_firms(session, edition.id, min(named.values())):
        one = _eligible(step, conditions)
        on = {rung for rung, least in named.items() if least <= step}
        met, may = bool(on & one.met), bool(on & one.open)
        if {"reaching": True, "eligible": met, "open": may and not met}[what]:
            found.add(firm)
    return found


# --- the rest -----------------------------------------------------------------------------------


def _way(session: Session, round_: Round, groups: Sequence[Group]) -> dict[str, int]:
    pooled = store.pooled(session, round_.id)
    return {
        "invited": store.invited(session, round_),
        "begun": sum(group.firms for group in groups),
        "handed_in": sum(group.firms for group in groups if group.own_step is not None),
        "confirmed": sum(group.firms for group in groups if group.confirmed),
        "pooled": sum(pooled.get(state, 0) for state in store.IN_POOL),
        "recognised": pooled.get(PoolState.RECOGNISED, 0),
    }


def _means(added: Iterable[Sum], basis: Basis) -> list[Mean]:
    kind = store.KIND_OF[basis]
    ours = (one for one in added if one.what == What.SECTION and one.kind == kind)
    return [Mean(one.key, one.trade, one.firms, one.low) for one in ours]


def told_on(session: Session, round_: Round) -> frozenset[str]:
    """Return the recommended packages whose sums would tell what one firm should buy."""
    shares = tallies.largest(session, round_.id)
    found = (code for code, ends in shares.items() if any(tells_one(*end) for end in ends))
    return frozenset(code or say.OWN for code in found)


def _wishes(added: Iterable[Sum]) -> list[Wish]:
    firms: Counter[str] = Counter()
    low: Counter[str] = Counter()
    high: Counter[str] = Counter()
    for one in added:
        if one.what == What.PACKAGE:
            firms[one.key] += one.firms
            low[one.key] += one.low
            high[one.key] += one.high
    return [Wish(code, firms[code], low[code], high[code]) for code in firms]


def _needs(session: Session, round_: Round, made: datetime) -> Table:
    """What firms asked in the year in which the round began."""
    year, today = round_.opens_on.year, made.astimezone(LOCAL).date()
    names = need_rules.read(session).names
    found = needs.counted(session, year, today).items()
    counts, firms = (
        {(name, one.value): asked[at] for (name, one), asked in found} for at in (0, 1)
    )
    return say_needs.table(counts, names, year, {"year": str(year)}, firms)


def _projects(session: Session, made: datetime) -> Table:
    found = project_sums.sums(session, made.astimezone(LOCAL).date())
    lines = [
        _counted(PROJECT_STATES[state], {"state": state}, found.of(state))
        for state in project_sums.LIVE
    ]
    asks = {"state": SEVERAL.join(project_sums.LIVE)}
    whole = _counted(say.TOTAL, asks, found.of()._replace(firms=found.firms))
    return say_projects.table(lines, whole, found.largest._asdict(), found.lost)


def _counted(title: str, asks: Mapping[str, str], of: project_sums.OfState) -> say_projects.Counted:
    return say_projects.Counted(
        title,
        asks,
        projects=of.projects,
        firms=of.firms,
        price=of.price,
        asked=of.asked,
        granted=of.granted,
        invested=of.paid,
        late=of.late,
    )


def _samples(session: Session, edition: Edition) -> Table:
    found, (showing, copying) = samples.by_trade(session), samples.firms(session)
    titles = {trade.id: trade.title for trade in edition.trades.values()}
    lines = [
        say_samples.Followed(
            titles.get(one.trade, one.trade),
            {"trade": one.trade},
            cards=one.published,
            firms=one.firms,
            copies=one.copied,
            copying=one.copying,
            accepted=one.far.get(say_samples.Far.ACCEPTED, 0),
        )
        for one in found
    ]
    whole = say_samples.Followed(
        say.TOTAL,
        {},
        cards=sum(one.cards for one in lines),
        firms=showing,
        copies=sum(one.copies for one in lines),
        copying=copying,
        accepted=sum(one.accepted for one in lines),
    )
    return say_samples.table(lines, whole)


def _systems(session: Session, edition: Edition, round_: Round, frame: Frame) -> Table:
    told = edition.systems
    whole, answered = store.above_scale(session, round_.id)
    known = {one.id: (one.title, one.meaning) for one in told.systems} if told else {}
    held = store.systems(session, round_.id)
    return say.systems(frame, known, held, answered, whole, told.source if told else "")
