"""Has clamd look into what was uploaded; what it does not answer about goes on waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

from survey.clock import LOCAL
from survey.config import Config
from survey.files import clamd
from survey.files.clamd import Unanswered
from survey.files.contents import Contents, Damaged, Missing
from survey.files.stores import contents_of
from survey.jobs.workshop import Workshop
from survey.lifecycle import scans as steps
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.store import scans as store
from survey.store.jobs import forget_done

AT_ONCE = 200
"""Contents one job hears of; the next takes the rest. Those clamd is silent about hold up no other."""
KEPT = timedelta(hours=1)
"""How long a job done stands among the others."""
MINUTES = 2
"""How often what waits is asked about."""


def is_wished(config: Config) -> bool:
    return bool(config.clamd)


def these_minutes(now: datetime) -> str:
    """Name the minutes that have begun: whatever was not answered about is asked again."""
    local = now.astimezone(LOCAL)
    return f"{local:%Y-%m-%dT%H}:{local.minute // MINUTES * MINUTES:02d}"


def scan(workshop: Workshop) -> Effect:
    """Ask about what waits, each content in a transaction of its own."""
    waiting = store.waiting(workshop.session)
    workshop.session.rollback()
    looked, found, silent = 0, 0, 0
    for number, sha256 in enumerate(waiting):
        workshop.progress(number, len(waiting))
        said = _said(workshop, sha256)
        if said is None:
            silent += 1
            if not clamd.answers(workshop.config.clamd):
                break  # nobody is there: the rest goes on waiting
            continue
        steps.answer(workshop.step(), sha256, said)
        looked, found = looked + 1, found + bool(said)
        if looked == AT_ONCE:
            break

    def done(step: Step) -> dict[str, int]:
        forget_done(step.session, "scan", step.now - KEPT)
        return {"looked": looked, "found": found, "silent": silent}

    return done


def _said(workshop: Workshop, sha256: str) -> str | None:
    """Return what clamd says of a content; None where it says nothing, or the content is gone."""
    contents = contents_of(workshop.config)
    try:
        return _asked(workshop.config.clamd, contents, sha256)
    except Missing:  # it was refused after all, and cleared away
        steps.forget(workshop.step(), sha256, contents.has)
    except (Unanswered, Damaged):
        pass
    return None


def _asked(address: str, contents: Contents, sha256: str) -> str:
    opened = contents.open(sha256)
    try:
        return clamd.scanned(address, opened.pieces)
    finally:
        opened.close()
