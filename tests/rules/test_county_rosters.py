"""Lists of firms as a county's offices hand them on: what each must show, and what none may be taken for."""

from __future__ import annotations

from typing import Any

import pytest

from questionnaires.sheets.lists import Line, Sheet, Tab
from survey.rosters import cells, heads
from survey.rosters.asides import Aside
from survey.rosters.columns import Heading, field_of
from survey.rosters.proposing import proposed
from survey.rosters.rows import Title
from survey.rosters.units import unit_in
from survey.tables import RowFault, RowNote
from tests.support import county_lists
from tests.support.messy_lists import a_code
from tests.support.seen_lists import Seen, read, seen_in

WAN = 1_000_000
"""分 in 万元."""


def see(name: str, kind: str = "xlsx") -> Seen:
    return seen_in(read(getattr(county_lists, name)(), kind))


def faults(seen: Seen) -> dict[int, list[tuple[RowFault | RowNote, str]]]:
    """What stops rows, by row and field."""
    return {
        line.row.number: [(fault.code, fault.field) for fault in line.row.faults]
        for line in seen.rows
        if line.row.faults
    }


def test_a_csv_parted_by_tabs_keeps_the_commas_of_its_amounts() -> None:
    seen = see("parted_by_tabs", "csv")

    assert (seen.choices.head, seen.choices.unit, seen.choices.year) == ((3, 3), "元", 2025)
    assert seen.counts == (2, 0, 0, 0, 3)
    assert seen.of(Aside.TOTAL) == [8]
    assert seen.at(4).row.figures == {2025: {"revenue": 1_234_567_890, "tax": -120_050}}
    assert seen.at(4).row.facts["contact_phone"] == "13800000101"
    assert seen.at(5).row.figures == {2025: {"revenue": 500 * WAN, "tax": 12_345_678_900}}
    assert faults(seen) == {
        6: [(RowFault.UNREADABLE, "revenue")],  # 1,5 may be 1.5
        7: [(RowFault.UNREADABLE, "revenue")],  # 1.2E+07 has lost its figures
        9: [(RowFault.CODE_AS_NUMBER, "code")],
    }


def test_a_telephone_number_that_became_a_figure_is_left_out_and_told_of() -> None:
    row = see("parted_by_tabs", "csv").at(5).row

    assert "contact_phone" not in row.facts
    told = [note.values["shown"] for note in row.notes if note.code == RowNote.LEFT_EMPTY]
    assert told == ["1.38E+10"]


def test_notes_over_several_lines_leave_row_numbers_those_of_the_file() -> None:
    seen = see("in_semicolons", "csv")

    assert [line.row.number for line in seen.rows] == [2, 3, 6, 7, 8]
    assert seen.counts == (4, 0, 0, 0, 1)
    above = {line.row.number: line.row.figures[2025].get("above_scale") for line in seen.rows}
    assert above == {2: True, 3: False, 6: None, 7: False, 8: None}
    assert faults(seen) == {8: [(RowFault.UNREADABLE, "above_scale")]}


def test_unicode_text_of_a_spreadsheet_is_read_as_its_cells_stood() -> None:
    seen = see("unicode_text", "csv")

    assert seen.counts == (2, 0, 0, 0, 2)
    assert seen.of(Aside.TOTAL) == [7]
    one, two = seen.at(2).row, seen.at(3).row
    assert one.figures == {2025: {"revenue": 3_200_500_000, "staff": 1120}}
    assert (two.name, two.figures[2025]) == (
        "虚构122号厂（一车间）", {"revenue": 12_000 * WAN, "staff": 85},
    )  # fmt: skip
    founded = [seen.at(n).row.facts.get("founded") for n in (2, 3, 5, 6)]
    assert founded == ["2025-03", "2025-10", "2019-10", None]
    assert faults(seen) == {
        5: [(RowFault.UNREADABLE, "staff")], 6: [(RowFault.UNREADABLE, "revenue")],
    }  # fmt: skip


def test_three_rows_of_head_over_a_row_of_units_in_an_old_workbook() -> None:
    seen = see("of_wps", "xls")

    assert (seen.choices.sheets, seen.choices.head) == (("Sheet1 (2)",), (2, 5))
    assert seen.counts == (5, 0, 0, 0, 0)
    assert (seen.of(Aside.TOTAL), seen.of(Aside.SIGNATURE)) == ([9], [13])
    townships = [line.row.facts["township"] for line in seen.rows]
    assert townships == ["碧湖镇"] * 3 + ["大港头镇"] * 2
    assert seen.at(6).row.figures == {
        2025: {"revenue": 1310 * WAN, "tax": 131 * WAN, "staff": 131, "electricity": 131_000}
    }


