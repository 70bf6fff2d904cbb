"""Make the files of a batch, one firm after another: whoever ends the last puts them together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from survey import clock
from survey.db import DatabaseMissing
from survey.files.stores import contents_of
from survey.jobs import batch_archives, bundles, editions, file_archives, reports, workbooks
from survey.jobs.workshop import PutDown, WorkFailed, Workshop
from survey.lifecycle import batch_work as steps
from survey.lifecycle import documents
from survey.lifecycle.batch_work import Hand
from survey.lifecycle.errors import NotThere, Stale
from survey.lifecycle.jobs import Effect, Overtaken
from survey.store import assessments as assessment_store
from survey.store import batches as store
from survey.store import documents as document_store
from survey.tables import BatchKind, Document, Fault

logger = logging.getLogger(__name__)


def make(workshop: Workshop) -> Effect:
    """Work on a batch until nothing of it waits, or others wait for this worker."""
    batch = store.batch(workshop.session, workshop.taken.subject_id or 0)
    workshop.session.rollback()
    if batch is None:
        raise WorkFailed(Fault.GONE)
    try:
        if batch.kind == BatchKind.WORKBOOK:
            steps.require_officer(workshop.session, batch)
            workshop.session.rollback()
            return workbooks.write(workshop, batch)
        _make_each(workshop, batch.kind)
    except steps.NoRight as error:
        raise WorkFailed(Fault.NO_RIGHT) from error
    if not steps.begin_packing(workshop.step(), workshop.taken):
        return lambda _step: {}
    archives = file_archives if batch.kind == BatchKind.FILES else batch_archives
    return archives.pack(workshop, batch)


def _make_each(workshop: Workshop, kind: BatchKind) -> None:
    if kind.of_reports:
        # Only work loads the printing parts.
        from reports.paper import presses

        presses.begin()
    while hand := steps.claim(workshop.step(), workshop.taken, workshop.lease):
        _make_one(workshop, hand, _MAKES[kind])
        waits = store.others_wait(workshop.session, workshop.taken.kind, clock.utc_now())
        workshop.session.rollback()
        if waits:
            raise PutDown


def _make_one(workshop: Workshop, hand: Hand, make_it: Callable[[Workshop, Hand], None]) -> None:
    """Make what is asked of one firm, or take what stands; what is wrong with it is its own."""
    taken = workshop.taken
    try:
        make_it(workshop, hand)
    except (Overtaken, SQLAlchemyError, DatabaseMissing, OSError):
        raise  # nothing is wrong with this firm: the job itself is tried again
    except Stale:  # another report stands meanwhile
        steps.fail(workshop.step(), taken, hand, Fault.CHANGED)
    except (WorkFailed, NotThere) as error:
        fault = error.fault if isinstance(error, WorkFailed) else Fault.GONE
        if fault == Fault.UNSIGNED:
            raise
        steps.fail(workshop.step(), taken, hand, fault)
    except Exception:
        logger.exception("item %s of a batch was not made", hand.item_id)
        steps.fail(workshop.step(), taken, hand, Fault.BROKEN)


def _report(workshop: Workshop, hand: Hand) -> None:
    if standing := _standing(workshop, hand):
        steps.take_standing(workshop.step(), workshop.taken, hand, standing.id)
        return
    work = steps.name(workshop.step(), workshop.taken, hand)
    effect = reports.print_one(replace(workshop, taken=work))
    workshop.session.rollback()
    steps.issue(workshop.step(), workshop.taken, hand, effect)


def _edition(kind: BatchKind) -> Callable[[Workshop, Hand], None]:
    """Return what makes an edition of a firm's report, and first the report where none stands."""

    def make_it(workshop: Workshop, hand: Hand) -> None:
        document = _standing(workshop, hand) or _issued(workshop, hand)
        if editions.file_of(workshop, kind, document):
            workshop.session.rollback()
            steps.take_standing(workshop.step(), workshop.taken, hand, document.id)
            return
        work = steps.as_edition(workshop.step(), workshop.taken, hand, document, kind)
        effect = editions.MAKES[kind](replace(workshop, taken=work))
        workshop.session.rollback()
        steps.issue(workshop.step(), workshop.taken, hand, effect)

    return make_it


def _issued(workshop: Workshop, hand: Hand) -> Document:
    """Print the report of a firm and issue it; whoever takes the firm up later finds it standing."""
    work = steps.name(workshop.step(), workshop.taken, hand)
    effect = reports.print_one(replace(workshop, taken=work))
    workshop.session.rollback()
    document_id = steps.put_in_force(workshop.step(), workshop.taken, hand, effect)
    document = document_store.document(workshop.session, document_id)
    workshop.session.rollback()
    if document is None:
        raise WorkFailed(Fault.GONE)
    return document


def _file(workshop: Workshop, hand: Hand) -> None:
    if bundles.stands(workshop, hand.subject_id):
        steps.take_standing(workshop.step(), workshop.taken, hand)
        return
    work = steps.as_bundle(workshop.step(), workshop.taken, hand)
    effect = bundles.pack(replace(workshop, taken=work))
    workshop.session.rollback()
    steps.issue(workshop.step(), workshop.taken, hand, effect)


def _standing(workshop: Workshop, hand: Hand) -> Document | None:
    """Return the document that stands, is kept, and was made from what a new one would be made from."""
    session = workshop.session
    assessment, sheet = assessment_store.assessment(session, hand.subject_id), hand.sheet
    basis = documents.basis_of(session, assessment, sheet) if assessment and sheet else None
    if basis is None or sheet is None:
        raise WorkFailed(Fault.GONE)
    kind = documents.KIND_OF[sheet]
    valid = document_store.valid(session, kind, "assessment", hand.subject_id)
    session.rollback()
    if valid is None or valid.basis != basis:
        return None
    return valid if contents_of(workshop.config).has(valid.sha256) else None


_MAKES = {
    BatchKind.REPORTS: _report,
    BatchKind.FILES: _file,
    **{kind: _edition(kind) for kind in editions.MAKES},
}
