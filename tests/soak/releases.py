"""The release before, as git keeps it: the commit that wrote down what it uses of the database."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

from tests.support.forking import PROJECT
from tests.support.schemas import BEFORE


def commit_before() -> str:
    """Return that commit; empty where this is no clone, or its history was cut off."""
    try:
        if _git("rev-parse", "--is-shallow-repository").strip() != b"false":
            return ""
        return _git("log", "-1", "--format=%H", "--", str(BEFORE)).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def release_before(folder: Path) -> Path:
    """Lay its programs into a folder that is not there yet. They run with this release's parts."""
    with tarfile.open(fileobj=BytesIO(_git("archive", commit_before()))) as packed:
        packed.extractall(folder, filter="data")
    return folder


def run(project: Path, environment: dict[str, str], *words: str) -> None:
    """Run a command of a release to its end."""
    subprocess.run(
        [sys.executable, "-m", "flask", "--app=wsgi", *words],
        cwd=project,
        env=environment,
        check=True,
        capture_output=True,
    )


def _git(*words: str) -> bytes:
    return subprocess.run(
        ["git", "-C", str(PROJECT), *words], check=True, capture_output=True
    ).stdout