def test_every_amount_is_read_in_the_unit_its_heading_or_the_title_says() -> None:
    seen = see("units_of_their_own")

    assert (seen.choices.unit, seen.choices.year) == ("千元", 2025)  # of 2025, not of a document
    assert {heading: key for heading, key in seen.choices.columns.items() if key} == {
        "企业名称": "name", "统一社会信用代码": "code", "营业收入万元": "revenue",
        "工业总产值（人民币元）": "output", "实缴税金（万）": "tax", "研发费用": "research",
        "职工人数": "staff", "用电量": "electricity",
    }  # fmt: skip
    assert seen.at(5).row.figures == {
        2025: {
            "revenue": 8000 * WAN,
            "output": 9000 * WAN,
            "tax": 12_500_000,
            "research": 40 * WAN,
            "staff": 77,
            "electricity": 350_000,
        }
    }
    assert (seen.counts, seen.at(6).row.figures) == ((2, 0, 0, 0, 0), {})


def test_amounts_of_part_of_a_year_are_not_taken_for_the_years() -> None:
    seen = see("of_ten_months")

    assert seen.choices.columns["营业收入"] == ""
    assert seen.at(3).row.figures == {2025: {"staff": 60, "above_scale": True}}


def test_rows_under_another_tables_head_are_faults_until_the_first_head_stands_again() -> None:
    seen = see("of_two_tables")

    assert seen.counts == (2, 0, 0, 0, 1)
    assert faults(seen) == {7: [(RowFault.OTHER_HEAD, "")]}
    assert seen.at(7).row.faults[0].values == {"row": 6}
    assert (seen.of(Aside.HEADING), seen.of(Aside.TOTAL)) == ([5, 6, 9], [4, 8])
    assert seen.at(10).row.figures == {2025: {"revenue": 3000 * WAN, "tax": 30 * WAN}}


def test_parts_pages_and_sums_of_a_printed_list_are_no_firms() -> None:
    seen = see("in_parts")

    assert seen.counts == (3, 0, 0, 0, 1)
    assert faults(seen) == {12: [(RowFault.CODE_MISSING, "code")]}  # numbered 三, and still a firm
    assert seen.of(Aside.HEADING) == [4, 8, 9, 10, 11]
    assert seen.of(Aside.TOTAL) == [7, 14, 15, 16]
    assert seen.of(Aside.SIGNATURE) == [17, 18]
    assert seen.at(6).row.figures == {2025: {"revenue": 500 * WAN, "research": 50 * WAN}}


def test_a_firm_merged_over_its_workshops_is_one_firm_and_a_duplicate() -> None:
    seen = see("of_workshops")

    assert seen.counts == (5, 0, 0, 2, 1)
    double, other = seen.at(3), seen.at(8)
    assert (double.row.name, double.row.code) == ("虚构181号厂", a_code(181))
    assert (double.first, double.differs) == (("Sheet1", 2), ("products", "staff", "revenue"))
    assert (other.first, other.differs) == (("Sheet1", 4), ())  # but for the width of its brackets
    assert [seen.at(n).row.facts["township"] for n in (2, 3, 4)] == ["碧湖镇"] * 3
    assert seen.noted(RowNote.SAME_NAME) == [7]
    assert seen.at(2).row.figures[2025]["revenue"] == 3000 * WAN
    assert faults(seen) == {9: [(RowFault.NO_VALUE, "revenue")]}


def test_rows_struck_through_or_filtered_away_are_read_and_told_of() -> None:
    seen = see("of_workshops")

    assert seen.noted(RowNote.STRUCK) == [5]  # one figure struck, as in row 6, is a figure's matter
    assert seen.noted(RowNote.HIDDEN) == [7]


def test_a_list_may_begin_a_hundred_rows_down() -> None:
    seen = see("far_down")

    assert (seen.choices.head, seen.choices.first) == ((101, 102), 103)
    assert seen.counts == (1, 0, 0, 0, 2)
    assert seen.at(103).row.figures == {
        2024: {"revenue": 100 * WAN, "staff": 10}, 2025: {"revenue": 110 * WAN, "staff": 11},
    }  # fmt: skip
    assert faults(seen) == {
        104: [(RowFault.CODE_AS_NUMBER, "code")], 105: [(RowFault.CODE_MISSING, "code")],
    }  # fmt: skip


