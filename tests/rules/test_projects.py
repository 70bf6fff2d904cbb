"""What a policy gives for a project, and what was promised beside what was reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from questionnaires.library import SHIPPED
from reports.projects import (
    Asked,
    Bought,
    Prices,
    RangeKept,
    Rule,
    Spent,
    StateLine,
    claimable,
    kept,
    table,
)

EDITION = SHIPPED.load("2026")
PACKAGES = EDITION.questionnaire("valve").package_by_code
NAMED = {q.id: Asked(q.code, q.short) for q in EDITION.questionnaire("valve").questions.values()}
PRICES = Prices(equipment=1_000, software=505, services=400, building=9_000, yearly=120)


@pytest.mark.parametrize(
    ("rule", "most"),
    [
        (Rule(20, None, frozenset({"equipment", "software"})), 301),  # 15.05 万元, cut to 3.01
        (Rule(20, 200, frozenset({"equipment", "software"})), 200),
        (Rule(100, None, frozenset({"building"})), 9_000),
        (Rule(50, None, frozenset({"yearly"})), 60),
    ],
)
def test_a_policy_gives_a_share_of_what_counts_up_to_its_cap(rule, most):
    assert claimable(rule, PRICES) == most


def test_without_a_sheet_before_what_the_packages_say_is_promised():
    both = [Bought(PACKAGES["N01"]), Bought(PACKAGES["N03"])]

    found = kept(both, NAMED, Spent())

    by_question = {one.question: one for one in found.lifts}
    assert by_question["scheduling"].promised == 2
    assert by_question["item_coding"].promised == 3
    assert {one.before for one in found.lifts} == {None}
    assert not found.is_known
    # N01 costs 8 to 20 once; the range of both is their sum, and so are the weeks.
    alone = kept(both[:1], NAMED, Spent())
    assert (alone.price.low, alone.price.high, alone.weeks.low, alone.weeks.high) == (
        800, 2_000, 4, 9,
    )  # fmt: skip
    assert found.price.low > 800
    assert found.weeks.low == 4 + PACKAGES["N03"].weeks.low


def test_what_is_priced_by_the_piece_is_counted_by_the_piece():
    one, six = (kept([Bought(PACKAGES["N02"], n)], NAMED, Spent()).price for n in (1, 6))

    assert six.low - one.low == 5 * 15  # 0.15 万元 for each machine more
    assert six.high - one.high == 5 * 80


def test_reached_is_what_the_next_sheet_says_and_nothing_else():
    spent = Spent(2_500, date(2026, 3, 2), date(2026, 5, 11))
    levels = dict.fromkeys(PACKAGES["N01"].lifts, 2)

    found = kept([Bought(PACKAGES["N01"])], NAMED, spent, levels=levels)

    by_question = {one.question: one for one in found.lifts}
    assert by_question["scheduling"].difference == 0
    assert by_question["process_routes"].difference == -1
    asked = {q: level for q, level in PACKAGES["N01"].lifts.items() if q in NAMED}
    assert found.reached == sum(level <= 2 for level in asked.values())
    assert found.price.difference == 500  # five above the dearest
    assert (found.weeks.real, found.weeks.difference) == (10, 1)


@pytest.mark.parametrize(("real", "beyond"), [(None, 0), (4, -1), (5, 0), (7, 0), (9, 0), (12, 3)])
def test_a_range_is_left_by_how_much_lies_beyond_its_nearer_end(real, beyond):
    assert RangeKept(5, 9, real).difference == beyond


def test_a_day_begun_is_a_week_begun():
    spent = Spent(None, date(2026, 3, 2), date(2026, 3, 2))

    assert spent.weeks == 1
    assert replace(spent, finished=date(2026, 3, 9)).weeks == 1
    assert replace(spent, finished=date(2026, 3, 10)).weeks == 2
    assert replace(spent, finished=None).weeks is None


def test_the_districts_block_adds_up_and_leads_to_the_projects_it_counts():
    lines = [
        StateLine("计划中", "planned", 2, 1_000, 0, 1),
        StateLine("已验收", "accepted", 1, 2_450, 2_500, 0),
        StateLine("已签合同", "contracted", 0, 0, 0, 0),
    ]

    found = table(lines, asked=300, paid=180)

    assert [line.title for line in found.lines] == ["计划中", "已验收", "合计"]
    assert [cell.text for cell in found.lines[-1].cells] == ["3", "34.5", "25", "1"]
    assert found.lines[0].cells[0].where.asks == {"state": "planned"}
    assert "申请 3 万元，已兑现 1.8 万元" in found.says
    assert table([], 0, 0).lines == ()
