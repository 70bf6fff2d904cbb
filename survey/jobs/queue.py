"""The queue: where the numbers of jobs wait until a worker is free. Huey keeps it.

A message carries a number and nothing else. Losing one loses time, not work: the ``jobs`` row
stands, and a sweep sends another. So does sending one twice: the second finds nothing to do.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from survey import db
from survey.config import Config
from survey.jobs.lean import without_drivers

if TYPE_CHECKING:
    from huey import Huey
    from huey.api import TaskWrapper
    from huey.consumer import Consumer

NAME = "survey"
LOOK_SECONDS = 0.3
"""How long a free worker waits at most before it looks again."""
BUSY_SECONDS = 15
DRIVER_OF = {"postgresql": "psycopg", "redis": "redis", "rediss": "redis", "unix": "redis"}
AHEAD = 10
"""The sweep goes before all work that waits, however long the queue."""
logger = logging.getLogger(__name__)


def _not_here(*_job: int) -> None:
    raise RuntimeError("this process sends jobs and does none")


class _Opened(NamedTuple):
    """Huey over its storage, and what sends one message."""

    huey: Huey
    message: TaskWrapper


class Queue:
    """One installation's queue, opened when it is first needed.

    Args:
        do: What a worker does with a job's id; only a process that works gives one.
        sweep: What a worker does once a minute.
    """

    def __init__(
        self,
        config: Config,
        do: Callable[[int], None] = _not_here,
        sweep: Callable[[], None] = _not_here,
    ) -> None:
        self._config = config
        self._do = do
        self._sweep = sweep

    @cached_property
    def _opened(self) -> _Opened:
        huey = _storage(self._config)
        from huey import crontab

        # Huey names a message after the module and the function: these two are known everywhere.
        @huey.task()
        def do(job_id: int) -> None:
            self._do(job_id)

        # A sweep that comes late is useless: the next one follows in a minute.
        @huey.periodic_task(crontab(), priority=AHEAD, expires=60)
        def sweep() -> None:
            self._sweep()

        return _Opened(huey, do)

    def send(self, job_id: int, due: datetime | None = None) -> None:
        """Tell the workers of a job, after its row is committed; the queue hands it out when due.

        A queue that cannot be reached refuses nobody: the sweep sends the job later.
        """
        try:
            message = self._opened.message
            message.schedule((job_id,), eta=due) if due else message(job_id)
        except Exception:  # each kind of storage has errors of its own
            logger.exception("job %s could not be sent; the sweep will", job_id)

    def waiting(self) -> frozenset[int]:
        """Return the ids of all jobs of which a message waits for a free worker."""
        huey, message = self._opened
        kind = message.task_class
        return frozenset(each.args[0] for each in huey.pending() if isinstance(each, kind))

    def consumer(self) -> Consumer:
        """Return what hands messages to ``do``: one worker thread and Huey's scheduler."""
        from huey.consumer import Consumer

        return Consumer(self._opened.huey, workers=1, max_delay=LOOK_SECONDS)

    def close(self) -> None:
        """Let go of the storage; whoever needs it again opens it again."""
        if "_opened" in vars(self):
            self._opened.huey.storage.close()


def _storage(config: Config) -> Huey:
    """Open the storage that ``QUEUE_URL`` names; by default a SQLite file of the instance."""
    url = config.queue
    scheme = url.partition(":")[0]
    with without_drivers(DRIVER_OF.get(scheme, "")):
        import huey

    from survey.jobs.messages import Letters

    plain = {"results": False, "serializer": Letters(), "utc": True}
    match DRIVER_OF.get(scheme):
        case "psycopg":
            return huey.PostgresHuey(
                NAME, dsn=url, read_timeout=LOOK_SECONDS, connect_timeout=5, **plain
            )
        case "redis":
            return huey.PriorityRedisHuey(NAME, url=url, read_timeout=LOOK_SECONDS, **plain)
        case _:
            return huey.SqliteHuey(
                NAME,
                filename=url.removeprefix("sqlite:///"),
                # Huey opens the file with the standard library's SQLite, whatever the database uses.
                journal_mode=db.journal_mode(sqlite3.sqlite_version_info).lower(),
                fsync=True,
                timeout=BUSY_SECONDS,
                **plain,
            )
