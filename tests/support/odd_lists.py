"""Lists of invented firms as parks, tax and statistics offices hand them on: odd heads, marks, texts."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
import xlwt

from tests.support.messy_lists import a_code

Rows = Sequence[Sequence[Any]]


def a_sheet(*rows: Sequence[Any], name: str = "Sheet1") -> bytes:
    """A workbook of one sheet, its rows from the first on."""
    return a_book({name: rows})


def a_book(sheets: dict[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    """A workbook of some sheets, the ones named so hidden."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            if name in hidden:
                page.hide()
            else:
                page.activate()
                page.set_first_sheet()
    return stream.getvalue()


def of_three_years() -> bytes:
    """Years over groups of columns, no cell merged, the title of yet another year."""
    return a_sheet(
        ["虚构县2026年技改项目企业近三年情况表（单位：万元）"],
        ["", "", "", "2023年", "", "2024年", "", "2025年", ""],
        ["序号", "企业名称", "信用代码", *["营业收入", "用工人数"] * 3],
        [1, "虚构301号厂", a_code(301), 100, 10, 110, 11, 120, 12],
        [2, "虚构302号厂", a_code(302), "", "", "—", "无", 220, 22],
    )


def of_short_years() -> bytes:
    """One merged head of money over 23年, 24年, 25年; a plan, a mean, a month, a span of years."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        for at, title in enumerate(("企业名称", "统一社会信用代码")):
            page.merge_range(0, at, 1, at, title)
        page.merge_range(0, 2, 0, 4, "营业收入（万元）")
        page.write_row(1, 2, ["23年", "24年", "25年"])
        others = (
            "2026年计划营业收入（万元）", "近三年平均营业收入（万元）", "2023-2025年税收（万元）",
            "本月用电量（万度）", "1-本月用电量（万度）", "月均用电量（万度）", "光伏发电用电量（万度）",
        )  # fmt: skip
        for at, title in enumerate(others, start=5):
            page.merge_range(0, at, 1, at, title)
        page.write_row(2, 0, ["虚构311号厂", a_code(311), 100, 200, 300, 400, 200, 60, 1, 10, 1, 2])
    return stream.getvalue()


def of_marks() -> bytes:
    """Foot notes marked in heads, names and figures; figures of two lines; blanks in figures."""
    return a_sheet(
        ["规上企业一览表（2025年，单位：万元）"],
        ["1.企业名称*", "2.信用代码", "3.法人②", "4.税收①", "5.营业收入③", "6.用工（人）注1", "手机★"],
        ["虚构321号厂①", a_code(321), "虚某", "12①", "1234②", "56*", "13800000001①"],
        ["*虚构322号厂", a_code(322), "虚某※", "12²", "1 234 567.5", "5 6", "13800000002"],
        ["虚构323号厂（注1）", a_code(323), "", 12, "100\n200", 56, ""],
        ["注：①含外地缴纳。"],
    )  # fmt: skip


def of_names() -> bytes:
    """Former names with brackets in them, what became of a firm in brackets, phones with whose they are."""
    return a_sheet(
        ["企业名称", "统一社会信用代码", "联系电话", "成立时间"],
        ["虚构新名331号厂（曾用名：虚构（东溪）331号厂）", a_code(331),
         "张三/13800000001；李四 13900000002", "2023/5/1 0:00"],
        ["虚构332号厂（已注销）", a_code(332), "办公室：000-1234567\n王五13800000003", "2023-5-1 9:30:00"],
        ["虚构333号厂（更名为虚构三三三厂）", a_code(333), "无手机", "2023年5月1日 星期一"],
        ["虚构334号厂（原料分厂）", a_code(334), "问前台", "1998.12"],
        ["虚构335号厂\n原名：虚构老335号厂", a_code(335), "0579-1234567转8", "98年"],
    )  # fmt: skip


def of_pairs() -> bytes:
    """Two tables side by side with different columns: what the right one counts is its own firms'."""
    return a_sheet(
        ["规上企业与培育企业对照表（2025年）"],
        ["序号", "企业名称", "信用代码", "营业收入（万元）", "", "序号", "企业名称", "统一社会信用代码", "用工人数"],
        [1, "虚构341号厂", a_code(341), 100, "", 1, "虚构343号厂", a_code(343), 99],
        [2, "虚构342号厂", a_code(342), 200, "", 2, "虚构344号厂", a_code(344), 88],
    )  # fmt: skip


