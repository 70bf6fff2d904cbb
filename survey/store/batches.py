"""Queries over batches: what was asked for of many firms at once, and how far each firm is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.store.lists import Query, Slice, sliced
from survey.store.sheets import IS_CONFIRMED
from survey.tables import (
    Assessment,
    AssessmentState,
    Batch,
    BatchItem,
    BatchKind,
    BatchState,
    Bundle,
    Document,
    Evidence,
    Firm,
    ItemState,
    Job,
    JobState,
    Outlook,
    Project,
    ProjectPaper,
    Round,
    SheetKind,
    SheetRow,
    User,
)

Key = InstrumentedAttribute[int]

UNFINISHED = (ItemState.WAITING, ItemState.WORKING)
AT_ONCE = 500
"""Ids in one question: a database takes only so many."""
PACE = 20
"""So many finished documents tell how fast the next will come."""

REPORTABLE: dict[SheetKind, ColumnElement[bool]] = {
    SheetKind.SELF: Assessment.state != AssessmentState.DRAFT,
    SheetKind.ONSITE: IS_CONFIRMED,
}
"""Which assessments have a sheet of a kind that may be reported on."""


def batch(session: Session, batch_id: int, *, lock: bool = False) -> Batch | None:
    return session.get(Batch, batch_id, with_for_update=lock, populate_existing=lock)


def being_made(session: Session, mark: str) -> Batch | None:
    query = select(Batch).where(Batch.mark == mark, Batch.state == BatchState.MAKING)
    return session.scalars(query.order_by(Batch.id)).first()


class Meant(NamedTuple):
    """What one item of a batch is made of: a firm, or one of its assessments."""

    firm_id: int
    assessment_id: int | None = None


def reportable(session: Session, ids: Sequence[int], sheet: SheetKind) -> list[Meant]:
    """Return those of the assessments that have such a report, in the order of firms' names."""
    query = select(Firm.name_key, Assessment.id, Firm.id).join(Firm, Firm.id == Assessment.firm_id)
    found = _in_portions(session, query.where(REPORTABLE[sheet]), Assessment.id, ids)
    return [Meant(firm_id, at) for _, at, firm_id in sorted(found)]


def firms(session: Session, ids: Sequence[int]) -> list[Meant]:
    """Return those of the firms that are there, in the order of their names."""
    found = _in_portions(session, select(Firm.name_key, Firm.id), Firm.id, ids)
    return [Meant(firm_id) for _, firm_id in sorted(found)]


def _in_portions(session: Session, query: Query, key: Key, ids: Sequence[int]) -> list[Any]:
    portions = (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))
    return [tuple(row) for part in portions for row in session.execute(query.where(key.in_(part)))]


def weight(session: Session, firm_ids: Sequence[int]) -> int:
    """Return about how many bytes all files of some firms have: their reports, evidence and papers."""
    held = select(Assessment.id).where(Assessment.firm_id.in_(firm_ids))
    sheets = select(SheetRow.id).where(SheetRow.assessment_id.in_(held))
    projects = select(Project.id).where(Project.firm_id.in_(firm_ids))
    reports = (Document.subject == "assessment") & Document.subject_id.in_(held)
    sizes = (
        select(func.sum(Document.size)).where(reports),
        select(func.sum(Evidence.size)).where(Evidence.sheet_id.in_(sheets)),
        select(func.sum(ProjectPaper.size)).where(ProjectPaper.project_id.in_(projects)),
    )
    return sum(session.scalar(one) or 0 for one in sizes)


def add_items(session: Session, batch_id: int, meant: Sequence[Meant]) -> None:
    first = {"batch_id": batch_id, "state": ItemState.WAITING, "tries": 0, "anew": False}
    session.execute(insert(BatchItem), [first | one._asdict() for one in meant])


# --- for the worker -----------------------------------------------------------------------------


def item(session: Session, item_id: int) -> BatchItem | None:
    return session.get(BatchItem, item_id, with_for_update=True, populate_existing=True)


