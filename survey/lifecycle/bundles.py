"""The life of a bundle (档案包): a firm's file asked for as a ZIP, kept for some days, taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from survey.lifecycle import jobs
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Taken
from survey.lifecycle.step import Step
from survey.store import bundles as store
from survey.store import firms
from survey.store import jobs as waiting
from survey.store.settings import read
from survey.tables import Bundle, Job, Outlook

BUNDLE = "bundle"
"""The kind of job that packs one."""
SUBJECT = "firm"


@dataclass(frozen=True)
class Packed:
    """A finished ZIP in the content store: what it was made from, and how many files it holds."""

    basis: str
    sha256: str
    size: int
    files: int
    missing: int


def request(
    step: Step,
    firm_id: int,
    outlook: Outlook,
    basis: str,
    *,
    is_kept: Callable[[Bundle], bool],
) -> Job | None:
    """Ask for a firm's file as a ZIP; send the job afterwards.

    Args:
        basis: A name for all the file says now.
        is_kept: Whether a bundle's content is still there.

    Returns:
        The job that will pack it, the same for all who ask meanwhile; None where a bundle of just
        this lies there, whole.
    """
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        if firm is None:
            raise NotThere
        there = store.valid(session, firm_id, outlook, step.now)
        if there and is_whole(there, basis) and is_kept(there):
            return None
        job = job_of(session, firm_id, outlook)
        if job and job.is_open:
            return job
        arguments = {"outlook": outlook}
        job = jobs.ask(step, BUNDLE, arguments, subject=SUBJECT, subject_id=firm_id)
        step.log("bundle_request", firm)
        return job


def is_whole(there: Bundle, basis: str) -> bool:
    """Whether a bundle holds all that a firm's file names now: what was left out may be there by now."""
    return there.basis == basis and not there.missing


def job_of(session: Session, firm_id: int, outlook: Outlook) -> Job | None:
    """Return the latest job that packs this firm's file for this outlook."""
    found = waiting.jobs_about(session, BUNDLE, SUBJECT, firm_id)
    return next((job for job in found if job.arguments["outlook"] == outlook), None)


def keep(step: Step, taken: Taken, packed: Packed) -> Bundle:
    """Keep a packed file, inside the transaction that ends its job; the one before expires."""
    session, firm_id = step.session, taken.subject_id or 0
    firm = firms.firm(session, firm_id, lock=True)
    if firm is None:
        raise NotThere
    outlook = Outlook(taken.arguments["outlook"])
    store.end(session, step.now, firm_id, outlook)
    bundle = Bundle(
        firm_id=firm_id,
        outlook=outlook,
        basis=packed.basis,
        sha256=packed.sha256,
        size=packed.size,
        files=packed.files,
        missing=packed.missing,
        made_at=step.now,
        expires_at=step.now + timedelta(days=read(session).bundle_days),
        asked_by=taken.requested_by,
    )
    session.add(bundle)
    session.flush()
    after = {"sha256": packed.sha256, "files": packed.files}
    step.log("bundle_keep", firm, after=after)
    return bundle


def note_download(step: Step, bundle: Bundle) -> None:
    """Remember who took a firm's file away."""
    with step.writing() as session:
        firm = firms.firm(session, bundle.firm_id)
        if firm is None:
            raise NotThere
        step.log("bundle_download", firm, after={"sha256": bundle.sha256})