def test_each_sheet_is_read_by_its_own_head_wherever_that_stands() -> None:
    seen = see("of_two_sheets")

    assert seen.choices.sheets == ("Sheet1", "Sheet1 (2)")
    assert seen.counts == (3, 0, 0, 1, 2)
    double = seen.at(4, "Sheet1 (2)")
    assert (double.first, double.differs) == (("Sheet1", 4), ())
    assert seen.at(5, "Sheet1 (2)").row.name == "虚构203号厂"
    wrong = [seen.at(n, "Sheet1 (2)").row.faults[0] for n in (6, 7)]
    assert [fault.code for fault in wrong] == [RowFault.CODE_WRONG] * 2
    assert all("没有 I、O" in fault.values["why"] for fault in wrong)


def test_a_title_somebody_wants_or_lost_is_not_one_it_holds() -> None:
    seen = see("of_titles")

    assert seen.counts == (10, 0, 0, 0, 0)
    assert {key for key in seen.choices.columns.values() if key} == {
        "name", "code", "high_tech", "future_factory",
    }  # fmt: skip
    held = {line.row.number: line.row.titles for line in seen.rows if line.row.titles}
    assert held == {
        2: (Title("高新技术企业"),),
        3: (Title("高新技术企业", 2023),),
        4: (Title("高新技术企业", 2024, "省级"),),
        11: (Title("高新技术企业", 2023),),
    }
    assert seen.at(2).row.recognitions == (Title("未来工厂", 2024),)
    assert seen.at(3).row.recognitions == ()
    told = [n.values["shown"] for n in (note for r in seen.rows for note in r.row.notes)
            if n.code == RowNote.LEFT_EMPTY]  # fmt: skip
    assert told == ["培育对象", "申报中", "否，拟2026年申报", "已过期", "1200.5", "未认定"]


@pytest.mark.parametrize(
    ("row", "aside"),
    [
        (["", "单位负责人（签章）：虚某", "", "填表人：虚某"], Aside.SIGNATURE),
        (["审核：", "", "制表：", ""], Aside.SIGNATURE),
        (["", "联系人：虚某　电话：000-1"], Aside.SIGNATURE),
        (["", "2026年1月20日"], Aside.SIGNATURE),
        (["", "填报时间：2026.1.20"], Aside.SIGNATURE),
        (["", "本页合计（12家）", "", 900], Aside.TOTAL),
        (["", "共12家企业", "", 900], Aside.TOTAL),
        (["", "", "南桥镇合计", 900], Aside.TOTAL),
        (["", "其中：规上企业", "", 900], Aside.TOTAL),
        (["", "平均值", "", 75], Aside.TOTAL),
        (["一", "规上企业", "", 900], Aside.HEADING),
        (["", "（二）规下企业", "", 900], Aside.HEADING),
        (["", "企业名称"], Aside.HEADING),
        (["甲", "乙", "丙", "1"], Aside.HEADING),
        ([13], Aside.BLANK),
        (["", "虚构平均阀门厂", "", 75], None),
        (["一", "虚构一分厂", "", 75], None),
        (["", "虚构总计衡器有限公司", "", 75], None),
        (["", "", "南桥镇", 75], None),
    ],
)
def test_a_row_of_no_firm_is_told_by_what_it_says_and_one_without_its_code_is_a_fault(
    row: list[Any], aside: Aside | None
) -> None:
    head = ["序号", "企业名称", "信用代码", "营业收入"]
    sure = [1, "虚构220号厂", a_code(220), 1]
    lines = [Line(1, head), Line(2, sure), Line(3, row)]

    seen = seen_in([(Tab("名单"), lines)])

    assert [one.aside for one in seen.asides] == ([aside] if aside else [])
    assert seen.counts == (1, 0, 0, 0, 0 if aside else 1)


# --- headings -------------------------------------------------------------------------------------


def heading(*parts: str) -> Heading:
    return Heading("｜".join(parts), parts, unit_in(parts[-1]))


