"""What is told of firms like one of them, and of the trades of an edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.scoring import Score
from questionnaires.words import SIZES
from reports.benchmarks import ALL, Group
from reports.peers import Named, Peers, peers
from survey.clock import LOCAL
from survey.library import edition_of
from survey.lifecycle.benchmarks import figures
from survey.store import benchmarks as store
from survey.tables import Assessment


def peers_of(
    session: Session, assessment: Assessment, score: Score, size: str, day: date
) -> Peers | None:
    """Return a sheet beside what was told of its edition when a day began: the same all day long."""
    row = store.told(session, assessment.edition, _begins(day))
    if row is None:
        return None
    own = {line.section.id: line.share for line in score.sections if line.share is not None}
    titles = {line.section.id: line.section.title for line in score.sections}
    trade = edition_of(assessment).trades[assessment.trade].title
    named = Named(Group(assessment.trade, size), trade, SIZES.get(size, ""))
    made = row.made_at.astimezone(LOCAL).date()
    return peers({"": score.share, **own}, titles, figures(row), named, made)


def medians(session: Session, edition: Edition, day: date) -> Mapping[tuple[str, str], int]:
    """Return in which band the median lies, by title of section and trade."""
    row = store.told(session, edition.id, _begins(day))
    told = figures(row) if row else {}
    sections = {section.id: section.title for section in edition.sections}
    trades = {trade.id: trade.title for trade in edition.trades.values()}
    return {
        (sections[one.section], trades[one.trade]): found.middle
        for one, found in told.items()
        if one.section in sections and one.trade in trades and one.size == ALL
    }


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
