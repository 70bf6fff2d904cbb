"""One plan in months and years."""

from __future__ import annotations

from datetime import date

from reports.diagnosis.schedule import month_of, weeks_until
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

    assert weeks_until("2027-Q1", issued) == weeks_until("2027-01", issued) == 9
    assert weeks_until("2026-05", issued) == 0


def test_what_a_consultant_begins_in_a_month_is_drawn_in_that_month() -> None:
    issued = date(2026, 11, 20)
    months = [(2026 + at // 12, at % 12 + 1) for at in range(10, 10 + 40)]

    drawn = [month_of(weeks_until(f"{year}-{month:02}", issued)) for year, month in months]

    assert drawn == list(range(40))
