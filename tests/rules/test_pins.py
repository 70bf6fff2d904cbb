"""The short lists of direct parts and the locks made from them say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PART = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[a-z,]+\])?==([^\s;#\\]+)(.*)$")

FOLDERS = pytest.mark.parametrize("folder", [ROOT, ROOT / "tests"], ids=["application", "tests"])


def parts(path: Path) -> dict[str, tuple[str, str]]:
    """Return {name in lower case with hyphens: (version, rest of its line)}."""
    found = map(PART.match, path.read_text(encoding="utf-8").splitlines())
    return {
        re.sub(r"[-_.]+", "-", match[1]).lower(): (match[2], match[3]) for match in found if match
    }


def lines_above(path: Path) -> dict[str, str]:
    """Return what stands in the line above each part: a long line has its reason there."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {
        re.sub(r"[-_.]+", "-", match[1]).lower(): above
        for above, line in zip(["", *lines], lines, strict=False)
        if (match := PART.match(line))
    }


@FOLDERS
def test_every_direct_part_has_its_reason_and_its_place_in_the_lock(folder):
    direct = parts(folder / "requirements.in")
    locked = parts(folder / "requirements.txt")

    assert direct
    above = lines_above(folder / "requirements.in")
    for name, (version, rest) in direct.items():
        beside = rest.strip().startswith("# ")
        assert beside or above[name].startswith("# "), f"{name} has no reason"
        assert locked[name][0] == version, f"{name}: run `make lock`"


@FOLDERS
def test_every_locked_part_has_hashes_and_no_line_names_an_address(folder):
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()

    pinned = [number for number, line in enumerate(lines) if PART.match(line)]
    assert len(pinned) > len(parts(folder / "requirements.in"))
    assert all(lines[number + 1].strip().startswith("--hash=sha256:") for number in pinned)
    assert not [line for line in lines if "://" in line or line.startswith(("-i", "--index"))]


def test_both_locks_pin_what_they_share_alike():
    application, tests = parts(ROOT / "requirements.txt"), parts(ROOT / "tests/requirements.txt")

    shared = application.keys() & tests.keys()
    assert shared
    assert {name: application[name][0] for name in shared} == {
        name: tests[name][0] for name in shared
    }
