"""Lists of invented firms as a county's offices hand them on: each with traps that others do not have."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
import xlwt

from tests.support.messy_lists import a_code


def parted_by_tabs() -> bytes:
    """GB 18030, saved as .csv by a program that parts by tabs: unquoted amounts hold commas."""
    rows = [
        "虚构县纳税大户（2025年度，金额单位：元，含税）",
        "",
        "序号\t单位名称\t纳税人识别号\t乡镇\t销售收入(元,不含税)\t入库税收\t手机\t备注",
        f"1\t虚构101号阀门厂\t'{a_code(101)}\t石帆乡\t12,345,678.90\t-1,200.5\t'13800000101\t",
        f"2\t虚构102号轴承厂\t{a_code(102)}\t石帆乡\t5,000,000\t1,2345,6789\t1.38E+10\t已核,无误",
        f"3\t虚构103号五金厂\t{a_code(103)}\t南桥镇\t1,5\t0\t0755-0000103\t",
        f"4\t虚构104号五金厂\t{a_code(104)}\t南桥镇\t1.2E+07\t-\t\t",
        "\t\t\t南桥镇小计\t17,345,678.90\t\t\t",
        "5\t虚构105号五金厂\t9.19E+17\t南桥镇\t8,000\t0\t\t",
    ]
    return "\r\n".join(rows).encode("gb18030")


def in_semicolons() -> bytes:
    """UTF-8 with its mark: decimal commas nowhere, commas in every amount, notes over several lines."""
    rows = [
        "企业名称;统一代码;营业收入（万元）;是否规上;备注",
        f"虚构111号厂;{a_code(111)};1,234.5;√;",
        f'虚构112号厂;{a_code(112)};2,345;×;"停产,\n复产时间待定;\n已告知"',
        f"虚构113号厂;{a_code(113)};3,456;;",
        f"虚构114号厂;{a_code(114)};4,567;否;",
        f"虚构115号厂;{a_code(115)};5,678;○;",
    ]
    return ("\ufeff" + "\n".join(rows)).encode()


def unicode_text() -> bytes:
    """As Excel writes “Unicode text”: UTF-16, tabs, what holds a comma or a line break in quotes."""
    rows = [
        [
            "序号",
            "企业名称",
            "统一社会信用代码",
            "所在乡镇",
            "营业收入（万元）",
            "从业人员（人）",
            "成立时间",
        ],
        ["1", "虚构121号厂", a_code(121), "碧湖镇", '"3,200.50"', '"1,120"', "2025.3"],
        ["2", '"虚构122号厂\n（一车间）"', a_code(122), "碧湖镇", "1.2亿", "85人", "2025年10月"],
        ["3", "虚构123号厂", a_code(123), "碧湖镇", "3200万", "八十", "2019.10"],
        ["4", "虚构124号厂", a_code(124), "碧湖镇", "约3000", "12", "三年前"],
        ["", "合  计", "", "", '"18,400.50"', "", ""],
    ]
    return "\r\n".join("\t".join(row) for row in rows).encode("utf-16")


def of_wps() -> bytes:
    """BIFF: three rows of head, one more of units, townships merged down, days, checks, a hidden sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    hidden = book.add_sheet("旧表")
    hidden.visibility = 1
    hidden.write(0, 0, "作废")
    page = book.add_sheet("Sheet1 (2)")
    day = xlwt.easyxf(num_format_str="yyyy/m/d")
    page.write_merge(0, 0, 0, 7, "虚构县规上工业企业运行情况（2025年）")
    for at, title in enumerate(("序号", "乡镇街道", "企业名称", "统一社会信用代码")):
        page.write_merge(1, 3, at, at, title)
    page.write_merge(1, 1, 4, 7, "2025年主要指标")
    page.write_merge(2, 2, 4, 5, "经营")
    page.write_merge(2, 2, 6, 7, "要素")
    for at, title in enumerate(("营业收入", "税收", "平均用工人数", "用电量"), start=4):
        page.write(3, at, title)
    for at, unit in enumerate(("万元", "元", "人", "千瓦时"), start=4):
        page.write(4, at, unit)
    page.write_merge(5, 7, 1, 1, "碧湖镇")
    page.write_merge(9, 10, 1, 1, "大港头镇")
    for row, number in ((5, 131), (6, 132), (7, 133), (9, 134), (10, 135)):
        page.write(row, 0, number - 130)
        page.write(row, 2, f"虚构{number}号厂")
        page.write(row, 3, a_code(number))
        for at, figure in enumerate(
            (number * 10, number * 10_000, number, number * 1_000), start=4
        ):
            page.write(row, at, figure)
    page.write(8, 2, "小计")
    page.write(8, 4, 3960)
    page.write(12, 2, "统计负责人（签字）：虚某")
    page.write(12, 5, date(2026, 1, 15), day)
    return _saved(book)


