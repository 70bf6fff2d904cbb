"""Reports, the jobs that make them, and whole lists for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import abort, current_app

from reports.tables import Cell
from survey.lifecycle import documents as steps
from survey.lifecycle.exports import note_export
from survey.store import documents as store
from survey.store import feeds
from survey.store import jobs as job_store
from survey.tables import Document as DocumentRow
from survey.tables import DocumentStanding, Role
from survey.tables import Job as JobRow
from survey.views import results
from survey.views.api import models
from survey.views.api.assessments import READABLE
from survey.views.api.operations import operation, paged, pages
from survey.views.bureau import assessments, columns, exports, firms, pool
from survey.views.bureau.choices import said_filters
from survey.views.bureau.everything import Flow
from survey.views.bureau.exports import Column, Counted
from survey.views.jobs import send
from survey.web import downloads, here, tokens

HELD = 1_000_000
"""Bytes of a feed that are held; a longer one is written to a file of the moment."""
LISTS: Mapping[str, tuple[str, Callable[[], Flow], str]] = {
    "firms": ("企业名录", firms.flow, "firms:read"),
    "assessments": ("评估", assessments.flow, "assessments:read"),
    "pool": ("培育库", pool.flow, "pool:read"),
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


@pages.get("/documents")
@operation("documents", models.Documents)
def documents(query: models.DocumentsAsked) -> models.Documents:
    """List the reports on what the token's user may read, by their numbers."""
    who = here.reader()
    where = [READABLE[who.role](who)]
    if who.role != Role.OFFICER:
        where.append(DocumentRow.standing != DocumentStanding.WITHDRAWN)
    if query.assessment:
        where.append(DocumentRow.subject_id == query.assessment)
    if query.number:
        where.append(DocumentRow.number == query.number)
    kinds = list(steps.KIND_OF.values())
    found = feeds.documents(here.session(), query.after, query.limit + 1, kinds, *where)
    shown, following = paged(found, query.limit, lambda row: row.id)
    return models.Documents(items=[_told(row) for row in shown], next=following)


@pages.post("/documents/<row:document_id>/withdrawal")
@operation("documents", models.Document, 409, 410, 415)
def withdraw_document(document_id: int, json: models.Withdrawal) -> models.Document:
    """Take a report back, saying why."""
    found, _assessment = results.of_assessment(document_id)
    return _told(steps.withdraw_document(here.step(), found.id, reason=json.reason))


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


@pages.get("/jobs")
@operation("documents", models.Jobs)
def jobs(query: models.PageAsked) -> models.Jobs:
    """List the jobs that this token's user asked for, by their numbers."""
    who, most = here.reader(), query.limit + 1
    found = feeds.jobs_of(here.session(), who.id, query.after, most)
    shown, following = paged(found, query.limit, lambda row: row.id)
    return models.Jobs(items=[_far(row) for row in shown], next=following)


@pages.get("/jobs/<row:job_id>")
@operation("documents", models.Job)
def job(job_id: int) -> models.Job:
    """Say how far a job is that this token's user asked for."""
    found = job_store.job(here.session(), job_id)
    if found is None or found.requested_by != here.reader().id:
        abort(404)
    return _far(found)


def _far(row: JobRow) -> models.Job:
    return models.Job(
        id=row.id,
        state=row.state,
        progress=row.progress,
        total=row.total,
        document=(row.result or {}).get("document"),
    )


# --- whole lists ----------------------------------------------------------------------------------


@pages.get("/feeds/<any(firms, assessments, pool):listed>.<any(csv, json):ending>")
@operation("feeds", None)
def feed(listed: str, ending: str) -> Any:
    """Send a whole list as its page shows it, narrowed as there; how people are reached is left out."""
    title, flow, scope = LISTS[listed]
    tokens.require_scope(here.reader(), scope)
    found = flow()
    rows = Counted(_rows(found))
    stream = SpooledTemporaryFile(HELD)  # noqa: SIM115  # closed with its last piece
    if ending == "json":
        _write_json(stream, _shown(found.columns), rows)
    else:
        exports.write_text(stream, exports.heads_of(_shown(found.columns)), rows)
    note_export(here.step(), listed, rows.count, said_filters(found.said))
    if ending == "json":
        return downloads.in_pieces(stream, "application/json")
    answer, day = downloads.in_pieces(stream, "text/csv"), here.today().isoformat()
    said = downloads.disposition(f"{title}-{day}.csv", f"{listed}-{day}.csv")
    answer.headers["Content-Disposition"] = said
    return answer


def _shown(every: Sequence[Column[Any]]) -> list[Column[Any]]:
    return [column for column in every if column.key not in columns.PERSONAL]


def _rows(found: Flow) -> Iterator[list[Cell]]:
    for every, lines in found.portions:
        shown = _shown(every)
        for line in lines:
            yield [column.cell(line) for column in shown]


def _write_json(
    stream: IO[bytes], shown: Sequence[Column[Any]], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write rows as objects, in the columns' order, one after the other."""
    heads, before = [column.title for column in shown], b'{"items":['
    for row in rows:
        item = dict(zip(heads, map(_plain, row), strict=True))
        stream.write(before + current_app.json.dumps(item, sort_keys=False).encode())
        before = b",\n"
    stream.write(b"]}" if before.startswith(b",") else before + b"]}")


def _plain(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell
