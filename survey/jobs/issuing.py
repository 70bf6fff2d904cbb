"""The last of the work on a document: what was printed is signed and put into the contents."""

from __future__ import annotations

import os
from pathlib import Path

from survey import clock
from survey.files import certificates
from survey.files.stores import contents_of
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle.documents import Content
from survey.tables import Fault

MAKING = "making-"


def place_for(workshop: Workshop, ending: str = "pdf") -> Path:
    """Return where this attempt writes before its file is whole."""
    incoming, taken = contents_of(workshop.config).incoming, workshop.taken
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    return incoming / f"{MAKING}{taken.id}-{taken.fence}-{os.getpid()}.{ending}"


def finished(workshop: Workshop, made: Path, basis: str, number: str) -> Content:
    """Sign a printed PDF and keep it; ``made`` is gone afterwards.

    The signature names the document's number, so that a changed file still tells what it was.

    Raises:
        WorkFailed: Key and certificate cannot be used.
    """
    from reports.paper import signature  # only work loads the signing parts

    printed = made.read_bytes()
    try:
        signer = certificates.signer_of(workshop.config, clock.utc_now())
    except certificates.Unusable as error:
        made.unlink()
        raise WorkFailed(Fault.UNSIGNED) from error
    pdf = signature.signed(printed, signer, number)
    made.write_bytes(pdf)
    content = Content(
        basis=basis,
        sha256=contents_of(workshop.config).put(made),
        size=len(pdf),
        signer=signature.fingerprint(signer.signing_cert),
        attached=signature.attached(pdf),
    )
    made.unlink(missing_ok=True)  # a folder takes the file itself, a bucket a copy of it
    return content
