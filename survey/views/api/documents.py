"""Reports, the jobs that make them, and whole lists for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from flask import Response, abort, current_app

from reports.tables import Cell
from survey.lifecycle import documents as steps
from survey.lifecycle.exports import note_export
from survey.store import documents as store
from survey.store import jobs as job_store
from survey.tables import Document as DocumentRow
from survey.views import results
from survey.views.api import models
from survey.views.api.operations import operation, pages
from survey.views.bureau import assessments, columns, exports, firms, pool
from survey.views.bureau.choices import said_filters
from survey.views.bureau.everything import Everything, Take, all_of
from survey.views.jobs import send
from survey.web import downloads, here, tokens

LISTS: Mapping[str, tuple[str, Callable[[Take], Everything], str]] = {
    "firms": ("企业名录", firms.everything, "firms:read"),
    "assessments": ("评估", assessments.everything, "assessments:read"),
    "pool": ("培育库", pool.everything, "pool:read"),
}
"""Lists for spreadsheets: title, what reads them, and what a token must be for."""


def _told(row: DocumentRow) -> models.Document:
    return models.Document(
        id=row.id,
        number=row.number,
        assessment=row.subject_id,
        kind=row.kind,
        standing=row.standing,
        edition=row.edition,
        version=row.version,
        sha256=row.sha256,
        size=row.size,
        issued_at=row.issued_at,
    )


@pages.post("/documents")
@operation("documents", models.Ordered, 409, 415)
def request_report(json: models.Order) -> models.Ordered:
    """Ask for the report on a sheet: the valid one of just this content, or the job that makes it."""
    found, kind = results.readable_result(json.assessment, json.kind), json.kind
    job = steps.request_report(here.step(), found.id, kind, is_kept=results.is_kept)
    if job:
        send(job.id)
        return models.Ordered(document=None, job=job.id)
    valid = store.valid(here.session(), steps.KIND_OF[kind], "assessment", found.id)
    return models.Ordered(document=_told(valid) if valid else None, job=None)


@pages.get("/documents/<row:document_id>")
@operation("documents", models.Document, 410)
def document(document_id: int) -> models.Document:
    """Return what is known of a report."""
    return _told(results.of_assessment(document_id)[0])


@pages.get("/documents/<row:document_id>/content")
@operation("documents", None, 410)
def content(document_id: int) -> Any:
    """Send its PDF."""
    return results.report(document_id)


@pages.get("/jobs/<row:job_id>")
@operation("documents", models.Job)
def job(job_id: int) -> models.Job:
    """Say how far a job is that this token's user asked for."""
    found = job_store.job(here.session(), job_id)
    if found is None or found.requested_by != here.reader().id:
        abort(404)
    return models.Job(
        id=found.id,
        state=found.state,
        progress=found.progress,
        total=found.total,
        document=(found.result or {}).get("document"),
    )


# --- whole lists ----------------------------------------------------------------------------------


@pages.get("/feeds/<any(firms, assessments, pool):listed>.<any(csv, json):ending>")
@operation("feeds", None)
def feed(listed: str, ending: str) -> Any:
    """Send a whole list as its page shows it, narrowed as there; how people are reached is left out."""
    title, read, scope = LISTS[listed]
    tokens.require_scope(here.reader(), scope)
    found = read(all_of)
    shown = [column for column in found.columns if column.key not in columns.PERSONAL]
    rows = [[column.cell(line) for column in shown] for line in found.lines]
    note_export(here.step(), listed, len(rows), said_filters(found.said))
    if ending == "json":
        heads = [column.title for column in shown]
        items = [dict(zip(heads, map(_plain, row), strict=True)) for row in rows]
        told = current_app.json.dumps({"items": items}, sort_keys=False)  # in the columns' order
        return Response(told, mimetype="application/json")
    stream = BytesIO()
    exports.write_text(stream, exports.heads_of(shown), rows)
    stream.seek(0)
    day = here.today().isoformat()
    return downloads.sent_table(stream, f"{title}-{day}.csv", f"{listed}-{day}.csv")


def _plain(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell
