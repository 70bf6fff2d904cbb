"""A content on its way past the virus scanner (查毒): waits, is clean, or is kept apart for good.

What stands is the content's, by its hash: the same file behind another answer is the same content. A
content no row speaks of came before the scanner was set, or where none is.
"""

from __future__ import annotations

from collections.abc import Callable

from survey.lifecycle.step import About, Step
from survey.store import batches, bundles
from survey.store import scans as store
from survey.tables import Scan, ScanState


def wait(step: Step, sha256: str) -> ScanState:
    """Have a content wait for the scanner, before any row names it; return how it stands.

    One that was looked into stays as it was found.
    """
    with step.writing() as session:
        known = store.scan(session, sha256, lock=True)
        if known is not None:
            return known.state
        row = Scan(
            sha256=sha256,
            state=ScanState.WAITING,
            found="",
            asked_by=step.by.user_id,
            asked_at=step.now,
        )
        return store.add_if_first(session, row).state


def forget(step: Step, sha256: str, is_there: Callable[[str], bool]) -> None:
    """Let a content wait no longer that is gone; one that was brought again meanwhile waits on."""
    with step.writing() as session:
        if store.scan(session, sha256, lock=True) is not None and not is_there(sha256):
            store.forget(session, sha256)


def answer(step: Step, sha256: str, found: str) -> None:
    """Keep what the scanner said of a content that waits: the name of what it found, or nothing."""
    with step.writing() as session:
        scan = store.scan(session, sha256, lock=True)
        if scan is None or scan.state != ScanState.WAITING:
            return
        scan.state = ScanState.INFECTED if found else ScanState.CLEAN
        scan.found, scan.answered_at = found, step.now
        if found:
            _log(step, sha256, found)
            _let_go(step, sha256)


def _let_go(step: Step, sha256: str) -> None:
    """End what was packed with it before anybody knew: whoever wants it has it packed anew."""
    if store.is_anybodys(step.session, sha256):
        bundles.end(step.session, step.now)
        batches.end_files(step.session)
    for firm_id in store.firms_with(step.session, sha256):
        bundles.end(step.session, step.now, firm_id)
        batches.end_files(step.session, firm_id)


def turn_away(step: Step, name: str, found: str) -> None:
    """Have the log say that something was found in a file that was not taken."""
    with step.writing():
        after = {"name": name, "virus": found}
        step.log("virus_found", About("contents", ""), after=after)


def _log(step: Step, sha256: str, found: str) -> None:
    """Leave a row for every assessment that holds it, or one for the store of files."""
    rows = store.holding(step.session, sha256)
    for file, assessment in rows:
        after = {"name": file.name, "virus": found, "sha256": sha256}
        step.log("virus_found", assessment, after=after)
    if not rows:
        after = {"virus": found, "sha256": sha256}
        step.log("virus_found", About("contents", ""), after=after)
