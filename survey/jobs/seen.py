"""What the web's processes of this machine noted as looked at, brought into the log every half minute.

No job of the queue: each machine has files of its own, and takes them over itself.
"""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from survey import clock
from survey.files import spool
from survey.lifecycle import jobs, seen
from survey.lifecycle.step import Step

EVERY_SECONDS = 30
logger = logging.getLogger(__name__)


def take_over(folder: Path, sessions: sessionmaker[Session]) -> int:
    """Take over every file that nobody is writing into; return how many rows of the log that made.

    What cannot be taken now stays where it is for the next time.
    """
    rows = 0
    for name in spool.names(folder):
        try:
            rows += _take_over(folder, name, sessions)
        except (
            Exception
        ):  # one that cannot be read keeps no other waiting, nor the worker from work
            logger.exception("views in %s could not be brought into the log", name)
    return rows


def _take_over(folder: Path, name: str, sessions: sessionmaker[Session]) -> int:
    with spool.held(folder, name) as lines:
        if lines is None:
            return 0
        with sessions() as session:
            return seen.take_over(Step(session, jobs.WORKER, clock.utc_now()), name, lines)
