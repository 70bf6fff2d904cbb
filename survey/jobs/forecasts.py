"""Learn from visits how self-ratings fall, and forecast every unverified sheet, beside the web."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from questionnaires.edition import Edition
from reports.falls.seen import Visit, tallies, visits_missing
from survey import library
from survey.jobs.workshop import Workshop
from survey.lifecycle import forecasts as steps
from survey.lifecycle.jobs import Effect
from survey.readings import falls as reading
from survey.store import forecasts as store
from survey.tables import FallModel

if TYPE_CHECKING:
    from reports.falls.checking import Outcome
    from reports.falls.forecast import Draws, Forecast
    from reports.falls.trying import Verified

MOST_TRIED = 500
"""Verified sheets that are forecast to see whether that holds: the newest."""


def forecast_all(workshop: Workshop) -> Effect:
    """Work through every edition; other work that somebody waits for is done in between."""
    from threadpoolctl import threadpool_limits

    kept = 0
    with threadpool_limits(1):
        for edition_id in store.editions(workshop.session):
            kept += _edition(workshop, library.load(workshop.session, edition_id))
    return lambda _step: {"forecasts": kept}


def _edition(workshop: Workshop, edition: Edition) -> int:
    """Learn from one edition's visits, keep that, and forecast; return how many."""
    verified = _verified(workshop, edition)
    visits = [one.visit for one in verified]
    if visits_missing(len(visits)):
        steps.keep_model(workshop.step(), _learnt(workshop, edition, visits), forecasts=False)
        return 0
    from reports.falls.fitting import fit
    from reports.falls.forecast import Draws
    from reports.falls.rates import rates
    from reports.falls.trying import tried

    known = (reading.section_of(edition), tuple(edition.trades), reading.SIZES)
    draws = Draws.of(fit(visits, *known))
    workshop.progress(1, 2)
    outcomes = tried(verified[-MOST_TRIED:], *known, lambda: workshop.progress(1, 2))
    learnt = _learnt(workshop, edition, visits)
    learnt.rates = {effect.value: dict(named) for effect, named in rates(draws).items()}
    learnt.tried = [_plain(one) for one in outcomes]
    steps.keep_model(workshop.step(), learnt, forecasts=True)
    return _forecast(workshop, edition, draws, len(visits))


def _verified(workshop: Workshop, edition: Edition) -> list[Verified]:
    from reports.falls.climbing import climb
    from reports.falls.trying import Verified

    rows = store.verified(workshop.session, edition.id)
    found = [
        Verified(visit, climb(own.found, own.answers), after.step, after.share)
        for visit, own, after in reading.visits(workshop.session, edition, rows)
    ]
    workshop.session.rollback()
    return found


def _learnt(workshop: Workshop, edition: Edition, visits: Sequence[Visit]) -> FallModel:
    return FallModel(
        edition=edition.id,
        visits=len(visits),
        answers=sum(len(visit.seen) for visit in visits),
        tallies={id: list(tally) for id, tally in tallies(visits).items()},
        rates={},
        tried=[],
        made_at=workshop.step().now,
    )


def _plain(one: Outcome) -> list[int]:
    return [int(one.chance * 1000), int(one.overturned), int(one.within)]


def _forecast(workshop: Workshop, edition: Edition, draws: Draws, visits: int) -> int:
    from reports.falls.climbing import climb
    from reports.falls.forecast import forecast

    waiting = store.waiting(workshop.session, edition.id)
    workshop.session.rollback()
    kept = 0
    for first in range(0, len(waiting), reading.AT_ONCE):
        part = waiting[first : first + reading.AT_ONCE]
        rows = [
            _row(workshop, one.assessment_id, visits, said)
            for one, own in reading.own_sheets(workshop.session, edition, part)
            for said in [
                forecast(
                    draws, climb(own.found, own.answers), one.trade, one.size or "", one.firm_id
                )
            ]
        ]
        workshop.session.rollback()
        seen = {one.assessment_id: one.version for one in part}
        kept += steps.keep(workshop.step(), seen, rows)
        workshop.progress(first + len(part), len(waiting))
        workshop.let_others()
    return kept


def _row(workshop: Workshop, assessment_id: int, visits: int, said: Forecast) -> dict[str, Any]:
    return {
        "assessment_id": assessment_id,
        "own_step": said.own,
        "rungs": list(said.rungs),
        "overturned": int(said.overturned * 1000),
        "share_low": int(said.share.low * 1000),
        "share_middle": int(said.share.middle * 1000),
        "share_high": int(said.share.high * 1000),
        "reasons": [list(reason) for reason in said.reasons],
        "visits": visits,
        "made_at": workshop.step().now,
    }
