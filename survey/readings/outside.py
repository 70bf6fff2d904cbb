"""A round's tables as they may leave the bureau, beside what earlier public papers told."""

from __future__ import annotations

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from reports.outward import Outside, outward
from reports.published import Published
from survey.clock import LOCAL
from survey.readings import dashboard, peers
from survey.readings.dashboard import Page
from survey.store.documents import public_counts


def outside(session: Session, page: Page, edition: Edition) -> Outside:
    """Return the tables with their gaps, and what the next public paper is judged by.

    Working out what may be told takes a while: no snapshot of the session is held open meanwhile.
    """
    told = peers.told_of_groups(session, edition, page.made.astimezone(LOCAL).date())
    number, told_on = str(page.round.id), dashboard.told_on(session, page.round)
    before = [Published.read(kept) for kept in public_counts(session)]
    session.rollback()
    return outward(page.tables, number, page.basis, told, told_on, before)
