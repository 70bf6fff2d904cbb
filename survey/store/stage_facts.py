"""What the system knows of firms that speaks for a stage: as conditions of lists, and as witnesses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from survey.clock import LOCAL
from survey.store import nation_facts
from survey.store.stages import Stage, Witness, of_ladder
from survey.tables import (
    Assessment,
    AssessmentState,
    Ladder,
    PoolEntry,
    PoolState,
    Project,
    ProjectState,
    Recognition,
    RecognitionStanding,
    Round,
    StageFact,
)

BEGUN = (ProjectState.UNDER_WAY, ProjectState.FINISHED)
"""A project whose work has begun and has not been accepted."""
MOST_NAMED = 500
"""Entries that are named one by one in a condition."""


# Lists ask of entries joined to their assessments; a fact asks of any of the firm's.
_any = aliased(Assessment)


def _project(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Project.firm_id == PoolEntry.firm_id, *conditions)


_RECOGNISED = and_(
    Recognition.firm_id == PoolEntry.firm_id,
    Recognition.rung == PoolEntry.target_rung,
    Recognition.standing == RecognitionStanding.VALID,
)
HOLDS: Mapping[StageFact, ColumnElement[bool]] = {
    StageFact.CONFIRMED: exists().where(
        _any.firm_id == PoolEntry.firm_id, _any.state == AssessmentState.CONFIRMED
    ),
    StageFact.FILED: _project(Project.filing_code != "", Project.state != ProjectState.STOPPED),
    StageFact.UNDERWAY: _project(Project.state.in_(BEGUN)),
    StageFact.ACCEPTED: _project(Project.state == ProjectState.ACCEPTED),
    StageFact.RATED: _project(
        Project.state == ProjectState.ACCEPTED,
        exists().where(_any.firm_id == Project.firm_id, _any.submitted_at > Project.accepted_on),
    ),
    StageFact.RECOGNISED: exists().where(_RECOGNISED),
    **nation_facts.HOLDS,
}
"""When a fact holds of an entry's firm."""


# --- which stages may be proposed -----------------------------------------------------------------


class Placed(Protocol):
    """An entry or its line, as far as proposals ask."""

    @property
    def state(self) -> PoolState: ...
    @property
    def stage(self) -> str: ...
    @property
    def left_stage(self) -> str: ...
    @property
    def nation_stage(self) -> str: ...
    @property
    def left_nation(self) -> str: ...


def ahead(stages: Sequence[Stage], entry: Placed, ladder: Ladder = Ladder.PROVINCE) -> list[Stage]:
    """Return the stages of a ladder with a fact that lie before an entry, the farthest first.

    From an exit nothing is proposed, nor what an officer was proposed and left, nor what lies before
    it. Out of a state leads only what was recorded: a recognition of the firm's target.
    """
    ours = of_ladder(stages, ladder)
    ids = [stage.id for stage in ours]
    of_province = ladder == Ladder.PROVINCE
    at = entry.stage if of_province else entry.nation_stage
    left = entry.left_stage if of_province else entry.left_nation
    if at not in ids or ours[ids.index(at)].exit or not (of_province or _climbs(entry.state)):
        return []
    here = entry.state if of_province else ours[ids.index(at)].state
    reached = max(ids.index(at), ids.index(left) if left in ids else 0)
    return [
        stage
        for stage in reversed(ours[reached + 1 :])
        if stage.fact and not stage.exit and _leads(here, stage)
    ]


def _leads(state: PoolState, stage: Stage) -> bool:
    """Whether a proposal may lead from a state to a stage.

    On the nation's ladder the states are of the way alone: only what is filed is reached by a paper.
    """
    if stage.ladder == Ladder.NATION:
        return stage.state == PoolState.IN_POOL and state in (PoolState.PROPOSED, stage.state)
    recorded = stage.fact == StageFact.RECOGNISED and state == PoolState.IN_POOL
    return stage.state == state or (recorded and stage.state == PoolState.RECOGNISED)


def _climbs(state: PoolState) -> bool:
    """Whether anything of the nation's ladder is proposed for a firm: not once it left the pool."""
    return state != PoolState.WITHDRAWN


def is_proposed(
    session: Session, stages: Sequence[Stage], ladder: Ladder = Ladder.PROVINCE
) -> ColumnElement[bool]:
    """Return the condition that the system proposes a stage of a ladder for an entry.

    Of what rests on answers, whose touches nobody counts, the entries are looked up and named, so that
    what is counted by the condition may be kept.
    """
    return or_(*_proposals(session, stages, ladder), PoolEntry.id.is_(None))


