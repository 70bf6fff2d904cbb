"""The district's figures of one edition, counted from what is stored."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from reports.district import PlanLine, Recognised, RungLine, plan_lines, rung_lines
from survey.store import pool as store
from survey.store.settings import District
from survey.tables import PoolState


class Figures(NamedTuple):
    """The plan's targets beside today, and every rung with its firms."""

    plan: tuple[PlanLine, ...]
    rungs: tuple[RungLine, ...]


def plan(session: Session, district: District, edition: Edition) -> tuple[PlanLine, ...]:
    """Put the plan's targets beside today."""
    confirmed = store.confirmed_steps(session, edition.id)
    return plan_lines(district.targets, edition.ladder, _recognised(session), confirmed)


def figures(session: Session, district: District, edition: Edition) -> Figures:
    """Count everything the pool's page shows above its list."""
    recognised = _recognised(session)
    confirmed = store.confirmed_steps(session, edition.id)
    entries = store.pool_targets(session, edition.id)
    ladder = edition.ladder
    return Figures(
        plan_lines(district.targets, ladder, recognised, confirmed),
        rung_lines(
            ladder,
            recognised,
            confirmed,
            proposed={
                rung: n for (state, rung), n in entries.items() if state == PoolState.PROPOSED
            },
            in_pool={rung: n for (state, rung), n in entries.items() if state == PoolState.IN_POOL},
        ),
    )


def _recognised(session: Session) -> list[Recognised]:
    return [Recognised(*fact) for fact in store.recognised_facts(session)]
