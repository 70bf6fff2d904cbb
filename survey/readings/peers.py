"""The confirmed firms of a trade, as shares without names."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy.orm import Session

from questionnaires.scoring import Score
from reports.peers import Peers, Shares, peers
from survey.store import peers as store
from survey.tables import Assessment


def peers_of(session: Session, assessment: Assessment, score: Score) -> Peers | None:
    """Return a sheet beside the newest confirmed sheets of its trade on the same edition."""
    others = [
        _shares(share, sections)
        for share, sections in store.shares(session, assessment.edition, assessment.trade)
    ]
    own = {line.section.id: line.share for line in score.sections if line.share is not None}
    titles = {line.section.id: line.section.title for line in score.sections}
    return peers({"": score.share, **own}, titles, others)


def _shares(share: str, sections: dict[str, str]) -> Shares:
    return {"": Fraction(share)} | {id: Fraction(each) for id, each in sections.items()}
