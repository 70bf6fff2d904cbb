"""Which firms to verify next for so many consultant days, and how far such forecasts held: for officers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sqlalchemy.orm import Session

from reports.budget.offers import lot
from reports.falls.checking import Calibration, Outcome, calibration
from reports.falls.choice import PREFERRED, Aim, Candidate, best
from reports.falls.seen import visits_missing
from reports.falls.teaching import Group, Unseen, teaching
from survey.readings.budgets import COUNTED_FROM
from survey.store import forecasts as store
from survey.store.lists import Wanted
from survey.tables import FallModel, PoolState, Size

AWAITED = (PoolState.PROPOSED, PoolState.IN_POOL)
"""Where a decision about the firm rests on its rung."""


@dataclass(frozen=True)
class Terms:
    """What an officer has to give: half days, and half days a visit takes by size (empty: not said)."""

    length: int
    lengths: Mapping[str, int]
    aim: Aim = Aim.EACH

    def of(self, size: Size | None) -> int:
        return self.lengths[size or ""]


@dataclass(frozen=True)
class Advice:
    """The visits to make, in the order of what they are worth.

    ``offered`` firms could be visited, ``promising`` of them with something that speaks for it.
    ``expected`` rungs are probably overturned by them, ``by_chance`` by as many visits drawn by lot;
    both None where nothing is forecast.
    """

    lines: Sequence[store.Line]
    length: int
    offered: int
    promising: int
    expected: Fraction | None = None
    by_chance: Fraction | None = None


@dataclass(frozen=True)
class Known:
    """What is known of an edition's falls: verified firms by trade and size, the model if there were
    enough, and how its forecasts held: of firms set aside to try it, and of firms visited since."""

    seen: Mapping[Group, int]
    model: FallModel | None
    tried: Calibration
    answered: Calibration

    @property
    def visits(self) -> int:
        return self.model.visits if self.model else sum(self.seen.values())

    @property
    def missing(self) -> int:
        return visits_missing(self.visits)

    def firms(self, of: Literal["trade", "size"]) -> Counter[str]:
        """Count verified firms by trade or by size."""
        found = Counter[str]()
        for group, many in self.seen.items():
            found[getattr(group, of)] += many
        return found


def known(session: Session, edition: str) -> Known:
    """Return what visits of an edition taught."""
    kept = store.model(session, edition)
    seen = {Group(*group): many for group, many in store.seen(session, edition).items()}
    answered = [_outcome(one) for one in store.answered(session, edition)]
    enough = kept is not None and kept.rates
    tried = [_tried(*one) for one in kept.tried] if kept else []
    return Known(seen, kept if enough else None, calibration(tried), calibration(answered))


def _tried(chance: int, overturned: int, within: int) -> Outcome:
    return Outcome(Fraction(chance, 1000), bool(overturned), bool(within))


def _outcome(one: store.Answered) -> Outcome:
    return Outcome(
        Fraction(one.overturned, 1000),
        overturned=one.step < one.own_step,
        within=one.share_low <= one.share <= one.share_high,
    )


def advice(session: Session, wanted: Wanted, terms: Terms, known: Known) -> Advice:
    """Spend the days: on the likeliest rungs to be overturned, or, without a model, to learn most."""
    if known.model is None:
        return _telling(session, wanted, terms, known)
    offered = [
        Candidate(
            one.id, Fraction(one.overturned, 1000), terms.of(one.size), _counts(one, terms.aim)
        )
        for one in store.candidates(session, wanted)
    ]
    visits = best(offered, terms.length)
    lines = store.lines(session, [one.id for one in visits.chosen])
    sure = sum((one.chance for one in offered), Fraction(0))
    by_chance = sure * len(lines) / len(offered) if offered else Fraction(0)
    promising = sum(one.worth > 0 for one in offered)
    return Advice(lines, visits.length, len(offered), promising, visits.expected, by_chance)


def _counts(one: store.Candidate, aim: Aim) -> int:
    first = {
        Aim.EACH: False,
        Aim.POOL: one.pool in AWAITED,
        Aim.COUNTED: one.step >= COUNTED_FROM,
    }
    return PREFERRED if first[aim] else 1


def _telling(session: Session, wanted: Wanted, terms: Terms, known: Known) -> Advice:
    offered = [
        Unseen(one.id, Group(one.trade, one.size or ""), lot(one.firm_id), terms.of(one.size))
        for one in store.untried(session, wanted)
    ]
    visits = teaching(offered, known.seen, terms.length)
    lines = store.lines(session, [one.id for one in visits])
    return Advice(lines, sum(one.length for one in visits), len(offered), len(offered))
