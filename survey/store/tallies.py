"""What scored sheets come to in parts: written whole, one sheet at a time, and added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from survey.store.sheets import IS_CONFIRMED
from survey.tables import Assessment, AssessmentState, SheetKind, Tally, TallySum


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
    with _added_up(session, assessment.id):
        session.execute(gone.execution_options(synchronize_session=False))
        session.add_all(Tally(**values) for values in rows(assessment, kind, parts))
        session.flush()
        _count(session, assessment.id, kind)


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
    with _added_up(session, assessment_id):
        _count(session, assessment_id, kind)


def _count(session: Session, assessment_id: int, kind: SheetKind) -> None:
    change = update(Tally).where(Tally.assessment_id == assessment_id)
    change = change.values(counts=Tally.kind == kind)
    session.execute(change.execution_options(synchronize_session=False))


# --- added up -------------------------------------------------------------------------------------

ADDED = (What.SECTION, What.PACKAGE)
SHAPE = ("round_id", "what", "trade", "kind", "key")
ADDS = ("firms", "low", "high")


@contextmanager
def _added_up(session: Session, assessment_id: int) -> Iterator[None]:
    """Take what an assessment adds to its round's sums out, and put in what it adds after the block."""
    _add(session, -1, Tally.assessment_id == assessment_id)
    yield
    _add(session, 1, Tally.assessment_id == assessment_id)


def _add(session: Session, sign: int, *whose: ColumnElement[bool]) -> None:
    """Add what parts that count come to, once or as often as ``sign`` says."""
    shape = [getattr(Tally, name) for name in SHAPE]
    sums = (sign * func.count(), sign * func.sum(Tally.low), sign * func.sum(Tally.high))
    found = select(*shape, *sums).where(Tally.counts, Tally.what.in_(ADDED), *whose)
    session.execute(insert(TallySum).from_select((*SHAPE, *ADDS), found.group_by(*shape)))


def add_up_all(session: Session) -> None:
    """Add up every round anew, where parts were written in sets."""
    session.execute(delete(TallySum))
    _add(session, 1)


def fold(session: Session) -> None:
    """Make one row of all that say the same."""
    names = (*SHAPE, *ADDS)
    gone = delete(TallySum).returning(*(getattr(TallySum, name) for name in names))
    whole: dict[tuple[Any, ...], list[int]] = {}
    for row in session.execute(gone):
        added = whole.setdefault(tuple(row[: len(SHAPE)]), [0] * len(ADDS))
        added[:] = map(sum, zip(added, row[len(SHAPE) :], strict=True))
    rows = [dict(zip(names, (*key, *added), strict=True)) for key, added in whole.items()]
    if rows:
        session.execute(insert(TallySum), rows)


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
    """Return the parts of all sheets of a round that count, added up."""
    shape = [getattr(TallySum, name) for name in SHAPE[1:]]
    added = [func.sum(getattr(TallySum, name)) for name in ADDS]
    query = select(*shape, *added).where(TallySum.round_id == round_id).group_by(*shape)
    found = (Sum(*row[:4], *map(int, row[4:])) for row in session.execute(query))
    return [one for one in found if one.firms]


class Share(NamedTuple):
    """A sum, and what the two with the largest parts have of it."""

    total: int
    first: int
    second: int


def largest(session: Session, round_id: int) -> dict[str, tuple[Share, ...]]:
    """Return by package the sums of a round, of either end, with their two largest parts."""
    found: defaultdict[str, list[Share]] = defaultdict(list)
    packages = (Tally.round_id == round_id, Tally.what == What.PACKAGE, Tally.counts)
    for end in (Tally.low, Tally.high):
        total = func.sum(end).over(partition_by=Tally.key).label("total")
        rank = func.row_number().over(partition_by=Tally.key, order_by=end.desc()).label("rank")
        ranked = select(Tally.key, total, end.label("part"), rank).where(*packages).subquery()
        first_two = select(ranked).where(ranked.c.rank <= 2).order_by(ranked.c.key, ranked.c.rank)
        for key, rows in groupby(session.execute(first_two), itemgetter(0)):
            (_, whole, first, _), *others = rows
            found[key].append(Share(int(whole), first, others[0].part if others else 0))
    return {key: tuple(shares) for key, shares in found.items()}


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
