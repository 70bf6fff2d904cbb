"""Print one report: the diagnosis of a sheet, as PDF, into the content store."""

from __future__ import annotations

from pathlib import Path

from survey import clock
from survey.files import pictures
from survey.files.stores import contents_of
from survey.jobs import issuing
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import documents
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Effect
from survey.readings.diagnoses import diagnosis_of, photos_for_paper
from survey.store import assessments as store
from survey.store.settings import read
from survey.tables import Fault, SheetKind


def print_one(workshop: Workshop) -> Effect:
    """Print the report a job asks for; what is left to do once is to issue it."""
    # Only work loads the printing parts.
    from reports.paper import presses

    presses.begin()

    try:
        made, basis = _printed(workshop)
    except NotThere:
        raise WorkFailed(Fault.GONE) from None
    except presses.PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    taken = workshop.taken
    content = issuing.finished(workshop, made, basis, taken.arguments["number"])
    return lambda step: {"document": documents.issue_report(step, taken, content).id}


def _printed(workshop: Workshop) -> tuple[Path, str]:
    """Write the PDF under a name of this attempt; return where, and what it was made from."""
    from reports.paper.html import print_report

    session, taken = workshop.session, workshop.taken
    sheet = SheetKind(taken.arguments["sheet"])
    photos = photos_of(workshop, taken.subject_id or 0, sheet)
    assessment = store.assessment(session, taken.subject_id or 0)
    basis = documents.basis_of(session, assessment, sheet) if assessment else None
    if assessment is None or basis is None:
        raise NotThere
    diagnosis = diagnosis_of(
        session,
        assessment,
        sheet,
        district=read(session),
        issued=taken.requested_at.astimezone(clock.LOCAL).date(),
        number=taken.arguments["number"],
        photos=photos,
    )
    verifiable = issuing.verifiable(workshop, assessment, sheet)
    session.expire_all()
    if documents.basis_of(session, assessment, sheet) != basis:
        raise WorkFailed(Fault.CHANGED)
    session.rollback()  # printing takes a while; no snapshot is held open meanwhile
    target = issuing.place_for(workshop)
    print_report(diagnosis, target, verifiable)
    return target, basis


def photos_of(workshop: Workshop, assessment_id: int, sheet: SheetKind) -> dict[str, bytes | None]:
    """Return the pictures a report shows, by the hash of the upload; None where one cannot be."""
    wanted = photos_for_paper(workshop.session, assessment_id, sheet)
    workshop.session.rollback()  # one may have to be drawn first, which takes a while
    contents = contents_of(workshop.config)
    return {
        sha256: pictures.printable(contents, sha256, media_type)
        for sha256, media_type in wanted.items()
    }
