"""What of OWASP ASVS 5.0.0, levels 1 and 2, is met, and which test shows it (``tests/asvs.yaml``)."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "tests" / "asvs.yaml"
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
"""The level of every requirement, by section, in the order of their numbers (ASVS 5.0.0)."""
STANDINGS = ("met", "not_applicable", "not_met")


def asked() -> dict[str, int]:
    """Return the level of every requirement by its id."""
    return {
        f"v5.0.0-{section}.{number}": int(level)
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
    }


Row = dict[str, str | list[str]]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    found = yaml.safe_load(TABLE.read_text("utf-8"))
    assert isinstance(found, list)
    return found


def places(met: str | list[str]) -> list[str]:
    """What shows that a requirement is met: one test or several, or parts of documents."""
    return [met] if isinstance(met, str) else met


def test_the_list_has_as_many_requirements_as_the_standard_says():
    assert Counter(asked().values()) == {1: 70, 2: 183, 3: 92}


def test_every_requirement_of_levels_one_and_two_stands_in_the_table_once(rows):
    wanted = [name for name, level in asked().items() if level <= 2]

    assert [row["id"] for row in rows] == wanted


def test_every_row_says_one_thing_in_words_of_its_own(rows):
    for row in rows:
        standing = set(row) - {"id", "asks", "where"}
        assert len(standing) == 1, row
        assert "where" not in row or "met" in row, row
        assert standing < set(STANDINGS), row
        assert 5 < len(row["asks"]) < 120, row
        assert not row["asks"].startswith("Verify"), row


def test_every_test_that_a_row_names_is_there_and_every_document_too(rows):
    named = [place for row in rows if "met" in row for place in places(row["met"])]
    assert len(named) > 150

    for place in named:
        path, _, test = place.partition("::")
        if test:
            assert path.startswith("tests/"), place
            text = (ROOT / path).read_text("utf-8")
            assert re.search(rf"^def {test}\(", text, re.MULTILINE), place
        else:
            document, _, heading = place.partition("#")
            text = (ROOT / document).read_text("utf-8")
            assert re.search(rf"^#+ {re.escape(heading)}$", text, re.MULTILINE), place


def test_the_counts_are_those_that_the_readme_tells(rows, capsys):
    levels = asked()
    counts = Counter((levels[row["id"]], next(s for s in STANDINGS if s in row)) for row in rows)
    where = Counter(levels[row["id"]] for row in rows if "where" in row)
    lines = [
        f"level {level}: {counts[level, 'met']} met, {where[level]} of them under a condition; "
        f"{counts[level, 'not_applicable']} not applicable; {counts[level, 'not_met']} not met"
        for level in (1, 2)
    ]

    with capsys.disabled():
        print("\nASVS 5.0.0, " + ". ".join(lines))  # noqa: T201  # the counts are asked for
    readme = (ROOT / "README.md").read_text("utf-8")
    assert ". ".join(lines) in readme
