"""Make what an owner sends on of a report: the edition of four pages, and its first as a picture."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from survey import clock
from survey.files.stores import contents_of
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import documents, handouts
from survey.lifecycle.jobs import Effect
from survey.readings.diagnoses import diagnosis_of
from survey.store import assessments
from survey.store import documents as store
from survey.store.settings import read
from survey.tables import Fault


def make_both(workshop: Workshop) -> Effect:
    """Make both from what the report was made from; what is left to do once is to keep them."""
    from reports.paper import presses  # only work loads the printing parts
    from reports.paper.html import print_short, write_picture

    session, taken = workshop.session, workshop.taken
    document = store.document(session, taken.subject_id or 0)
    assessment = assessments.assessment(session, document.subject_id) if document else None
    if document is None or assessment is None:
        raise WorkFailed(Fault.GONE)
    sheet = next(sheet for sheet, kind in documents.KIND_OF.items() if kind == document.kind)
    issued, number = document.issued_at.astimezone(clock.LOCAL).date(), document.number
    it = diagnosis_of(
        session, assessment, sheet, district=read(session), issued=issued, number=number
    )
    if documents.basis_of(session, assessment, sheet) != document.basis:
        raise WorkFailed(Fault.CHANGED)
    session.rollback()  # printing takes a while; no snapshot is held open meanwhile
    contents = contents_of(workshop.config)
    contents.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=contents.incoming) as folder:
        short, picture = Path(folder, "short.pdf"), Path(folder, "picture.png")
        try:
            print_short(it, short)
            write_picture(it, picture)
        except presses.PrintingFailed as error:
            raise WorkFailed(Fault(error.reason)) from error
        kept = contents.put(short), contents.put(picture)
    return lambda step: {"document": handouts.keep_handouts(step, taken, *kept).id}
