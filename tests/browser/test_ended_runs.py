"""A run of the tests that is ended from outside leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.browser import endless
from tests.support.guardian import belonging

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120


def until(condition):
    """Return what the condition gives as soon as it gives something."""
    for _ in range(PATIENCE_SECONDS * 10):
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


@pytest.mark.parametrize(
    ("how", "options"),
    [(signal.SIGTERM, ["-n0"]), (signal.SIGKILL, ["-n1"])],
    ids=["terminated", "killed with its workers left"],
)
def test_a_run_that_is_ended_leaves_no_process_and_no_folder(tmp_path, how, options):
    note = tmp_path / "folder"
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-pno:cacheprovider", *options, endless.__file__],
        cwd=PROJECT,
        env=os.environ | {endless.SAYS_ITS_FOLDER_IN: str(note)},
        stdout=subprocess.DEVNULL,
    )
    until(note.exists)
    folder = Path(note.read_text())
    names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in belonging(folder)}
    assert {"postgres", "chromium"} <= names

    os.kill(run.pid, how)
    run.wait()

    until(lambda: not folder.exists())
    assert not list(belonging(folder))
