"""Files of many firms at once: asked for, made firm by firm, put together; cancelled, gone on with.

Each firm stands for itself. Whoever makes a document has its firm in hand (``Hand``) as long as it
holds the job; a worker that dies leaves it to whoever takes the job next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import jobs
from survey.lifecycle.documents import REPORT, named
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.jobs import Effect, Taken
from survey.lifecycle.selections import Chosen, settled
from survey.lifecycle.states import BATCH, ITEM
from survey.lifecycle.step import About, Step
from survey.store import accounts, assessments
from survey.store import batches as store
from survey.store import jobs as job_store
from survey.tables import Batch, BatchItem, BatchKind, Fault, Job, Role, SheetKind

KIND = SUBJECT = "batch"
"""The kind of job that makes one, and what the log calls it."""
LANES = 2
"""Jobs of one batch: as many workers make its documents beside each other."""
MOST_REPORTS = 1_000
MOST_IN_WORKBOOK = 20_000
MOST_TRIES = 3
"""So often a firm may be in the hands of a worker that dies; then it is passed over."""
KEPT = timedelta(days=30)
"""The finished file; its documents are kept as long as any."""
MOST_SCOPE = 500
PACKS = "packs"
"""Stands among the arguments of the one job that puts the file together."""


@dataclass(frozen=True)
class Hand:
    """One firm in a worker's hands."""

    item_id: int
    assessment_id: int
    sheet: SheetKind
    asked_by: int | None


# --- for the officer ----------------------------------------------------------------------------


def ask(
    step: Step, kind: BatchKind, sheet: SheetKind | None, chosen: Chosen, scope: str
) -> tuple[Batch, list[Job]]:
    """Ask for files of a selection; send the jobs afterwards.

    Args:
        sheet: Whose reports; None for a workbook.
        scope: Which firms they are, in words.

    Returns:
        The batch, and its jobs; the same for all who ask for the same while it is being made.

    Raises:
        Invalid: No firm has such a file yet, or they are too many.
        Shifted: The filter finds others by now.
    """
    with step.writing() as session:
        ids = [one.id for one in settled(step, chosen)]
        ids = store.reportable(session, ids, sheet or SheetKind.SELF)
        _require_so_many(kind, len(ids))
        mark = hashlib.sha256(f"{kind} {sheet} {sorted(ids)}".encode()).hexdigest()
        if known := store.being_made(session, mark):
            return known, jobs_of(session, known.id)
        batch = Batch(
            kind=kind,
            sheet=sheet,
            scope=scope[:MOST_SCOPE],
            mark=mark,
            state=BATCH["batch_ask"].leads,
            asked_by=step.by.user_id,
            asked_at=step.now,
            began_at=step.now,
        )
        session.add(batch)
        session.flush()
        store.add_items(session, batch.id, ids)
        step.log("batch_ask", _about(batch), after=_what(batch) | {"rows": len(ids)})
        return batch, _begin(step, batch, len(ids))


def _require_so_many(kind: BatchKind, firms: int) -> None:
    most = MOST_REPORTS if kind == BatchKind.REPORTS else MOST_IN_WORKBOOK
    if not firms:
        raise Invalid(
            {"what": "选中的企业都还没有这种文件，请换一种，或等企业提交、顾问核定以后再来。"}
        )
    if firms > most:
        raise Invalid(
            {"what": f"一次最多 {most} 家，选中了 {firms} 家，请按轮次、乡镇或行业分几次。"}
        )


def cancel(step: Step, batch_id: int) -> Batch:
    """End a batch before it is done; what was issued stays issued.

    Raises:
        NotThere, Stale: It is over already.
    """
    with step.writing() as session:
        # Jobs before their batch: so does whoever works on them, and nobody waits in a ring.
        for open_job in [job.id for job in jobs_of(session, batch_id) if job.is_open]:
            job = job_store.job(session, open_job, lock=True)
            if job and job.is_open:
                jobs.end(step, job)
        batch = _moved(session, batch_id, "batch_cancel")
        store.put_back(session, batch_id)
        batch.ended_at = step.now
        step.log("batch_cancel", _about(batch), after=_what(batch))
        return batch


def resume(step: Step, batch_id: int) -> list[Job]:
    """Go on with a batch that was cancelled, or whose workers all came to nothing; send its jobs.

    Raises:
        NotThere, Stale: It is done, or being worked on.
    """
    return _again(step, batch_id, "batch_resume")


def retry(step: Step, batch_id: int) -> list[Job]:
    """Try those firms once more that failed, and only those; send its jobs.

    Raises:
        NotThere, Stale: It is being worked on.
    """
    return _again(step, batch_id, "batch_retry")


