"""Lists of invented firms as they are laid out to be printed: pages, notes, sums, tables side by side."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import xlsxwriter

from tests.support.messy_lists import a_code

FULL = str.maketrans("0123456789MA", "０１２３４５６７８９ＭＡ")
HEAD = [
    "企业名称",
    "统一社会信用代码",
    "",
    "所在街道",
    "年营业收入",
    "增速",
    "职工人数",
    "成立年份",
]


def in_pages() -> bytes:
    """A pivot first; then pages with their head, sums by township, foot notes and page numbers.

    The first column is blank, so is one in the midst; a column is hidden. Years are days that only show
    their year, shares are percent cells, codes are written in full-width letters, amounts are text with
    separators; formulas hold the error they came to.
    """
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        pivot = book.add_worksheet("透视表")
        pivot.write_row(0, 0, ["年度", "(全部)"])
        pivot.write_row(2, 0, ["行标签", "计数项:企业名称", "求和项:年营业收入"])
        pivot.write_row(3, 0, ["东溪街道", 2, 12345.6])
        pivot.write_row(4, 0, ["总计", 5, 23456.7])
        page = book.add_worksheet("名录")
        page.set_column(4, 4, None, None, {"hidden": True})
        year = book.add_format({"num_format": 'yyyy"年"'})
        share = book.add_format({"num_format": "0.0%"})
        page.merge_range(0, 1, 0, 8, "虚构区规模以下工业企业名录（2025年度，单位：万元）")
        for top in (2, 8):
            page.write_row(top, 1, HEAD)
        for row, number in ((3, 51), (4, 52), (9, 53), (10, 54), (11, 55)):
            page.write(row, 1, f"虚构{number}号金属制品厂")
            page.write(row, 2, a_code(number).translate(FULL))
            page.write(row, 4, "东溪街道" if row < 5 else "南桥镇")
            page.write(row, 6, 0.125, share)
            page.write(row, 7, f"{number} 人")
            page.write_datetime(row, 8, date(2015, 1, 1), year)
        page.write(3, 5, "12，345.60")
        page.write(4, 5, "1 234")
        page.write_formula(9, 5, "=VLOOKUP(B10,X:Y,2,0)", None, "#N/A")
        page.write(10, 5, 800)
        page.write_formula(11, 5, "=F11*2", None, 1600)
        page.write_row(5, 1, ["东溪街道小计", "2 家", "", "", 13579.6])
        page.write(6, 1, "第 1 页，共 2 页")
        page.write_row(12, 1, ["南桥镇合计：3家", "", "", "", 2400])
        page.write(13, 1, "注1：营业收入为快报数，2024年为9876.5万元。")
        page.write(14, 1, "※ 本表共5家，2家停产")
        page.write(15, 1, "第 2 页，共 2 页")
        page.write(16, 1, "数据来源：虚构区统计局")
    return stream.getvalue()


def side_by_side() -> bytes:
    """Two tables beside each other under one title, as on one printed sheet."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        page.merge_range(0, 0, 0, 6, "企业通讯录")
        for left, numbers in ((0, (61, 62, 63)), (4, (64, 65))):
            page.write_row(1, left, ["序号", "企业名称", "信用代码"])
            for row, number in enumerate(numbers, start=2):
                page.write_row(row, left, [row - 1, f"虚构{number}号厂", a_code(number)])
    return stream.getvalue()


def with_a_line_for_excel() -> bytes:
    """GB 18030 with semicolons: the first line tells Excel so, values hold commas, lines end in more."""
    rows = [
        "sep=;",
        "纳税人名称;纳税人识别号;街道;销售收入（元）;电话;;",
        f"虚构71号厂;{a_code(71)};石帆乡;1,234,567.80;000-1234567;;",
        f'"虚构72号厂（老厂；新厂）";"{a_code(72)}";石帆乡;"2,000,000";"000-1;000-2";;',
        "石帆乡小计;;;3,234,567.80;;;",
        f"虚构73号厂;{a_code(73)};南桥镇;5000元;;;",
        "总计;3;;3,239,567.80;;;",
    ]  # fmt: skip
    return "\r\n".join(rows).encode("gb18030")
