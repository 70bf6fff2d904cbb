"""The life of a document: asked for, issued under its number, superseded or withdrawn."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from reports.published import Figures
from survey import clock
from survey.lifecycle import jobs, typed
from survey.lifecycle.choices import choices_of, plain
from survey.lifecycle.errors import Locked, NotThere, Stale
from survey.lifecycle.jobs import Taken
from survey.lifecycle.signing import content_hash
from survey.lifecycle.states import DOCUMENT
from survey.lifecycle.step import About, Step
from survey.store import assessments, notes, responses, signatures
from survey.store import documents as store
from survey.store import jobs as waiting
from survey.tables import Assessment, Document, DocumentKind, Job, PublicCounts, SheetKind

REPORT = "report"
"""The kind of job that prints one."""
STAMP = "stamp"
"""The kind of job that makes a copy whose pages say that it counts no more."""
KIND_OF = {
    SheetKind.SELF: DocumentKind.SELF_REPORT,
    SheetKind.ONSITE: DocumentKind.ONSITE_REPORT,
}


@dataclass(frozen=True)
class Content:
    """A finished file in the content store, and a name for all it was made from."""

    basis: str
    sha256: str
    size: int
    signer: str | None = None
    """The SHA-256 of the certificate it was signed with."""
    attached: tuple[str, ...] = ()
    """The SHA-256 of each file attached to it, as it lies in the PDF."""


def basis_of(session: Session, assessment: Assessment, sheet: SheetKind) -> str | None:
    """Return a name for all that a report is made from; None while the sheet has no score."""
    row = assessments.sheet(session, assessment.id, sheet)
    score = assessments.score(session, row.id) if row else None
    if row is None or score is None:
        return None
    made_from = [
        sheet,
        score.scored_at.isoformat(),
        score.share,
        assessment.problems,
        plain(choices_of(session, assessment)),
    ]
    # Where nothing was said the name is as it was before anybody could.
    made_from += [
        f"{said.id} {said.settlement}"
        for said in responses.responses(session, assessment.id, row.version)
        if sheet == SheetKind.ONSITE
    ]
    if sheet == SheetKind.ONSITE:
        made_from += _noted(session, assessment)
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _noted(session: Session, assessment: Assessment) -> list[str]:
    """Name what a visit noted and who signed it; nothing where it did neither."""
    signed = [f"signature {row.id}" for row in signatures.signatures(session, assessment.id)]
    if not signed and not notes.notes(session, [assessment.id])[assessment.id]:
        return []
    return [content_hash(session, assessment), *signed]


def report_job(session: Session, assessment_id: int, sheet: SheetKind, basis: str) -> Job | None:
    """Return the latest job that prints a report on this basis."""
    found = waiting.jobs_about(session, REPORT, "assessment", assessment_id)
    wanted = (sheet, basis)
    return next(
        (job for job in found if (job.arguments["sheet"], job.arguments["basis"]) == wanted), None
    )


def request_report(
    step: Step,
    assessment_id: int,
    sheet: SheetKind,
    *,
    is_kept: Callable[[Document], bool] = lambda _document: True,
) -> Job | None:
    """Ask for the report on a sheet; send the job afterwards.

    Args:
        is_kept: Whether a document's content is still there; a report that was lost is made anew.

    Returns:
        The job that will print it, the same for all who ask meanwhile; None where a valid report
        of just this content is there.

    Raises:
        Locked: The sheet is not handed in, so there is nothing to report on.
    """
    with step.writing() as session:
        assessment = assessments.assessment(session, assessment_id, lock=True)
        if assessment is None:
            raise NotThere
        basis = basis_of(session, assessment, sheet)
        if basis is None:
            raise Locked(assessment.state)
        valid = store.valid(session, KIND_OF[sheet], "assessment", assessment_id)
        if valid and valid.basis == basis and is_kept(valid):
            return None
        job = report_job(session, assessment_id, sheet, basis)
        if job and job.is_open:
            return job
        if job and job.may_be_retried:  # its number was never used
            jobs.ask_again(step, job)
        else:
            arguments = {"sheet": sheet, "basis": basis} | named(step)
            job = jobs.ask(step, REPORT, arguments, subject="assessment", subject_id=assessment_id)
        about = About("report", job.arguments["number"], assessment.firm_id)
        step.log("report_request", about, after={"kind": sheet})
        return job


def named(step: Step) -> dict[str, str]:
    """Return what a document is called before it is printed, inside the caller's transaction.

    Its number, and the secret word of its public page.
    """
    return {"number": next_document(step), "token": secrets.token_urlsafe(32)}


def next_document(step: Step) -> str:
    """Return the number of the next document, inside the caller's transaction."""
    year = step.now.astimezone(clock.LOCAL).year
    return f"{year}-{store.next_number(step.session, year):06d}"


def issue_report(step: Step, taken: Taken, content: Content) -> Document:
    """Issue a printed report, inside the transaction that ends its job; the one before is superseded.

    Where the same was issued since this one was asked for, that one is returned.
    """
    session, arguments = step.session, taken.arguments
    assessment = assessments.assessment(session, taken.subject_id or 0, lock=True)
    if assessment is None:
        raise NotThere
    kind = KIND_OF[SheetKind(arguments["sheet"])]
    sheet = assessments.sheet(session, assessment.id, SheetKind(arguments["sheet"]))
    first = store.valid(session, kind, "assessment", assessment.id, lock=True)
    if first and first.basis == content.basis and first.issued_at >= taken.requested_at:
        return first  # made besides from the very same, by a batch or for somebody in a hurry
    earlier = supersede(step, assessment.id, SheetKind(arguments["sheet"]))
    document = put_in_force(step, taken, kind, "assessment", content, edition=assessment.edition)
    document.version = sheet.version if sheet else None
    if basis_of(session, assessment, SheetKind(arguments["sheet"])) != content.basis:
        supersede(step, assessment.id, SheetKind(arguments["sheet"]))  # opened again meanwhile
    about = About("report", document.number, assessment.firm_id)
    supersedes = {"supersedes": earlier.number} if earlier else {}
    step.log("report_issue", about, after={"sha256": content.sha256} | supersedes)
    return document