def next_item(session: Session, batch_id: int, job_id: int) -> BatchItem | None:
    """Return what this job had in hand when it was left, or else the next that waits; locked."""
    of_batch = select(BatchItem).where(BatchItem.batch_id == batch_id).order_by(BatchItem.id)
    fresh = of_batch.limit(1).execution_options(populate_existing=True)
    left = BatchItem.state == ItemState.WORKING, BatchItem.job_id == job_id
    held = session.scalar(fresh.where(*left).with_for_update())
    waiting = fresh.where(BatchItem.state == ItemState.WAITING)
    return held or session.scalar(waiting.with_for_update(skip_locked=True))


def lapsed_item(session: Session, batch_id: int, now: datetime) -> BatchItem | None:
    """Return a firm that was packed and whose bundle ended since, because it expired or was erased; locked."""
    stands = exists().where(_bundle_of_item(now))
    query = select(BatchItem).where(BatchItem.batch_id == batch_id, ~stands)
    done = query.where(BatchItem.state == ItemState.DONE).order_by(BatchItem.id).limit(1)
    return session.scalar(done.with_for_update().execution_options(populate_existing=True))


def _bundle_of_item(now: datetime) -> ColumnElement[bool]:
    """The condition that a bundle is what an item's firm has to be taken away."""
    lasts = (Bundle.outlook == Outlook.BUREAU) & (Bundle.expires_at > now)
    return lasts & (Bundle.firm_id == BatchItem.firm_id)


def is_unfinished(session: Session, batch_id: int) -> bool:
    query = select(BatchItem.id).where(
        BatchItem.batch_id == batch_id, BatchItem.state.in_(UNFINISHED)
    )
    return session.scalar(query.limit(1)) is not None


def others_wait(session: Session, kind: str, now: datetime) -> bool:
    """Say whether work of another kind is due and waits for a free worker."""
    query = select(Job.id).where(Job.state == JobState.QUEUED, Job.kind != kind, Job.due_at <= now)
    return session.scalar(query.limit(1)) is not None


def put_back(session: Session, batch_id: int) -> None:
    """Let go of every item that somebody has in hand."""
    held = BatchItem.batch_id == batch_id, BatchItem.state == ItemState.WORKING
    _set(session, *held, state=ItemState.WAITING, job_id=None)


def wait_again(session: Session, batch_id: int) -> None:
    """Let every item that failed be tried once more."""
    failed = BatchItem.batch_id == batch_id, BatchItem.state == ItemState.FAILED
    _set(session, *failed, state=ItemState.WAITING, tries=0, fault=None, ended_at=None)


def end_all(session: Session, batch_id: int, now: datetime) -> None:
    """End every item of a workbook: it is made of all of them at once."""
    _set(session, BatchItem.batch_id == batch_id, state=ItemState.DONE, ended_at=now)


def _set(session: Session, *where: ColumnElement[bool], **values: object) -> None:
    change = update(BatchItem).where(*where).values(**values)
    session.execute(change.execution_options(synchronize_session=False))


def assessments_of(session: Session, batch_id: int) -> list[int]:
    query = select(BatchItem.assessment_id).where(BatchItem.batch_id == batch_id)
    return [one for one in session.scalars(query.order_by(BatchItem.id)) if one]


def one_of_each_trade(session: Session, batch_id: int) -> list[Assessment]:
    """Return one assessment for each edition and trade of a batch: their firms were asked the same."""
    first = (
        select(func.min(Assessment.id))
        .join(BatchItem, BatchItem.assessment_id == Assessment.id)
        .where(BatchItem.batch_id == batch_id)
        .group_by(Assessment.edition, Assessment.trade)
    )
    query = select(Assessment).where(Assessment.id.in_(first))
    return list(session.scalars(query.order_by(Assessment.edition, Assessment.trade)))


# --- for the page and the index -----------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """The firms of a batch by how far they are; ``anew``: those whose document was made for it."""

    waiting: int = 0
    working: int = 0
    done: int = 0
    failed: int = 0
    anew: int = 0

    @property
    def total(self) -> int:
        return self.waiting + self.working + self.done + self.failed

    @property
    def ended(self) -> int:
        return self.done + self.failed

    @property
    def left(self) -> int:
        return self.waiting + self.working


def counts(session: Session, batch_ids: Sequence[int]) -> dict[int, Counts]:
    """Count the firms of some batches, by batch, in one query."""
    groups = (BatchItem.batch_id, BatchItem.state, BatchItem.anew)
    query = select(*groups, func.count()).where(BatchItem.batch_id.in_(batch_ids)).group_by(*groups)
    found: defaultdict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for batch_id, state, anew, count in session.execute(query):
        found[batch_id][state] += count
        found[batch_id]["anew"] += count if anew else 0
    return {one: Counts(**found[one]) for one in batch_ids}


