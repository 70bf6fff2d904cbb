"""A round's tables as they may leave the bureau, beside what earlier public papers told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from reports.dashboard import Table
from reports.outward import outward
from reports.published import Figures, Published
from survey.clock import LOCAL
from survey.readings import dashboard, peers
from survey.readings.dashboard import Page
from survey.store.documents import public_counts, standing_counts

LASTS = timedelta(days=28)
"""How long public papers of a round print the same figures, unless an officer begins anew."""


def outside(session: Session, page: Page, edition: Edition, *, anew: bool = False) -> Figures:
    """Return the tables with their gaps, and what the next public paper is judged by.

    Those of an earlier paper while its period lasts: a paper a day would tell less every day.
    Working out what may be told takes a while: no snapshot of the session is held open meanwhile.

    Args:
        anew: Take today's figures in any case.
    """
    stands = standing_counts(session, page.round.id, page.basis, page.made - LASTS)
    if stands and stands.made_at and stands.tables is not None and not anew:
        tables = tuple(map(Table.read, stands.tables))
        return Figures(page.basis, stands.made_at, tables, None)
    told = peers.told_of_groups(session, edition, page.made.astimezone(LOCAL).date())
    number, told_on = str(page.round.id), dashboard.told_on(session, page.round)
    before = [Published.read(kept.counts) for kept in public_counts(session)]
    session.rollback()
    found = outward(page.tables, number, page.basis, told, told_on, before)
    return Figures(page.basis, page.made, found.tables, found.published)