@pytest.mark.parametrize(
    "said",
    [
        "亩均税收（万元/亩）", "研发人员", "研发机构级别", "研发费用占营业收入比重（%）", "研发强度",
        "上年营业收入", "新产品销售收入", "其他业务收入", "其中：出口销售收入", "人均产值",
        "高新技术产品收入", "是否在高新区", "是否拟申报高新", "专精特新培育对象", "绿色电力",
        "用电户号", "职工平均工资", "大专以上员工数", "工业互联网平台", "新产品产值",
        "镇街联系人", "原企业名称", "规上入库时间", "亩均评价得分", "认定文号", "联系人微信",
        "数字化车间投资（万元）", "2025年上半年营业收入", "出口额（万美元）",
    ],
)  # fmt: skip
def test_a_heading_that_only_holds_a_word_of_a_field_is_not_taken_for_it(said: str) -> None:
    found = field_of(heading(said))

    assert found is None, found


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("联系人手机号码", "contact_phone"), ("法人联系电话", "owner_phone"),
        ("从业人员期末人数", "staff"), ("2025年度亩均效益综合评价结果", "acre_class"),
        ("亩均评价（2025年度）", "acre_class"), ("其中：研发费用（万元）", "research"),
        ("统一社会信用代码/注册号", "code"), ("企 业 名 称", "name"), ("单位名称（公章）", "name"),
        ("2025年1-12月营业收入", "revenue"), ("高新技术企业认定时间", "high_tech"),
        ("全年用电量（万度）", "electricity"), ("所属街道/乡镇", "township"),
        ("邮箱地址", "contact_mail"),
        ("研发（万元）", "research"),
        ("用电（万度）", "electricity"),
    ],
)  # fmt: skip
def test_a_heading_is_known_in_many_dresses(said: str, key: str) -> None:
    found = field_of(heading(said))

    assert found is not None
    assert found.key == key


def test_what_a_thing_is_called_comes_before_what_holds_a_word_of_it() -> None:
    said = ["注册地址", "生产地址", "行业小类名称", "行业小类代码", "产品及营业收入", "营业收入"]

    found = proposed([heading(one) for one in said])

    assert found == {
        "注册地址": "", "生产地址": "address", "行业小类名称": "", "行业小类代码": "industry",
        "产品及营业收入": "", "营业收入": "revenue",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("营业收入（万元）", "万元"), ("营业收入万元", "万元"), ("税金（人民币元）", "元"),
        ("营收（亿）", "亿元"), ("单位：万元、人", "万元"), ("计量单位：千元/人", "千元"),
        ("单位：元、万元", ""), ("用电量千瓦时", "千瓦时"), ("多元化经营", ""), ("出口（万美元）", ""),
    ],
)  # fmt: skip
def test_a_unit_is_read_where_one_is_said_and_never_one_of_two(said: str, unit: str) -> None:
    assert unit_in(said) == unit


@pytest.mark.parametrize(
    ("title", "year", "part"),
    [
        ("2025年规上企业名录", 2025, ""), ("虚经信〔2024〕12号　2025年名录", 2025, ""),
        ("2025年1-10月主要指标", 2025, "1-10月"), ("2025年前三季度情况", 2025, "前三季度"),
        ("2025年上半年", 2025, "上半年"), ("2025年1-12月", 2025, ""), ("2025年12月", 2025, ""),
        ("截至2025年10月31日名录", 2025, ""), ("填报日期：2026年1月10日", None, ""),
        ("规上企业名录(2025)", 2025, ""),
    ],
)  # fmt: skip
def test_a_title_says_of_which_year_and_of_which_part_of_it(
    title: str, year: int | None, part: str
) -> None:
    lines = [Line(1, [title]), Line(2, ["企业名称", "信用代码", "营业收入"])]

    head = heads.find(Sheet(Tab("名单"), lines, 2))

    assert head is not None
    assert (head.year, head.part) == (year, part)


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["1,5", "12,34", "1,23,456", "(1,234)", "3.2E+08", "1.2.3", "5%"])
def test_a_number_of_which_two_readings_are_possible_is_not_read(said: str) -> None:
    with pytest.raises(cells.Unread):
        cells.number(said)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("1,234.5", "1234.5"),
        ("1,2345,6789", "123456789"),
        ("’1234", "1234"),
        ("¥１，２３４", "1234"),
    ],
)
def test_digits_parted_in_threes_or_fours_are_one_number(said: str, number: str) -> None:
    assert str(cells.number(said)) == number


@pytest.mark.parametrize(
    ("said", "above"),
    [
        ("√", True),
        ("规上工业", True),
        ("✕", False),
        ("╳", False),
        ("规下企业", False),
        ("", None),
        (0, False),
    ],
)
def test_above_scale_is_said_in_many_signs(said: Any, above: bool | None) -> None:
    assert cells.truth(said) is above


@pytest.mark.parametrize("said", ["nan", "NaN", "None", "null", "NULL", "—", "暂无"])
def test_what_programs_and_people_write_for_nothing_is_nothing(said: str) -> None:
    assert (cells.number(said), cells.words(said), cells.day(said)) == (None, "", None)
