"""What scored sheets come to in parts: written whole, one sheet at a time, and added up."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, delete, exists, func, select, update
from sqlalchemy.orm import Session

from survey.store.sheets import IS_CONFIRMED
from survey.tables import Assessment, AssessmentState, SheetKind, Tally


class What(StrEnum):
    """What a part counts."""

    SECTION = "section"
    """Its share in thousandths."""
    SYSTEM = "system"
    """1 where the sheet shows it, else 0."""
    NEXT = "next"
    """Towards a rung: failed gates, and thousandths of the share that are missing."""
    CONDITIONS = "conditions"
    """Rungs whose conditions are met, or may be: the key says which."""
    JUDGED = "judged"
    """When conditions were judged last: the key says it."""
    PACKAGE = "package"
    """What it costs once at least and at most, in 0.01 万元; without a code the consultant's own."""
    PLANNED = "planned"
    """The packages were worked out."""


class Part(NamedTuple):
    """One part of one sheet."""

    what: What
    key: str = ""
    low: int = 0
    high: int = 0


def keep(session: Session, assessment: Assessment, kind: SheetKind, parts: Iterable[Part]) -> None:
    """Keep the parts of a sheet in place of those that were there; it counts from now on."""
    gone = delete(Tally).where(Tally.assessment_id == assessment.id, Tally.kind == kind)
    session.execute(gone.execution_options(synchronize_session=False))
    session.add_all(Tally(**values) for values in rows(assessment, kind, parts))
    session.flush()
    count(session, assessment.id, kind)


def rows(assessment: Assessment, kind: SheetKind, parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Return parts as they are written."""
    whose = {
        "assessment_id": assessment.id,
        "kind": kind,
        "round_id": assessment.round_id,
        "trade": assessment.trade,
        "counts": True,
    }
    return [{**whose, **part._asdict()} for part in parts]


def count(session: Session, assessment_id: int, kind: SheetKind) -> None:
    """Let the sheet of this kind count, and the other no more."""
    change = update(Tally).where(Tally.assessment_id == assessment_id)
    change = change.values(counts=Tally.kind == kind)
    session.execute(change.execution_options(synchronize_session=False))


class Sum(NamedTuple):
    """Parts of one round that are alike, added up."""

    what: str
    trade: str
    kind: SheetKind
    key: str
    firms: int
    low: int
    high: int


def sums(session: Session, round_id: int) -> list[Sum]:
    """Add up the parts of all sheets of a round that count."""
    shape = (Tally.what, Tally.trade, Tally.kind, Tally.key)
    query = (
        select(*shape, func.count(), func.sum(Tally.low), func.sum(Tally.high))
        .where(Tally.round_id == round_id, Tally.counts, Tally.what.in_(ADDED))
        .group_by(*shape)
    )
    return [Sum(*row[:4], row[4], int(row[5]), int(row[6])) for row in session.execute(query)]


ADDED = (What.SECTION, What.PACKAGE)


def unsettled(session: Session, marker: str) -> list[int]:
    """Return assessments whose conditions were not judged at this marker, or whose plan is not known."""

    def has(what: What, key: str = "") -> ColumnElement[bool]:
        ours = (Tally.assessment_id == Assessment.id, Tally.counts)
        return exists().where(*ours, Tally.what == what, Tally.key == key)

    speaks = case((IS_CONFIRMED, Assessment.visited_step), else_=Assessment.own_step)
    missing = ~has(What.JUDGED, marker) | (IS_CONFIRMED & ~has(What.PLANNED))
    query = select(Assessment.id).where(
        speaks.is_not(None), Assessment.state != AssessmentState.DRAFT, missing
    )
    return list(session.scalars(query.order_by(Assessment.id)))
