"""A run that never ends by itself, for the test of runs that are ended from outside."""

import os
import time
from pathlib import Path

SAYS_ITS_FOLDER_IN = "SURVEY_TESTS_ENDLESS"


def test_everything_runs(postgres, live_jobs, open_page, run_folder):
    open_page(1280).goto("/")

    note = Path(os.environ[SAYS_ITS_FOLDER_IN])
    note.with_suffix(".making").write_text(str(run_folder))
    note.with_suffix(".making").rename(note)
    time.sleep(600)
