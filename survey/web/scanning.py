"""Where the virus scanner stands between what was brought and whoever opens it."""

from __future__ import annotations

from flask import Response, current_app

from survey.config import Config
from survey.files.uploads import BadUpload, Fault
from survey.lifecycle import scans as steps
from survey.store import scans as store
from survey.store.scans import Quarantined
from survey.tables import ScanState
from survey.web import errors, here
from survey.words import scans as words

HASH_LETTERS = 64
"""Of a content's name; what follows says which form of it."""


def require_asked(sha256: str, name: str) -> None:
    """Have a content that was just brought wait for the scanner, where there is one.

    Raises:
        BadUpload: Something was found in it before.
    """
    config: Config = current_app.config["SURVEY"]
    if config.clamd and steps.wait(here.step(), sha256) == ScanState.INFECTED:
        raise BadUpload(Fault.INFECTED, name)


def refused(content: str) -> Response | None:
    """Answer in place of a content that is not for this reader (yet); None where it may go out.

    What was brought may be looked at by whoever brought it while it waits.
    """
    scan = store.scan(here.session(), content[:HASH_LETTERS])
    if scan is None or scan.state == ScanState.CLEAN:
        return None
    who = here.current()
    if scan.state == ScanState.WAITING and who is not None and who.id == scan.asked_by:
        return None
    return errors.answer(409, words.WAITING if scan.state == ScanState.WAITING else words.INFECTED)


def quarantined() -> list[Quarantined]:
    """Return this reader's files in which something was found, for the page they begin with."""
    config: Config = current_app.config["SURVEY"]
    who = here.current()
    return store.quarantined_of(here.session(), who.id) if config.clamd and who else []
