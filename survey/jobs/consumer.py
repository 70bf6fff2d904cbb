"""The process that works: Huey's consumer around one worker, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType

from sqlalchemy.orm import Session, sessionmaker

from survey import priority
from survey.config import Config
from survey.files.spool import FOLDER
from survey.jobs import alerts, seen
from survey.jobs.worker import Worker

STOP_SECONDS = 20
"""How long the job in hand may take to end before it is given back."""
WATCH_SECONDS = 1
HEALTH_ROUNDS = 10


def run(
    config: Config,
    sessions: sessionmaker[Session],
    until: Callable[[], bool] = lambda: False,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Work until SIGTERM, SIGINT or ``until``; the job in hand is finished or given back.

    Args:
        ready: Called once a signal to stop is heard: whoever sees what it begins may send one.
    """
    priority.step_back(priority.BEHIND_PAGES)
    # No event: its lock may be held here already when a signal comes, which would wait for it for ever.
    stops: SimpleQueue[int] = SimpleQueue()

    def stop(number: int, _frame: FrameType | None) -> None:
        stops.put(number)

    logging.getLogger("huey.consumer.Worker").addFilter(OnceAMinute())
    worker = Worker(config, sessions)
    consumer = worker.queue.consumer()
    consumer.shutdown_timeout = STOP_SECONDS
    for told in (signal.SIGTERM, signal.SIGINT):
        # Huey would listen itself from its start on: there only one of the two lets a job end, and
        # what it heard before we listen would stop nobody.
        del consumer._signal_actions[told]
        signal.signal(told, stop)
    consumer.start()
    ready()
    end_watch = alerts.begin(config, sessions)
    spools = config.instance / FOLDER
    rounds = 0
    while not _comes(stops) and not until():
        rounds += 1
        if rounds % HEALTH_ROUNDS == 0:
            consumer.check_worker_health()
        if rounds % seen.EVERY_SECONDS == 0:
            seen.take_over(spools, sessions)
    end_watch()
    consumer.stop(graceful=True)
    worker.put_down()
    seen.take_over(spools, sessions)
    worker.queue.close()


def _comes(stops: SimpleQueue[int]) -> bool:
    """Wait a while for a signal to stop; say whether one came."""
    with suppress(Empty):
        stops.get(timeout=WATCH_SECONDS)
        return True
    return False


class OnceAMinute(logging.Filter):
    """Lets one message a minute through: a queue out of reach is tried several times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, _record: logging.LogRecord) -> bool:
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + 60
        return True
