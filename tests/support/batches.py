"""Batches of files, as they stand while they are made and afterwards; their files are invented."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import db
from survey.config import Config
from survey.files.stores import contents_of
from survey.lifecycle import batches, jobs
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Actor, Step
from survey.tables import (
    Assessment,
    Batch,
    BatchItem,
    BatchKind,
    BatchState,
    Document,
    Fault,
    ItemState,
    SheetKind,
    User,
)
from tests.support.people import moment


def a_batch(
    session: Session,
    config: Config,
    officer: User,
    assessments: Sequence[Assessment],
    *,
    state: BatchState = BatchState.MADE,
    scope: str = "勾选",
) -> Batch:
    """Reports of several firms: where a firm has a report it was taken, else it failed."""
    step = Step(session, Actor(officer.id, officer.name, role=officer.role), moment())
    chosen = [Seen(one.id, one.version) for one in assessments]
    batch, asked = batches.ask(step, BatchKind.REPORTS, SheetKind.SELF, chosen, scope)
    if state == BatchState.MAKING:
        return batch
    with db.writing(session):
        for job in asked:
            jobs.end(step, job)
        done = {"state": ItemState.DONE, "ended_at": moment()}
        failed = {"state": ItemState.FAILED, "fault": Fault.TOO_LARGE, "ended_at": moment()}
        of_batch = update(BatchItem).where(BatchItem.batch_id == batch.id)
        for one in assessments:
            report = session.query(Document).filter_by(subject_id=one.id).first()
            found = done | {"document_id": report.id} if report else failed
            session.execute(of_batch.where(BatchItem.assessment_id == one.id).values(found))
        batch.state, batch.ended_at = state, moment()
        if state == BatchState.CANCELLED:
            return batch
        content = b"PK invented archive"
        batch.sha256, batch.size = contents_of(config).put(content), len(content)
    return batch
