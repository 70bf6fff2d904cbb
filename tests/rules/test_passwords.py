"""How passwords are kept; other tests hash more cheaply."""

import io
import runpy
from pathlib import Path

import pytest
from argon2 import Type, extract_parameters

from survey.files import breached
from survey.lifecycle import passwords


def test_a_password_is_hashed_with_at_least_what_owasp_asks():
    as_it_runs = runpy.run_path(passwords.__file__)

    kept = extract_parameters(as_it_runs["hashed"]("一句 好记的 Long 话"))

    assert kept.type == Type.ID
    assert kept.memory_cost >= 19 * 1024
    assert kept.time_cost >= 2


def test_words_of_the_place_may_not_stand_in_a_password():
    for word in passwords.OF_THE_PLACE:
        assert "别人会先猜" in passwords.fault_in(f"{word.upper()} 7204 hq")
    assert passwords.fault_in("雨后初晴的山路 2026") == ""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert all(word in readme for word in passwords.OF_THE_PLACE)


WORDS = [f"虚构的第 {number} 个密码" for number in range(3000)]


def a_list(path, words, **how):
    """A list of leaked passwords as the public one comes."""
    names = sorted(breached.listed_as(word).decode() for word in words)
    path.write_text(how.get("end", "\r\n").join(f"{name}:{7 * n}" for n, name in enumerate(names)))
    return path


def test_the_public_list_knows_a_password_by_its_hash():
    assert breached.listed_as("password") == b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_leaked_password_is_found_wherever_it_stands_in_the_list(tmp_path, end):
    leaked = a_list(tmp_path / "list", WORDS, end=end)

    assert leaked.stat().st_size > 2 * breached.READ_AT_ONCE
    assert all(breached.knows(leaked, word) for word in WORDS[::7])
    assert not any(breached.knows(leaked, f"{word}。") for word in WORDS[::7])
    assert breached.require_list(leaked) == leaked.stat().st_size


def test_the_first_the_last_and_the_only_one_of_a_list_are_found(tmp_path):
    names = sorted(WORDS, key=breached.listed_as)
    leaked = a_list(tmp_path / "list", WORDS)

    assert breached.knows(leaked, names[0])
    assert breached.knows(leaked, names[-1])
    alone = a_list(tmp_path / "one", WORDS[:1])
    assert breached.knows(alone, WORDS[0])
    assert not breached.knows(alone, WORDS[1])


def test_a_list_is_never_read_whole(tmp_path, monkeypatch):
    leaked, read = a_list(tmp_path / "list", WORDS), []
    monkeypatch.setattr(breached, "READ_AT_ONCE", 500)

    class Counting(io.FileIO):
        def readinto(self, into):
            read.append(n := super().readinto(into))
            return n

    with io.BufferedReader(Counting(leaked), 256) as lines:
        assert breached._holds(lines, leaked.stat().st_size, breached.listed_as(WORDS[5]))
    assert sum(read) < leaked.stat().st_size / 10


@pytest.mark.parametrize("content", ["", "虚构\n" * 500, f"{'0' * 40}:1\nno hash\n" * 200])
def test_what_is_no_list_of_hashes_is_not_taken_for_one(tmp_path, content):
    (file := tmp_path / "list").write_text(content)

    with pytest.raises(breached.Unlisted):
        breached.require_list(file)
    assert not breached.knows(file, "虚构的第 1 个密码")


def test_a_list_ordered_otherwise_is_told(tmp_path):
    lines = a_list(tmp_path / "list", WORDS).read_text().splitlines()
    (file := tmp_path / "often").write_text("\n".join(lines[1500:] + lines[:1500]))

    with pytest.raises(breached.Unlisted):
        breached.require_list(file)
