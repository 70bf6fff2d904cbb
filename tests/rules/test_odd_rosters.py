"""Lists of firms with odd heads, marks, texts and makers: exact values, or a fault that says what helps."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from questionnaires.sheets import old_marks
from questionnaires.sheets.inside import Unreadable
from questionnaires.sheets.lists import Line, Sheet, Tab
from survey.files.lists import with_problems
from survey.rosters import cells, choosing, heads
from survey.rosters.asides import Aside
from survey.rosters.columns import Heading, field_of
from survey.rosters.rows import Title
from survey.rosters.units import unit_in
from survey.tables import RowFault, RowNote
from tests.support import odd_lists
from tests.support.messy_lists import a_code
from tests.support.odd_lists import a_book, a_sheet
from tests.support.seen_lists import Seen, read, seen_in

WAN = 1_000_000
"""分 in 万元."""


def see(name: str, kind: str = "xlsx") -> Seen:
    return seen_in(read(getattr(odd_lists, name)(), kind))


def faults(seen: Seen) -> dict[int, list[tuple[str, str]]]:
    """What stops rows, by row and field."""
    found = {line.row.number: line.row.faults for line in seen.rows if line.row.faults}
    return {number: [(fault.code, fault.field) for fault in said] for number, said in found.items()}


# --- heads ----------------------------------------------------------------------------------------


def test_years_over_groups_of_columns_are_read_where_nothing_is_merged() -> None:
    seen = see("of_three_years")

    assert (seen.choices.head, seen.choices.unit, seen.choices.year) == ((2, 3), "万元", 2025)
    assert seen.counts == (2, 0, 0, 0, 0)
    assert seen.at(4).row.figures == {
        2023: {"revenue": 100 * WAN, "staff": 10},
        2024: {"revenue": 110 * WAN, "staff": 11},
        2025: {"revenue": 120 * WAN, "staff": 12},
    }
    assert seen.at(5).row.figures == {2025: {"revenue": 220 * WAN, "staff": 22}}


@pytest.mark.parametrize("beside", [[], ["", "", "", "单位：万元"]])
def test_a_title_right_over_the_head_says_nothing_of_columns_nobody_knows(
    beside: list[str],
) -> None:
    title = ["2024年规上企业用电量情况表", *beside[1:]]
    head = ["企业名称", "信用代码", "户号", "营业收入"]
    seen = seen_in(read(a_sheet(title, head, ["虚构305号厂", a_code(305), 1, 5]), "xlsx"))

    assert (seen.choices.head, seen.choices.year) == ((2, 2), 2024)
    assert seen.at(3).row.figures == {2024: {"revenue": 5 * WAN}}


def test_a_head_may_stand_on_five_rows_without_a_merged_cell() -> None:
    rows = [
        ["规上企业情况"],
        ["企业名称", "信用代码", "2024年", "", "", ""],
        ["", "", "经济", "", "要素", ""],
        ["", "", "收入类", "税类", "人", "电"],
        ["", "", "营业收入", "税收", "用工人数", "用电量"],
        ["", "", "（万元）", "（万元）", "（人）", "（万度）"],
        ["虚构306号厂", a_code(306), 1, 2, 3, 4],
    ]  # fmt: skip
    seen = seen_in(read(a_sheet(*rows), "xlsx"))

    assert (seen.choices.head, seen.choices.year, seen.counts) == ((2, 6), 2024, (1, 0, 0, 0, 0))
    assert seen.at(7).row.figures == {
        2024: {"revenue": 1 * WAN, "tax": 2 * WAN, "staff": 3, "electricity": 40_000}
    }


def test_years_of_two_figures_are_years_and_plans_means_and_months_are_not_theirs() -> None:
    seen = see("of_short_years")

    assert (seen.choices.head, seen.choices.year) == ((1, 2), 2025)
    assert [heading for heading, key in seen.choices.columns.items() if not key] == [
        "2026年计划营业收入（万元）", "近三年平均营业收入（万元）", "2023-2025年税收（万元）",
        "本月用电量（万度）", "1-本月用电量（万度）", "月均用电量（万度）", "光伏发电用电量（万度）",
    ]  # fmt: skip
    assert seen.at(3).row.figures == {
        2023: {"revenue": 100 * WAN}, 2024: {"revenue": 200 * WAN}, 2025: {"revenue": 300 * WAN},
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "拟投入研发费用（万元）", "营业收入比上年增加（万元）", "本季税收（万元）", "当月用工人数",
        "营业收入（万元）2024年与2025年合计2024-2025年", "最大用电负荷时用电量", "峰段用电量（万度）",
        "日均用电量", "税收（万元）年均", "预算研发费用",
    ],
)  # fmt: skip
def test_a_heading_of_something_else_than_the_years_figure_stands_for_nothing(said: str) -> None:
    assert field_of(Heading(said, (said,), unit_in(said))) is None


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("①企业名称", "name"), ("2、统一社会信用代码*", "code"), ("税收注2", "tax"), ("手机①", "contact_phone"),
        ("营业收入[万元]", "revenue"), ("年平均用工人数", "staff"), ("25年度税收", "tax"),
        ("Email/邮箱", "contact_mail"), ("营业收入 Revenue（万元）", "revenue"), ("规模①", "size"),
    ],
)  # fmt: skip
def test_marks_and_numbers_of_headings_are_no_part_of_them(said: str, key: str) -> None:
    found = field_of(Heading(said, (said,), unit_in(said)))

    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("said", "unit"), [("营业收入[万元]", "万元"), ("税收【千】", "千元"), ("产值〔亿元〕", "亿元")]
)
def test_a_unit_stands_in_brackets_of_any_kind(said: str, unit: str) -> None:
    assert unit_in(said) == unit


def test_a_unit_between_other_words_of_a_title_is_the_lists() -> None:
    title = ["填报单位：虚构镇   单位：万元   填报日期：2026年1月"]
    head = ["企业名称", "信用代码", "营业收入", "税收（元）"]
    seen = seen_in(read(a_sheet(title, head, ["虚构308号厂", a_code(308), 1, 10_000]), "xlsx"))

    assert seen.choices.unit == "万元"
    assert seen.at(3).row.figures == {2025: {"revenue": WAN, "tax": WAN}}


def test_the_sheets_name_says_the_year_or_the_part_of_it_where_no_title_does() -> None:
    head = Line(1, ["企业名称", "信用代码", "营业收入"])

    found = {
        name: heads.find(Sheet(Tab(name), [head], 1)) for name in ("2023年", "24年", "2025年1-6月")
    }

    assert {name: (one and one.year, one and one.part) for name, one in found.items()} == {
        "2023年": (2023, ""), "24年": (2024, ""), "2025年1-6月": (2025, "1-6月"),
    }  # fmt: skip


def test_a_table_on_its_side_has_no_head_and_is_known_as_such() -> None:
    for content in (odd_lists.upright(), odd_lists.of_one_firm()):
        [(tab, lines)] = read(content, "xlsx")
        sheet = Sheet(tab, lines, len(lines))

        assert heads.find(sheet) is None
        assert heads.is_upright(sheet)
    [(tab, lines)] = read(odd_lists.of_marks(), "xlsx")
    assert not heads.is_upright(Sheet(tab, lines, len(lines)))


# --- several tables, several sheets ---------------------------------------------------------------


def test_what_a_table_to_the_right_counts_is_not_taken_for_the_left_ones_firms() -> None:
    seen = see("of_pairs")

    assert seen.counts == (2, 0, 0, 0, 0)
    assert [line.row.figures for line in seen.rows] == [
        {2025: {"revenue": 100 * WAN}}, {2025: {"revenue": 200 * WAN}},
    ]  # fmt: skip
    assert seen.noted(RowNote.BESIDE) == [3, 4]


def test_rows_that_head_a_townships_part_are_no_firms_and_say_whose_the_rows_below_are() -> None:
    rows = [
        ["序号", "企业名称", "信用代码"],
        ["东溪街道（2家）"], [1, *firm(591)], [2, *firm(592)], ["东溪街道小计"],
        ["二、", "南桥镇"], ["", "规上企业"], [1, *firm(593)],
        ["", "（三）石帆乡：共1家"], [1, *firm(594)], ["", "虚构无码阀门有限公司"],
    ]  # fmt: skip
    seen = seen_in(read(a_sheet(*rows), "xlsx"))

    assert seen.counts == (4, 0, 0, 0, 1)
    assert [line.row.facts["township"] for line in seen.rows] == [
        "东溪街道", "东溪街道", "南桥镇", "石帆乡", "石帆乡",
    ]  # fmt: skip
    assert (seen.of(Aside.HEADING), seen.of(Aside.TOTAL)) == ([2, 6, 7, 9], [5])
    assert faults(seen) == {11: [(RowFault.CODE_MISSING, "code")]}


def firm(number: int) -> list[object]:
    return [f"虚构{number}号厂", a_code(number)]


HEAD = ["企业名称", "信用代码", "营业收入"]


def sheet_of(number: int, *title: str) -> list[list[object]]:
    return [[*title], HEAD, [f"虚构{number}号厂", a_code(number), number]]


@pytest.mark.parametrize(
    ("sheets", "hidden", "chosen"),
    [
        ({"旧表": sheet_of(501, "2025年"), "名单": sheet_of(502, "2025年")}, ["旧表"], ("名单",)),
        ({"旧表": sheet_of(501, "2025年")}, [], ("旧表",)),
        ({"2024年": sheet_of(501), "2025年": sheet_of(502)}, [], ("2024年",)),
        ({"甲": sheet_of(501, "单位：万元"), "乙": sheet_of(502, "单位：元")}, [], ("甲",)),
        ({"甲": sheet_of(501, "2025年"), "乙": sheet_of(502, "2025年1-9月")}, [], ("甲",)),
        ({"甲": sheet_of(501, "2025年"), "乙": sheet_of(502, "")}, [], ("甲", "乙")),
    ],
)
def test_sheets_of_another_year_part_or_unit_are_not_read_together_nor_hidden_ones_first(
    sheets: dict[str, list[list[object]]], hidden: list[str], chosen: tuple[str, ...]
) -> None:
    assert seen_in(read(a_book(sheets, hidden), "xlsx")).choices.sheets == chosen


def test_columns_that_only_a_later_sheet_has_are_read_too() -> None:
    first = [HEAD, ["虚构511号厂", a_code(511), 1]]
    second = [["企业名称", "信用代码", "营收（千元）"], ["虚构512号厂", a_code(512), 5000]]

    seen = seen_in(read(a_book({"甲": first, "乙": second}), "xlsx"))

    assert seen.choices.columns["营收（千元）"] == "revenue"
    assert [line.row.figures[2025]["revenue"] for line in seen.rows] == [1 * WAN, 500 * WAN]


# --- cells ----------------------------------------------------------------------------------------


def test_marks_of_foot_notes_are_no_figures_and_no_part_of_a_name() -> None:
    seen = see("of_marks")

    assert seen.counts == (1, 0, 0, 0, 2)
    assert seen.noted(RowNote.MARKED) == [3, 4, 5]
    one, two, three = (seen.at(number).row for number in (3, 4, 5))
    assert [row.name for row in (one, two, three)] == [
        "虚构321号厂", "虚构322号厂", "虚构323号厂",
    ]  # fmt: skip
    assert one.figures == {2025: {"tax": 12 * WAN, "revenue": 1234 * WAN, "staff": 56}}
    assert one.facts == {"legal_person": "虚某", "contact_phone": "13800000001"}
    assert two.figures == {2025: {"tax": 12 * WAN, "revenue": 1_234_567_500_000}}
    assert faults(seen) == {
        4: [(RowFault.UNREADABLE, "staff")],  # 5 6 may be two
        5: [(RowFault.UNREADABLE, "revenue")],  # 100 and 200 on two lines
    }
    assert seen.of(Aside.SIGNATURE) == [6]


@pytest.mark.parametrize("said", ["①234", "12½", "100\n200", "5 6", "12 34 56", "12**"])
def test_a_figure_that_holds_marks_or_two_figures_is_not_read(said: str) -> None:
    with pytest.raises(cells.Unread):
        cells.number(said)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2023/5/1 0:00", "2023-05-01"), ("2023-5-1 09:30:00", "2023-05-01"),
        ("2023/12/31 下午 3:05", "2023-12-31"), ("2023 年 5 月 1 日", "2023-05-01"),
        ("2023-05-01T00:00:00", "2023-05-01"), ("2023年5月①", "2023-05"),
    ],
)  # fmt: skip
def test_the_clock_behind_a_day_is_no_part_of_it(said: str, day: str) -> None:
    assert cells.day(said) == day


def test_a_former_name_is_left_out_and_what_became_of_a_firm_is_told_of() -> None:
    seen = see("of_names")

    assert [line.row.name for line in seen.rows] == [
        "虚构新名331号厂", "虚构332号厂（已注销）", "虚构333号厂（更名为虚构三三三厂）",
        "虚构334号厂（原料分厂）", "虚构335号厂",
    ]  # fmt: skip
    assert seen.noted(RowNote.FORMER_NAME) == [2, 6]
    assert seen.noted(RowNote.NAME_ASIDE) == [3, 4]
    founded = [line.row.facts.get("founded") for line in seen.rows]
    assert founded == ["2023-05-01", "2023-05-01", "2023-05-01", "1998-12", None]


def test_telephone_numbers_keep_whose_they_are_and_words_alone_are_none() -> None:
    seen = see("of_names")

    assert [line.row.facts.get("contact_phone") for line in seen.rows] == [
        "张三 13800000001、李四 13900000002", "办公室:000-1234567、王五13800000003",
        None, None, "0579-1234567转8",
    ]  # fmt: skip
    assert seen.noted(RowNote.LEFT_EMPTY) == [4, 5, 6]


@pytest.mark.parametrize("said", ["138****0001", "138********", "1.38E+10", "同前"])
def test_a_number_nobody_can_call_is_not_kept(said: str) -> None:
    with pytest.raises(cells.Unread):
        cells.phones(said)


def test_a_person_whose_name_is_hidden_is_left_out() -> None:
    seen = seen_in(
        read(
            a_sheet(["企业名称", "信用代码", "联系人"], ["虚构521号厂", a_code(521), "张**"]),
            "xlsx",
        )
    )

    assert "contact_name" not in seen.at(2).row.facts
    assert seen.noted(RowNote.LEFT_EMPTY) == [2]


def test_labels_merged_over_firms_are_each_ones_and_figures_are_nobodys() -> None:
    seen = see("of_merged_figures")

    assert seen.counts == (5, 0, 0, 0, 0)
    assert [line.row.figures[2025] for line in seen.rows] == [
        {"above_scale": True},
        {"above_scale": True},
        {"above_scale": True, "revenue": 800 * WAN, "acre_class": "A"},
        {"above_scale": False, "revenue": 700 * WAN, "acre_class": "B"},
        {"above_scale": False, "revenue": 600 * WAN, "acre_class": "B"},
    ]
    assert [line.row.facts.get("size") for line in seen.rows] == ["small", "small", *["micro"] * 3]
    high_tech = (Title("高新技术企业", 2023),)
    assert [line.row.titles for line in seen.rows] == [high_tech, high_tech, (), (), ()]
    assert seen.noted(RowNote.SHARED) == [2]


@pytest.mark.parametrize("said", ["未评价", "不参评", "暂缓评价"])
def test_a_firm_without_a_grade_is_taken_without_one(said: str) -> None:
    head = ["企业名称", "信用代码", "亩均评价"]
    seen = seen_in(read(a_sheet(head, ["虚构531号厂", a_code(531), said]), "xlsx"))

    assert (seen.counts, seen.at(2).row.figures) == ((1, 0, 0, 0, 0), {})


def test_a_signature_under_the_codes_heading_is_no_firm() -> None:
    rows = [["填表人：虚某", "联系电话：000-12345678"], ["", "审核单位（盖章）：虚构区经信局"]]
    seen = seen_in(read(a_sheet(HEAD[:2], ["虚构541号厂", a_code(541)], *rows), "xlsx"))

    assert (seen.counts, seen.of(Aside.SIGNATURE)) == ((1, 0, 0, 0, 0), [3, 4])


# --- texts ----------------------------------------------------------------------------------------


def test_a_text_exported_for_excel_is_read_as_excel_shows_it() -> None:
    seen = see("in_quoted_formulas", "csv")

    assert (seen.choices.head, seen.choices.unit, seen.counts) == ((2, 2), "元", (3, 0, 0, 0, 0))
    assert [line.row.name for line in seen.rows] == ["虚构371号厂", "虚构372号厂", "虚构373号厂"]
    assert [line.row.code for line in seen.rows] == [a_code(n) for n in (371, 372, 373)]
    assert [line.row.figures[2025]["revenue"] for line in seen.rows] == [
        123_456_780, 500_000, 800_000,
    ]  # fmt: skip
    assert [line.row.facts for line in seen.rows] == [
        {"contact_phone": "0571000001", "founded": "2023-05-01"},
        {"contact_phone": "013800000001", "founded": "2019-12-31"},
        {"founded": "2020"},
    ]


def test_a_row_parted_by_the_commas_of_its_amounts_is_a_fault_and_its_firm_not_missing() -> None:
    seen = see("with_loose_commas", "csv")

    assert seen.counts == (2, 0, 0, 0, 1)
    assert faults(seen) == {2: [(RowFault.TOO_WIDE, "")]}
    assert seen.at(2).row.code == a_code(381)
    assert seen.at(3).row.figures == {2025: {"revenue": 1234 * WAN, "staff": 56}}
    assert seen.at(4).row.figures == {2025: {"revenue": 999 * WAN, "staff": 56}}


def test_a_quote_left_open_refuses_the_text_and_names_the_row() -> None:
    with pytest.raises(Unreadable) as refused:
        see("with_a_quote_left_open", "csv")

    assert "第 2 行" in refused.value.fault.fault


def test_commas_in_a_cell_of_several_lines_are_no_open_quote() -> None:
    rows = [
        '企业名称,信用代码,"营业收入\n(万元,含税,快报数)",备注',
        f'虚构395号厂,{a_code(395)},5,"停产,\n搬迁,待定,已告知"',
    ]
    seen = seen_in(read("\n".join(rows).encode(), "csv"))

    assert (seen.counts, seen.at(3).row.figures) == (
        (1, 0, 0, 0, 0), {2025: {"revenue": 5 * WAN}},
    )  # fmt: skip


def test_empty_cells_and_rows_by_the_thousand_are_nothing() -> None:
    seen = seen_in(read(odd_lists.with_a_tail(5000, 300), "csv"))

    assert (seen.counts, seen.asides) == ((2, 0, 0, 0, 0), [])


def test_a_text_that_says_it_is_utf_8_is_read_as_nothing_else() -> None:
    broken = "\ufeff企业名称,信用代码\n".encode() + b"\xb9\xb9"

    with pytest.raises(Unreadable):
        read(broken, "csv")


# --- workbooks of other programs ------------------------------------------------------------------


@pytest.mark.parametrize("dimension", ["", "A1", "A1:B2", "A1:XFD1048576"])
def test_cells_without_places_are_read_whatever_the_sheet_says_of_its_size(dimension: str) -> None:
    seen = seen_in(read(odd_lists.without_places(dimension), "xlsx"))

    assert seen.at(2).row.facts == {"founded": "2023-05-01"}
    assert seen.at(2).row.figures == {2025: {"staff": 43}}
    assert seen.at(3).row.facts == {"founded": "2023-05-01"}
    assert faults(seen) == {3: [(RowFault.NO_VALUE, "staff")]}


def test_an_old_workbook_tells_of_errors_and_of_what_is_hidden_or_struck_through() -> None:
    tabs = read(odd_lists.of_pasted_errors(), "xls")
    seen = seen_in(tabs)

    assert seen.counts == (3, 0, 0, 0, 2)
    assert faults(seen) == {
        2: [(RowFault.NO_VALUE, "revenue")], 3: [(RowFault.NO_VALUE, "staff")],
    }  # fmt: skip
    assert seen.at(4).row.figures == {2025: {"revenue": 10 * WAN, "staff": 363}}
    assert (seen.noted(RowNote.STRUCK), seen.noted(RowNote.HIDDEN)) == ([5], [6])
    assert tabs[0][0].hidden_columns == (3,)


def test_a_short_old_workbook_tells_the_same_where_it_was_not_filled_up() -> None:
    whole = odd_lists.of_pasted_errors()
    filled = whole[512 : 512 + 4096]
    stream = filled.rstrip(b"\0") + bytes(3)  # its last record is 0A 00 00 00
    assert len(stream) < len(filled)

    short = odd_lists.in_small_sectors(stream)

    assert [tab for tab, _ in read(short, "xls")] == [tab for tab, _ in read(whole, "xls")]
    assert seen_in(read(short, "xls")).rows == seen_in(read(whole, "xls")).rows
    assert seen_in(read(short, "xls")).noted(RowNote.STRUCK) == [5]


@pytest.mark.parametrize("cut", [0, 3, 100, 511, 600, 1100, 3000, -700])
def test_what_is_no_whole_old_workbook_has_no_marks(cut: int) -> None:
    content = odd_lists.of_pasted_errors()[: cut or None]

    found = old_marks.marked(content if cut else content.replace(b"W\0o\0r\0k", b"B\0o\0o\0k"))

    assert not found or set(found) == {"Sheet1"}


def test_text_in_several_runs_is_one_text_and_what_is_read_over_it_none() -> None:
    row = see("of_rich_text").at(2).row

    assert (row.name, row.code) == ("虚构441号厂", a_code(441))


def test_days_counted_from_1904_are_the_days_they_show() -> None:
    assert see("of_1904").at(2).row.facts == {"founded": "2023-05-01"}


def test_a_workbook_whose_texts_are_gone_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        see("without_shared_strings")

    assert refused.value.fault.remedy == "用表格软件重新另存为 xlsx 后重试"


def test_rows_and_columns_of_formulas_without_values_are_faults_wherever_they_stand() -> None:
    one = "<row><c t='inlineStr'><is><t>虚构551号厂</t></is></c><c t='inlineStr'><is><t>%s</t></is></c>"
    head = "".join(f"<c t='inlineStr'><is><t>{word}</t></is></c>" for word in HEAD)
    rows = f"<row>{head}</row>{one % a_code(551)}<c><f>1+1</f></c></row>"
    rows += "<row><c><f>A9</f></c><c><f>B9</f></c><c><f>C9</f></c></row>"

    seen = seen_in(read(odd_lists.written(f"<sheetData>{rows}</sheetData>"), "xlsx"))

    assert faults(seen) == {
        2: [(RowFault.NO_VALUE, "revenue")],
        3: [(RowFault.NO_VALUE, field) for field in ("name", "code", "revenue")],
    }


def test_of_a_list_with_a_row_for_each_year_only_the_chosen_years_rows_are_taken() -> None:
    head = ["年度", "企业名称", "信用代码", "营业收入（万元）"]
    said = [("2023年", 100), (2024, 110), ("2025", 120), ("2025年1-6月", 60)]
    firms = [[year, "1.虚构571号厂", a_code(571), figure] for year, figure in said]
    rows = [head, *firms, ["2025年度", "（2）虚构572号厂", a_code(572), 7]]
    tabs = read(a_sheet(*rows), "xlsx")
    seen = seen_in(tabs)

    assert seen.choices.year == 2025
    assert seen.counts == (2, 0, 0, 0, 3)
    assert faults(seen) == {row: [(RowFault.OTHER_YEAR, "year")] for row in (2, 3, 5)}
    assert seen.at(4).row.figures == {2025: {"revenue": 120 * WAN}}
    assert [seen.at(row).row.name for row in (4, 6)] == ["虚构571号厂", "虚构572号厂"]
    [(tab, lines)] = tabs
    sheet = Sheet(tab, lines, len(lines))
    assert (found := heads.find(sheet)) is not None
    assert choosing.year_of_rows(sheet, found) == 2025


def test_a_column_of_years_without_figures_leaves_no_row_out() -> None:
    head = ["年度", "企业名称", "信用代码", "证书编号"]
    seen = seen_in(read(a_sheet(head, [2022, "虚构581号厂", a_code(581), "GR1"]), "xlsx"))

    assert (seen.choices.columns["年度"], seen.counts) == ("", (1, 0, 0, 0, 0))


def test_two_firms_of_one_code_are_told_with_what_differs() -> None:
    rows = [["虚构561号厂", a_code(561), 1], ["虚构561号厂一分厂", a_code(561), 1]]
    seen = seen_in(read(a_sheet(HEAD, *rows), "xlsx"))

    assert seen.counts == (1, 0, 0, 1, 0)
    assert (seen.at(3).first, seen.at(3).differs) == (("Sheet1", 2), ("name",))


def test_choosing_says_what_keeps_sheets_apart() -> None:
    tabs = read(
        a_book({"甲": sheet_of(501, "单位：万元"), "乙": sheet_of(502, "单位：元")}), "xlsx"
    )
    found = {tab.name: heads.find(Sheet(tab, lines, len(lines))) for tab, lines in tabs}

    assert choosing.apart({name: head for name, head in found.items() if head}) == (
        "unit", {"甲": "万元", "乙": "元"},
    )  # fmt: skip


def test_what_is_wrong_stands_beside_the_list_however_far_its_formats_reach() -> None:
    book = Workbook()
    page = book.active
    page.title = "名单"
    page.append(["企业名称", "备注", ""])
    page.merge_cells("B1:C1")
    page.cell(2, 1, "=1+1").data_type = "s"
    page.cell(2, 900).fill = PatternFill("solid", fgColor="FFFF00")
    out = BytesIO()
    book.save(out)

    back = load_workbook(BytesIO(with_problems(out.getvalue(), {"名单": {2: "新增："}}, 1)))["名单"]

    assert (back["D1"].value, back["D2"].value) == ("导入问题", "新增：")
    assert (back["A2"].value, back["A2"].data_type) == ("=1+1", "s")