def _proposals(
    session: Session, stages: Sequence[Stage], ladder: Ladder
) -> Iterator[ColumnElement[bool]]:
    """Each stage with a fact, of the entries that stand before it and have not left it."""
    ours = of_ladder(stages, ladder)
    of_province = ladder == Ladder.PROVINCE
    at_stage = PoolEntry.stage if of_province else PoolEntry.nation_stage
    left_at = PoolEntry.left_stage if of_province else PoolEntry.left_nation
    climbs = true() if of_province else PoolEntry.state != PoolState.WITHDRAWN
    for at, stage in enumerate(ours):
        if not stage.fact or stage.exit:
            continue
        before = [one.id for one in ours[:at] if not one.exit and _leads(one.state, stage)]
        left = [one.id for one in ours[at:]]
        holds = and_(at_stage.in_(before), left_at.not_in(left), climbs, HOLDS[stage.fact])
        yield _named(session, holds) if stage.fact in nation_facts.RESTS_ON_ANSWERS else holds


def _named(session: Session, holds: ColumnElement[bool]) -> ColumnElement[bool]:
    """Name the entries a condition holds of, unless they are many."""
    found = session.scalars(select(PoolEntry.id).where(holds).limit(MOST_NAMED + 1)).all()
    return holds if len(found) > MOST_NAMED else PoolEntry.id.in_(found)


# --- what shows them ------------------------------------------------------------------------------


def witnesses(
    session: Session, entry_ids: Collection[int], ladder: Ladder = Ladder.PROVINCE
) -> dict[int, dict[StageFact, Witness]]:
    """Return what shows each fact of a ladder that holds of these entries.

    In as many questions as kinds of fact, however many entries there are.
    """
    found: dict[int, dict[StageFact, Witness]] = {}
    kinds = nation_facts.KINDS if ladder == Ladder.NATION else KINDS
    for entry_id, witness in (pair for kind in kinds for pair in kind(session, entry_ids)):
        found.setdefault(entry_id, {})[witness.fact] = witness
    return found


def _confirmed(session: Session, entry_ids: Collection[int]) -> Iterator[tuple[int, Witness]]:
    query = (
        select(PoolEntry.id, Round.title, Assessment.confirmed_at, Assessment.id, Assessment.state)
        .join(Assessment, Assessment.firm_id == PoolEntry.firm_id)
        .join(Round, Round.id == Assessment.round_id)
        .where(PoolEntry.id.in_(entry_ids))
    )
    # Chosen and ordered here: asked for the confirmed ones of many firms, SQLite walks through all
    # there are, once for every portion of a workbook.
    found = [row for row in session.execute(query) if row.state == AssessmentState.CONFIRMED]
    for row in sorted(found, key=lambda row: (row.confirmed_at, row[3])):
        yield row[0], Witness(StageFact.CONFIRMED, row.title, _day(row.confirmed_at))


def _projects(session: Session, entry_ids: Collection[int]) -> Iterator[tuple[int, Witness]]:
    query = (
        select(PoolEntry.id, Project)
        .join(Project, Project.firm_id == PoolEntry.firm_id)
        .where(PoolEntry.id.in_(entry_ids), Project.state != ProjectState.STOPPED)
        .order_by(Project.id)
    )
    for entry_id, project in session.execute(query):
        if project.filing_code:
            yield entry_id, Witness(StageFact.FILED, project.title, None, project.filing_code)
        if project.state in BEGUN:
            yield entry_id, Witness(StageFact.UNDERWAY, project.title, project.started_on)
        if project.state == ProjectState.ACCEPTED:
            yield entry_id, Witness(StageFact.ACCEPTED, project.title, project.accepted_on)


def _rated(session: Session, entry_ids: Collection[int]) -> Iterator[tuple[int, Witness]]:
    query = (
        select(PoolEntry.id, Round.title, func.max(Assessment.submitted_at))
        .join(Project, Project.firm_id == PoolEntry.firm_id)
        .join(Assessment, Assessment.firm_id == PoolEntry.firm_id)
        .join(Round, Round.id == Assessment.round_id)
        .where(PoolEntry.id.in_(entry_ids), Project.state == ProjectState.ACCEPTED)
        .where(Assessment.submitted_at > Project.accepted_on)
        .group_by(PoolEntry.id, Round.id, Round.title)
        .order_by(func.max(Assessment.submitted_at))
    )
    for entry_id, title, at in session.execute(query):
        yield entry_id, Witness(StageFact.RATED, title, _day(at))


def _recognised(session: Session, entry_ids: Collection[int]) -> Iterator[tuple[int, Witness]]:
    query = (
        select(PoolEntry.id, Recognition.document, Recognition.recognised_on)
        .join(Recognition, _RECOGNISED)
        .where(PoolEntry.id.in_(entry_ids))
    )
    for entry_id, document, day in session.execute(query):
        yield entry_id, Witness(StageFact.RECOGNISED, document, day)


KINDS = (_confirmed, _projects, _rated, _recognised)


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(LOCAL).date() if moment else None
