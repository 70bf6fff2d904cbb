"""What amounts of a list count, and of which time: read as they are meant, or not at all."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
import xlwt

from questionnaires.sheets.lists import SCALED, Line, Sheet, Tab
from questionnaires.sheets.marks import is_scaling
from survey.rosters import heads
from survey.rosters.asides import Aside
from survey.rosters.columns import Heading, field_of
from survey.rosters.periods import part_in, whole_year, year_bounded
from survey.rosters.units import unit_in
from survey.tables import RowFault
from tests.support.messy_lists import a_code
from tests.support.odd_lists import a_sheet
from tests.support.seen_lists import Seen, read, seen_in

WAN = 1_000_000
"""分 in 万元."""
HEAD = ["企业名称", "信用代码", "营业收入"]


def seen(*rows: list[Any]) -> Seen:
    return seen_in(read(a_sheet(*rows), "xlsx"))


def firm(number: int, *said: Any) -> list[Any]:
    return [f"虚构{number}号厂", a_code(number), *said]


def figures(found: Seen) -> dict[int, Any]:
    return {line.row.number: line.row.figures.get(2025, {}) for line in found.rows}


def faults(found: Seen) -> dict[int, list[tuple[str, str]]]:
    said = {line.row.number: line.row.faults for line in found.rows if line.row.faults}
    return {number: [(fault.code, fault.field) for fault in each] for number, each in said.items()}


def heading(said: str) -> Heading:
    return Heading(said, (said,), unit_in(said))


# --- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("营业收入_元", "元"), ("营业收入-万元", "万元"), ("营业收入<元>", "元"), ("营业收入「元」", "元"),
        ("营业收入（元·不含税）", "元"), ("营业收入（本年，以元计）", "元"), ("以千元为单位", "千元"),
        ("营业收入（万元RMB）", "万元"), ("用电量（kWh）", "千瓦时"), ("年用电量(KW·h)", "千瓦时"),
        ("用电量（万kWh）", "万千瓦时"), ("用电量（MWh）", "兆瓦时"), ("用电量（兆瓦时）", "兆瓦时"),
    ],
)  # fmt: skip
def test_a_unit_is_known_in_every_dress_an_office_gives_it(said: str, unit: str) -> None:
    assert unit_in(said) == unit


@pytest.mark.parametrize(
    "said",
    [
        "营业收入（百万）", "营业收入（十万元）", "营业收入（百元）", "营业收入（港币万元）", "营业收入（USD 万）",
        "营业收入（KRMB）", "营业收入（w）", "营业收入（圆）", "营业收入（元/万元）", "营业收入（精确到元）",
        "用电量（GW·h）", "用电量（GJ）",
    ],
)  # fmt: skip
def test_an_amount_in_a_unit_nobody_knows_is_proposed_for_nothing(said: str) -> None:
    assert field_of(heading(said)) is None


def test_electricity_in_kwh_and_mwh_is_the_same_electricity() -> None:
    one = seen(["企业名称", "信用代码", "用电量（kWh）"], firm(601, 355_000))
    other = seen(["企业名称", "信用代码", "用电量（MWh）"], firm(602, 355))

    assert figures(one) == figures(other) == {2: {"electricity": 355_000}}


@pytest.mark.parametrize("head", ["计量单位", "单位"])
def test_a_column_says_the_unit_of_each_rows_amounts(head: str) -> None:
    found = seen(
        ["规上企业（2025年，单位：万元）"],
        ["企业名称", "信用代码", "营业收入", "税收（千元）", head],
        firm(603, 100, 5, "万元"), firm(604, 1_000_000, 5, "元"), firm(605, 1000, 5, "（千元）"),
        firm(606, 100, 5, ""), firm(607, 100, 5, "台"), firm(608, 100, 5, "万美元"),
    )  # fmt: skip

    same = {"revenue": 100 * WAN, "tax": WAN // 2}
    assert [line.row.figures[2025] for line in found.rows[:5]] == [same] * 5
    assert faults(found) == {8: [(RowFault.UNREADABLE, "unit")]}


def test_amounts_under_a_title_of_several_units_are_proposed_only_with_their_own() -> None:
    found = seen(
        ["2025年规上企业（单位：营业收入万元、税收元）"],
        ["企业名称", "信用代码", "营业收入", "税收（元）"], firm(609, 100, 10_000),
    )  # fmt: skip

    assert found.choices.columns["营业收入"] == ""
    assert figures(found) == {3: {"tax": WAN}}


@pytest.mark.parametrize(
    ("code", "is_so"),
    [
        ("0!.0,", True), ("0\\.0,", True), ('0"."0000', True), ("#,##0.00,", True), ("0,,", True),
        ("#,##0", False), ("#,##0.00", False), ("0.00", False), ('0.00"万元"', False), ("General", False),
        ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", False), ('yyyy"."mm"."dd', False),
        ("[$-804]yyyy\\.m\\.d", False), ("#,##0.00_);(#,##0.00)", False), ("0.0%", False),
    ],
)  # fmt: skip
def test_a_format_that_shows_another_number_is_known(code: str, is_so: bool) -> None:
    assert is_scaling(code) is is_so


def in_yuan_shown_in_wan() -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, ["企业名称", "信用代码", "营业收入（万元）", "用工人数"])
        for row, shown in ((1, "0!.0,"), (2, "#,##0.00")):
            page.write_row(row, 0, firm(610 + row))
            page.write(row, 2, 12_345_678, book.add_format({"num_format": shown}))
            page.write(row, 3, 9)
    return stream.getvalue()


def in_yuan_shown_in_wan_of_old() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("名单")
    for at, title in enumerate(("企业名称", "信用代码", "营业收入（万元）", "用工人数")):
        page.write(0, at, title)
    for row, shown in ((1, "0!.0,"), (2, "#,##0.00")):
        page.write(row, 0, f"虚构{610 + row}号厂")
        page.write(row, 1, a_code(610 + row))
        page.write(row, 2, 12_345_678, xlwt.easyxf(num_format_str=shown))
        page.write(row, 3, 9)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"), [(in_yuan_shown_in_wan(), "xlsx"), (in_yuan_shown_in_wan_of_old(), "xls")]
)
def test_a_number_that_shows_as_another_is_a_fault_and_no_amount(content: bytes, kind: str) -> None:
    tabs = read(content, kind)
    found = seen_in(tabs)

    assert tabs[0][1][1].cells[2] == SCALED
    assert faults(found) == {2: [(RowFault.SCALED, "revenue")]}
    assert figures(found) == {2: {"staff": 9}, 3: {"revenue": 12_345_678 * WAN, "staff": 9}}


# --- times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("税款所属期:2025-01-01至2025-09-30", "2025-01-01至2025-09-30"),
        ("规上企业(202501-202510)", "202501-202510"), ("规上企业(2025.1-2025.10)", "2025.1-2025.10"),
        ("2025年半年报", "半年"), ("2025Q3", "Q3"), ("2025年前11个月", "11个月"), ("2025年三季度", "三季度"),
        ("统计月份2025-09-01", "月份2025-09"), ("报告期:202509", "报告期:202509"),
        ("税款所属期:2025-01-01至2025-12-31", ""), ("202501-202512", ""), ("报告期:202512", ""),
        ("2025年前12个月", ""), ("2023-2025年", ""), ("2025年度", ""), ("报告期:2025年", ""),
    ],
)  # fmt: skip
def test_a_part_of_a_year_is_told_however_an_office_says_it(said: str, part: str) -> None:
    assert part_in(said) == part


def test_a_date_beside_its_word_in_the_title_says_of_which_month_a_list_is() -> None:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        month = book.add_format({"num_format": 'yyyy"年"m"月"'})
        page.write(0, 0, "统计月份")
        page.write_datetime(0, 1, date(2025, 9, 1), month)
        page.write_row(1, 0, HEAD)
        page.write_row(2, 0, firm(613, 1))

    found = seen_in(read(stream.getvalue(), "xlsx"))

    assert (found.choices.columns["营业收入"], figures(found)) == ("", {3: {}})


@pytest.mark.parametrize(
    "said",
    [
        "2025Q3营业收入（万元）", "2025年半年度税收（万元）", "前11个月研发费用（万元）", "2025年营业收入任务（万元）",
        "年初职工人数", "年初用电量（万度）", "基期营业收入", "预估营业收入", "集团营业收入", "境内营业收入（万元）",
        "2025-01-01至2025-06-30税收", "营业收入利润率（万元）", "从业人员（百人）",
    ],
)  # fmt: skip
def test_a_heading_of_another_time_or_another_body_stands_for_nothing(said: str) -> None:
    assert field_of(heading(said)) is None


def under_groups(*lower: str | int, amount: Any = 10) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        month = book.add_format({"num_format": 'yyyy"年"m"月"'})
        page.merge_range(0, 0, 1, 0, "企业名称")
        page.merge_range(0, 1, 1, 1, "信用代码")
        page.merge_range(0, 2, 0, 1 + len(lower), "营业收入（万元）")
        for at, said in enumerate(lower, start=2):
            if isinstance(said, str) and said[:4].isdecimal():
                page.write_datetime(1, at, date.fromisoformat(said), month)
            else:
                page.write(1, at, said)
        page.write_row(2, 0, firm(614, *(amount * (at + 1) for at in range(len(lower)))))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("lower", "revenue"),
    [
        (("2025-01-01", "2025-02-01", "2025-03-01"), None),
        (("1月", "2月", "3月"), None),
        ((1, 2, 3), None),
        (("上年", "本年"), 20 * WAN),
        (("基期", "报告期"), 20 * WAN),
        (("本年", "增速（%）"), 10 * WAN),
    ],
)
def test_what_parts_a_group_of_columns_belongs_to_the_head(
    lower: tuple[str | int, ...], revenue: int | None
) -> None:
    found = seen_in(read(under_groups(*lower), "xlsx"))

    assert (found.choices.head, found.counts) == ((1, 2), (1, 0, 0, 0, 0))
    assert figures(found)[3].get("revenue") == revenue


def test_a_row_of_sums_under_a_group_is_no_part_of_the_head() -> None:
    lines = [
        Line(1, ["企业名称", "信用代码", "营业收入", "", "备注"]),
        Line(2, ["", "", "1,000", "2,000"]),
        Line(3, firm(615, 1, 2)),
    ]

    found = heads.find(Sheet(Tab("名单"), lines, 3))

    assert found is not None
    assert (found.first, found.last) == (1, 1)


@pytest.mark.parametrize(
    ("said", "year", "bounded"),
    [
        ("2025", 2025, 2025), (2025, 2025, 2025), ("2025年度", 2025, 2025), ("202501-202512", 2025, 2025),
        ("2025-01-01至2025-12-31", 2025, 2025), ("2025年1-12月", 2025, 2025), ("2025-01-01", None, 2025),
        ("2025-12-31", None, 2025), ("2025-01-01 00:00:00", None, 2025), ("20251231", None, 2025),
        ("202501", None, None), ("12月", None, None), ("2025-01-01至2025-01-31", None, None),
        ("2025年1-6月", None, None), ("2025-06-30", None, None),
    ],
)  # fmt: skip
def test_a_row_is_of_a_whole_year_or_of_none(
    said: Any, year: int | None, bounded: int | None
) -> None:
    assert (whole_year(said), year_bounded(said)) == (year, bounded)


def test_rows_of_the_tax_offices_periods_are_taken_only_where_they_are_the_year() -> None:
    found = seen(
        ["纳税人名称", "纳税人识别号", "税款所属期起", "税款所属期止", "实缴税金（元）"],
        firm(616, "2025-01-01", "2025-01-31", 100), firm(617, "2025-01-01", "2025-12-31", 10_000),
        firm(618, "2025-12-01", "2025-12-31", 300),
    )  # fmt: skip

    assert found.counts == (1, 0, 0, 0, 2)
    assert figures(found)[3] == {"tax": WAN}
    assert faults(found) == {
        2: [(RowFault.OTHER_YEAR, "period_to")], 4: [(RowFault.OTHER_YEAR, "period_from")],
    }  # fmt: skip


@pytest.mark.parametrize("head", ["所属期", "月份", "报告期"])
def test_a_row_of_a_month_is_not_the_years(head: str) -> None:
    found = seen(
        [*HEAD, head], firm(619, 1, "202501"), firm(620, 2, "2025-01-01"), firm(621, 3, "2025")
    )

    assert found.counts == (1, 0, 0, 0, 2)
    assert figures(found)[4] == {"revenue": 3 * WAN}


@pytest.mark.parametrize(
    "said",
    ["规模以上工业企业（年主营业务收入2000万元及以上）名录", "2000万元以上企业", "民营2000强名单"],
)
def test_a_threshold_of_2000_is_no_year(said: str) -> None:
    head = ["企业名称", "信用代码", "主营业务收入(2000万及以上)"]
    found = seen([said], head, firm(627, 3000))

    assert found.choices.year == 2025
    assert [*found.at(3).row.figures] == [2025]


# --- a second table -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "row"),
    [
        ("2025年规上企业（单位：万元）", "2025年规下企业（单位：元）", 4),
        ("2025年规上企业（单位：万元）", "单位：元", 4),
        ("2025年规上企业（单位：万元）", "2024年规上企业（单位：万元）", 4),
        ("2025年规上企业（单位：万元）", "2025年1-6月规下企业", 4),
        ("2025年规上企业（单位：万元）", "2025年规下企业（单位：万元）", None),
        ("2025年规上企业（单位：万元）", "规下企业", None),
        ("2025年规上企业（单位：万元）", "制表日期：2026年1月5日", None),
    ],
)  # fmt: skip
def test_rows_under_a_second_title_that_says_otherwise_are_faults(
    first: str, second: str, row: int | None
) -> None:
    found = seen([first], HEAD, firm(622, 100), [second], HEAD, firm(623, 1_000_000))

    assert found.at(3).row.figures == {2025: {"revenue": 100 * WAN}}
    assert [aside.number for aside in found.asides] == [4, 5]
    if row is None:
        assert found.counts == (2, 0, 0, 0, 0)
    else:
        assert faults(found) == {6: [(RowFault.OTHER_TITLE, "")]}
        assert found.at(6).row.faults[0].values == {"row": row, "shown": second}
        assert found.at(6).row.code == a_code(623)


def test_a_page_of_the_second_table_that_says_its_head_alone_stays_the_seconds() -> None:
    other = ["规下企业（单位：元）"]
    found = seen(
        ["规上企业（单位：万元）"], HEAD, firm(628, 1), other, HEAD, firm(629, 2), ["本页小计", "", 2],
        HEAD, firm(630, 3),
    )  # fmt: skip

    assert found.counts == (1, 0, 0, 0, 2)
    assert faults(found) == {row: [(RowFault.OTHER_TITLE, "")] for row in (6, 9)}


def test_the_first_title_said_again_takes_the_list_up_again() -> None:
    title, other = ["规上企业（单位：万元）"], ["规下企业（单位：元）"]
    found = seen(
        title, HEAD, firm(624, 1), other, HEAD, firm(625, 2), title, HEAD, firm(626, 3)
    )  # fmt: skip

    assert found.counts == (2, 0, 0, 0, 1)
    assert found.of(Aside.HEADING) == [4, 5, 7, 8]
    assert figures(found)[9] == {"revenue": 3 * WAN}
