"""The worker's half of a batch: its firms made one after another, then put together.

Each firm stands for itself. Whoever makes a document has its firm in hand (``Hand``) as long as it
holds the job; a worker that dies leaves it to whoever takes the job next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import jobs
from survey.lifecycle.batches import about, jobs_of, moved, what
from survey.lifecycle.bundles import BUNDLE
from survey.lifecycle.documents import REPORT, named
from survey.lifecycle.errors import NotThere, Stale
from survey.lifecycle.handouts import HANDOUTS
from survey.lifecycle.jobs import Effect, Taken
from survey.lifecycle.states import BATCH, ITEM
from survey.lifecycle.step import About, Step
from survey.lifecycle.word_editions import WORD
from survey.store import accounts, assessments
from survey.store import batches as store
from survey.tables import Batch, BatchItem, BatchKind, Document, Fault, Outlook, Role, SheetKind

MOST_TRIES = 3
"""So often a firm may be in the hands of a worker that dies; then it is passed over."""
PACKS = "packs"
"""Stands among the arguments of the one job that puts the file together."""


@dataclass(frozen=True)
class Hand:
    """One firm in a worker's hands; ``subject_id`` is the assessment that is reported on, or the firm."""

    item_id: int
    subject_id: int
    sheet: SheetKind | None
    asked_by: int | None


class NoRight(Exception):
    """Whoever asked for the batch may not have it any more."""


def claim(step: Step, taken: Taken, lease: timedelta) -> Hand | None:
    """Take the next firm in hand; None where all are done, or in others' hands.

    Raises:
        Overtaken: The job is no longer this worker's.
        NoRight: Whoever asked is no officer any more.
    """
    with jobs.held(step, taken) as job:
        batch = store.batch(step.session, taken.subject_id or 0, lock=True)
        if batch is None:
            raise NotThere
        require_officer(step.session, batch)
        counted = store.counts(step.session, [batch.id])[batch.id]
        job.progress, job.total = counted.ended, counted.total
        job.leased_until = step.now + lease
        item = _next(step, batch, taken.id)
        if item is None:
            return None
        _move(item, "item_take")
        item.job_id, item.tries = taken.id, item.tries + 1
        subject = item.assessment_id or item.firm_id
        return Hand(item.id, subject, batch.sheet, batch.asked_by)


def _next(step: Step, batch: Batch, job_id: int) -> BatchItem | None:
    """Return the next item; one that was lost with its worker too often is given up."""
    while item := _waiting(step, batch, job_id):
        if item.tries < MOST_TRIES:
            return item
        item.state = ITEM["item_take"].leads
        _end(step, item, "item_fail", fault=item.fault or Fault.LOST)
        step.session.flush()
    return None


def _waiting(step: Step, batch: Batch, job_id: int) -> BatchItem | None:
    item = store.next_item(step.session, batch.id, job_id)
    if item is None and batch.kind == BatchKind.FILES:
        return store.lapsed_item(step.session, batch.id, step.now)
    return item


def require_officer(session: Session, batch: Batch) -> None:
    """
    Raises:
        NoRight: Whoever asked for the batch was barred, or is no officer any more.
    """
    asker = accounts.user(session, batch.asked_by) if batch.asked_by else None
    if asker is not None and (not asker.active or asker.role != Role.OFFICER):
        raise NoRight


def name(step: Step, taken: Taken, hand: Hand) -> Taken:
    """Settle what a firm's document is called; return the work on it as a report's own job has it."""
    with jobs.held(step, taken):
        item = _item(step, hand)
        if item.arguments is None:
            item.arguments = named(step)
            assessment = assessments.assessment(step.session, hand.subject_id)
            firm = assessment.firm_id if assessment else None
            report = About("report", item.arguments["number"], firm)
            step.log("report_request", report, after={"kind": hand.sheet})
        return replace(
            taken,
            kind=REPORT,
            subject_id=hand.subject_id,
            arguments={"sheet": hand.sheet, **item.arguments},
            requested_by=hand.asked_by,
            requested_at=step.now,
        )


