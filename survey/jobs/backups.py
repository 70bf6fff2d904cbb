"""A backup every night, and whenever somebody asks: written, read back, and only then older ones go."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine

from survey import clock, priority
from survey.config import MEGABYTE, Config
from survey.files.backups import locks, shelf
from survey.files.backups.members import Backup, BadBackup
from survey.files.contents import hash_of
from survey.files.stores import contents_of
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import backups as steps
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.priority import Told
from survey.readings import backups
from survey.tables import Fault

SIGN_SECONDS = 5
"""Between two signs of life, and chances for short work."""
FULL = (errno.ENOSPC, errno.EDQUOT)
NEARLY_NOTHING = 16 * MEGABYTE
WHOLE, READ_BACK = "whole", "read_back"
"""How a backup was proved: read as a restoration reads it; or, where only the secret key opens it, byte
by byte as it was written."""


def is_wished(config: Config) -> bool:
    return config.backup_folder is not None


def make(workshop: Workshop) -> Effect:
    """Write a backup, read it back from the disk, and let go what need not be kept any more.

    Raises:
        WorkFailed: There is none of now; all that stood there stands.
    """
    config, began = workshop.config, time.monotonic()
    folder = _folder(config)
    if config.backup_key and not locks.is_public_key(config.backup_key):
        raise WorkFailed(Fault.NO_KEY)
    shelf.forget_halves(folder)
    now = clock.utc_now()
    path = shelf.free_place(folder, now, locked=bool(config.backup_key))
    signs, seal = _Signs(workshop), hashlib.sha256()
    engine, contents = cast(Engine, workshop.session.get_bind()), contents_of(config)

    def written(told: Told) -> tuple[Backup, str]:
        done = backups.write(
            path, engine, config, contents, now, public_key=config.backup_key, told=told, seal=seal
        )
        return done, _prove(path, done, seal.hexdigest(), told)

    try:
        done, proved = priority.behind_others(written, signs)
    except OSError as error:
        raise _named(error, folder) from error
    removed = shelf.prune(folder, config.backup_keep, path.name)
    result = {
        "name": path.name,
        "bytes": path.stat().st_size,
        "seconds": round(time.monotonic() - began, 1),
        "proved": proved,
        "missing": len(done.missing),
        "damaged": len(done.damaged),
        "removed": removed,
    }
    return lambda step: _noted(step, path.name, done, result)


def _folder(config: Config) -> Path:
    folder = config.backup_folder
    if folder is None or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise WorkFailed(Fault.NO_FOLDER)
    return folder


def _prove(path: Path, done: Backup, seal: str, told: Told) -> str:
    """Read a backup back; say how far that reaches.

    Raises:
        WorkFailed: It is not what was written, and has lost its name.
    """
    shelf.forget_in_memory(path)
    try:
        if path.name.endswith(shelf.LOCKED):
            proved, whole = READ_BACK, hash_of(path) == seal
        else:
            proved, whole = WHOLE, backups.look_at(path, told=told) == done
    except BadBackup:
        whole = False
    if not whole:
        shelf.set_aside(path)
        raise WorkFailed(Fault.UNPROVED)
    return proved


def _named(error: OSError, folder: Path) -> Exception:
    """Name a full disk: waiting a minute does not empty it."""
    full = error.errno in FULL or shutil.disk_usage(folder).free < NEARLY_NOTHING
    return WorkFailed(Fault.NO_ROOM) if full else error


def _noted(step: Step, name: str, done: Backup, result: dict[str, Any]) -> dict[str, Any]:
    steps.note_inside(step, name, done)
    return result | steps.told(done)


class _Signs:
    """Says now and then how far the work is, and lets short work go before."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop, self._next = workshop, 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SIGN_SECONDS
            self._workshop.progress(done, total)
            self._workshop.let_others()
