"""Make what is told of groups of firms and of prices anew, once a period; the same for all until the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from questionnaires.edition import Edition
from reports import contracts
from reports.benchmarks import Counted, Group, Member, Period, Quartiles, Told, member, next_period
from survey.library import of
from survey.lifecycle.step import About, Step
from survey.store import benchmarks as store
from survey.store import deals
from survey.store.benchmarks import Confirmed
from survey.tables import Benchmark

LASTS = timedelta(days=28)
"""How long figures are told at least."""


def publish(step: Step, edition: str) -> bool:
    """Begin a new period of an edition if the last one is over and there is something new to tell.

    That takes a while, so it is worked out before the lock; two who do so at once come to the same.
    """
    if not _is_over(step, edition):
        return False
    known = of(step.session).load(edition)
    members = [_member(known, one) for one in store.confirmed(step.session, edition)]
    return _begin(step, edition, members)


def publish_prices(step: Step) -> bool:
    """Begin a new period of what packages cost, of whatever edition, the same way."""
    if not _is_over(step, store.PRICES):
        return False
    return _begin(step, store.PRICES, contracts.members(deals.contracts(step.session)))


def publish_satisfaction(step: Step) -> bool:
    """Begin a new period of how satisfied firms are with each provider, the same way."""
    if not _is_over(step, store.SATISFIED):
        return False
    return _begin(step, store.SATISFIED, contracts.satisfied(deals.opinions(step.session)))


def _is_over(step: Step, edition: str) -> bool:
    last = store.told(step.session, edition)
    return last is None or step.now - last.made_at >= LASTS


def _begin(step: Step, edition: str, members: Sequence[Member]) -> bool:
    past = [read(row) for row in store.periods(step.session, edition)]
    step.session.rollback()  # no snapshot is held open meanwhile
    made = next_period(members, past)
    if made is None:
        return False
    with step.writing() as session:
        session.merge(
            Benchmark(
                edition=edition,
                period=made.number,
                made_at=step.now,
                figures=[
                    [*told[:3], *found, told.township] for told, found in made.figures.items()
                ],
                members=[list(one) for one in made.members],
            )
        )
        step.log("benchmark", About("district", "benchmarks"), after={"rows": len(made.figures)})
    return True


def _member(edition: Edition, sheet: Confirmed) -> Member:
    sections = edition.questionnaire(sheet.trade).sections
    weights = {one.id: one.weight for one in sections if one.weight}
    shares = {id: Fraction(share) for id, share in sheet.sections.items()}
    return member(
        sheet.sheet_id, Group(sheet.trade, sheet.size or "", sheet.township or ""), shares, weights
    )


def read(row: Benchmark) -> Period:
    """Return a period as a value; early ones know no townships."""
    members = (
        Counted(mark, trade, size, tuple(ids), *township)
        for mark, trade, size, ids, *township in row.members
    )
    return Period(row.period, tuple(members), figures(row))


def figures(row: Benchmark) -> dict[Told, Quartiles]:
    """Return what a period tells."""
    return {Told(*line[:3], *line[8:]): Quartiles(*line[3:8]) for line in row.figures}
