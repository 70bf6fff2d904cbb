"""Send the log to another system, some rows at a time, until nothing waits or nobody takes them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from survey.clock import LOCAL
from survey.config import Config
from survey.jobs import syslog
from survey.jobs.workshop import Workshop
from survey.lifecycle import forwarding as steps
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.store.jobs import forget_done
from survey.tables import AuditEntry

TURN_SECONDS = 30
"""How long one job sends; the next minute's goes on."""
KEPT = timedelta(hours=1)
"""How long a job done stands among the others."""


def is_wished(config: Config) -> bool:
    return bool(config.syslog)


def this_minute(now: datetime) -> str:
    return f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}"


def forward(workshop: Workshop) -> Effect:
    """Send what waits; what cannot be said to have arrived is sent again by the next job."""
    sent, until = 0, time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        waiting = steps.waiting(workshop.step())
        lines = [line_of(row, workshop.config) for row in waiting.rows]
        workshop.session.rollback()  # a receiver takes its time; no snapshot is held open meanwhile
        if lines:
            try:
                syslog.send(workshop.config.syslog, workshop.config.syslog_authority, lines)
            except OSError:
                steps.failed(workshop.step())
                break
        steps.took(workshop.step(), waiting)
        sent += len(lines)
        if waiting.are_all:
            break
        workshop.progress(0, 0)

    def done(step: Step) -> dict[str, int]:
        forget_done(step.session, "forward", step.now - KEPT)
        return {"sent": sent}

    return done


def line_of(row: AuditEntry, config: Config) -> bytes:
    host = urlsplit(config.base_url).hostname or ""
    return syslog.line(row.at, host, row.action, steps.said_of(row), good=row.succeeded)
