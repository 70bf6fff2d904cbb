"""What an owner sends on of a report (简版和图片): asked for, made once, kept beside the document."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.lifecycle import jobs
from survey.lifecycle.errors import NotThere, Stale
from survey.lifecycle.jobs import Taken
from survey.lifecycle.states import DOCUMENT
from survey.lifecycle.step import About, Step
from survey.store import assessments
from survey.store import documents as store
from survey.store import jobs as waiting
from survey.tables import Document, Job

HANDOUTS = "handouts"
"""The kind of job that makes both."""


def request_handouts(step: Step, document_id: int) -> Job | None:
    """Ask for the short edition and the picture of a report; send the job afterwards.

    Returns:
        The job that will make them; None where they are there.

    Raises:
        Stale: The report does not stand any more.
    """
    with step.writing() as session:
        document = store.document(session, document_id, lock=True)
        if document is None:
            raise NotThere
        if document.standing != DOCUMENT["document_issue"].leads:
            raise Stale
        if document.short and document.picture:
            return None
        job = handouts_job(session, document_id)
        if job and job.is_open:
            return job
        arguments = {"number": document.number}
        job = jobs.ask(step, HANDOUTS, arguments, subject="document", subject_id=document_id)
        step.log("handouts_request", _about(session, document))
        return job


def handouts_job(session: Session, document_id: int) -> Job | None:
    """Return the latest job that makes them."""
    return next(iter(waiting.jobs_about(session, HANDOUTS, "document", document_id)), None)


def keep_handouts(step: Step, taken: Taken, short: str, picture: str) -> Document:
    """Keep both beside their report, inside the transaction that ends their job."""
    document = store.document(step.session, taken.subject_id or 0, lock=True)
    if document is None:
        raise NotThere
    document.short, document.picture = short, picture
    step.log("handouts", _about(step.session, document))
    return document


def _about(session: Session, document: Document) -> About:
    found = assessments.assessment(session, document.subject_id)
    return About("report", document.number, found.firm_id if found else None)
