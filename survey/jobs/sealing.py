"""The log's seals: every hour rows are sealed, every night the whole chain is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from survey import clock
from survey.jobs.workshop import Workshop
from survey.lifecycle import sealing
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.readings import sealing as reading
from survey.readings.sealing import Checked
from survey.store.jobs import forget_done

NOW_AND_THEN = 20
"""Blocks between two signs of life."""
KEPT = timedelta(days=1)
"""How long a job done stands among the others; the blocks say the same."""


def this_hour(now: datetime) -> str:
    """Name the hour that has begun."""
    return now.astimezone(clock.LOCAL).strftime("%Y-%m-%dT%H")


def seal(workshop: Workshop) -> Effect:
    """Seal what is old enough, a block in a transaction: whoever comes after a crash goes on."""
    before, rows, blocks = clock.utc_now() - sealing.SAFE, 0, 0
    while taken := sealing.seal(workshop.step(), before):
        rows, blocks = rows + taken, blocks + 1
        if blocks % NOW_AND_THEN == 0:
            workshop.progress(blocks, blocks + 1)
    erased = _erase(workshop)

    def sealed(step: Step) -> dict[str, int]:
        forget_done(step.session, "seal", step.now - KEPT)
        return {"rows": rows, "blocks": blocks, "erased": erased}

    return sealed


def _erase(workshop: Workshop) -> int:
    """Erase what was to be erased, a portion in a transaction; return in how many rows."""
    erased = 0
    while done := sealing.erase(workshop.step()):
        erased += done
        workshop.progress(1, 2)
    return erased


def check(workshop: Workshop) -> Effect:
    """Look at the whole chain; what was found stands as the job's result."""

    def seen(done: Checked) -> None:
        if done.blocks % (10 * NOW_AND_THEN) == 0 and done.blocks:
            workshop.progress(done.blocks, done.blocks + 1)

    done = reading.check(workshop.session, seen=seen)
    return lambda _step: plain(done)


def plain(done: Checked) -> dict[str, Any]:
    """Return what a check saw as the page of the log reads it."""
    faults = [{"what": f.what, "block": f.block, "row": f.row} for f in done.faults]
    until = done.until.isoformat() if done.until else ""
    return {"blocks": done.blocks, "rows": done.rows, "until": until, "faults": faults}
