"""How an installation's checks judge, and that all they can find is put in words."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from survey.config import MEGABYTE
from survey.readings import condition
from survey.readings.condition import CHECKS, Grade
from survey.readings.condition.ground import clocks_beside, room_on
from survey.words import condition as words

FOLDER = Path(condition.__file__).parent
NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
SAYS = {"good", "watch", "bad"}


def codes_of(module):
    """The codes a module's functions may find, by function."""
    found = {}
    for function in ast.parse(module.read_text("utf-8")).body:
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SAYS:
                    found.setdefault(function.name, set()).update(
                        one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)
                    )
    return found


def test_all_that_a_check_may_find_has_words_and_no_words_are_left_over():
    judges = {"disk": "room_on", "clock": "clocks_beside"}
    judges |= dict.fromkeys(("sign_ins", "refused"), "_flood")
    by_function = {}
    for module in FOLDER.glob("*.py"):
        if module.stem not in ("values", "__init__"):
            by_function |= codes_of(module)

    wanted = {
        f"{check.name}.{code}"
        for check in CHECKS
        for code in by_function[judges.get(check.name, check.ask.__name__)]
    }

    assert wanted == set(words.SAID)
    assert {check.name for check in CHECKS} == set(words.TITLES)


def test_what_is_not_good_says_what_to_do_and_what_is_good_asks_for_nothing():
    for module in FOLDER.glob("*.py"):
        if module.stem in ("values", "__init__"):
            continue
        for call in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SAYS:
                codes = [
                    one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)
                ]
                for code in codes:
                    said = [it for key, it in words.SAID.items() if key.endswith(f".{code}")]
                    assert all(bool(one.remedy) == (call.func.id != "good") for one in said), code


@pytest.mark.parametrize(
    ("share", "free", "grade"),
    [
        (0.5, 10**12, Grade.GOOD),
        (0.149, 10**12, Grade.WATCH),
        (0.049, 10**12, Grade.BAD),
        (0.9, 511 * MEGABYTE, Grade.BAD),
    ],
)
def test_a_disk_is_judged_by_its_free_share_and_by_what_is_left_at_all(share, free, grade):
    assert room_on(share, free).grade == grade


@pytest.mark.parametrize(
    ("apart", "grade"), [(0, Grade.GOOD), (21, Grade.WATCH), (-21, Grade.WATCH), (301, Grade.BAD)]
)
def test_a_clock_is_judged_by_the_one_that_is_farthest_from_it(apart, grade):
    assert clocks_beside(NOW, [NOW, NOW + timedelta(seconds=apart)]).grade == grade
    assert clocks_beside(NOW, []).grade == Grade.GOOD


def test_the_worst_of_all_is_what_counts():
    assert words.worst([]) == "good"
    assert words.worst(["watch", "bad", "good"]) == "bad"
    assert words.worst(["watch", "good"]) == "watch"
