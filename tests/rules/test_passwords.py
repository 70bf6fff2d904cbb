"""How passwords are kept; other tests hash more cheaply."""

import runpy
from pathlib import Path

from argon2 import Type, extract_parameters

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
