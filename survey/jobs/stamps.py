"""Make a copy of a document that counts no more, each page of which says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from survey import clock
from survey.files.contents import Damaged, Missing
from survey.files.stores import contents_of
from survey.jobs import issuing
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import documents
from survey.lifecycle.jobs import Effect
from survey.store import documents as store
from survey.tables import Document, Fault


def stamp_one(workshop: Workshop) -> Effect:
    """Stamp the copy a job asks for; what is left to do once is to keep it beside its document."""
    from reports.paper import presses  # only work loads the printing parts

    session, taken = workshop.session, workshop.taken
    document = store.document(session, taken.subject_id or 0)
    if document is None:
        raise WorkFailed(Fault.GONE)
    session.rollback()  # stamping takes a while; no snapshot is held open meanwhile
    try:
        sha256 = _stamped(workshop, document)
    except (Missing, Damaged) as error:
        raise WorkFailed(Fault.GONE) from error
    except presses.PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    return lambda step: {"document": documents.keep_stamped(step, taken, sha256).id}


def _stamped(workshop: Workshop, document: Document) -> str:
    from reports.paper.stamp import stamp

    contents, newer = contents_of(workshop.config), str(workshop.taken.arguments["newer"])
    contents.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=contents.incoming) as folder:
        original, copy = Path(folder, "original.pdf"), Path(folder, "copy.pdf")
        opened = contents.open(document.sha256)
        try:
            original.write_bytes(b"".join(opened.pieces))
        finally:
            opened.close()
        stamp(original, copy, since=_day(document), newer=newer)
        issuing.sign(workshop, copy, document.number)
        return contents.put(copy)


def _day(document: Document) -> date | None:
    moment = document.superseded_at
    return moment.astimezone(clock.LOCAL).date() if moment else None
