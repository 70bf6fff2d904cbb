"""One plan in months and years, and a firm beside its trade."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from reports.diagnosis.schedule import weeks_until
from reports.peers import peers
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


def test_nobody_is_told_of_five_firms_or_fewer_and_everybody_the_same_of_more() -> None:
    shares = [{"": Fraction(n, 10), "a": Fraction(1, 3)} for n in range(1, 7)]
    own = {"": Fraction(6, 10), "a": Fraction(1, 3)}

    told = peers(own, {"a": "甲"}, shares)

    assert peers(own, {"a": "甲"}, shares[:5]) is None
    assert told is not None
    whole, section = told.lines
    assert (whole.low, whole.middle, whole.high) == ("22%", "35%", "47%")
    assert whole.stands == "前四分之一"
    assert section.middle == "33%"
    assert [line.middle for line in told.lines] == [
        line.middle
        for line in (peers({"": Fraction(0), "a": Fraction(0)}, {"a": "甲"}, shares) or told).lines
    ]