def _saved(book: xlwt.Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def units_of_their_own() -> bytes:
    """Every amount's heading says its unit in a way of its own; the title says that of electricity."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        page.write(0, 0, "虚经信〔2024〕12号附件")
        page.write(1, 0, "虚构县工业企业年报（2025年）  单位：千元、千瓦时")
        page.write(2, 0, "填报日期：2026年1月10日")
        page.write_row(3, 0, [
            "企业名称", "统一社会信用代码", "上年营业收入", "营业收入万元", "利润总额（万元）",
            "工业总产值（人民币元）", "亩均税收（万元/亩）", "实缴税金（万）", "研发人员（人）",
            "研发投入强度（%）", "研发费用", "职工薪酬（万元）", "职工人数", "用电户号", "用电量",
        ])  # fmt: skip
        page.write_row(4, 0, [
            "虚构141号厂", a_code(141), 7000, 8000, 500, 90_000_000, 35, 12.5, 9, 0.05, 400, 600, 77,
            "3300012345678", 350_000,
        ])  # fmt: skip
        page.write_row(5, 0, ["虚构142号厂", a_code(142), *[""] * 7, "5%"])
    return stream.getvalue()


def of_ten_months() -> bytes:
    """The title says that all figures are of ten months, the headings do not."""
    return _sheet(
        [
            ["2025年1-10月规上工业企业主要指标（单位：万元）"],
            ["企业名称", "信用代码", "乡镇", "营业收入", "用工人数", "是否规上"],
            ["虚构151号厂", a_code(151), "碧湖镇", 5000, 60, "是"],
        ]
    )


def of_two_tables() -> bytes:
    """Under the first table stands another with a head in another order; then the first goes on."""
    head = ["序号", "企业名称", "统一社会信用代码", "营业收入（万元）", "税收（万元）"]
    other = ["序号", "企业名称", "统一社会信用代码", "税收（万元）", "营业收入（万元）"]
    return _sheet(
        [
            ["一、规上企业"],
            head,
            [1, "虚构161号厂", a_code(161), 9000, 90],
            ["合计", "", "", 9000, 90],
            ["二、规下企业"],
            other,
            [1, "虚构162号厂", a_code(162), 10, 1000],
            ["合计", "", "", 10, 1000],
            head,
            [2, "虚构163号厂", a_code(163), 3000, 30],
        ]
    )


def in_parts() -> bytes:
    """Two rows of head and the title on every page; blank columns between; sums and parts in the midst."""
    title = "虚构县企业一览表"
    upper = ["", "基本情况", "", "", "", "经济指标（万元）", ""]
    lower = ["序号", "企业名称", "统一社会信用代码", "属地", "", "营业收入", "研发费"]
    rows: list[list[Any]] = [
        [title], upper, lower,
        ["一、", "规上企业", "", "", "", 900, 90],
        [1, "虚构171号厂", a_code(171), "碧湖镇", "", 400, 40],
        [2, "虚构172号厂", a_code(172), "碧湖镇", "", 500, "50"],
        ["", "", "", "碧湖镇小计（2家）", "", 900, 90],
        [f"{title}（续表1）"], upper, lower,
        ["（二）", "规下企业", "", "", "", 30, 3],
        ["三", "虚构173号厂", "", "南桥镇", "", 10, 1],
        [4, "虚构174号厂", a_code(174), "南桥镇", "", 20, 2],
        ["", "其中：出口企业", "1家", "", "", 20, 2],
        ["", "平均", "", "", "", 310, 31],
        ["共4家", "", "", "", "", 930],
        ["审核（签章）：虚某", "", "制表：虚某"],
        ["2026年1月20日"],
    ]  # fmt: skip
    return _sheet(rows)


def of_workshops() -> bytes:
    """A firm with two workshops: its name and code are merged over both rows; others are struck out.

    Formulas hold a value or none, a row is filtered away, names stand in brackets of either width.
    """
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        struck = book.add_format({"font_strikeout": True})
        page = book.add_worksheet("Sheet1")
        page.write_row(
            0,
            0,
            ["乡镇", "企业名称", "统一社会信用代码", "主要产品", "用工人数", "营业收入（万元）"],
        )
        page.merge_range(1, 0, 3, 0, "碧湖镇")
        page.merge_range(1, 1, 2, 1, "虚构181号厂")
        page.merge_range(1, 2, 2, 2, a_code(181))
        page.write_row(1, 3, ["球阀", 30])
        page.write_row(2, 3, ["闸阀", 20])
        page.write_formula(1, 5, "=E2*100", None, 3000)
        page.write_row(3, 1, ["虚构（碧湖）182号厂", a_code(182), "轴承", 12, 800])
        for row, number in ((4, 183), (5, 184)):
            page.write_row(row, 0, ["南桥镇", f"虚构{number}号厂", a_code(number), "五金", 9, 70])
        page.write_row(4, 0, ["南桥镇", "虚构183号厂", a_code(183), "五金"], struck)
        page.write(5, 4, 9, struck)
        page.write_row(6, 0, ["南桥镇", "虚构(碧湖)182号厂", a_code(185), "五金", 9])
        page.set_row(6, None, None, {"hidden": True})
        page.write_row(7, 0, ["碧湖镇", "虚构(碧湖)182号厂", a_code(182), "轴承", 12, 800])
        page.write_row(8, 0, ["南桥镇", "虚构186号厂", a_code(186), "五金", 9])
        page.write_formula(8, 5, "=[1]外部!$A$1", None, "")
        page.autofilter(0, 0, 8, 5)
    return _without_empty_value(stream.getvalue())


def _without_empty_value(content: bytes) -> bytes:
    """The same workbook; a formula is there as programs write it that work nothing out."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(
                name,
                old.read(name).replace(b' t="str"><f>[1]', b"><f>[1]").replace(b"<v></v>", b""),
            )
    return stream.getvalue()


