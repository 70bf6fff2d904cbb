"""What a policy gives for a project, and what was promised beside what was reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from questionnaires.library import SHIPPED
from reports.projects import (
    Asked,
    Bought,
    Counted,
    Prices,
    RangeKept,
    Rule,
    Spent,
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


# --- the district's page --------------------------------------------------------------------------

LINES = [
    Counted("计划中", {"state": "planned"}, 2, 2, price=1_000, late=1),
    Counted("已验收", {"state": "accepted"}, 9, 7, 2_450, asked=300, granted=180, invested=2_500),
    Counted("已签合同", {"state": "contracted"}, 0, 0),
]
WHOLE = Counted("合计", {"state": "live"}, 11, 8, 3_450, 300, 180, 2_500, 1)
LARGEST = {"price": (8, 1_000, 900), "asked": (5, 100, 90), "granted": (5, 100, 75)}


def test_the_districts_block_leads_to_the_projects_it_counts_and_adds_up():
    found = table(LINES, WHOLE, LARGEST)

    assert [line.title for line in found.lines] == ["计划中", "已验收", "合计"]
    assert [cell.text for cell in found.lines[-1].cells] == [
        "11", "8", "34.5", "3", "1.8", "25", "1",
    ]  # fmt: skip
    assert all(cell.where.listed == "projects" for line in found.lines for cell in line.cells)
    assert found.lines[0].cells[0].where.asks == {"state": "planned"}
    assert found.lines[0].cells[-1].where.asks == {"state": "planned", "overdue": "yes"}
    assert table([], replace(WHOLE, projects=0), LARGEST).lines == ()


def test_what_was_paid_to_projects_that_were_stopped_since_is_told_apart():
    assert "终止的项目" not in table(LINES, WHOLE, LARGEST).says
    found = table(LINES, WHOLE, LARGEST, lost=1_250)

    assert "另有 12.5 万元已兑现给后来终止的项目，不在表内。" in found.says
    assert "12.5" not in found.outside


def test_outside_money_is_told_of_all_together_in_bands_and_never_where_one_firm_is_found_in_it():
    found = table(LINES, WHOLE, LARGEST)
    few = table(LINES, WHOLE, {name: (4, *most) for name, (_, *most) in LARGEST.items()})

    assert "一次性投入 31.5–40 万元，申请补助 2.5–3.15 万元；" in found.outside
    assert (
        "兑现" not in found.outside
    )  # who had 0.75 of 1.8 knows of the other's 1 that it is 1 to 1.05
    assert "万元" not in few.outside
    assert "34.5" not in found.outside


def test_one_more_contract_is_not_seen_in_what_is_told_before_and_after_it():
    def told(price: int) -> str:
        return table(LINES, replace(WHOLE, price=price), LARGEST).outside

    assert told(3_450) == told(3_900)
    assert told(3_450) != told(4_100)
