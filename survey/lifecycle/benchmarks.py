"""Make what is told of groups of firms anew, once a period; everybody is told the same until the next."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from questionnaires.edition import Edition
from reports.benchmarks import Counted, Group, Member, Period, Quartiles, Told, member, next_period
from survey.library import of
from survey.lifecycle.step import About, Step
from survey.store import benchmarks as store
from survey.store.benchmarks import Confirmed
from survey.tables import Benchmark

LASTS = timedelta(days=28)
"""How long figures are told at least."""


def publish(step: Step, edition: str) -> bool:
    """Begin a new period of an edition if the last one is over and there is something new to tell.

    That takes a while, so it is worked out before the lock; two who do so at once come to the same.
    """
    rows = store.periods(step.session, edition)
    if rows and step.now - rows[-1].made_at < LASTS:
        return False
    known = of(step.session).load(edition)
    members = [_member(known, one) for one in store.confirmed(step.session, edition)]
    step.session.rollback()  # no snapshot is held open meanwhile
    made = next_period(members, [read(row) for row in rows])
    if made is None:
        return False
    with step.writing() as session:
        session.merge(
            Benchmark(
                edition=edition,
                period=made.number,
                made_at=step.now,
                figures=[[*told, *found] for told, found in made.figures.items()],
                members=[list(one) for one in made.members],
            )
        )
        step.log("benchmark", About("district", "benchmarks"), after={"rows": len(made.figures)})
    return True


def _member(edition: Edition, sheet: Confirmed) -> Member:
    sections = edition.questionnaire(sheet.trade).sections
    weights = {one.id: one.weight for one in sections if one.weight}
    shares = {id: Fraction(share) for id, share in sheet.sections.items()}
    return member(sheet.sheet_id, Group(sheet.trade, sheet.size or ""), shares, weights)


def read(row: Benchmark) -> Period:
    """Return a period as a value."""
    members = (Counted(mark, trade, size, tuple(ids)) for mark, trade, size, ids in row.members)
    return Period(row.period, tuple(members), figures(row))


def figures(row: Benchmark) -> dict[Told, Quartiles]:
    """Return what a period tells."""
    return {Told(*line[:3]): Quartiles(*line[3:]) for line in row.figures}