def far_down() -> bytes:
    """A hundred empty rows with colours, a head of two merged rows, half of the codes as figures."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        grey = book.add_format({"bg_color": "#eeeeee"})
        for row in range(100):
            page.write_blank(row, 0, None, grey)
        for at, title in ((1, "企业"), (2, "社会信用代码")):
            page.merge_range(100, at, 101, at, title)
        page.merge_range(100, 3, 100, 4, "2024年")
        page.merge_range(100, 5, 100, 6, "2025年")
        for at in (3, 5):
            page.write_row(101, at, ["营收（万元）", "用工人数"])
        page.write_row(102, 1, ["虚构191号厂", a_code(191), 100, 10, 110, 11])
        page.write_row(103, 1, ["虚构192号厂", 9.199e17, 200, 20, 220, 22])
        page.write_row(104, 1, ["虚构193号厂", "无", 300, 30, 330, 33])
    return stream.getvalue()


def of_two_sheets() -> bytes:
    """One head at another place of either sheet, codes in both, a chart between."""
    head = ["企业名称", "统一社会信用代码", "用工人数"]
    first = [
        ["规上名录（2025年）"],
        head,
        ["虚构201号厂", a_code(201), 1],
        ["虚构202号厂", a_code(202), 2],
    ]
    second = [
        ["规下名录（2025年）"], ["单位：万元、人"], ["用工人数", "统一社会信用代码", "企业名称"],
        [2, a_code(202).lower().replace("0", "０"), "虚构202号厂"], [3, a_code(203), "虚构203号厂"],
        [4, a_code(204)[:17] + "I", "虚构204号厂"], [5, a_code(205).replace("0", "O", 1), "虚构205号厂"],
    ]  # fmt: skip
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for name, rows in (("Sheet1", first), ("Sheet1 (2)", second)):
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$C$3:$C$4"})
        book.add_chartsheet("图").set_chart(chart)
    return stream.getvalue()


def of_titles() -> bytes:
    """Titles as somebody keeps them who also keeps who applies, who is prepared, who has lost it."""
    said = [
        "√",
        "2023",
        "省级2024",
        "申报中",
        "否，拟2026年申报",
        "已过期",
        "1200.5",
        "未认定",
        "",
        "GR202333000001",
    ]
    head = [
        "企业名称",
        "信用代码",
        "高新技术企业",
        "高新技术产品收入",
        "拟申报专精特新",
        "未来工厂",
        "认定时间",
    ]
    rows = [
        [f"虚构{number}号厂", a_code(number), said[number - 210], 99, "是", "", "2023-05"]
        for number in range(210, 220)
    ]
    rows[0][5] = "2024年"
    rows[1][5] = "培育对象"
    return _sheet([head, *rows])


def _sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return stream.getvalue()
