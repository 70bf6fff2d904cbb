"""Files of many firms at once: asked for, cancelled, gone on with, taken away, cleared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import jobs
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.selections import Chosen, settled
from survey.lifecycle.states import BATCH
from survey.lifecycle.step import About, Step
from survey.store import batches as store
from survey.store import jobs as job_store
from survey.store.batches import Meant
from survey.store.settings import read
from survey.tables import Batch, BatchKind, Job, SheetKind

KIND = SUBJECT = "batch"
"""The kind of job that makes one, and what the log calls it."""
LANES = 2
"""Jobs of one batch: as many workers make its documents beside each other."""
MOST = {
    **{kind: 1_000 for kind in BatchKind if kind.of_reports},
    BatchKind.WORKBOOK: 20_000,
    BatchKind.FILES: 300,
}
"""Firms of one batch."""
MOST_BYTES = 2 * 1024 * 1024 * 1024
"""Of an archive of all that is known of its firms: any system unpacks it, and a night's copy takes it."""
KEPT = timedelta(days=30)
"""The finished file; its documents are kept as long as any, what is packed of firms as their bundles."""
MOST_SCOPE = 500


def ask(
    step: Step, kind: BatchKind, sheet: SheetKind | None, chosen: Chosen, scope: str
) -> tuple[Batch, list[Job]]:
    """Ask for files of a selection; send the jobs afterwards.

    Args:
        sheet: Whose reports; None for the other kinds.
        chosen: Assessments; firms where all that is known of them is packed.
        scope: Which firms they are, in words.

    Returns:
        The batch, and its jobs; the same for all who ask for the same while it is being made.

    Raises:
        Invalid: No firm has such a file yet, or they are too many, or too large together.
        Shifted: The filter finds others by now.
    """
    with step.writing() as session:
        meant = _meant(session, kind, sheet, [one.id for one in settled(step, chosen)])
        asked = sorted(one.assessment_id or one.firm_id for one in meant)
        mark = hashlib.sha256(f"{kind} {sheet} {asked}".encode()).hexdigest()
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
        store.add_items(session, batch.id, meant)
        step.log("batch_ask", about(batch), after=what(batch) | {"rows": len(meant)})
        return batch, _begin(step, batch, len(meant))


def _meant(
    session: Session, kind: BatchKind, sheet: SheetKind | None, ids: Sequence[int]
) -> list[Meant]:
    if kind != BatchKind.FILES:
        meant = store.reportable(session, ids, sheet or SheetKind.SELF)
        _require_so_many(kind, len(meant))
        return meant
    meant = store.firms(session, ids)
    _require_so_many(kind, len(meant))
    if store.weight(session, [one.firm_id for one in meant]) > MOST_BYTES:
        raise Invalid({"what": "选中的企业资料太大，一次装不下，请按乡镇或行业分几次打包。"})
    return meant


def _require_so_many(kind: BatchKind, firms: int) -> None:
    most = MOST[kind]
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
        batch = moved(session, batch_id, "batch_cancel")
        store.put_back(session, batch_id)
        batch.ended_at = step.now
        step.log("batch_cancel", about(batch), after=what(batch))
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
        batch = moved(session, batch_id, move)
        if any(job.is_open for job in jobs_of(session, batch_id)):
            raise Stale
        if move == "batch_retry":
            store.wait_again(session, batch_id)
        store.put_back(session, batch_id)
        batch.began_at, batch.ended_at = step.now, None
        batch.asked_by = step.by.user_id  # whose rights it rests on from now on
        step.log(move, about(batch), after=what(batch))
        left = store.counts(session, [batch_id])[batch_id].left
        return _begin(step, batch, left)


def note_download(step: Step, batch: Batch) -> None:
    """Remember who took the file of a batch away."""
    with step.writing():
        step.log("batch_download", about(batch), after=what(batch))


def jobs_of(session: Session, batch_id: int) -> list[Job]:
    """Return the jobs of a batch, newest first."""
    return job_store.jobs_about(session, KIND, SUBJECT, batch_id)


def _begin(step: Step, batch: Batch, firms: int) -> list[Job]:
    lanes = min(LANES, firms) if batch.kind.of_reports else 1
    return [
        jobs.ask(step, KIND, {"lane": lane}, subject=SUBJECT, subject_id=batch.id)
        for lane in range(max(lanes, 1))
    ]


def moved(session: Session, batch_id: int, move: str) -> Batch:
    batch = store.batch(session, batch_id, lock=True)
    if batch is None:
        raise NotThere
    if batch.state not in BATCH[move].begins:
        raise Stale
    batch.state = BATCH[move].leads
    return batch


def about(batch: Batch) -> About:
    return About(SUBJECT, batch.id)


def what(batch: Batch) -> dict[str, Any]:
    edition = {"edition_of": batch.kind} if batch.sheet and batch.kind != BatchKind.REPORTS else {}
    return {"kind": batch.sheet or batch.kind, **edition}


def clear(step: Step) -> Sequence[str]:
    """Let go of files that were kept long enough; return their hashes."""
    with step.writing():
        over = [one for kind in BatchKind for one in _over(step, kind)]
        files = [batch.sha256 for batch in over]
        for batch in over:
            batch.sha256 = ""
        if over:
            step.log("retention", About("district", ""), after={"batches": len(over)})
        return files


def _over(step: Step, kind: BatchKind) -> list[Batch]:
    return store.ended_with_file(step.session, kind, step.now - kept(step.session, kind))


def kept(session: Session, kind: BatchKind) -> timedelta:
    """Return how long the finished file of such a batch is kept."""
    return timedelta(days=read(session).bundle_days) if kind == BatchKind.FILES else KEPT
