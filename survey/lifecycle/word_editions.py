"""The Word edition of a report: asked for, and kept beside the document that says the same."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.lifecycle import documents, jobs
from survey.lifecycle.documents import Content
from survey.lifecycle.errors import NotThere, Stale
from survey.lifecycle.jobs import Taken
from survey.lifecycle.step import About, Step
from survey.store import assessments, scans, templates
from survey.store import documents as store
from survey.store import jobs as waiting
from survey.store import word_editions as kept
from survey.tables import Assessment, Document, DocumentStanding, Job, SheetKind, WordEdition

WORD = "word"
"""The kind of job that makes one."""
REPORT, ANNUAL = "word_report", "word_annual"
"""Under which word the bureau's own template of a document stands on the shelf."""
SHEETS = {kind: sheet for sheet, kind in documents.KIND_OF.items()}


def template_of(session: Session, listed: str) -> str:
    """Return the content of the bureau's own template; empty where it has none that may go out."""
    own = (one.sha256 for one in templates.templates(session, listed))
    return next((sha256 for sha256 in own if scans.is_open(session, sha256)), "")


def request(step: Step, document_id: int) -> Job | None:
    """Ask for the Word edition of a report that stands; send the job afterwards.

    Returns:
        The job that will make it; None where it is there, made from the template in use.

    Raises:
        Stale: The report was superseded or withdrawn, or its sheet was changed since.
    """
    with step.writing() as session:
        document, _ = _standing(session, document_id)
        template = template_of(session, REPORT)
        there = kept.word_edition(session, document_id)
        if there and there.template == template:
            return None
        job = job_of(session, document_id)
        if job and job.is_open:
            return job
        arguments = {"number": document.number, "sheet": SHEETS[document.kind]}
        job = jobs.ask(step, WORD, arguments, subject="document", subject_id=document_id)
        step.log("word_request", _about(session, document))
        return job


def job_of(session: Session, document_id: int) -> Job | None:
    """Return the latest job that makes the Word edition of a document."""
    return next(iter(waiting.jobs_about(session, WORD, "document", document_id)), None)


def _standing(session: Session, document_id: int) -> tuple[Document, Assessment]:
    """Return a report that says what its sheet says today."""
    document = store.document(session, document_id, lock=True)
    if document is None or document.kind not in SHEETS:
        raise NotThere
    assessment = assessments.assessment(session, document.subject_id)
    if assessment is None or not is_current(session, document, assessment):
        raise Stale
    return document, assessment


def is_current(session: Session, document: Document, assessment: Assessment) -> bool:
    """Whether a report stands and was made from what its sheet says now."""
    sheet: SheetKind = SHEETS[document.kind]
    stands = document.standing == DocumentStanding.VALID
    return stands and documents.basis_of(session, assessment, sheet) == document.basis


def keep(step: Step, taken: Taken, content: Content) -> WordEdition:
    """Keep what a job made, inside the transaction that ends it.

    Args:
        content: ``basis`` is the template it was made from.

    Raises:
        Stale: The report does not stand any more, or its sheet says something else.
    """
    document, _ = _standing(step.session, taken.subject_id or 0)
    row = keep_beside(step, document, content)
    about = _about(step.session, document)
    step.log("word_make", about, after={"sha256": content.sha256})
    return row


def keep_beside(step: Step, document: Document, content: Content) -> WordEdition:
    """Put a Word edition beside its document, in place of an earlier one, inside a transaction."""
    row = WordEdition(
        document_id=document.id,
        sha256=content.sha256,
        size=content.size,
        template=content.basis,
        made_at=step.now,
    )
    merged = step.session.merge(row)
    step.session.flush()
    return merged


def _about(session: Session, document: Document) -> About:
    assessment = assessments.assessment(session, document.subject_id)
    return About("report", document.number, assessment.firm_id if assessment else None)
