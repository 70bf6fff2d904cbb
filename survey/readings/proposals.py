"""The packages a consultant may recommend: those computed, then all others that lift a gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.diagnosis.advice import Advice, choose, waves
from reports.lifting import Ground
from reports.roadmap import roadmap
from survey.readings.visits import Visit


class Proposal(NamedTuple):
    """One package on the list; ``rank`` counts from 1 among the ticked ones, 0 for the others."""

    advice: Advice
    rank: int


def chosen_packages(visit: Visit) -> list[str]:
    """Return the codes the consultant has chosen; until then those that are computed."""
    if visit.assessment.chosen_packages is not None:
        return list(visit.assessment.chosen_packages)
    ground = _ground(visit)
    chosen = choose(ground, roadmap(ground)) if ground else ()
    return [purchase.package.code for purchase in chosen]


def proposals(visit: Visit, ticked: Sequence[str]) -> list[Proposal]:
    """Return every package worth recommending: ticked ones in their order, then gate openers."""
    ground = _ground(visit)
    if ground is None:
        return []
    known = visit.questionnaire.package_by_code
    ranks = {code: rank for rank, code in enumerate(ticked, 1) if code in known}
    useful = [p for p in ground.packages if p.code not in ranks]
    offers = [ground.offer(package) for package in useful]
    listed = [ground.offer(known[code]) for code in ranks]
    listed += [offer for offer in offers if ground.lifts(offer)]
    advised = [advice for wave in waves(ground, listed) for advice in wave.advice]
    found = [Proposal(advice, ranks.get(advice.code, 0)) for advice in advised]
    return sorted(found, key=_reading_order)


def _reading_order(proposal: Proposal) -> tuple[bool, int, bool, str]:
    advice = proposal.advice
    return proposal.rank == 0, proposal.rank, not advice.opens_gate, advice.code


def _ground(visit: Visit) -> Ground | None:
    """What advice rests on: the on-site score, or the firm's own while the former is not whole."""
    score = visit.score or visit.own_score
    size = visit.assessment.firm.size
    return Ground(score, size) if score else None
