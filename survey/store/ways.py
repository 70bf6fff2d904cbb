"""The cheapest ways of firms to rungs above their own: written one sheet at a time, read by many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from survey.store.sheets import IS_CONFIRMED
from survey.tables import Assessment, AssessmentState, Firm, KeptWay, SheetKind

Ends = tuple[int, int]
"""Least and most, in 0.01 万元."""
NOTHING: Ends = (0, 0)


@dataclass(frozen=True)
class Way:
    """One way to one rung: what it costs by kind, how long it takes, and what is bought.

    ``is_proven`` False: time ran out, so a cheaper way may exist; where it is not ``is_reached``
    either, one may exist at all.
    """

    step: int
    rung: str | None
    is_reached: bool
    is_proven: bool
    weeks: int
    packages: Mapping[str, int]
    equipment: Ends
    software: Ends
    services: Ends
    undivided: Ends
    yearly: Ends


@dataclass
class Ways:
    """All ways of one firm by the sheet that speaks for one of its assessments.

    ``step`` is where it stands; ``to`` are the rungs above, by their position.
    """

    firm_id: int
    assessment_id: int
    kind: SheetKind
    step: int = 0
    to: dict[int, Way] = field(default_factory=dict)


def _kind() -> ColumnElement[Any]:
    """The kind of the sheet that speaks, as ``sheets.kind_of`` says it of a row."""
    return case((IS_CONFIRMED, SheetKind.ONSITE.value), else_=SheetKind.SELF.value)


def forget(session: Session, assessment_id: int, kind: SheetKind) -> None:
    """Drop what was worked out from a sheet that was scored again."""
    gone = delete(KeptWay).where(KeptWay.assessment_id == assessment_id, KeptWay.kind == kind)
    session.execute(gone.execution_options(synchronize_session=False))


def keep(session: Session, rows: Iterable[KeptWay]) -> None:
    session.add_all(rows)
    session.flush()


def unknown(session: Session) -> list[int]:
    """Return assessments whose speaking sheet has a score and no ways yet, or those of another size."""
    known = exists().where(
        KeptWay.assessment_id == Assessment.id,
        KeptWay.kind == _kind(),
        or_(KeptWay.size == Firm.size, KeptWay.size.is_(None) & Firm.size.is_(None)),
    )
    speaks = case((IS_CONFIRMED, Assessment.visited_step), else_=Assessment.own_step)
    query = (
        select(Assessment.id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(speaks.is_not(None), Assessment.state != AssessmentState.DRAFT, ~known)
        .order_by(Assessment.id)
    )
    return list(session.scalars(query))


def of_assessments(session: Session, ids: Collection[int] | None = None) -> dict[int, Ways]:
    """Return the kept ways by assessment, of these assessments or of all.

    One that was not worked out yet is missing: ``unknown`` counts them.
    """
    return _read(session, () if ids is None else (KeptWay.assessment_id.in_(ids),))


def of_firms(session: Session, edition: str) -> dict[int, Ways]:
    """Return by firm the ways of its newest assessment on an edition that has any."""
    newest = (
        _known(select(func.max(Assessment.id)))
        .where(Assessment.edition == edition)
        .group_by(Assessment.firm_id)
    )
    found = _read(session, (Assessment.id.in_(newest),))
    return {one.firm_id: one for one in found.values()}


def _known(query: Any) -> Any:
    """Narrow a query over kept ways to those of sheets that speak."""
    joined = query.select_from(KeptWay).join(Assessment, Assessment.id == KeptWay.assessment_id)
    return joined.where(KeptWay.kind == _kind(), Assessment.state != AssessmentState.DRAFT)


def _read(session: Session, whose: Iterable[ColumnElement[bool]]) -> dict[int, Ways]:
    query = _known(select(KeptWay, Assessment.firm_id)).where(*whose)
    found: dict[int, Ways] = {}
    for row, firm_id in session.execute(query.order_by(KeptWay.assessment_id, KeptWay.step)):
        if row.assessment_id not in found:
            found[row.assessment_id] = Ways(firm_id, row.assessment_id, row.kind, row.step)
        else:
            found[row.assessment_id].to[row.step] = _way(row)
    return found


def _way(row: KeptWay) -> Way:
    costs = {kind: (int(ends[0]), int(ends[1])) for kind, ends in row.amounts.items()}
    return Way(
        row.step,
        row.rung,
        row.reached,
        row.proven,
        row.weeks,
        row.packages,
        *(costs.get(kind, NOTHING) for kind in COSTS),
    )


COSTS = ("equipment", "software", "services", "undivided", "yearly")
