"""A run that never ends by itself, for the test of runs that are ended from outside."""

import os
import time
from pathlib import Path

import pytest

from tests.support.cluster import Cluster

SAYS_ITS_FOLDER_IN = "SURVEY_TESTS_ENDLESS"


@pytest.fixture
def postgres(run_folder):
    """A cluster without a schema: it has to run, and nobody asks it for a row."""
    cluster = Cluster(run_folder / "postgres")
    cluster.create()
    return cluster


def test_everything_runs(postgres, live_jobs, open_page, run_folder):
    open_page(1280).goto("/")

    note = Path(os.environ[SAYS_ITS_FOLDER_IN])
    note.with_suffix(".making").write_text(str(run_folder))
    note.with_suffix(".making").rename(note)
    time.sleep(600)
