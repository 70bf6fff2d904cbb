"""Working papers are kept for so many months after they ended; then what they hold is cleared.

What lists brought to firms, answers, evidence, scores, documents and the log are no working papers.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta

from survey.lifecycle.step import About, Step
from survey.store import bundles, settings
from survey.store import retention as store

LEFT_ALONE = timedelta(days=1)
"""A bundle that expired at once, because somebody was erased, is cleared as late as this: until then
its file counts as one whose row is being written (``readings.stray``)."""
AT_ONCE = 200
"""Rows of one transaction: whoever saves meanwhile hardly waits."""


def months_before(now: datetime, months: int) -> datetime:
    """Return the same time so many months earlier, or of that month's last day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def clear(step: Step) -> tuple[dict[str, int], Sequence[str]]:
    """Clear one portion of what has been kept long enough; the log says how many of each.

    A cleared list no longer speaks of its file; its rows follow (``forget_rows``).

    Returns:
        How many lists, jobs, addresses of mails and bundles; and the hashes of the files of these.
    """
    with step.writing() as session:
        before = months_before(step.now, settings.read(session).retention_months)
        lists = store.lists_ended(session, before)
        files = [one.sha256 for one in lists]
        for one in lists:
            one.sha256, one.job_id = "", None
        over = bundles.forget(session, step.now, step.now - LEFT_ALONE, AT_ONCE)
        done = {
            "rosters": len(lists),
            "jobs": store.forget_jobs(session, before, AT_ONCE),
            "mails": store.forget_addresses(session, before, AT_ONCE),
            "bundles": len(over),
        }
        if any(done.values()):
            step.log("retention", About("district", ""), after=done)
        return done, [*files, *over]


def forget_rows(step: Step) -> int:
    """Drop one portion of the rows of cleared lists; return how many."""
    with step.writing() as session:
        return store.forget_rows(session, AT_ONCE)
