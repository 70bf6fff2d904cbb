"""The last of the work on a document: what was printed is signed and put into the contents."""

from __future__ import annotations

import os
from pathlib import Path

from questionnaires.loading import SEAL
from reports.proof import Verifiable
from survey import clock, library
from survey.config import Config
from survey.files import certificates
from survey.files.stores import contents_of
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle.documents import Content
from survey.store import assessments
from survey.tables import Assessment, Fault, SheetKind

MAKING = "making-"


def place_for(workshop: Workshop, ending: str = "pdf") -> Path:
    """Return where this attempt writes before its file is whole."""
    incoming, taken = contents_of(workshop.config).incoming, workshop.taken
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    return incoming / f"{MAKING}{taken.id}-{taken.fence}-{os.getpid()}.{ending}"


def verifiable(workshop: Workshop, assessment: Assessment, kind: SheetKind) -> Verifiable | None:
    """Return by what a report can be verified; None for one asked for before documents had words."""
    session, token = workshop.session, workshop.taken.arguments.get("token")
    sheet = assessments.sheet(session, assessment.id, kind)
    if not token or sheet is None:
        return None
    file = library.of(session).folder_of(assessment.edition) / SEAL
    seal = file.read_text("utf-8").strip() if file.is_file() else ""
    return Verifiable(address_of(workshop.config, token), sheet.version, seal)


def address_of(config: Config, token: str) -> str:
    """Return the address of a document's public page, the same for every reader."""
    return f"{config.base_url}/verify/{token}"


def finished(workshop: Workshop, made: Path, basis: str, number: str) -> Content:
    """Sign a printed PDF and keep it; ``made`` is gone afterwards.

    The signature names the document's number, so that a changed file still tells what it was.

    Raises:
        WorkFailed: Key and certificate cannot be used.
    """
    from reports.paper import signature  # only work loads the signing parts

    signer = sign(workshop, made, number)
    pdf = made.read_bytes()
    content = Content(
        basis=basis,
        sha256=contents_of(workshop.config).put(made),
        size=len(pdf),
        signer=signer,
        attached=signature.attached(pdf),
    )
    made.unlink(missing_ok=True)  # a folder takes the file itself, a bucket a copy of it
    return content


def sign(workshop: Workshop, made: Path, number: str) -> str:
    """Sign a file where it lies; return what the certificate is known by.

    Raises:
        WorkFailed: Key and certificate cannot be used.
    """
    from reports.paper import signature

    try:
        signer = certificates.signer_of(workshop.config, clock.utc_now())
    except certificates.Unusable as error:
        raise WorkFailed(Fault.UNSIGNED) from error
    made.write_bytes(signature.signed(made.read_bytes(), signer, number))
    return signature.fingerprint(signer.signing_cert)