def put_in_force(
    step: Step,
    taken: Taken,
    kind: DocumentKind,
    subject: str,
    content: Content,
    *,
    edition: str | None = None,
) -> Document:
    """Put down what a job printed as a valid document under the number it was asked for by.

    Inside the caller's transaction, which has ended the standing of the one before.
    """
    document = Document(
        number=taken.arguments["number"],
        token=taken.arguments.get("token") or secrets.token_urlsafe(32),  # asked for before words
        edition=edition,
        kind=kind,
        subject=subject,
        subject_id=taken.subject_id,
        basis=content.basis,
        sha256=content.sha256,
        size=content.size,
        signer=content.signer,
        attached=list(content.attached),
        standing=DOCUMENT["document_issue"].leads,
        issued_at=step.now,
        issued_by=taken.requested_by,
    )
    step.session.add(document)
    step.session.flush()
    return document


def supersede(step: Step, assessment_id: int, sheet: SheetKind) -> Document | None:
    """End the standing of the report on a sheet, if one stands, inside the caller's transaction.

    A newer one takes its place, or the version it was made from does not count any more.
    """
    return end_standing(step, KIND_OF[sheet], "assessment", assessment_id)


def end_standing(step: Step, kind: DocumentKind, subject: str, subject_id: int) -> Document | None:
    """End the standing of the one valid document of a kind about a subject, if there is one."""
    document = store.valid(step.session, kind, subject, subject_id, lock=True)
    if document:
        document.standing = DOCUMENT["document_supersede"].leads
        document.superseded_at = step.now
        step.session.flush()
    return document


def request_stamp(step: Step, document_id: int) -> Job | None:
    """Ask for a copy of a superseded document whose pages say so; send the job afterwards.

    Returns:
        The job that will make it; None where the copy is there and names the newest document.

    Raises:
        Stale: The document still stands, or was withdrawn.
    """
    with step.writing() as session:
        document = store.document(session, document_id, lock=True)
        if document is None:
            raise NotThere
        if document.standing != DOCUMENT["document_supersede"].leads:
            raise Stale
        newer = newer_number(session, document)
        if document.stamped and document.stamped_for == newer:
            return None
        job = stamp_job(session, document_id)
        if job and job.is_open:
            return job
        arguments = {"number": document.number, "newer": newer}
        job = jobs.ask(step, STAMP, arguments, subject="document", subject_id=document_id)
        step.log("stamp_request", _about(session, document))
        return job


def newer_number(session: Session, document: Document) -> str:
    """Return the number of the document that stands in the place of another; empty for none."""
    valid = store.valid(session, document.kind, document.subject, document.subject_id)
    return valid.number if valid else ""


def stamp_job(session: Session, document_id: int) -> Job | None:
    """Return the latest job that stamps a copy of a document."""
    return next(iter(waiting.jobs_about(session, STAMP, "document", document_id)), None)


def keep_stamped(step: Step, taken: Taken, sha256: str) -> Document:
    """Keep a stamped copy beside its document, inside the transaction that ends its job."""
    document = store.document(step.session, taken.subject_id or 0, lock=True)
    if document is None:
        raise NotThere
    document.stamped, document.stamped_for = sha256, taken.arguments["newer"]
    step.log("stamp", _about(step.session, document), after={"sha256": sha256})
    return document


def remember_public(step: Step, document: Document, figures: Figures | None) -> None:
    """Keep what a paper for the public told, inside the transaction that issues it.

    Where it is no news since the last paper, that one's period begins again.
    """
    if figures is None or figures.told is None:
        return
    counts, basis = figures.told.as_data, str(figures.basis)
    last = next(iter(store.public_counts(step.session, most=1)), None)
    if last is None or (last.counts, last.basis) != (counts, basis):
        last = PublicCounts(document_id=document.id, counts=counts, basis=basis)
        step.session.add(last)
    last.made_at, last.tables = figures.made, [table.as_data for table in figures.tables]


def withdraw_document(step: Step, document_id: int, *, reason: str) -> Document:
    """Take back what was issued: number and file are kept, but it speaks for nobody any more.

    Raises:
        NotThere: There is no such document.
        Invalid: No reason is given.
        Stale: It was superseded or withdrawn meanwhile.
    """
    why = typed.reason(reason)
    with step.writing() as session:
        document = store.document(session, document_id, lock=True)
        if document is None:
            raise NotThere
        withdrawing, before = DOCUMENT["document_withdraw"], document.standing
        if before not in withdrawing.begins:
            raise Stale
        document.standing, document.withdrawn_at = withdrawing.leads, step.now
        step.log(
            "document_withdraw",
            _about(session, document),
            before={"standing": before},
            after={"standing": document.standing},
            reason=why,
        )
        return document


def note_download(step: Step, document: Document) -> None:
    """Remember who took a document away."""
    with step.writing() as session:
        step.log("report_download", _about(session, document))


def _about(session: Session, document: Document) -> About:
    of_firm = document.subject == "assessment"
    assessment = assessments.assessment(session, document.subject_id) if of_firm else None
    return About("report", document.number, assessment.firm_id if assessment else None)
