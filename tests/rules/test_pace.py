"""What a firm can carry at once, when each purchase begins, and that no problem is named twice."""

from __future__ import annotations

import pytest

from questionnaires.model import Package
from questionnaires.scoring import score
from reports.diagnosis.advice import choose, waves
from reports.diagnosis.pace import KEEPERS, begun, pace, wave_of
from reports.lifting import Ground, Purchase
from reports.roadmap import roadmap
from tests.support.builders import a_package, a_question, a_questionnaire, a_rung
from tests.support.reporting import a_valve_sheet, valve_edition, valve_processes

WEEKS = {"low": 4, "high": 8}


def a_ground(keepers: int, size: str | None, *packages: Package) -> Ground:
    questionnaire = a_questionnaire(
        questions=[KEEPERS, "scheduling", "tracing"], ladder=[a_rung()], packages=packages
    )
    return Ground(score(questionnaire, {KEEPERS: keepers, "scheduling": 0, "tracing": 0}), size)


@pytest.mark.parametrize(
    ("keepers", "size", "at_once"),
    [
        (0, "large", 1),
        (1, "medium", 1),
        (2, "medium", 2),
        (4, "micro", 1),
        (4, "small", 2),
        (4, "large", 4),
        (3, None, 3),
    ],
)
def test_who_keeps_the_systems_and_the_size_say_how_much_a_firm_carries_at_once(
    keepers: int, size: str | None, at_once: int
) -> None:
    found = pace(a_ground(keepers, size))

    assert found.at_once == at_once
    assert "参考值" in found.says


def test_a_firm_without_its_own_people_does_one_thing_after_the_other() -> None:
    packages = [a_package(f"N0{n}", {"scheduling": n}, weeks=WEEKS) for n in (1, 2, 3, 4)]
    alone, staffed = a_ground(1, "medium", *packages), a_ground(4, "large", *packages)
    bought = [Purchase(package) for package in packages]

    assert begun(alone, bought, set()) == {"N01": 0, "N02": 8, "N03": 16, "N04": 24}
    assert set(begun(staffed, bought, set()).values()) == {0}
    assert [len(wave.advice) for wave in waves(alone, bought)] == [2, 2, 0]


def test_nothing_begins_before_what_it_needs_is_done_in_whatever_order_it_is_listed() -> None:
    first = a_package("N02", {"tracing": 2}, weeks={"low": 10, "high": 12})
    then = a_package("N01", {"scheduling": 2}, weeks=WEEKS, prerequisites=["N02"])
    ground = a_ground(4, "large", first, then)

    weeks = begun(ground, [Purchase(then), Purchase(first)], set())

    assert weeks == {"N02": 13, "N01": 25}
    assert [wave_of(week) for week in (0, 12, 13, 38, 39, 200)] == [0, 0, 1, 1, 2, 2]


def test_no_problem_is_named_under_two_packages() -> None:
    weakness = [{"levels": [0, 1], "plain": "靠人记", "official": "排产靠人记", "lacks": ["系统"]}]
    asked = a_question("scheduling", weakness=weakness)
    packages = [a_package(f"N0{n}", {"scheduling": n}) for n in (3, 4)]
    questionnaire = a_questionnaire(questions=[asked], ladder=[a_rung()], packages=packages)
    ground = Ground(score(questionnaire, {"scheduling": 0}), None)

    told = [a.why for w in waves(ground, map(Purchase, packages)) for a in w.advice]

    assert told == ["排产靠人记。", "与前面各项一起补上“scheduling”。"]


def test_no_problem_of_a_real_firm_is_named_twice() -> None:
    result = score(valve_edition().questionnaire("valve"), a_valve_sheet({}), valve_processes())
    ground = Ground(result, "small")

    told = [a.why for w in waves(ground, choose(ground, roadmap(ground))) for a in w.advice]

    assert len(told) > 4
    assert len(set(told)) == len(told)