def as_edition(step: Step, taken: Taken, hand: Hand, document: Document, kind: BatchKind) -> Taken:
    """Return the work on an edition of a report as that edition's own job has it."""
    return replace(
        taken,
        kind=WORD if kind == BatchKind.WORD else HANDOUTS,
        subject_id=document.id,
        arguments={"number": document.number, "sheet": hand.sheet},
        requested_by=hand.asked_by,
        requested_at=step.now,
    )


def as_bundle(step: Step, taken: Taken, hand: Hand) -> Taken:
    """Return the work on all that is known of a firm as a bundle's own job has it."""
    return replace(
        taken,
        kind=BUNDLE,
        subject_id=hand.subject_id,
        arguments={"outlook": Outlook.BUREAU},
        requested_by=hand.asked_by,
        requested_at=step.now,
    )


def put_in_force(step: Step, taken: Taken, hand: Hand, effect: Effect) -> int:
    """Issue a printed report of which an edition is to be made yet; its firm stays in hand.

    Raises:
        Overtaken: Nothing was issued.
    """
    with jobs.held(step, taken):
        _item(step, hand).arguments = None  # its number is used: a later report has its own
        document_id: int = effect(step)["document"]
        return document_id


def issue(step: Step, taken: Taken, hand: Hand, effect: Effect) -> None:
    """Issue what was printed, or keep what was packed, and end its firm, in one transaction.

    Raises:
        Overtaken: Nothing was issued.
    """
    with jobs.held(step, taken) as job:
        item = _item(step, hand)
        document_id = effect(step).get("document")
        _end(step, item, "item_done", document_id=document_id, anew=True)
        job.attempt = 1  # a sign that the work goes on: a later loss is another's


def take_standing(step: Step, taken: Taken, hand: Hand, document_id: int | None = None) -> None:
    """End a firm whose document or bundle stands and says what a new one would say."""
    with jobs.held(step, taken):
        _end(step, _item(step, hand), "item_done", document_id=document_id)


def fail(step: Step, taken: Taken, hand: Hand, fault: Fault) -> None:
    """Note why a firm has no document; what changed under the printing is tried again."""
    with jobs.held(step, taken):
        item = _item(step, hand)
        if fault == Fault.CHANGED and item.tries < MOST_TRIES:
            _move(item, "item_put_back")
            item.job_id, item.fault = None, fault
        else:
            _end(step, item, "item_fail", fault=fault)


def _item(step: Step, hand: Hand) -> BatchItem:
    item = store.item(step.session, hand.item_id)
    if item is None:
        raise NotThere
    return item


def _end(step: Step, item: BatchItem, move: str, **values: Any) -> None:
    _move(item, move)
    for column, value in ({"job_id": None, "fault": None} | values).items():
        setattr(item, column, value)
    item.ended_at = step.now


def _move(item: BatchItem, move: str) -> None:
    if item.state not in ITEM[move].begins:
        raise Stale
    item.state = ITEM[move].leads


def begin_packing(step: Step, taken: Taken) -> bool:
    """Say whether this worker puts the file together: nobody makes documents, and it came first."""
    with jobs.held(step, taken) as job:
        batch = store.batch(step.session, taken.subject_id or 0, lock=True)
        if batch is None or batch.state not in BATCH["batch_made"].begins:
            return False
        if store.is_unfinished(step.session, batch.id):
            return False
        others = [one for one in jobs_of(step.session, batch.id) if one.id != taken.id]
        if any(one.is_open and one.arguments.get(PACKS) for one in others):
            return False
        job.arguments = {**job.arguments, PACKS: True}
        return True


def finish(step: Step, batch_id: int, sha256: str, size: int) -> dict[str, Any]:
    """Put down the finished file, inside the transaction that ends its job."""
    batch = moved(step.session, batch_id, "batch_made")
    batch.sha256, batch.size, batch.ended_at = sha256, size, step.now
    if batch.kind == BatchKind.WORKBOOK:
        store.end_all(step.session, batch_id, step.now)
    step.log("batch_made", about(batch), after=what(batch))
    return {"batch": batch_id}