def moments(session: Session, batch_id: int, since: datetime) -> list[datetime]:
    """Return when the last documents were made, newest first."""
    query = (
        select(BatchItem.ended_at)
        .where(BatchItem.batch_id == batch_id, BatchItem.anew, BatchItem.ended_at >= since)
        .order_by(BatchItem.ended_at.desc())
        .limit(PACE)
    )
    return [moment for moment in session.scalars(query) if moment]


class BatchLine(NamedTuple):
    """A batch in the list, with the name of whoever asked for it."""

    batch: Batch
    asker: str | None


def batches(session: Session, part: Slice) -> tuple[list[BatchLine], int]:
    """Return one page of batches, newest first, and how many there are."""
    query = (
        select(Batch, User.name)
        .outerjoin(User, User.id == Batch.asked_by)
        .order_by(Batch.id.desc())
    )
    rows, total = sliced(session, query, part)
    return [BatchLine(*row) for row in rows], total


class ItemLine(NamedTuple):
    """One firm of a batch, with the assessment that is reported on and its document."""

    item: BatchItem
    assessment: Assessment | None
    firm: str
    code: str
    round: str | None
    document: Document | None


def item_lines(
    session: Session, batch_id: int, state: ItemState | None, part: Slice
) -> tuple[list[ItemLine], int]:
    """Return one page of the firms of a batch, in one state or all, and how many there are."""
    query = _lines(batch_id)
    rows, total = sliced(session, query.where(BatchItem.state == state) if state else query, part)
    return [ItemLine(*row) for row in rows], total


def all_lines(session: Session, batch_id: int) -> Iterator[ItemLine]:
    """Return every firm of a batch, a portion at a time."""
    query = _lines(batch_id).execution_options(yield_per=AT_ONCE)
    return (ItemLine(*row) for row in session.execute(query))


def _lines(batch_id: int) -> Query:
    return (
        select(BatchItem, Assessment, Firm.name, Firm.code, Round.title, Document)
        .join(Firm, Firm.id == BatchItem.firm_id)
        .outerjoin(Assessment, Assessment.id == BatchItem.assessment_id)
        .outerjoin(Round, Round.id == Assessment.round_id)
        .outerjoin(Document, Document.id == BatchItem.document_id)
        .where(BatchItem.batch_id == batch_id)
        .order_by(BatchItem.id)
    )


class Packed(NamedTuple):
    """A firm that was packed, with what may be taken away of it."""

    firm: str
    code: str
    item: BatchItem
    bundle: Bundle | None

    @property
    def is_done(self) -> bool:
        return self.item.state == ItemState.DONE


def packed(session: Session, batch_id: int, now: datetime) -> list[Packed]:
    """Return every firm of a batch with its bundle, in order."""
    newest = select(func.max(Bundle.id)).where(_bundle_of_item(now)).correlate(BatchItem)
    query = (
        select(Firm.name, Firm.code, BatchItem, Bundle)
        .select_from(BatchItem)
        .join(Firm, Firm.id == BatchItem.firm_id)
        .outerjoin(Bundle, Bundle.id == newest.scalar_subquery())
        .where(BatchItem.batch_id == batch_id)
        .order_by(BatchItem.id)
    )
    return [Packed(*row) for row in session.execute(query)]


# --- what is kept no longer -----------------------------------------------------------------------


def ended_with_file(session: Session, kind: BatchKind, before: datetime) -> list[Batch]:
    """Return batches of a kind that ended before this moment and still hold their file, locked."""
    held = select(Batch).where(Batch.kind == kind, Batch.ended_at < before, Batch.sha256 != "")
    return list(session.scalars(held.order_by(Batch.id).with_for_update()))


def end_files(session: Session, firm_id: int | None = None) -> None:
    """Let go at once of the files a firm is in, or of everybody's; the night takes them away."""
    held = update(Batch).where(Batch.sha256 != "").values(sha256="")
    if firm_id is not None:
        items = select(BatchItem.batch_id).where(BatchItem.firm_id == firm_id)
        held = held.where(Batch.id.in_(items))
    session.execute(held)