def of_merged_figures() -> bytes:
    """Labels merged down over firms are each one's; a figure merged over two firms is of neither."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Sheet1")
        page.write_row(0, 0, [
            "是否规上", "企业名称", "统一社会信用代码", "营业收入（万元）", "企业规模", "高新技术企业", "亩均评价",
        ])  # fmt: skip
        page.merge_range(1, 0, 3, 0, "规上")
        page.merge_range(4, 0, 5, 0, "规下")
        page.merge_range(1, 3, 2, 3, 9000)
        page.merge_range(1, 4, 2, 4, "小型")
        page.merge_range(1, 5, 2, 5, "2023")
        page.merge_range(4, 6, 5, 6, "B")
        for row, number in enumerate((351, 352, 353, 354, 355), start=1):
            page.write_row(row, 1, [f"虚构{number}号厂", a_code(number)])
        page.write_row(3, 3, [800, "微型", "否", "A"])
        page.write_row(4, 3, [700, "微型", "〃"])
        page.write_row(5, 3, [600, "〃", "同上"])
    return stream.getvalue()


def of_pasted_errors() -> bytes:
    """BIFF: errors among figures, a row struck through, another hidden, and a column."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Sheet1")
    for at, title in enumerate(("企业名称", "信用代码", "营业收入（万元）", "用工人数")):
        page.write(0, at, title)
    for row, number in ((1, 361), (2, 362), (3, 363)):
        page.write(row, 0, f"虚构{number}号厂")
        page.write(row, 1, a_code(number))
        if number != 362:
            page.write(row, 3, number)
    page.row(1).set_cell_error(2, 0x2A)  # #N/A
    page.row(2).set_cell_error(3, 0x17)  # #REF!
    page.write(3, 2, 10)
    page.write(4, 0, "虚构364号厂", struck := xlwt.easyxf("font: struck_out on"))
    page.write(4, 1, a_code(364), struck)
    page.write(4, 2, 20)
    page.write(5, 0, "虚构365号厂")
    page.write(5, 1, a_code(365))
    page.row(5).hidden = True
    page.col(3).hidden = True
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def in_small_sectors(stream: bytes) -> bytes:
    """An old workbook's file as programs write it that do not fill a short stream up: in sectors of 64."""
    sectors = -(-len(stream) // 64)
    small = stream.ljust(512 * -(-sectors // 8), b"\0")
    count = len(small) // 512
    table = [*range(1, sectors), 0xFFFFFFFE]
    chain = [0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFE, *range(4, 3 + count), 0xFFFFFFFE]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0")
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 0, 0, 4096, 2, 1, 0xFFFFFFFE, 0, 1)
    entries = _entry("Root Entry", 5, 3, len(small), 1) + _entry("Workbook", 2, 0, len(stream))
    return b"".join(
        [
            head.ljust(512, b"\xff"),
            entries.ljust(512, b"\0"),
            struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff"),
            struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff"),
            small,
        ]
    )


def _entry(name: str, kind: int, start: int, length: int, child: int = 0xFFFFFFFF) -> bytes:
    """One entry of the file's directory."""
    wide = name.encode("utf-16-le")
    about = struct.pack("<HBBIII", len(wide) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return wide.ljust(64, b"\0") + about + bytes(36) + struct.pack("<IQ", start, length)


def in_quoted_formulas() -> bytes:
    """As systems export for Excel: ="0123" keeps what looks like a figure; a line tells the sign."""
    rows = [
        "sep=,",
        '="企业名称",="统一社会信用代码",="电话",="营业收入（元）",="成立时间"',
        f'="虚构371号厂",="{a_code(371)}",="0571000001",="1,234,567.80","2023/5/1 0:00"',
        f'"=""虚构372号厂""","=""{a_code(372)}""","=""013800000001""","=""5,000""",2019/12/31',
        f'虚构373号厂,"=""{a_code(373)}""",,8000,"=""2020"""',
    ]
    return "\r\n".join(rows).encode("utf-8-sig")


def with_loose_commas() -> bytes:
    """Amounts with separators that nobody quoted: such a row has more cells than the head."""
    rows = [
        "企业名称,统一社会信用代码,营业收入（万元）,用工人数",
        f"虚构381号厂,{a_code(381)},1,234,56",
        f'虚构382号厂,{a_code(382)},"1,234",56',
        f"虚构383号厂,{a_code(383)},999,56,,",
    ]
    return "\n".join(rows).encode()


def with_a_quote_left_open() -> bytes:
    """A quote that nobody closed takes the rows below into its cell."""
    rows = [
        "企业名称,统一社会信用代码,备注,用工人数",
        f'虚构391号厂,{a_code(391)},"停产,1',
        f"虚构392号厂,{a_code(392)},正常,2",
        f'虚构393号厂,{a_code(393)},"在建",3',
        f"虚构394号厂,{a_code(394)},,4",
    ]
    return "\n".join(rows).encode("gb18030")


def with_a_tail(columns: int, rows: int) -> bytes:
    """As a spreadsheet saves what was once formatted far out: thousands of empty cells, empty rows."""
    tail = "," * columns
    said = [
        "企业名称,统一社会信用代码,用工人数",
        f"虚构401号厂,{a_code(401)},1",
        f"虚构402号厂,{a_code(402)},2",
    ]
    return "\n".join([line + tail for line in said] + [tail] * rows).encode()


def upright() -> bytes:
    """A small table on its side: a firm in each column."""
    return a_sheet(
        ["企业基本情况表（2025年）"],
        ["企业名称", "虚构411号厂", "虚构412号厂"],
        ["统一社会信用代码", a_code(411), a_code(412)],
        ["所在乡镇", "碧湖镇", "南桥镇"],
        ["营业收入（万元）", 100, 200],
    )


def of_one_firm() -> bytes:
    """A form for a single firm: heading, value, heading, value."""
    return a_sheet(
        ["企业情况登记表"],
        ["企业名称", "虚构421号厂", "统一社会信用代码", a_code(421)],
        ["所在乡镇", "碧湖镇", "联系电话", "000-1234567"],
        ["营业收入（万元）", 100, "用工人数", 9],
    )


# --- workbooks as other programs write them -------------------------------------------------------

_TYPES = """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
</Types>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"""


def written(sheet: str, shared: str = "", about: str = "") -> bytes:
    """A workbook of one sheet, its parts word for word.

    Args:
        sheet: What stands within the sheet's element.
        shared: What stands within the element of shared strings; without, there is no such part.
        about: What the workbook says before its sheets.
    """
    linked = [("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")]
    linked += [("sharedStrings", "sharedStrings.xml")] if shared else []
    links = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(linked, start=1)
    )
    main = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_RELS}">{main}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}">{links}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{about}'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{sheet}</worksheet>',
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{shared}</sst>'
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, said in parts.items():
            packed.writestr(name, said)
    return stream.getvalue()


def _inline(*words: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{word}</t></is></c>' for word in words)


def without_places(dimension: str = "") -> bytes:
    """As a system's export writes it: texts in place, cells and rows that do not say where they stand."""
    size = f'<dimension ref="{dimension}"/>' if dimension else ""
    head = _inline("企业名称", "统一社会信用代码", "用工人数", "成立时间")
    one = _inline("虚构431号厂", a_code(431)) + '<c><v>43</v></c><c s="1"><v>45047</v></c>'
    two = (
        _inline("虚构432号厂", a_code(432))
        + '<c t="e"><v>#N/A</v></c><c t="d"><v>2023-05-01</v></c>'
    )
    return written(
        f"{size}<sheetData><row>{head}</row><row>{one}</row><row>{two}</row></sheetData>"
    )


def of_rich_text() -> bytes:
    """Names in several runs with a reading over them, as older programs write what was pasted."""
    texts = [
        "<si><t>企业名称</t></si>",
        "<si><t>统一社会信用代码</t></si>",
        "<si><r><rPr><b/></rPr><t>虚构441</t></r><r><t>号厂</t></r>"
        '<rPh sb="0" eb="2"><t>xugou</t></rPh></si>',
        f"<si><r><t>{a_code(441)[:9]}</t></r><r><t>{a_code(441)[9:]}</t></r></si>",
    ]
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{at}</v></c><c r="B{row}" t="s"><v>{at + 1}</v></c></row>'
        for row, at in ((1, 0), (2, 2))
    )
    return written(f"<sheetData>{rows}</sheetData>", "".join(texts))


def of_1904() -> bytes:
    """Days counted from 1904, as workbooks of old Macintoshes do."""
    head = _inline("企业名称", "统一社会信用代码", "成立日期")
    one = _inline("虚构451号厂", a_code(451)) + '<c s="1"><v>43585</v></c>'
    two = _inline("虚构452号厂", a_code(452)) + "<c><v>43585</v></c>"
    about = '<workbookPr date1904="1"/>'
    return written(
        f"<sheetData><row>{head}</row><row>{one}</row><row>{two}</row></sheetData>", about=about
    )


def without_shared_strings() -> bytes:
    """The texts' part is gone, the cells still point there."""
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    return written(f"<sheetData>{rows}</sheetData>")
