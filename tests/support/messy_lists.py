"""Lists of invented firms as different offices write them, each with traps of its own."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from stdnum.cn import uscc

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def a_code(number: int) -> str:
    """A code that its check digit bears out."""
    body = f"91990001MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def of_the_statistics_office() -> bytes:
    """Two-row head with growth and the year before, numbered columns, a total on top, 60 columns.

    The township is merged down over three firms, then written 同上; one row is hidden, one column
    says until when a title holds, another sheet only explains, a third is empty.
    """
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("填表说明").write(0, 0, "一、本表由规模以上工业企业填报。")
        book.add_worksheet("Sheet2")
        page = book.add_worksheet("规上")
        page.merge_range(0, 0, 0, 12, "规模以上工业企业主要指标（2025年）")
        page.write(1, 12, "计量单位：千元")
        for at, title in enumerate(("序号", "单位详细\n名称", "统一社会信用\n代码", "属地")):
            page.merge_range(2, at, 3, at, title)
        page.merge_range(2, 4, 2, 6, "营业收入")
        page.write_row(3, 4, ["本年", "上年同期", "增速（%）"])
        page.merge_range(2, 7, 3, 7, "期末从业人员（人）")
        page.merge_range(2, 8, 3, 8, "用电量（千瓦时）")
        page.merge_range(2, 9, 2, 10, "高新技术企业")
        page.write_row(3, 9, ["认定年份", "有效期至"])
        page.merge_range(2, 11, 3, 11, "联系电话")
        page.merge_range(2, 12, 3, 12, "联系电话")
        for at in range(13, 60):
            page.merge_range(2, at, 3, at, f"指标{at}")
        page.write_row(4, 0, ["甲", "乙", "丙", "丁", *range(1, 57)])
        page.write_row(5, 0, ["总计", "", "5家", "", 1_000_000, 900_000, 11.1, 500])
        for at, row in enumerate(_statistics(), start=6):
            page.write_row(at, 0, row)
        page.merge_range(6, 3, 8, 3, "东溪街道")
        page.set_row(8, None, None, {"hidden": True})
        page.write(14, 0, "补充资料：以上数据为快报数。")
    return stream.getvalue()


def _statistics() -> list[list[Any]]:
    one, two, three, four, five = (a_code(n) for n in range(1, 6))
    return [
        [1, "虚构甲阀门有限公司", one, "", "234,567.8", 200_000, 17.3, "９２", 3_355_500, 2023,
         "2026-12-07", 13800000001.0, "000-1"],
        [2, "虚构乙轴承有限公司", f"'{two.lower()}", "", 81_234, "", "", "120人", "35万度", "否", ""],
        [3, "虚构丙五金有限公司", three.translate(WIDE), "", "1.2亿元", "", "", 40, "", "", "2024年底"],
        ["东溪街道小计", "", "3家", "", 435_801.8, "", "", 252],
        [4, "虚构丁合计量具厂", four, "南桥街道", "约三千", "", "", 12],
        [5, "虚构戊阀门有限公司", five, "同上", "—", "", "", "", "", "√", "2025.6"],
        ["合 计", "", "", "", 500_000],
    ]  # fmt: skip


def of_the_tax_office() -> bytes:
    """UTF-16 with tabs: refunds, codes lost to arithmetic, line breaks in cells, ditto marks."""
    rows = [
        ["2025年度税收情况（单位：元）"],
        ["纳税人识别号", "纳税人名称", "街道乡镇", "主营业务收入", "入库税收", "法人代表", "联系方式"],
        [a_code(11), "虚构退税阀门厂", "石帆乡", "12,345,678.90", "-98,765.43", "虚某", "000-1234567 000-7654321"],
        ["9.13E+17", "虚构变形轴承厂", "〃", "1", "2", "", ""],
        [a_code(12), '"虚构换行\n五金厂"', "〃", "5000万元", "0", "", ""],
        [a_code(12), "虚构换行五金厂", "石帆乡", "50000000", "0", "", ""],
        ["本页小计", "", "", "62345678.9", "", "", ""],
        ["填表人：虚某", "", "审核人：虚某"],
    ]  # fmt: skip
    return "\r\n".join("\t".join(row) for row in rows).encode("utf-16")


def of_the_industry_bureau() -> bytes:
    """Titles in one cell with years, levels and ends; formulas with and without a value; errors."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("专精特新")
        page.write_row(0, 0, [
            "*企业名称（全称）", "信用代码", "行业代码", "所属园区", "企业资质", "有效期至",
            "专精特新（级别、年度）", "专精特新证书到期日", "2024年营业收入（万元）",
            "2025年营业收入（万元）", "2025年1-10月营业收入（万元）", "营业收入增速", "是否规上",
        ])  # fmt: skip
        page.write_row(1, 0, [
            "虚构己阀门有限公司", a_code(21), "C3443", "云岭小微园",
            "高新技术企业（2023，有效期至2026-12）、绿色工厂", "", "省级2024", "2027/3/31", 8000,
            9000, 7000, "12.5%", "在库",
        ])  # fmt: skip
        page.write_row(2, 0, [
            "虚构庚轴承有限公司", a_code(22), "99", "", "科技型中小企业", "2025年", "国家级（2022-2025）",
            "", "", "", "", "", "拟上规",
        ])  # fmt: skip
        page.write_row(3, 0, ["虚构辛五金有限公司", a_code(23), "0111", "", "无", "", "×"])
        page.write_formula(4, 0, '=A4&"二厂"', None, "虚构辛五金有限公司二厂")
        page.write(4, 1, a_code(24))
        page.write_formula(4, 9, "=I2+1", None, 8001)
        page.write_row(5, 0, ["虚构壬阀门有限公司", a_code(25)])
        page.write_formula(5, 9, "=I2/0", None, "#DIV/0!")
        page.write_formula(6, 0, '=HYPERLINK("http://x.invalid","虚构链接厂")', None, "")
        page.write(6, 1, a_code(26))
    return stream.getvalue()


