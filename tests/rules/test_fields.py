"""The document of who reads and writes which field (deploy/fields.md): every column, as the routes say."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from survey.tables import ENUMERATIONS, Role, Table
from survey.tables.personal import PERSONAL, Whose
from survey.web.routes import ANYONE, EVERY_ROLE, ROUTES

DOCUMENT = Path(__file__).parents[2] / "survey" / "running" / "deploy" / "fields.md"
CALLED = {
    "企业": {Role.FIRM},
    "顾问": {Role.CONSULTANT},
    "主管部门": {Role.OFFICER},
    "管理员": {Role.ADMINISTRATOR},
    "服务商": {Role.PROVIDER},
    "本人": EVERY_ROLE,
    "任何人": {ANYONE},
    "程序": set(),
    "没有人": set(),
}
CODE = re.compile(r"`([^`]+)`")


class Line(NamedTuple):
    """One line of the table."""

    about: str
    fields: list[str]
    readers: set[str]
    writers: set[str]
    steps: list[str]
    states: list[str]


def called(words):
    """The readers a cell names, without what stands in brackets or after them."""
    plain = re.sub(r"（[^）]*）", "", words)
    found = re.findall("|".join(CALLED), plain)
    assert found, words
    return set(found)


@pytest.fixture(scope="module")
def lines():
    found = []
    for row in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("| ") and len(cells) == 6 and cells[0] != "资料":
            about, fields, readers, writers, steps, when = cells
            told = (called(readers), called(writers), CODE.findall(steps), CODE.findall(when))
            found.append(Line(about, CODE.findall(fields), *told))
    assert len(found) > 40
    return found


def columns():
    return [
        f"{table.name}.{c.name}" for table in Table.metadata.sorted_tables for c in table.columns
    ]


def test_every_column_stands_in_one_line_and_every_pattern_means_one(lines):
    everything = columns()
    patterns = [(pattern, line.about) for line in lines for pattern in line.fields]

    for name in everything:
        found = {about for pattern, about in patterns if fnmatchcase(name, pattern)}
        assert len(found) == 1, (name, found)
    idle = [
        pattern for pattern, _ in patterns if not any(fnmatchcase(c, pattern) for c in everything)
    ]
    assert not idle


def test_whoever_may_write_is_whom_the_routes_let_in(lines):
    for line in lines:
        let_in = set().union(*(ROUTES[step] for step in line.steps)) if line.steps else set()
        told = set().union(*(CALLED[one] for one in line.writers))
        if "本人" in line.writers:  # everybody, and whoever else does it for others
            assert let_in >= EVERY_ROLE, line.about
            let_in, told = let_in | EVERY_ROLE, told | EVERY_ROLE
        assert let_in == told, line.about


def test_what_nobody_writes_names_no_route_and_the_rest_names_some(lines):
    for line in lines:
        assert bool(line.steps) == (line.writers != {"程序"}), line.about


def test_states_are_called_as_they_are_kept(lines):
    known = {str(value) for enumeration in ENUMERATIONS for value in enumeration}

    for line in lines:
        for word in line.states:
            assert word in known or word.endswith(".py") or word == "README.md", (line.about, word)


def test_nothing_personal_is_for_everybody(lines):
    private = [name for name, whose in PERSONAL.items() if whose is not Whose.OFFICE]
    open_to_all = [line for line in lines if "任何人" in line.readers]

    for line in open_to_all:
        held = [c for c in private if any(fnmatchcase(c, pattern) for pattern in line.fields)]
        assert not held, (line.about, held)
