"""The district's page as a document: asked for, issued under its number, taken away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reports.dashboard import Basis
from reports.published import Figures
from survey.lifecycle import documents, jobs
from survey.lifecycle.documents import Content, named
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Taken
from survey.lifecycle.step import About, Step
from survey.store import jobs as waiting
from survey.store import rounds
from survey.tables import Document, DocumentKind, Job

PAGE = "district"
"""The kind of job that prints one."""
SUBJECT = "round"
KINDS = {DocumentKind.DISTRICT_PAGE, DocumentKind.DISTRICT_OUTWARD}


def kind_of(outward: bool) -> DocumentKind:
    return DocumentKind.DISTRICT_OUTWARD if outward else DocumentKind.DISTRICT_PAGE


def request(step: Step, round_id: int, basis: Basis, *, outward: bool, anew: bool = False) -> Job:
    """Ask for the page of a round as it is now; send the job afterwards.

    Args:
        anew: A public one takes today's figures, though others stand for their period.

    Returns:
        The job that will print it, the same for all who ask for the same meanwhile.
    """
    with step.writing() as session:
        if rounds.round_(session, round_id, lock=True) is None:
            raise NotThere
        job = job_of(session, round_id, basis, outward=outward)
        if job and job.is_open:
            return job
        arguments = {"basis": basis, "outward": outward, "anew": anew} | named(step)
        job = jobs.ask(step, PAGE, arguments, subject=SUBJECT, subject_id=round_id)
        step.log("district_request", About("report", arguments["number"]))
        return job


def job_of(session: Session, round_id: int, basis: Basis, *, outward: bool) -> Job | None:
    """Return the latest job that prints this page."""
    wanted = (basis, outward)
    found = waiting.jobs_about(session, PAGE, SUBJECT, round_id)
    return next(
        (j for j in found if (j.arguments["basis"], j.arguments["outward"]) == wanted), None
    )


def issue(step: Step, taken: Taken, content: Content, figures: Figures | None = None) -> Document:
    """Issue a printed page, inside the transaction that ends its job; the one before is superseded.

    Args:
        figures: What a public one tells.
    """
    session, round_id = step.session, taken.subject_id or 0
    kind = kind_of(taken.arguments["outward"])
    round_ = rounds.round_(session, round_id, lock=True)
    if round_ is None:
        raise NotThere
    documents.end_standing(step, kind, SUBJECT, round_id)
    document = documents.put_in_force(step, taken, kind, SUBJECT, content, edition=round_.edition)
    documents.remember_public(step, document, figures)
    step.log("district_issue", About("report", document.number), after={"sha256": content.sha256})
    return document


def note_download(step: Step, document: Document) -> None:
    """Remember who took a page away."""
    with step.writing():
        step.log("district_download", About("report", document.number))
