"""Where the virus scanner stands between what was brought and whoever opens it."""

from __future__ import annotations

from functools import partial
from typing import IO

from flask import Response, current_app

from survey.config import Config
from survey.files import clamd
from survey.files.clamd import Unanswered
from survey.files.contents import PIECE
from survey.files.names import plain_name
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


def require_clean(stream: IO[bytes], name: str) -> None:
    """Have the scanner, where there is one, look first into a file that is read the moment it comes.

    Lists of firms and templates cannot wait: their reader goes on with them at once.

    Raises:
        BadUpload: Something is in it.
        Spoken: The scanner does not answer; the file was not looked into.
    """
    config: Config = current_app.config["SURVEY"]
    if not config.clamd:
        return
    name = plain_name(name)
    here.session().rollback()  # it takes time; nothing may wait for it
    try:
        found = clamd.scanned(config.clamd, iter(partial(stream.read, PIECE), b""))
    except Unanswered:
        here.refuse(503, words.SILENT)
    stream.seek(0)
    if found:
        steps.turn_away(here.step(), name, found)
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
