"""One plan in months and years."""

from __future__ import annotations

from datetime import date

from reports.diagnosis.schedule import weeks_until
from tests.support.reporting import a_valve_diagnosis


def test_nothing_begins_before_what_it_waits_for_has_ended() -> None:
    tasks = {task.code: task for task in a_valve_diagnosis().plan.schedule.tasks}

    waits = [(tasks[code], task) for task in tasks.values() for code in task.after]
    assert waits
    assert all(before.ends <= after.begins for before, after in waits)


def test_the_must_do_of_a_plan_is_the_way_to_the_next_rung() -> None:
    it = a_valve_diagnosis()

    assert it.route is not None
    assert {t.code for t in it.plan.schedule.must} == {line.code for line in it.route.costs.lines}
    assert {each.code for each in it.advice_must} == {t.code for t in it.plan.schedule.must}


def test_a_consultant_s_quarter_begins_with_its_first_month() -> None:
    issued = date(2026, 11, 20)

    assert weeks_until("2027-Q1", issued) == weeks_until("2027-01", issued) == 8
    assert weeks_until("2026-05", issued) == 0
