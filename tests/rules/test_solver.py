"""The solver behind its few words: what is best and what is hopeless, silently, and named in one place."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from reports.solver import End, Matrix
from reports.solver.highs import solved

ROOT = Path(__file__).parents[2]
ONE_ROW = Matrix([0, 2], [0, 1], [1.0, 1.0])


def test_the_smallest_sum_of_whole_columns_is_found() -> None:
    found = solved([3, 2], ONE_ROW, (2, math.inf), (0, [5, 1]), seconds=5)

    assert (found.end, list(found.x), found.value) == (End.BEST, [1.0, 1.0], 5.0)
    assert found.bound == pytest.approx(5)


def test_a_relaxed_programme_tells_by_how_much_columns_would_change_the_sum() -> None:
    found = solved([3, 2], ONE_ROW, (0.5, math.inf), (0, 1), seconds=5, whole=False)

    assert (list(found.x), found.value) == ([0.0, 0.5], 1.0)
    assert list(found.marginals) == [1.0, 0.0]


def test_what_nothing_keeps_is_told() -> None:
    found = solved([1, 1], ONE_ROW, (3, math.inf), (0, 1), seconds=5)

    assert (found.end, found.x, found.is_hopeless) == (End.HOPELESS, None, True)


def test_it_says_nothing_on_standard_output() -> None:
    program = (
        "from reports.solver import Matrix; from reports.solver.highs import solved;"
        "print(solved([1], Matrix([0, 1], [0], [1.0]), (1, 9), (0, 1), seconds=5).value)"
    )

    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert (said.stdout, said.stderr) == ("1.0\n", "")


def test_one_module_names_the_library() -> None:
    naming = [
        file.relative_to(ROOT).as_posix()
        for package in ("questionnaires", "reports", "survey")
        for file in (ROOT / package).rglob("*.py")
        if "import highspy" in file.read_text("utf-8")
    ]

    assert naming == ["reports/solver/highs.py"]
