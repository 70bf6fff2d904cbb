"""Evidence behind answers, for other systems: listed, brought, fetched, taken back.

A file goes through the same reading, scanner and limits as on the pages.
"""

from __future__ import annotations

from typing import Any

from flask import request

from survey.lifecycle import evidence as steps
from survey.tables import Evidence, Role, ScanState, SheetKind
from survey.views import files
from survey.views.api import evidence_models as shapes
from survey.views.api.assessments import sheet_of_reader
from survey.views.api.operations import operation, pages
from survey.views.files import Readable
from survey.web import access, here


@pages.get("/assessments/<row:assessment_id>/sheets/<sheet:kind>/evidence")
@operation("evidence", shapes.Files)
def evidence(assessment_id: int, kind: SheetKind) -> shapes.Files:
    """List the files of a sheet as far as its reader was given it."""
    sheet = sheet_of_reader(assessment_id, kind)
    found = [_told(row, assessment_id, kind) for each in sheet.files.values() for row in each]
    return shapes.Files(items=sorted(found, key=lambda file: file.id))


def _told(row: Evidence, assessment_id: int, kind: SheetKind) -> shapes.File:
    scan = None if row.scan_state in (None, ScanState.CLEAN) else row.scan_state
    return shapes.File(
        id=row.id,
        assessment=assessment_id,
        kind=kind,
        question=row.question_id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        caption=row.caption,
        taken_at=row.taken_at,
        uploaded_at=row.uploaded_at,
        scan=scan,
    )


@pages.post("/assessments/<row:assessment_id>/questions/<question>/evidence")
@operation("evidence", shapes.File, 409, 415)
def attach_evidence(assessment_id: int, question: str, query: shapes.FileAsked) -> shapes.File:
    """Put the file that is the body behind a question; the same content again is the file there."""
    found = access.readable_assessment(assessment_id)
    kind = SheetKind.SELF if here.reader().role == Role.FIRM else SheetKind.ONSITE
    row = files.keep_stream(request.stream, query.name, found.id, kind, question)
    return _told(row, found.id, kind)


@pages.get("/evidence/<row:evidence_id>")
@operation("evidence", shapes.File)
def evidence_file(evidence_id: int) -> shapes.File:
    """Say what is known of a file."""
    return _told_of(files.readable(evidence_id))


def _told_of(found: Readable) -> shapes.File:
    return _told(found.file, found.assessment.id, found.kind)


@pages.get("/evidence/<row:evidence_id>/content")
@operation("evidence", None, 409)
def evidence_content(evidence_id: int) -> Any:
    """Send a file as it was taken in."""
    return files.evidence(evidence_id)


@pages.delete("/evidence/<row:evidence_id>")
@operation("evidence", shapes.File, 409)
def remove_evidence(evidence_id: int) -> shapes.File:
    """Take a file of the reader's own sheet back; return what it was."""
    found = files.readable(evidence_id, own=True)
    told = _told_of(found)
    steps.remove(here.step(), found.file.id)
    return told
