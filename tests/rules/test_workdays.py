"""Working days against counting day by day, and the lists from which a calendar is read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.lifecycle.errors import Faulty
from survey.lifecycle.workdays import as_text, read
from survey.workdays import MOST_DAYS, Calendar, SpecialDay

DAYS = st.dates(date(2025, 11, 1), date(2027, 2, 28))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=60).map(
    lambda found: Calendar(
        {
            year: tuple(
                SpecialDay(day, works, "") for day, works in found.items() if day.year == year
            )
            for year in {day.year for day in found}
        }
    )
)


def worked(calendar: Calendar, first: date, last: date) -> list[date]:
    """Every working day after ``first`` up to ``last``, by looking at each."""
    special = {one.day: one.works for days in calendar.years.values() for one in days}
    found = []
    day = first + timedelta(days=1)
    while day <= last:
        if special[day] if day in special else day.isoweekday() <= 5:
            found.append(day)
        day += timedelta(days=1)
    return found


@given(CALENDARS, DAYS, st.integers(0, 60))
def test_a_due_date_is_the_nth_working_day_as_one_counts_on_fingers(calendar, start, days):
    due = calendar.after(start, days)

    counted = worked(calendar, start, due)
    assert len(counted) == days
    assert counted[-1:] == [due][:days] or due == start


@given(CALENDARS, DAYS, st.integers(-30, 60))
def test_what_is_late_is_late_by_the_working_days_gone_by(calendar, due, apart):
    today = due + timedelta(days=apart)

    assert calendar.late(due, today) == len(worked(calendar, due, today))


def test_a_year_nobody_imported_is_named():
    calendar = Calendar({2026: (SpecialDay(date(2026, 1, 1), False, "元旦"),)})

    assert calendar.guessed(date(2026, 12, 20), date(2027, 1, 5)) == (2027,)
    assert calendar.guessed(date(2026, 3, 1), date(2026, 3, 9)) == ()
    with pytest.raises(ValueError, match="251"):
        calendar.after(date(2026, 3, 1), MOST_DAYS + 1)


def test_a_list_is_read_as_it_is_pasted_from_a_sheet_and_written_as_it_is_read():
    days = read(2026, "日期\t安排\t名称\n2026/5/2\t放假\t虚构节\n\n2026年5月9日，补班，虚构节\n")

    assert days == (
        SpecialDay(date(2026, 5, 2), False, "虚构节"),
        SpecialDay(date(2026, 5, 9), True, "虚构节"),
    )
    assert read(2026, as_text(days)) == days


@pytest.mark.parametrize(
    "line, told",
    [
        ("2026-02-30,放假,虚构节", "看不懂日期"),
        ("一月一日,放假,虚构节", "看不懂日期"),
        ("2027-01-01,放假,虚构节", "不在 2026 年"),
        ("2026-01-01,放 假,虚构节", "写“放假”或“补班”"),
        ("2026-01-01", "写“放假”或“补班”"),
        ("2026-01-05,补班,虚构节", "本来就上班"),
        ("2026-01-02,放假,再写一次", "写了两次"),
        ("2026-01-01,放假," + "长" * 31, "超过 30 字"),
    ],
)
def test_every_line_that_cannot_be_is_named_with_its_remedy(line, told):
    with pytest.raises(Faulty) as refused:
        read(2026, f"2026-01-02,放假,虚构节\n{line}\n2026-13-01,放假,另一处")

    first, second = refused.value.faults
    assert told in first.fault + first.remedy
    assert (first.place, second.place) == ("第 2 行", "第 3 行")


@pytest.mark.parametrize(
    "year, text", [(2026, " \n"), (26, "2026-01-01,放假,"), (2026, "x\n" * 151)]
)
def test_nothing_too_much_and_no_such_year_are_refused(year, text):
    with pytest.raises(Faulty):
        read(year, text)
