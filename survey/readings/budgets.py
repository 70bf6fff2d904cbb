"""The firms a budget chooses from: what each could reach, from the ways that are kept."""

from __future__ import annotations

from sqlalchemy.orm import Session

from questionnaires.words import SIZES
from reports.budget import kept
from reports.budget.answering import Answer
from reports.budget.firms import Costs, FirmGoals, Goal
from reports.budget.telling import Named, Words, chosen, frontier
from reports.budget.terms import By
from reports.dashboard import Table
from reports.district import Counting, Target
from survey import library
from survey.readings.district import recognised
from survey.store import budgets as store
from survey.store import ways
from survey.store.ways import Way

ABOVE_SCALE = "above_scale"
"""The one title a profile says."""
YUAN = 100
"""元 in 0.01 万元, in which ways are kept."""
COUNTED_FROM = 3
"""The plan counts 数字化车间 and above: the third rung of the ladder."""
NOT_SAID = ""
"""The size and township of a firm that has not said."""


def firms(session: Session, edition: str) -> tuple[FirmGoals, ...]:
    """Return every firm of an edition whose ways are known; goals that nothing reaches are left out."""
    known = ways.of_firms(session, edition)
    standing = store.firms(session, known)
    return tuple(
        FirmGoals(
            id=firm.id,
            trade=firm.trade,
            township=firm.township,
            size=firm.size or NOT_SAID,
            step=known[firm.id].step,
            goals=tuple(_goal(way) for way in known[firm.id].to.values() if way.is_reached),
            titles=frozenset({ABOVE_SCALE} if firm.above_scale else ()),
        )
        for firm in standing.values()
    )


def counted(session: Session, counting: Counting, target: Target) -> set[int]:
    """Return the firms that count towards a target of the plan already."""
    facts = recognised(session)
    return {fact.firm for fact in facts if counting.counts(fact, target)}


def _goal(way: Way) -> Goal:
    low, high = (Costs(*(ends[end] * YUAN for ends in _ends(way))) for end in (0, 1))
    return Goal(way.step, low, high, way.weeks, tuple(sorted(way.packages)))


def _ends(way: Way) -> tuple[tuple[int, int], ...]:
    return (way.equipment, way.software, way.services, way.undivided, way.yearly)


def adopted_tables(session: Session) -> tuple[Table, ...]:
    """Return whom the adopted run supports and what other budgets would; nothing where none is adopted."""
    run = store.adopted(session)
    found = kept.answer_of(run.answer) if run and run.answer else None
    if run is None or not isinstance(found, Answer):
        return ()
    told, terms = words(session, run.edition, found), kept.terms_of(run.terms)
    return chosen(found.choice, told), frontier(found.frontier, terms)


def words(session: Session, edition_id: str, *answers: Answer) -> Words:
    """Return what the codes of runs are called, and the firms their answers name."""
    edition = library.load(session, edition_id)
    trades = {trade.id: trade.title for trade in edition.trades.values()}
    found = store.firms(session, {number for one in answers for number in one.firms})
    values = {(By.TRADE, code): title for code, title in trades.items()}
    values |= {(By.SIZE, code): title for code, title in SIZES.items()}
    return Words(
        firms={
            one.id: Named(one.name, trades.get(one.trade, one.trade), one.township)
            for one in found.values()
        },
        rungs=[rung.title for rung in edition.ladder],
        values=values,
        packages={one.code: f"{one.code} {one.title}" for one in edition.packages},
    )