def _again(step: Step, batch_id: int, move: str) -> list[Job]:
    with step.writing() as session:
        batch = _moved(session, batch_id, move)
        if any(job.is_open for job in jobs_of(session, batch_id)):
            raise Stale
        if move == "batch_retry":
            store.wait_again(session, batch_id)
        store.put_back(session, batch_id)
        batch.began_at, batch.ended_at = step.now, None
        batch.asked_by = step.by.user_id  # whose rights it rests on from now on
        step.log(move, _about(batch), after=_what(batch))
        left = store.counts(session, [batch_id])[batch_id].left
        return _begin(step, batch, left)


def note_download(step: Step, batch: Batch) -> None:
    """Remember who took the file of a batch away."""
    with step.writing():
        step.log("batch_download", _about(batch), after=_what(batch))


def jobs_of(session: Session, batch_id: int) -> list[Job]:
    """Return the jobs of a batch, newest first."""
    return job_store.jobs_about(session, KIND, SUBJECT, batch_id)


def _begin(step: Step, batch: Batch, firms: int) -> list[Job]:
    lanes = min(LANES, firms) if batch.kind == BatchKind.REPORTS else 1
    return [
        jobs.ask(step, KIND, {"lane": lane}, subject=SUBJECT, subject_id=batch.id)
        for lane in range(max(lanes, 1))
    ]


def _moved(session: Session, batch_id: int, move: str) -> Batch:
    batch = store.batch(session, batch_id, lock=True)
    if batch is None:
        raise NotThere
    if batch.state not in BATCH[move].begins:
        raise Stale
    batch.state = BATCH[move].leads
    return batch


def _about(batch: Batch) -> About:
    return About(SUBJECT, batch.id)


def _what(batch: Batch) -> dict[str, Any]:
    return {"kind": batch.sheet or batch.kind}


# --- for the worker -----------------------------------------------------------------------------


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
        if batch is None or batch.sheet is None:
            raise NotThere
        require_officer(step.session, batch)
        counted = store.counts(step.session, [batch.id])[batch.id]
        job.progress, job.total = counted.ended, counted.total
        job.leased_until = step.now + lease
        item = _next(step, batch.id, taken.id)
        if item is None:
            return None
        _move(item, "item_take")
        item.job_id, item.tries = taken.id, item.tries + 1
        return Hand(item.id, item.assessment_id, batch.sheet, batch.asked_by)


def _next(step: Step, batch_id: int, job_id: int) -> BatchItem | None:
    """Return the next item; one that was lost with its worker too often is given up."""
    while item := store.next_item(step.session, batch_id, job_id):
        if item.tries < MOST_TRIES:
            return item
        item.state = ITEM["item_take"].leads
        _end(step, item, "item_fail", fault=item.fault or Fault.LOST)
        step.session.flush()
    return None


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
            assessment = assessments.assessment(step.session, hand.assessment_id)
            firm = assessment.firm_id if assessment else None
            about = About("report", item.arguments["number"], firm)
            step.log("report_request", about, after={"kind": hand.sheet})
        return Taken(
            id=taken.id,
            fence=taken.fence,
            kind=REPORT,
            subject_id=hand.assessment_id,
            arguments={"sheet": hand.sheet, **item.arguments},
            requested_by=hand.asked_by,
            requested_at=step.now,
        )


def issue(step: Step, taken: Taken, hand: Hand, effect: Effect) -> None:
    """Issue what was printed and end its firm, in one transaction.

    Raises:
        Overtaken: Nothing was issued.
    """
    with jobs.held(step, taken) as job:
        item = _item(step, hand)
        document = effect(step)["document"]
        _end(step, item, "item_done", document_id=document, anew=True)
        job.attempt = 1  # a sign that the work goes on: a later loss is another's


def take_standing(step: Step, taken: Taken, hand: Hand, document_id: int) -> None:
    """End a firm whose document stands and says what a new one would say."""
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
    batch = _moved(step.session, batch_id, "batch_made")
    batch.sha256, batch.size, batch.ended_at = sha256, size, step.now
    if batch.kind == BatchKind.WORKBOOK:
        store.end_all(step.session, batch_id, step.now)
    step.log("batch_made", _about(batch), after=_what(batch))
    return {"batch": batch_id}


def clear(step: Step) -> Sequence[str]:
    """Let go of files that were kept long enough; return their hashes."""
    with step.writing() as session:
        over = store.ended_with_file(session, step.now - KEPT)
        files = [batch.sha256 for batch in over]
        for batch in over:
            batch.sha256 = ""
        if over:
            step.log("retention", About("district", ""), after={"batches": len(over)})
        return files
