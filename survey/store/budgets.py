"""Queries over runs of the budget, and over the firms one is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import BudgetRun, Firm, Size, User

LISTED = 100


class RunLine(NamedTuple):
    """A run and who asked for it; empty where the account is gone."""

    run: BudgetRun
    by: str


class Standing(NamedTuple):
    """What is told of a firm in a run."""

    id: int
    name: str
    trade: str
    township: str
    size: Size | None
    above_scale: bool


def run(session: Session, run_id: int, *, lock: bool = False) -> BudgetRun | None:
    return session.get(BudgetRun, run_id, with_for_update=lock, populate_existing=lock)


def runs(session: Session) -> Sequence[RunLine]:
    """Return the newest runs, newest first."""
    query = (
        select(BudgetRun, User.name)
        .outerjoin(User, User.id == BudgetRun.asked_by)
        .order_by(BudgetRun.id.desc())
        .limit(LISTED)
    )
    return [RunLine(row, by or "") for row, by in session.execute(query)]


def adopted(session: Session, *, lock: bool = False) -> BudgetRun | None:
    query = select(BudgetRun).where(BudgetRun.adopted_at.is_not(None))
    found = query.order_by(BudgetRun.adopted_at.desc()).limit(1)
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


AT_ONCE = 5_000
"""Numbers in one statement: SQLite takes no more than 32,766."""


def firms(session: Session, ids: Collection[int]) -> dict[int, Standing]:
    """Return firms by their numbers; one that is gone is missing."""
    wanted, found = sorted(ids), dict[int, Standing]()
    for first in range(0, len(wanted), AT_ONCE):
        query = select(
            Firm.id, Firm.name, Firm.trade, Firm.township, Firm.size, Firm.above_scale
        ).where(Firm.id.in_(wanted[first : first + AT_ONCE]))
        for id_, name, trade, township, size, above in session.execute(query):
            found[id_] = Standing(id_, name, trade, township or "", size, bool(above))
    return found
