"""A run of the tests that is ended from outside leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import endless
from tests.support.guardian import belonging
from tests.support.patience import PATIENCE_SECONDS, until

PROJECT = Path(__file__).parents[2]


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
    run.wait(PATIENCE_SECONDS)

    until(lambda: not folder.exists())
    until(lambda: not list(belonging(folder)))
