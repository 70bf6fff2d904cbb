"""One valve sheet's report, printed once for all tests that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.diagnosis import Diagnosis
from tests.support.reporting import a_valve_diagnosis


@pytest.fixture(scope="session")
def diagnosis() -> Diagnosis:
    return a_valve_diagnosis()


@pytest.fixture(scope="session")
def report(diagnosis: Diagnosis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from reports.paper.html import print_report
    from tests.support.printed import VERIFIABLE

    path = tmp_path_factory.mktemp("reports") / "报告.pdf"
    print_report(diagnosis, path, VERIFIABLE)
    return path
