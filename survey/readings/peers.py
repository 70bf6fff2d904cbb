"""What is told of firms like one of them, and of the trades of an edition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.scoring import Score
from questionnaires.words import SIZES
from reports.benchmarks import ALL, WHOLE, Group, Told
from reports.outward import Benchmark
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


def told_of_groups(session: Session, edition: Edition, day: date) -> list[Benchmark]:
    """Return all that is told of an edition's firms, in words, wholes first, in the catalogue's order."""
    row = store.told(session, edition.id, _begins(day))
    told = figures(row) if row else {}
    sections = {WHOLE: "", **{one.id: one.title for one in edition.sections}}
    trades = {ALL: "", **{one.id: one.title for one in edition.trades.values()}}
    sizes = {ALL: "", **SIZES}
    order = [list(one) for one in (sections, trades, sizes)]
    return [
        Benchmark(sections[it.section], trades[it.trade], sizes[it.size], it.township, told[it])
        for it in sorted(told, key=lambda it: (it.township, *_places(it, order)))
    ]


def _places(told: Told, order: Sequence[list[str]]) -> list[int]:
    return [ids.index(id) for id, ids in zip(told, order, strict=False)]


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
