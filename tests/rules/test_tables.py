"""Workbooks open safely: text stays text, figures stay figures, names are names Excel accepts."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from questionnaires.sheets.writing import cut, sheet_name
from reports import tables
from reports.tables import Column, Origin, Sheet
from survey.rosters.asides import Aside
from tests.support.messy_lists import a_code
from tests.support.seen_lists import read as read_list
from tests.support.seen_lists import seen_in

A4 = 9
ORIGIN = Origin("莲都区", datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "行业：阀门")


def written(*sheets: Sheet, origin: Origin = ORIGIN) -> BytesIO:
    target = BytesIO()
    tables.write_table(target, sheets, origin)
    target.seek(0)
    return target


def one_column(cells: list[object], kind: str = "text", title: str = "企业名称") -> Sheet:
    column = Column(title, kind=kind)  # type: ignore[arg-type]
    return Sheet("培育库", [column], [[cell] for cell in cells])  # type: ignore[list-item]


def read(workbook: BytesIO, sheet: str | int = 0) -> list[list[object]]:
    workbook.seek(0)
    with CalamineWorkbook.from_filelike(workbook) as opened:
        name = opened.sheet_names[sheet] if isinstance(sheet, int) else sheet
        return opened.get_sheet_by_name(name).to_python()


def names_in(workbook: BytesIO) -> list[str]:
    workbook.seek(0)
    with CalamineWorkbook.from_filelike(workbook) as opened:
        return opened.sheet_names


def parts(workbook: BytesIO) -> str:
    with zipfile.ZipFile(workbook) as archive:
        return "".join(
            archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if name.startswith("xl/worksheets/")
        )


HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://attacker.example","点我")',
    "+8613800000000",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "{=1}",
    "http://attacker.example",
    "mailto:a@b.example",
    "0012",
    "1e5",
]


def test_what_looks_like_a_formula_a_link_or_a_number_stays_text() -> None:
    workbook = written(one_column(HOSTILE))

    xml = parts(workbook)
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    assert xml.count('t="inlineStr"') == len(HOSTILE) + 2
    assert [row[0] for row in read(workbook)[2:5]] == HOSTILE[:3]


def test_hostile_headings_are_text_too() -> None:
    assert "<f>" not in parts(written(one_column(["x"], title="=1+1")))


def test_a_firm_called_NA_and_a_code_of_eighteen_digits_come_back_as_they_were() -> None:
    cells = ["NA", "NULL", "913311020000000410", "000-0000-1234", "墨岭阀门（虚构）", "𠮷㛃"]

    assert [row[0] for row in read(written(one_column(list(cells))))[2:]] == cells


def test_figures_stay_figures_and_dates_dates() -> None:
    columns = [
        Column("人数", kind="number"),
        Column("得分率", kind="percent"),
        Column("日期", kind="date"),
    ]
    sheet = Sheet("表", columns, [[-5, Decimal("44.9"), date(2026, 11, 20)]])

    (row,) = read(written(sheet))[2:]

    assert row[:2] == [-5, 44.9]
    assert str(row[2]).startswith("2026-11-20")


def test_a_word_in_a_column_of_figures_is_written_as_the_word() -> None:
    assert read(written(one_column(["未评估"], kind="percent")))[2] == ["未评估"]


def test_characters_excel_cannot_hold_are_replaced() -> None:
    cell = "甲\x00\x08\x1f乙\ufffe\ud800丙\n丁"

    workbook = written(one_column([cell]))

    assert cut(cell) == "甲\ufffd\ufffd\ufffd乙\ufffd\ufffd丙\n丁"
    assert read(workbook)[2] == [cut(cell)]


def test_text_longer_than_a_cell_says_that_it_was_cut() -> None:
    assert cut("字" * 40_000).endswith("……（超出单元格上限，已截断）")
    assert cut("字" * 32_767) == "字" * 32_767
    assert len(cut("𠮷" * 40_000).encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("阀门/轴承[2026]:*?\\", "阀门＿轴承＿2026＿＿＿＿＿"),
        ("", "表"),
        ("'引号'", "引号"),
        ("History", "History＿"),
        ("字" * 40, "字" * 31),
        ("𠮷" * 20, "𠮷" * 15),
    ],
)
def test_a_sheet_gets_a_name_excel_accepts(name: str, safe: str) -> None:
    assert sheet_name(name, set()) == safe


def test_equal_sheet_names_are_numbered_even_when_cut_alike() -> None:
    taken: set[str] = set()

    names = [sheet_name(n, taken) for n in ("表", "表", "字" * 40, "字" * 41, "A", "a")]

    assert names == ["表", "表（2）", "字" * 31, "字" * 28 + "（2）", "A", "a（2）"]


def test_every_hostile_sheet_name_makes_a_workbook_that_opens() -> None:
    names = ["a/b", "[x]", "'", "History", "字" * 50, "字" * 50, "", "=1"]

    workbook = written(*[Sheet(name, [Column("列")], [["值"]]) for name in names])

    assert len(names_in(workbook)) == len(names)


def test_the_first_line_says_whose_when_and_what() -> None:
    real = read(written(one_column(["甲"])))[0][0]
    shown = read(
        written(one_column(["甲"]), origin=Origin("莲都区", ORIGIN.made, demonstration=True))
    )

    assert real == "莲都区　导出时间 2026-11-20 09:30　筛选条件：行业：阀门"
    assert (
        shown[0][0] == "演示数据，企业均为虚构　莲都区　导出时间 2026-11-20 09:30　筛选条件：全部"
    )


def test_a_table_longer_than_a_sheet_goes_on_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)

    workbook = written(one_column([str(n) for n in range(7)]))

    sheets = ["培育库", "培育库（2）", "培育库（3）"]
    assert names_in(workbook) == sheets
    assert [row[0] for name in sheets for row in read(workbook, name)[2:]] == [
        str(n) for n in range(7)
    ]


def test_an_empty_table_still_has_its_headings() -> None:
    assert read(written(one_column([])))[1] == ["企业名称"]


def test_a_workbook_may_be_a_file(tmp_path: Path) -> None:
    tables.write_table(tmp_path / "表.xlsx", [one_column(["甲"])], ORIGIN)

    assert (tmp_path / "表.xlsx").read_bytes().startswith(b"PK")


# --- as an office reads and prints it -----------------------------------------------------------


def opened(*sheets: Sheet) -> Worksheet:
    return load_workbook(written(*sheets)).worksheets[0]


@pytest.mark.parametrize("title", ["", "莲都区培育库"])
def test_every_sheet_is_filtered_and_printed_on_a4_with_its_heads_on_each_page(title: str) -> None:
    page = opened(Sheet("培育库", [Column("企业名称", 30), Column("乡镇")], [["甲", "乙"]], title))

    head = 3 if title else 2
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (A4, "landscape")
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_title_rows == f"${head}:${head}"
    assert page.freeze_panes == ("C4" if title else "B3")
    assert page.oddHeader.center.text == (None if title else "&A")
    assert page.auto_filter.ref == f"A{head}:{'C' if title else 'B'}{head + 1}"


def test_a_table_without_rows_has_nothing_to_filter() -> None:
    assert opened(Sheet("培育库", [Column("企业名称")], [], "莲都区培育库")).auto_filter.ref is None


def test_words_go_on_in_the_next_line_instead_of_under_their_neighbour() -> None:
    page = opened(one_column(["写得很长的一句话" * 9]))

    assert page["A3"].alignment.wrap_text
    assert page["A3"].alignment.vertical == "top"


def test_a_table_too_wide_to_be_read_on_one_page_goes_on_beside_it_with_the_names_again() -> None:
    columns = [Column("企业名称", 30), *(Column(f"列{n}", 20) for n in range(20))]

    page = opened(Sheet("培育库", columns, [["甲"] + [""] * 20], "莲都区培育库"))

    assert page.page_setup.fitToWidth == 2
    assert page.print_title_cols == "$A:$B"
    assert [str(one) for one in page.merged_cells.ranges] == ["A1:L1"]  # 236 of 240 characters


def test_amounts_stand_under_each_other() -> None:
    page = opened(one_column([Decimal("17.8"), 11, "未填"], kind="money", title="造价（万元）"))

    assert [page[f"A{n}"].number_format for n in (3, 4)] == ["#,##0.00", "#,##0.00"]
    assert [page[f"A{n}"].value for n in (3, 4, 5)] == [17.8, 11, "未填"]


PROJECTS = [Column("企业", 30), Column("投资（万元）", 14, "money"), Column("年度", kind="number")]


def sums(workbook: BytesIO) -> tuple[list[object], list[object]]:
    """The last row of the first sheet: its formulas, and what they came to when it was written."""
    said = [load_workbook(workbook, data_only=only).worksheets[0] for only in (False, True)]
    formulas, values = ([cell.value for cell in page[page.max_row]] for page in said)
    return formulas, values


def test_amounts_of_a_list_that_is_sent_on_end_with_what_the_shown_rows_come_to() -> None:
    rows = [
        ["虚构甲厂", Decimal("100.10"), 2025],
        ["虚构乙厂", None, 2024],
        ["虚构丙厂", "—", 2024],
    ]
    sheet = Sheet(
        "项目", PROJECTS, [*rows, ["虚构丁厂", Decimal("0.20"), 2025]], title="虚构县项目"
    )

    formulas, values = sums(written(sheet))

    assert formulas == ["合计", None, "=SUBTOTAL(109,C4:C7)", None]
    assert values == ["合计", None, 100.3, None]
    page = load_workbook(written(sheet)).worksheets[0]
    assert page.auto_filter.ref == "A3:D7"
    assert (page["C8"].number_format, page["C8"].font.b) == ("#,##0.00", True)


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet("项目", PROJECTS, [["虚构甲厂", 1, 2025]]),
        Sheet("名单", [PROJECTS[0], PROJECTS[2]], [["虚构甲厂", 2025]], title="虚构县名单"),
        Sheet("项目", PROJECTS, [], title="虚构县项目"),
        Sheet("项目", PROJECTS, [["虚构甲厂", "—", 2025]], title="虚构县项目"),
    ],
)
def test_nothing_is_added_up_without_a_title_an_amount_or_a_row(sheet: Sheet) -> None:
    assert "<f>" not in parts(written(sheet))
    assert "合计" not in parts(written(sheet))


def test_each_sheet_of_a_table_that_goes_on_says_that_its_sum_is_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    rows = [[f"虚构{at}厂", at, 2025] for at in (1, 2, 3)]

    content = written(Sheet("项目", PROJECTS, rows, title="虚构县项目"))

    pages = load_workbook(content, data_only=True).worksheets
    assert [[page.cell(page.max_row, at).value for at in (1, 3)] for page in pages] == [
        ["本页合计", 3], ["本页合计", 3],
    ]  # fmt: skip


def test_our_own_list_brought_again_is_read_without_its_sum() -> None:
    columns = [
        Column("企业名称", 30), Column("统一社会信用代码", 22), Column("营业收入（万元）", 14, "money"),
    ]  # fmt: skip
    firms = [[f"虚构{n}号厂", a_code(n), Decimal(n)] for n in (901, 902)]

    workbook = written(Sheet("企业", columns, firms, title="虚构县企业"))
    found = seen_in(read_list(workbook.getvalue(), "xlsx"))

    assert (found.counts, found.of(Aside.TOTAL)) == ((2, 0, 0, 0, 0), [6])
    assert found.at(5).row.figures[2025] == {"revenue": 902_000_000}