def of_two_townships() -> bytes:
    """A sheet for each township with one head twice, formats far below, a firm in both sheets."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        grey = book.add_format({"bg_color": "#eeeeee"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, firms in (("碧湖镇", (31, 32, 33)), ("大港头镇", (33, 34))):
            page = book.add_worksheet(name)
            page.write(0, 0, f"{name}工业企业台账")
            for top in (1, 4):
                page.write_row(top, 0, ["序号", "企业", "社会信用代码", "手机", "手机", "成立日期"])
            for at, number in enumerate(firms):
                row = (2 if at < 2 else 3) + at
                page.write_row(
                    row, 0, [at + 1, f"虚构{number}号厂", a_code(number), "0755-0001234"]
                )
                page.write_datetime(row, 5, date(2019, 3, 1), day)
            page.write_blank(1_048_575, 0, None, grey)
        book.add_worksheet("汇总").write_row(0, 0, ["乡镇", "企业数", "备注"])
    return stream.getvalue()


def of_a_park() -> bytes:
    """GB 18030, semicolons, a head of two rows without merges, names that look like nothing."""
    rows = [
        "园区企业一览表;;;;;;",
        ";;;经济指标（万元）;;;",
        "单位名称;统一代码;所在乡镇;营业收入;研发费;实缴税金;从业人数",
        f"NA;{a_code(41)};碧湖镇;1,200;36.5;-;25",
        f"1-2;{a_code(42)};碧湖镇;0;0;0;0",
        f"TRUE;{a_code(43)[:-1]};碧湖镇;8;;;1",
        f"虚构㙍岭𠮷祥阀门厂;{a_code(44)[:8]} {a_code(44)[8:]};大港头镇;800万;;;８ 人",
        ";;;;;;",
        "合计（4家）;;;2008;36.5;;34",
    ]
    return "\n".join(rows).encode("gb18030")
