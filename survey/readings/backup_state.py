"""How it stands with the scheduled backups: what was made last, what failed since, what lies there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.config import Config
from survey.files.backups import shelf
from survey.files.backups.shelf import Standing
from survey.lifecycle.backups import KIND
from survey.store import jobs as store
from survey.tables import Job, JobState


@dataclass(frozen=True)
class BackupState:
    """Of an installation that has said where backups go.

    Attributes:
        under_way: The one that waits or is being made.
        done: The last that was made and proved; ``result`` says of it what ``jobs.backups`` tells.
        failed: One that failed after that.
        standing: What lies in the folder, newest first; None where it cannot be read from here.
    """

    under_way: Job | None
    done: Job | None
    failed: Job | None
    standing: list[Standing] | None


def backup_state(session: Session, config: Config) -> BackupState | None:
    """Return how it stands; None where nobody has said where to."""
    if config.backup_folder is None:
        return None
    ended = store.last_ended(session, KIND)
    try:
        standing = shelf.standing(config.backup_folder)
    except OSError:
        standing = None
    return BackupState(
        under_way=store.under_way(session, KIND),
        done=store.last_done(session, KIND),
        failed=ended if ended and ended.state == JobState.FAILED else None,
        standing=standing,
    )
