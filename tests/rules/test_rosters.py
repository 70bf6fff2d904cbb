"""Lists of firms as offices have them: what each of five must show, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from questionnaires.sheets import lists
from reports import titles
from survey.rosters import cells
from survey.rosters.asides import Aside
from survey.rosters.recognising import rows_of
from survey.rosters.rows import Choices, FirmRow, NoFirm, Title
from survey.tables import RowFault, RowNote, RowOutcome
from tests.support import messy_lists, printed_lists
from tests.support.seen_lists import TRADES, kept, kept_list, read, see, seen_in


def test_a_two_row_head_in_thousands_is_read_as_it_stands() -> None:
    seen = see("q1-two-row-head.xlsx")

    assert seen.choices.sheets == ("规上名录",)
    assert (seen.choices.head, seen.choices.first) == ((3, 4), 5)
    assert (seen.choices.unit, seen.choices.year) == ("千元", 2025)
    assert seen.counts == (24, 0, 0, 0, 0)
    assert (seen.of(Aside.TOTAL), seen.of(Aside.SIGNATURE)) == ([29], [31, 32])
    one, two = seen.at(5).row, seen.at(6).row
    assert (one.name, one.code) == ("虚构溪腾金属制品有限公司", "91990008MA1MG6K778")
    assert (one.facts["township"], one.trade, one.told) == ("东溪街道", "metal_products", True)
    assert one.figures[2025] == {
        "above_scale": True,
        "revenue": 234_567_800_000,  # 234567.8 万元
        "staff": 92,
        "electricity": 3_355_500,
        "acre_class": "B",
    }
    assert (two.trade, two.titles) == ("bearing", (Title("高新技术企业", 2023),))
    assert seen.at(7).row.titles == (Title("专精特新中小企业", 2024, "省级"),)
    assert seen.at(15).row.titles == (Title("隐形冠军", 2022),)


def test_what_a_cell_leaves_open_is_unknown_and_never_no() -> None:
    seen = see("q1-two-row-head.xlsx")
    figures = {line.row.number: line.row.figures[2025] for line in seen.rows}

    assert "above_scale" not in figures[25]
    assert [n for n, f in figures.items() if f.get("above_scale") is False] == [14, 22]
    assert "revenue" not in figures[11]
    assert "staff" not in figures[12]
    assert (figures[9]["revenue"], figures[13]["staff"]) == (59_518_200_000, 552)
    assert seen.at(5).row.facts["owner_phone"] == "000-13800000000"


def test_the_next_quarter_names_each_field_that_changed() -> None:
    seen = see("q2-next-quarter.xlsx", kept(see("q1-two-row-head.xlsx")))

    assert (seen.choices.head, seen.choices.unit) == ((2, 2), "万元")
    assert seen.counts == (4, 6, 14, 1, 0)
    assert seen.of(Aside.TOTAL) == [28]
    changed = {
        line.row.number: [change.field for change in line.changes]
        for line in seen.rows
        if line.outcome == RowOutcome.CHANGED
    }
    assert changed == {
        9: ["name"],
        10: ["contact_name", "staff"],
        16: ["revenue"],
        17: ["township", "contact_phone"],
        20: ["revenue"],
        21: ["name"],
    }
    assert seen.at(9).row.name == "虚构改名智能装备有限公司"
    assert seen.noted(RowNote.FORMER_NAME) == [9]
    assert seen.noted(RowNote.SAME_NAME) == [24, 26]
    assert (seen.at(27).first, seen.at(27).differs) == (("Sheet1", 23), ())
    assert seen.at(16).changes[0].new == 8_123_400_000
    assert seen.at(25).outcome == RowOutcome.NEW  # its name only holds 合计


def test_a_list_read_twice_changes_nothing() -> None:
    known = kept(see("q1-two-row-head.xlsx"))

    assert see("q1-two-row-head.xlsx", known).counts == (0, 0, 24, 0, 0)


def test_a_sheet_for_each_township_gives_the_township() -> None:
    seen = see("townships.xls", by_sheet=True)

    assert seen.choices.sheets == ("东溪街道", "南桥镇", "石帆乡")
    assert seen.counts == (24, 0, 0, 1, 1)
    fault = seen.at(8, "石帆乡")
    assert [f.code for f in fault.row.faults] == [RowFault.CODE_AS_NUMBER]
    double = seen.at(12, "南桥镇")
    assert (double.first, double.differs) == (("东溪街道", 12), ("township",))
    assert {(row.sheet, row.number) for row in seen.asides} == {
        *(("东溪街道", n) for n in (9, 14, 16)),
        *(("南桥镇", n) for n in (9, 14, 16)),
        *(("石帆乡", n) for n in (9, 13, 15)),
    }
    one, two = seen.at(4, "东溪街道").row, seen.at(5, "东溪街道").row
    assert (one.facts["founded"], one.facts["township"]) == ("2023-05", "东溪街道")
    assert (two.name, two.facts["contact_phone"]) == ("NA", "000-1234567、000-7654321")
    assert [seen.at(6, "南桥镇").row.name, seen.at(4, "石帆乡").row.name] == ["NULL", "TRUE"]
    assert [seen.at(n, "东溪街道").row.facts["founded"] for n in (6, 7, 8, 10, 11, 12)] == [
        "2023-05-01", "2023-05-01", "2023-05-01", "2019", "2021-03-15", "2004-11-20",
    ]  # fmt: skip
    assert seen.at(10, "东溪街道").row.facts["contact_phone"] == "000-2345678转801"
    assert seen.at(11, "东溪街道").row.facts["contact_phone"] == "000-3334445、000-5554443"


def test_a_text_file_of_the_tax_office_keeps_its_rows_and_its_rare_signs() -> None:
    seen = see("tax-gb18030.csv")

    assert (seen.choices.head, seen.choices.unit, seen.choices.year) == ((2, 2), "元", 2025)
    assert seen.counts == (18, 0, 0, 2, 1)
    assert (seen.of(Aside.TOTAL), seen.of(Aside.SIGNATURE)) == ([26], [27])
    assert [f.code for f in seen.at(25).row.faults] == [RowFault.UNREADABLE]
    assert (seen.at(23).first, seen.at(23).differs) == (("名单", 4), ("revenue",))
    assert (seen.at(24).first, seen.at(24).differs) == (("名单", 8), ())
    row = seen.at(5).row
    assert (row.name, row.code) == ("虚构𠮷祥阀门有限公司", "91990003MAX745UG06")
    assert row.figures == {2025: {"revenue": 52_051_200_000, "tax": 168_799_800}}
    assert seen.at(8).row.name == "虚构（东溪）㙍岭轴承有限公司"
    assert seen.at(3).row.figures[2025] == {"revenue": 36_670_300_000, "tax": 42_771_800}


def test_codes_are_brought_to_one_form_or_refused_with_their_row() -> None:
    seen = see("codes-and-formulas.xlsx")

    assert seen.counts == (14, 0, 0, 0, 10)
    faults = {line.row.number: line.row.faults[0].code for line in seen.rows if line.row.faults}
    assert faults == {
        **dict.fromkeys((7, 8, 9, 10, 11), RowFault.CODE_WRONG),
        12: RowFault.CODE_AS_NUMBER,
        13: RowFault.CODE_MISSING,
        16: RowFault.NO_VALUE,
        17: RowFault.NO_VALUE,
        25: RowFault.NAME_MISSING,
    }
    why = {n: seen.at(n).row.faults[0].values.get("why", "") for n in (7, 8, 9, 10, 11)}
    assert "没有 I、O" in why[7]
    assert "没有 I、O" in why[8]
    assert "校验位" in why[9]
    assert "现在是 17 位" in why[10]
    assert "现在是 19 位" in why[11]
    assert seen.at(2).row.code == "91990001MA9GQJA99H"
    assert seen.at(3).row.code == "91990009MAX81XAT0F"
    assert seen.noted(RowNote.SAME_NAME) == [15]
    assert seen.noted(RowNote.OTHER_ORGANISATION) == [24]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (18, "=cmd|' /C calc'!A0虚构"),
        (20, "+虚构加号阀门有限公司"),
        (22, "虚构<b>粗体</b><script>alert(1)</script>有限公司"),
    ],
)
def test_a_name_is_text_whatever_it_begins_with(number: int, name: str) -> None:
    assert see("codes-and-formulas.xlsx").at(number).row.name == name


DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
LOOKS = (str, "{:,}".format, lambda n: f" {n} ", lambda n: str(n).translate(DIGITS), int, float)


@given(number=st.integers(0, 10**12), look=st.sampled_from(LOOKS))
def test_a_whole_number_is_the_same_however_it_is_written(number: int, look: Any) -> None:
    assert cells.number(look(number)) == number


@given(amount=st.integers(0, 10**12), unit=st.sampled_from(["元", "千元", "万元"]))
def test_an_amount_is_the_same_in_every_unit(amount: int, unit: str) -> None:
    """An amount in whole 元, written in a unit, comes back in 分 to the last of them."""
    written = Decimal(amount * 100) / cells.UNITS[unit]

    assert cells.amount(format(written, "f"), unit, cells.UNITS) == amount * 100


@given(body=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
def test_a_code_is_one_code_in_small_letters_with_blanks_or_hyphens(body: str) -> None:
    start = "91330102" + body
    code = start + uscc.calc_check_digit(start)
    wide = code.translate(DIGITS)

    for written in (code.lower(), f" {code[:4]} {code[4:]}\n", f"'{code[:9]}-{code[9:]}", wide):
        rows = list(rows_of(a_list([["甲厂", written]]), CHOICES, TRADES))
        assert [row.code for row in rows if isinstance(row, FirmRow)] == [code]


@given(rows=st.lists(st.lists(st.one_of(st.text(max_size=30), st.floats(), st.booleans()))))
def test_whatever_stands_in_a_list_gives_firms_faults_or_asides(rows: list[list[Any]]) -> None:
    for row in rows_of(a_list(rows), CHOICES, TRADES):
        assert isinstance(row, NoFirm) or row.faults or (row.code and row.name)


CHOICES = Choices(
    sheets=("名单",),
    head=(1, 1),
    first=2,
    unit="万元",
    year=2025,
    columns={"企业名称": "name", "信用代码": "code", "收入": "revenue", "日期": "founded"},
    trade="valve",
)


def a_list(rows: list[list[Any]]) -> list[tuple[lists.Tab, list[lists.Line]]]:
    head = lists.Line(1, [*CHOICES.columns])
    return [(lists.Tab("名单"), [head, *(lists.Line(n, r) for n, r in enumerate(rows, 2))])]


@pytest.mark.parametrize(
    ("cell", "said"),
    [(2023.5, "2023-05"), (2023.1, "2023"), (2023.12, "2023-12"), (45047.0, "2023-05-01")],
)
def test_a_date_says_no_more_than_its_cell(cell: float, said: str) -> None:
    assert cells.day(cell) == said


def test_what_was_read_comes_back_from_its_lines_of_json() -> None:
    tabs = kept_list("codes-and-formulas.xlsx")
    pieces = b"".join(lists.dumped(iter(tabs)))
    halves = [pieces[:1000], pieces[1000:]]

    back = list(lists.loaded(halves))

    assert back == [tabs[0][0], *tabs[0][1], len(tabs[0][1])]
    assert lists.NO_VALUE in next(line for line in tabs[0][1] if line.number == 17).cells


# --- lists with other traps -----------------------------------------------------------------------

CODE = messy_lists.a_code
WAN = 1_000_000
"""分 in 万元."""


def test_a_form_of_the_statistics_office_gives_the_years_own_figures() -> None:
    seen = seen_in(read(messy_lists.of_the_statistics_office(), "xlsx"))

    assert (seen.choices.sheets, seen.choices.head) == (("规上",), (3, 4))
    assert (seen.choices.unit, seen.choices.year) == ("千元", 2025)
    mapped = {heading: key for heading, key in seen.choices.columns.items() if key}
    assert mapped == {
        "单位详细 名称": "name",
        "统一社会信用 代码": "code",
        "属地": "township",
        "营业收入｜本年": "revenue",
        "期末从业人员（人）": "staff",
        "用电量（千瓦时）": "electricity",
        "高新技术企业｜认定年份": "high_tech",
        "高新技术企业｜有效期至": "high_tech_until",
        "联系电话": "contact_phone",
    }
    assert seen.counts == (4, 0, 0, 0, 1)
    assert (seen.of(Aside.TOTAL), seen.of(Aside.HEADING)) == ([6, 10, 13], [5, 15])
    assert seen.at(7).row.figures == {
        2025: {"revenue": 23_456_780_000, "staff": 92, "electricity": 3_355_500}
    }
    assert seen.at(7).row.facts["contact_phone"] == "13800000001"
    assert seen.at(8).row.figures[2025] == {
        "revenue": 8_123_400_000,
        "staff": 120,
        "electricity": 350_000,
    }
    assert seen.at(9).row.figures[2025] == {"revenue": 12_000 * WAN, "staff": 40}
    assert seen.at(12).row.figures == {}
    assert [(fault.code, fault.field) for fault in seen.at(11).row.faults] == [
        (RowFault.UNREADABLE, "revenue")
    ]
    assert seen.noted(RowNote.HIDDEN) == [9]
    assert [seen.at(n).row.code for n in (7, 8, 9, 11, 12)] == [CODE(n) for n in range(1, 6)]


def test_a_cell_merged_over_rows_or_written_as_the_one_above_says_the_same_of_each() -> None:
    seen = seen_in(read(messy_lists.of_the_statistics_office(), "xlsx"))

    townships = {number: seen.at(number).row.facts["township"] for number in (7, 8, 9, 11, 12)}
    assert townships == {
        7: "东溪街道",
        8: "东溪街道",
        9: "东溪街道",
        11: "南桥街道",
        12: "南桥街道",
    }


def test_a_title_is_read_with_the_end_of_its_validity() -> None:
    forms = seen_in(read(messy_lists.of_the_statistics_office(), "xlsx"))
    assert {n: forms.at(n).row.titles for n in (7, 8, 9, 12)} == {
        7: (Title("高新技术企业", 2023, None, "2026-12-07"),),
        8: (),
        9: (Title("高新技术企业", None, None, "2024"),),
        12: (Title("高新技术企业", None, None, "2025-06"),),
    }
    seen = seen_in(read(messy_lists.of_the_industry_bureau(), "xlsx"))
    assert seen.at(2).row.titles == (
        Title("高新技术企业", 2023, None, "2026-12"),
        Title("绿色工厂"),
        Title("专精特新中小企业", 2024, "省级", "2027-03-31"),
    )
    assert seen.at(3).row.titles == (
        Title("科技型中小企业", None, None, "2025"),
        Title("专精特新中小企业", 2022, "国家级", "2025"),
    )
    assert seen.at(4).row.titles == ()


def test_a_later_end_of_validity_changes_a_title_and_makes_no_second() -> None:
    tabs = read(messy_lists.of_the_statistics_office(), "xlsx")
    known = kept(seen_in(tabs))
    assert seen_in(tabs, known).counts == (0, 0, 4, 0, 1)
    had = known[CODE(1)].titles
    known[CODE(1)] = replace(known[CODE(1)], titles={replace(one, until="2023-12") for one in had})

    change = seen_in(tabs, known).at(7).changes

    assert [(c.field, c.old.until, c.new.until) for c in change] == [
        ("titles", "2023-12", "2026-12-07")
    ]


def test_years_stand_side_by_side_and_a_part_of_a_year_is_not_taken_for_it() -> None:
    seen = seen_in(read(messy_lists.of_the_industry_bureau(), "xlsx"))

    assert seen.choices.columns["2025年1-10月营业收入（万元）"] == ""
    assert seen.choices.columns["营业收入增速"] == ""
    assert seen.at(2).row.figures == {
        2024: {"revenue": 8000 * WAN}, 2025: {"revenue": 9000 * WAN, "above_scale": True},
    }  # fmt: skip
    assert seen.at(3).row.figures == {2025: {"above_scale": False}}
    assert (seen.at(5).row.name, seen.at(5).row.figures) == (
        "虚构辛五金有限公司二厂", {2025: {"revenue": 8001 * WAN}},
    )  # fmt: skip
    assert [fault.field for fault in seen.at(6).row.faults] == ["revenue"]
    assert [fault.field for fault in seen.at(7).row.faults] == ["name"]
    assert seen.counts == (4, 0, 0, 0, 2)


def test_a_code_of_no_industry_is_warned_of_and_taken() -> None:
    seen = seen_in(read(messy_lists.of_the_industry_bureau(), "xlsx"))

    assert seen.noted(RowNote.OTHER_INDUSTRY) == [3, 4]
    assert [seen.at(number).outcome for number in (3, 4)] == [RowOutcome.NEW, RowOutcome.NEW]
    assert (seen.at(2).row.facts["industry"], seen.at(2).row.trade) == ("3443", "valve")


def test_a_text_of_the_tax_office_in_utf_16_keeps_refunds_and_units_of_cells() -> None:
    seen = seen_in(read(messy_lists.of_the_tax_office(), "csv"))

    assert (seen.choices.unit, seen.choices.year) == ("元", 2025)
    assert seen.counts == (2, 0, 0, 1, 1)
    assert (seen.of(Aside.TOTAL), seen.of(Aside.SIGNATURE)) == ([8], [9])
    assert seen.at(3).row.figures == {2025: {"revenue": 1_234_567_890, "tax": -9_876_543}}
    assert seen.at(3).row.facts["contact_phone"] == "000-1234567、000-7654321"
    assert [fault.code for fault in seen.at(4).row.faults] == [RowFault.CODE_AS_NUMBER]
    assert (seen.at(5).row.name, seen.at(5).row.facts["township"]) == ("虚构换行五金厂", "石帆乡")
    assert seen.at(5).row.figures[2025]["revenue"] == 5000 * WAN
    assert (seen.at(7).first, seen.at(7).differs) == (("名单", 5), ())


def test_sheets_of_two_townships_with_their_head_twice() -> None:
    seen = seen_in(read(messy_lists.of_two_townships(), "xlsx"), by_sheet=True)

    assert seen.choices.sheets == ("碧湖镇", "大港头镇")
    assert [key for key in seen.choices.columns.values() if key == "contact_phone"] == [
        "contact_phone"
    ]
    assert seen.counts == (4, 0, 0, 1, 0)
    assert seen.of(Aside.HEADING) == [5, 5]
    double = seen.at(3, "大港头镇")
    assert (double.first, double.differs) == (("碧湖镇", 6), ("township",))
    assert seen.at(6, "碧湖镇").row.facts == {
        "contact_phone": "0755-0001234", "founded": "2019-03-01", "township": "碧湖镇",
    }  # fmt: skip


def test_a_text_of_a_park_keeps_names_that_look_like_nothing() -> None:
    seen = seen_in(read(messy_lists.of_a_park(), "csv"))

    assert (seen.choices.head, seen.choices.unit) == ((3, 3), "万元")
    assert seen.counts == (3, 0, 0, 0, 1)
    assert [seen.at(n).row.name for n in (4, 5, 6, 7)] == [
        "NA",
        "1-2",
        "TRUE",
        "虚构㙍岭𠮷祥阀门厂",
    ]
    assert seen.at(4).row.figures == {
        2025: {"revenue": 1200 * WAN, "research": 36_500_000, "staff": 25}
    }
    assert seen.at(5).row.figures == {2025: {"revenue": 0, "research": 0, "tax": 0, "staff": 0}}
    assert seen.at(7).row.figures == {2025: {"revenue": 800 * WAN, "staff": 8}}
    assert seen.of(Aside.TOTAL) == [9]


def test_a_list_laid_out_in_pages_gives_its_firms_and_leaves_out_pivots_sums_and_notes() -> None:
    seen = seen_in(read(printed_lists.in_pages(), "xlsx"))

    assert (seen.choices.sheets, seen.choices.head) == (("名录",), (3, 3))
    assert (seen.choices.unit, seen.choices.year) == ("万元", 2025)
    assert seen.counts == (4, 0, 0, 0, 1)
    assert seen.of(Aside.TOTAL) == [6, 13]
    assert seen.of(Aside.HEADING) == [9]
    assert seen.of(Aside.SIGNATURE) == [7, 14, 15, 16, 17]
    said = {number: seen.at(number).row for number in (4, 5, 10, 11, 12)}
    assert [row.code for row in said.values()] == [CODE(n) for n in range(51, 56)]
    assert {row.facts["founded"] for row in said.values()} == {"2015-01-01"}
    assert [row.facts["township"] for row in said.values()] == ["东溪街道"] * 2 + ["南桥镇"] * 3
    assert [row.figures[2025].get("revenue") for row in said.values()] == [
        1_234_560 * WAN // 100,
        1234 * WAN,
        None,
        800 * WAN,
        1600 * WAN,
    ]
    (fault,) = said[10].faults
    assert (fault.code, fault.field) == (RowFault.NO_VALUE, "revenue")


def test_a_second_table_beside_the_first_is_told_of_in_each_row_that_has_a_firm_there() -> None:
    seen = seen_in(read(printed_lists.side_by_side(), "xlsx"))

    assert [line.row.code for line in seen.rows] == [CODE(61), CODE(62), CODE(63)]
    assert seen.counts == (3, 0, 0, 0, 0)
    assert seen.noted(RowNote.BESIDE) == [3, 4]
    (told,) = [n for n in seen.at(3).row.notes if n.code == RowNote.BESIDE]
    assert told.values == {"shown": CODE(64)}


def test_a_text_with_a_line_for_excel_and_semicolons_in_quotes_is_read_row_by_row() -> None:
    seen = seen_in(read(printed_lists.with_a_line_for_excel(), "csv"))

    assert (seen.choices.head, seen.choices.unit) == ((2, 2), "元")
    assert seen.counts == (3, 0, 0, 0, 0)
    assert seen.of(Aside.TOTAL) == [5, 7]
    assert seen.at(4).row.name == "虚构72号厂（老厂；新厂）"
    assert seen.at(4).row.facts["contact_phone"] == "000-1、000-2"
    assert [seen.at(n).row.figures[2025]["revenue"] for n in (3, 4, 6)] == [
        123_456_780,
        200_000_000,
        500_000,
    ]


@pytest.mark.parametrize("said", ["3.0", "3级", "三级", "L3", "数字化3.0水平", 3, 3.0])
def test_a_level_of_digitisation_is_one_level_however_it_is_written(said: Any) -> None:
    choices = replace(CHOICES, columns={**CHOICES.columns, "收入": "digital_level"})
    rows = rows_of(a_list([["虚构甲厂", CODE(1), said]]), choices, TRADES)

    assert [row.figures for row in rows if isinstance(row, FirmRow)] == [
        {2025: {"digital_level": "3.0"}}
    ]


@pytest.mark.parametrize(
    ("until", "today", "said"),
    [
        ("2026", "2026-12-31", "ending"), ("2026", "2027-01-01", "ended"),
        ("2026-02", "2026-02-28", "ending"), ("2026-02", "2026-03-01", "ended"),
        ("2026-12-07", "2026-09-08", "ending"), ("2026-12-07", "2026-09-07", ""),
        (None, "2026-09-07", ""),
    ],
)  # fmt: skip
def test_a_title_holds_to_the_last_day_its_list_names(until: str, today: str, said: str) -> None:
    assert titles.standing(until, date.fromisoformat(today)) == said


def test_a_mail_address_is_taken_out_of_what_stands_around_it_or_named_as_unreadable() -> None:
    codes = [uscc.calc_check_digit(f"9133110000000010{n}") for n in range(5)]
    said = ["张某 <zhang@example.com>", "a@example.com；b@example.com", "无", "", "问前台"]
    rows = [["企业名称", "统一社会信用代码", "电子邮箱"]]
    rows += [
        [f"虚构邮箱{n}厂", f"9133110000000010{n}{digit}", said[n]] for n, digit in enumerate(codes)
    ]
    seen = seen_in(a_list(rows))

    assert [seen.at(n).row.facts.get("contact_mail") for n in range(3, 8)] == [
        "zhang@example.com", "a@example.com", None, None, None,
    ]  # fmt: skip
    notes = [
        [note.code for note in seen.at(n).row.notes if note.field == "contact_mail"]
        for n in range(3, 8)
    ]
    assert notes == [[], [RowNote.SHORTENED], [], [], [RowNote.LEFT_EMPTY]]
