"""How passwords are kept; other tests hash more cheaply."""

import runpy

from argon2 import Type, extract_parameters

from survey.lifecycle import passwords


def test_a_password_is_hashed_with_at_least_what_owasp_asks():
    as_it_runs = runpy.run_path(passwords.__file__)

    kept = extract_parameters(as_it_runs["hashed"]("一句 好记的 Long 话"))

    assert kept.type == Type.ID
    assert kept.memory_cost >= 19 * 1024
    assert kept.time_cost >= 2
