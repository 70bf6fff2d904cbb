"""Print one report: the diagnosis of a sheet, as PDF, into the content store."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sqlalchemy.orm import Session

from survey import clock
from survey.config import Config
from survey.files import uploads
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import documents
from survey.lifecycle.documents import Content
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Effect
from survey.readings.diagnoses import PRINTABLE, diagnosis_of
from survey.store import assessments as store
from survey.store.settings import read
from survey.tables import Assessment, Fault, SheetKind

MAKING = "making-"


def print_one(workshop: Workshop) -> Effect:
    """Print the report a job asks for; what is left to do once is to issue it."""
    from reports.paper.presses import PrintingFailed  # only work loads the printing parts

    try:
        made, basis = _printed(workshop)
    except NotThere:
        raise WorkFailed(Fault.GONE) from None
    except PrintingFailed as error:
        raise WorkFailed(Fault(error.reason)) from error
    content = Content(basis, hashlib.sha256(made.read_bytes()).hexdigest(), made.stat().st_size)
    uploads.settle(made, path_of(workshop.config, content.sha256))
    taken = workshop.taken
    return lambda step: {"document": documents.issue_report(step, taken, content).id}


def _printed(workshop: Workshop) -> tuple[Path, str]:
    """Write the PDF under a name of this attempt; return where, and what it was made from."""
    from reports.paper.html import print_report

    session, taken, config = workshop.session, workshop.taken, workshop.config
    sheet = SheetKind(taken.arguments["sheet"])
    assessment = store.assessment(session, taken.subject_id or 0)
    basis = documents.basis_of(session, assessment, sheet) if assessment else None
    if assessment is None or basis is None:
        raise NotThere
    diagnosis = diagnosis_of(
        session,
        assessment,
        sheet,
        place=read(session),
        issued=taken.requested_at.astimezone(clock.LOCAL).date(),
        number=taken.arguments["number"],
        evidence_bytes=_pictures(session, assessment, sheet, config),
    )
    session.expire_all()
    if documents.basis_of(session, assessment, sheet) != basis:
        raise WorkFailed(Fault.CHANGED)
    session.rollback()  # printing takes a while; no snapshot is held open meanwhile
    config.reports.mkdir(parents=True, exist_ok=True)
    target = config.reports / f"{MAKING}{taken.id}-{taken.fence}-{os.getpid()}.pdf"
    print_report(diagnosis, target)
    return target, basis


def path_of(config: Config, sha256: str) -> Path:
    """Return where an issued document lies."""
    return config.reports / f"{sha256}.pdf"


def _pictures(
    session: Session, assessment: Assessment, kind: SheetKind, config: Config
) -> dict[str, bytes]:
    sheet = store.sheet(session, assessment.id, kind)
    found: dict[str, bytes] = {}
    for files in store.evidence_of_sheet(session, sheet.id).values() if sheet else ():
        for file in files:
            if file.media_type in PRINTABLE:
                path = uploads.place(config.evidence, file.sha256)
                if path.is_file():
                    found[file.sha256] = path.read_bytes()
    return found
