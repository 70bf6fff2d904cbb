"""Whose a list's columns and rows are where old, hidden or looked-up ones stand beside them."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from questionnaires.sheets.inside import Unreadable
from survey.rosters import cells
from survey.rosters.asides import Aside
from survey.tables import RowFault, RowNote
from tests.support.messy_lists import a_code
from tests.support.odd_lists import a_sheet
from tests.support.seen_lists import Seen, read, seen_in

WAN = 1_000_000
"""分 in 万元."""


def seen(*rows: list[Any]) -> Seen:
    return seen_in(read(a_sheet(*rows), "xlsx"))


def firm(number: int, *said: Any) -> list[Any]:
    return [f"虚构{number}号厂", a_code(number), *said]


def test_what_is_shown_is_proposed_before_what_a_sheet_hides() -> None:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        page.write_row(0, 0, ["企业名称", "信用代码", *["营业收入（万元）"] * 2, "手机"])
        page.write_row(1, 0, firm(651, 100, 200, "13800000001"))
        page.set_column(2, 2, None, None, {"hidden": True})
        page.set_column(4, 4, None, None, {"hidden": True})

    found = seen_in(read(stream.getvalue(), "xlsx"))

    assert found.at(2).row.figures == {2025: {"revenue": 200 * WAN}}
    assert found.at(2).row.facts == {"contact_phone": "13800000001"}


@pytest.mark.parametrize(
    "other", ["原信用代码", "母公司统一社会信用代码", "变更前信用代码", "集团信用代码"]
)
def test_a_former_code_or_another_bodys_is_not_the_firms(other: str) -> None:
    found = seen([other, "企业名称", "本企业信用代码"], [a_code(652), *firm(653)])

    assert found.at(2).row.code == a_code(653)


def test_of_several_columns_that_bear_a_name_the_usual_one_is_meant() -> None:
    head = ["企业名称", "纳税人识别号", "主营业务收入", "统一社会信用代码", "营业收入（万元）"]
    found = seen(head, ["虚构650号厂", "990001000000123", 1, a_code(650), 2])

    assert (found.counts, found.at(2).row.code) == ((1, 0, 0, 0, 0), a_code(650))
    assert found.at(2).row.figures == {2025: {"revenue": 2 * WAN}}


def test_a_nought_looked_up_where_nothing_stood_is_no_word() -> None:
    head = [
        "企业名称",
        "信用代码",
        "乡镇",
        "地址",
        "联系人",
        "联系电话",
        "主要产品",
        "资质",
        "行业",
        "用工人数",
    ]
    found = seen(head, firm(654, *[0] * 8), [0, a_code(655), *["0"] * 8])

    assert found.at(2).row.facts == {}
    assert found.at(2).row.titles == ()
    assert found.at(2).row.figures == {2025: {"staff": 0}}
    assert len([note for note in found.at(2).row.notes if note.code == RowNote.LEFT_EMPTY]) == 7
    assert [fault.code for fault in found.at(3).row.faults] == [RowFault.NAME_MISSING]


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("0571-8888888/9", ("0571-8888888/9",)), ("0571-8888888、13800000001", ("0571-8888888", "13800000001")),
        ("661234", ("661234",)), ("0571-1234567,8001", ("0571-1234567/8001",)),
    ],
)  # fmt: skip
def test_a_few_digits_behind_a_number_belong_to_it(said: str, numbers: tuple[str, ...]) -> None:
    assert cells.phones(said) == numbers


@pytest.mark.parametrize("said", ["1", "8001", "无/1"])
def test_a_few_digits_alone_are_no_number_to_call(said: str) -> None:
    with pytest.raises(cells.Unread):
        cells.phones(said)


@pytest.mark.parametrize("said", ["1905-07-07", "1905-07-17 00:00:00"])
def test_a_year_typed_into_a_cell_of_days_is_not_a_day_of_1905(said: str) -> None:
    with pytest.raises(cells.Unread):
        cells.day(said)
    assert cells.day("1912-07-07") == "1912-07-07"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("GB/T4754-2017 C3443", "3443"), ("2017版3443", "3443"), ("C3443（2017年版）", "3443"),
        ("3443 阀门和旋塞制造", "3443"), ("阀门和旋塞制造3443", "3443"), ("2022", "2022"), (3443.0, "3443"),
        ("通用设备制造业2025", None), ("通用设备制造业（34）", "34"),
    ],
)  # fmt: skip
def test_the_classifications_year_is_no_industry(said: Any, code: str | None) -> None:
    found = seen(["企业名称", "信用代码", "行业"], firm(656, said))

    assert found.at(2).row.facts.get("industry") == code


def test_a_townships_part_ends_with_its_sum() -> None:
    found = seen(
        ["序号", "企业名称", "信用代码"], ["东溪街道"], [1, *firm(657)], ["", "规上小计", "1家"],
        [2, *firm(658)], ["", "东溪街道合计", "2家"], ["区直属企业"], [1, *firm(659)],
    )  # fmt: skip

    assert [line.row.facts.get("township") for line in found.rows] == ["东溪街道", "东溪街道", None]


@pytest.mark.parametrize(
    "said",
    ["汇总", "Total", "合计（万元）", "SUM", "占比", "上年同期", "增长%", "全县汇总", "Subtotal"],
)
def test_a_sum_by_another_name_is_no_firm(said: str) -> None:
    found = seen(
        ["序号", "企业名称", "信用代码", "用工人数"], [1, *firm(660, 5)], ["", said, "", 5]
    )

    assert (found.counts, found.of(Aside.TOTAL)) == ((1, 0, 0, 0, 0), [3])


def test_a_name_that_goes_on_in_the_next_row_is_not_cut_there() -> None:
    found = seen(
        ["序号", "企业名称", "信用代码", "用工人数"],
        [1, "虚构某某阀门制造", a_code(664), 5], ["", "有限公司"], [2, *firm(665, 6)],
        [3, "NA", a_code(666), 7], ["", "虚构无码阀门制造有限公司"],
    )  # fmt: skip

    told = {line.row.number: [f.code for f in line.row.faults] for line in found.rows}
    assert told == {
        2: [RowFault.NAME_PARTED], 3: [RowFault.CODE_MISSING], 4: [], 5: [], 6: [RowFault.CODE_MISSING],
    }  # fmt: skip
    assert found.at(2).row.faults[0].values == {"shown": "有限公司", "row": 3}


def test_a_line_of_business_in_words_proposes_the_trade_after_code_and_products() -> None:
    found = seen(
        ["企业名称", "信用代码", "行业", "主要产品"],
        firm(671, "阀门", ""),
        firm(672, "轴承、齿轮和传动部件制造", ""),
        firm(673, "金属制品业", ""),
        firm(674, "3443 阀门和旋塞制造", "轴承座"),
        firm(675, "通用设备制造业", "铜阀"),
        firm(676, "金属制品业", "闸阀"),
        firm(677, "通用设备制造业", ""),
    )

    proposed = [(line.row.trade, line.row.told) for line in found.rows]
    assert proposed[:-1] == [
        ("valve", True), ("bearing", True), ("metal_products", True),
        ("valve", True), ("valve", True), ("valve", True),
    ]  # fmt: skip
    assert not proposed[-1][1]  # the officer's choice for the whole list, and said to be that


def test_a_strict_workbook_is_read_as_any_other() -> None:
    main, linked = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )
    strict = (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    stream = BytesIO()
    usual = a_sheet(["企业名称", "信用代码", "用工人数"], firm(661, 5))
    with zipfile.ZipFile(BytesIO(usual)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            said = old.read(name).replace(main, strict[0]).replace(linked, strict[1])
            new.writestr(name, said)

    found = seen_in(read(stream.getvalue(), "xlsx"))

    assert (found.counts, found.at(2).row.figures) == ((1, 0, 0, 0, 0), {2025: {"staff": 5}})


def test_a_text_of_two_encodings_is_refused_with_its_row() -> None:
    one = f"企业名称,信用代码,用工人数\r\n虚构甲厂,{a_code(662)},1\r\n".encode("gb18030")
    other = f"虚构乙五金厂,{a_code(663)},2\r\n".encode()
    assert (one + other).decode("gb18030")  # it could be read, as other words

    with pytest.raises(Unreadable) as refused:
        read(one + other, "csv")

    assert "第 3 行" in refused.value.fault.fault
    assert [len(lines) for _, lines in read(one, "csv")] == [2]
