"""A questionnaire goes out as a workbook and comes back the same; a bad cell is named, not guessed."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires import __main__ as command
from questionnaires import loading
from questionnaires.edition import Edition
from questionnaires.library import SHIPPED
from questionnaires.reading import Fault, read
from questionnaires.sheets.inside import MOST_ROWS, Unreadable, formulas
from questionnaires.workbook import (
    Published,
    UnsayableText,
    keep_draft,
    read_workbook,
    write_workbook,
    yaml_text,
)
from questionnaires.workbook.layout import QUESTIONS, SECTIONS, STATIONS, TABLES
from tests.support.builders import edition_files, write_edition


def every_kind() -> Files:
    """The small edition with every kind of question, gate and table in it."""
    files = edition_files()
    head = {"short": "题", "text": "怎样？"}
    files["core"]["sections"][0]["questions"] += [
        head | {"id": "r", "code": "R01", "kind": "ratio", "part": "分子", "whole": "分母",
                "unit": "台", "above": ["12.5", "100/3", 40, 60], "weight": "1/3",
                "packages": ["N01"], "not_applicable": True, "terms": {"台": "一台设备"}},
        head | {"id": "n", "code": "R02", "kind": "number", "unit": "天", "least": "-1.5",
                "most": 9, "decimals": 2, "definition": "口径", "maps": {"miit": ["甲、乙", "丙"]},
                "bands": {"all": {"edges": [1, "2.5"], "source": "某", "direction": "lower"}}},
        head | {"id": "c", "code": "R03", "kind": "choice",
                "options": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]},
        head | {"id": "m", "code": "R04", "kind": "multiple",
                "options": [{"id": "a", "text": "甲"},
                            {"id": "b", "text": "无", "exclusive": True}]},
        head | {"id": "t", "code": "R05", "kind": "text", "most": 77},
        head | {"id": "g", "code": "R06", "kind": "grid", "unit": "万元", "most": "10.5",
                "rows": [{"id": "x", "text": "行"}], "columns": [{"id": "2025", "text": "列"}]},
    ]  # fmt: skip
    files["valve"]["sections"][0]["questions"][0]["needs"] = ["casting"]
    files["core"]["checks"] = [{"id": "k", "says": "前后不符", "when": [
        {"question": "scheduling", "at_least": 3}, {"question": "r", "percent_at_most": 10}]}]  # fmt: skip
    files["valve"]["checks"] = [{"id": "v", "says": "前后不符", "look": "看现场", "when": [
        {"fact": "employees", "number_at_least": 1, "number_at_most": "30.5"},
        {"fact": "size", "among": ["micro", "large"]}, {"fact": "above_scale", "holds": False},
        {"process": "casting", "holds": True}, {"question": "n", "number_at_least": "1.5"},
        {"question": "scheduling", "risen_by": 2, "without_files": True},
        {"question": "r", "not_applicable": True}, {"question": "tracing", "fallen_by": 1}]}]  # fmt: skip
    files["valve"]["processes"][0]["usual"] = "本行业都有"
    files["edition"]["ladder"][1]["gates"] = [
        {"question": "r", "at_least": 2, "at_least_percent": "50.5", "reason": "缘由"},
        {"part": "trade", "at_least_share": "2/3"},
        {"any_of": [{"question": "scheduling", "at_least": 1},
                    {"question": "tracing", "at_least": 2}], "count": 2, "reason": "都要"},
    ]  # fmt: skip
    files["valve"]["gates"]["basic"] = []
    files["valve"]["rewords"] = {
        "scheduling": {"text": "装配怎样排？", "short": "装配排程", "not_applicable": False,
                       "levels": [f"装配的第 {n} 档" for n in range(5)], "packages": ["N01"],
                       "terms": {"齐套": "一台要用的件都到了"},
                       "weakness": [{"levels": [0, 1], "plain": "口头排", "official": "无计划"},
                                    {"levels": [2, 3], "plain": "难改", "official": "调整慢"}]},
        "r": {"help": "只数装配线"},
    }  # fmt: skip
    files["core"]["sections"][0]["questions"][3]["same_as"] = "scheduling"
    files["core"]["sections"][0]["questions"][4]["station"] = "shop"
    package = files["packages"]["packages"][0]
    package |= {"prerequisites": [], "sizes": ["small", "large"], "applies_to": ["valve"]}
    return files


def read_small() -> Edition:
    with tempfile.TemporaryDirectory() as folder:
        edition = loading.read_edition(write_edition(Path(folder), every_kind())).edition
    assert edition is not None
    return edition


EDITION = SHIPPED.load("2026")
SMALL = read_small()
TRADES = tuple(EDITION.trades)
Files = dict[str, Any]
Change = Callable[[Any], object]


def a_workbook(edition: Edition = EDITION, trade: str = "valve") -> io.BytesIO:
    file = io.BytesIO()
    write_workbook(edition, trade, file)
    return file


@pytest.fixture(scope="module")
def original() -> bytes:
    """A small questionnaire that uses every table."""
    return a_workbook(SMALL).getvalue()


def changed(original: bytes, change: Change) -> io.BytesIO:
    """The workbook after somebody worked on it in a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(original))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file


def column(page: Worksheet, title: str) -> int:
    return [cell.value for cell in page[1]].index(title) + 1


def put(sheet: str, title: str, value: Any, row: int = 2) -> Change:
    def change(book: Any) -> None:
        book[sheet].cell(row, column(book[sheet], title)).value = value

    return change


def faults(original: bytes, change: Change) -> tuple[Fault, ...]:
    draft = read_workbook(changed(original, change))
    assert bool(draft.files) != bool(draft.faults)
    return draft.faults


def fault(original: bytes, change: Change) -> Fault:
    (only,) = faults(original, change)
    return only


# --- round trip ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trade", TRADES)
def test_the_round_trip_of_every_trade_is_exact(tmp_path: Path, trade: str) -> None:
    draft = read_workbook(a_workbook(trade=trade))
    assert (draft.trade, draft.faults) == (trade, ())
    for other in TRADES:
        keep_draft(read_workbook(a_workbook(trade=other)), tmp_path / "2026")

    again = loading.read_edition(tmp_path / "2026").edition

    # What reads the same answers in other people's rules is not a trade's to change.
    frames = dict.fromkeys(("crosswalk", "conditions", "national", "systems"))
    assert again == EDITION.model_copy(update=frames)
    assert again is not None
    assert again.questionnaire(trade) == EDITION.questionnaire(trade)


def test_a_spreadsheet_program_that_only_saves_changes_nothing(original: bytes) -> None:
    kept = read_workbook(changed(original, lambda _: None))

    assert kept.files == read_workbook(io.BytesIO(original)).files


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_text_comes_back_as_it_went_out(words: str) -> None:
    files = edition_files()
    question = files["core"]["sections"][0]["questions"][0]
    question |= {"text": words, "help": words, "terms": {"名词": words}, "levels": [words] * 5}
    edition = Edition.model_validate(
        files["edition"]
        | {"trades": {"valve": files["valve"]}, "core": files["core"]}
        | {"packages": files["packages"]["packages"], "weights_confidence": "proposal"}
    )

    back = read_workbook(a_workbook(edition))

    assert back.faults == ()
    asked = back.files["core.yaml"]["sections"][0]["questions"][0]
    assert {asked["text"], asked["help"], asked["terms"]["名词"], *asked["levels"]} == {words}


@settings(deadline=None)
@given(
    st.recursive(
        st.text(max_size=20) | st.integers(-(10**9), 10**9) | st.booleans(),
        lambda inner: (
            st.dictionaries(st.text(min_size=1, max_size=8), inner, min_size=1)
            | st.lists(inner, min_size=1)
        ),
        max_leaves=10,
    )
)
def test_yaml_that_is_written_is_read_without_a_fault(value: Any) -> None:
    document = read_text(yaml_text({"a": value}))

    assert document.faults == []
    assert document.value == {"a": value}


def read_text(text: str) -> Any:
    class Memory:
        name = "memory.yaml"

        def read_bytes(self) -> bytes:
            return text.encode("utf-8", "surrogatepass")

    return read(Memory())  # type: ignore[arg-type]


def test_every_kind_of_question_and_gate_survives(tmp_path: Path) -> None:
    draft = read_workbook(a_workbook(SMALL))
    assert draft.faults == ()

    keep_draft(draft, tmp_path / "2099")

    assert loading.read_edition(tmp_path / "2099").edition == SMALL


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    files = edition_files()
    words = ["=1+1", "+86", "-1", "@SUM(A1)", "'引号"]
    files["core"]["sections"][0]["questions"][0]["levels"] = words
    edition = loading.read_edition(write_edition(tmp_path, files)).edition
    assert edition is not None
    file = a_workbook(edition)

    with zipfile.ZipFile(file) as archive:
        assert not [n for n in archive.namelist() if b"<f" in archive.read(n).split(b"<sheetData")[-1]
                    and n.startswith("xl/worksheets")]  # fmt: skip
    asked = read_workbook(file).files["core.yaml"]["sections"][0]["questions"][0]
    assert asked["levels"] == words


def test_a_text_no_cell_can_hold_is_refused_when_writing() -> None:
    plain = EDITION.model_dump()
    plain["core"]["sections"][0]["questions"][0]["terms"] = {"\ud800": "半个字"}

    with pytest.raises(UnsayableText):
        a_workbook(Edition.model_validate(plain))


# --- what people do to it -----------------------------------------------------------------------


def test_a_changed_cell_changes_the_draft(original: bytes) -> None:
    draft = read_workbook(changed(original, put("题目", "2 档", "每班扫码一次")))

    assert draft.files["core.yaml"]["sections"][0]["questions"][0]["levels"][2] == "每班扫码一次"


@pytest.mark.parametrize("typed", [8, 8.0, "8", "８", " 8 "])
def test_numbers_may_be_typed_as_numbers_or_text(original: bytes, typed: object) -> None:
    draft = read_workbook(changed(original, put("模块", "权重", typed)))

    assert draft.files["core.yaml"]["sections"][0]["weight"] == 8


def test_a_decimal_number_is_taken_as_it_was_typed(original: bytes) -> None:
    draft = read_workbook(changed(original, put("阶梯", "分数线", 0.45)))

    assert draft.files["edition.yaml"]["ladder"][0]["at_least"] == "0.45"


def test_a_date_may_be_a_date(original: bytes) -> None:
    draft = read_workbook(changed(original, put("年版", "发布日期", date(2027, 1, 2))))

    assert draft.files["edition.yaml"]["issued"] == "2027-01-02"


def test_a_blank_line_and_a_note_on_another_sheet_do_no_harm(original: bytes) -> None:
    def scribble(book: Any) -> None:
        book["题目"].insert_rows(5)
        book.create_sheet("张三的意见")["A1"] = "=1+1"

    draft = read_workbook(changed(original, scribble))

    # The note's formula is still told: nobody can say what it was meant to do.
    assert [f.file for f in draft.faults] == ["张三的意见"]
    draft = read_workbook(changed(original, lambda book: book["题目"].insert_rows(5)))
    assert draft.faults == ()


BAD_CELLS: dict[str, tuple[Change, str, str, str]] = {
    "number for words": (put("题目", "题目", 5), "题目", "F2", "应为文字，单元格里是数字"),
    "truth for words": (put("题目", "题目", True), "题目", "F2", "应为文字，单元格里是是非值"),
    "date for words": (
        put("题目", "题目", date(2026, 1, 1)), "题目", "F2", "应为文字，单元格里是日期或时间"),
    "words for number": (put("模块", "权重", "三"), "模块", "D2", "“三”不是数"),
    "percent sign": (put("阶梯", "分数线", "45%"), "阶梯", "D2", "“45%”不是数"),
    "underscore": (put("阶梯", "分数线", "1_0"), "阶梯", "D2", "“1_0”不是数"),
    "fraction of nothing": (put("阶梯", "分数线", "1/0"), "阶梯", "D2", "“1/0”不是数"),
    "half a level": (put("提升", "提升到几档", 2.5), "提升", "D2", "“2.5”不是整数"),
    "formula": (put("题目", "题目", "=1+1"), "题目", "F2", "单元格里是公式"),
    "unknown word": (put("题目", "题型", "选择"), "题目", "D2", "“选择”不是允许的值"),
    "yes in English": (put("模块", "选填", "yes"), "模块", "E2", "“yes”不是允许的值"),
    "no question": (put("题目", "题目", None), "题目", "F2", "“题目”没有填写"),
    "no short name": (put("题目", "简称", None), "题目", "E2", "“简称”没有填写"),
    "no kind": (put("题目", "题型", None), "题目", "D2", "看不出是哪一种"),
    "missing descriptor": (put("题目", "3 档", None), "题目", "J2", "文字是空的"),
    "missing last descriptor": (put("题目", "4 档", None), "题目", "G2", "至少要有 5 项"),
    "long descriptor": (put("题目", "1 档", "长" * 201), "题目", "H2", "文字超过 200 个字"),
    "unknown section": (put("题目", "模块 id", "nowhere"), "题目", "A2", "没有这个模块"),
    "bad id": (put("题目", "题目 id", "Design Tools"), "题目", "C2", "不合规定的写法"),
    "share over one": (put("阶梯", "分数线", 45), "阶梯", "D2", "应不大于 1"),
    "level five": (put("提升", "提升到几档", 5), "提升", "D2", "应不大于 4"),
    "words too many for a text": (put("题目", "最多字数", 9), "题目", "Y2", "只有文字题有最多字数"),
    "key of another kind": (put("题目", "分母", "台数"), "题目", "S2", "不认识的键"),
    "unknown gate": (put("必备条件", "看什么", "心情"), "必备条件", "C2", "不是允许的值"),
    "gate on nothing": (put("必备条件", "至少几档", None), "必备条件", "D2", "没有写要求"),
    "gate on an unknown rung": (put("必备条件", "等级 id", "top"), "必备条件", "A2", "没有这个等级"),
    "gate on an unknown question": (
        put("必备条件", "对象 id", "nothing"), "必备条件", "A2", "没有题目“nothing”"),
    "lift of an unknown package": (put("提升", "场景编号", "N99"), "提升", "A2", "没有这个场景"),
    "term of an unknown question": (put("名词", "题目 id", "nothing"), "名词", "A2", "没有这道题"),
    "option of an unknown question": (put("选项", "题目 id", "x"), "选项", "A2", "没有这道题"),
    "bound of an unknown check": (put("互查条件", "互查 id", "x"), "互查条件", "A2", "没有这条互查"),
    "part of nothing": (put("模块", "部分", None), "模块", "A2", "没有写属于哪个部分"),
    "reserved trade": (put("行业", "行业 id", "core"), "行业", "A2", "保留词"),
    "trade as a path": (put("行业", "行业 id", "../../x"), "行业", "A2", "不合规定的写法"),
    "other trade": (put("行业", "行业 id", "pumps"), "行业", "A2", "不在“年版”表的行业里"),
    "cost without a limit": (
        put("造价", "上限（万元）", None), "造价", "E2", "没有填写"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_cell_is_named_with_sheet_place_fault_and_remedy(original: bytes, case: str) -> None:
    change, sheet, cell, words = BAD_CELLS[case]

    found = {(f.file, f.place): f for f in faults(original, change)}

    assert (sheet, cell) in found, [str(f) for f in found.values()]
    assert words in found[sheet, cell].fault
    assert found[sheet, cell].remedy


def test_a_bad_kind_is_one_fault_and_not_two(original: bytes) -> None:
    assert fault(original, put("题目", "题型", "选择")).place == "D2"


def test_all_faults_come_at_once(original: bytes) -> None:
    def spoil(book: Any) -> None:
        put("题目", "题目", None)(book)
        put("阶梯", "分数线", "多")(book)
        put("提升", "提升到几档", 9)(book)

    assert {f.file for f in faults(original, spoil)} == {"题目", "阶梯", "提升"}


def test_a_repeated_question_is_named_at_its_cell(original: bytes) -> None:
    found = faults(original, put("题目", "题目 id", "scheduling", row=3))

    assert any(f.file == "题目" and f.place == "C3" and "重复" in f.fault for f in found)


@pytest.mark.parametrize("table", [t.name for t in TABLES if t is not STATIONS])
def test_a_missing_sheet_is_named(original: bytes, table: str) -> None:
    found = faults(original, lambda book: book.remove(book[table]))

    assert Fault(table, "", "缺少这张表", "用导出的工作簿，不改表名") in found


def test_a_workbook_from_before_the_walk_is_read_without_one(original: bytes) -> None:
    def age(book: Any) -> None:
        book.remove(book[STATIONS.name])
        for table in (SECTIONS, QUESTIONS):
            page, title = book[table.name], table.columns[-1].title
            page.delete_cols(column(page, title))

    draft = read_workbook(changed(original, age))

    assert not draft.faults
    assert not draft.files["edition.yaml"]["stations"]


def test_a_missing_heading_is_named(original: bytes) -> None:
    page = "阶梯"
    found = faults(original, lambda book: book[page].delete_cols(column(book[page], "分数线")))

    assert (found[0].file, found[0].fault) == (page, "缺少表头“分数线”")


def test_repeated_and_unknown_headings_are_named(original: bytes) -> None:
    def more(book: Any) -> None:
        book["阶梯"].cell(1, 7).value = "名称"
        book["阶梯"].cell(1, 8).value = "颜色"

    repeated, unknown = faults(original, more)

    assert (repeated.place, repeated.fault) == ("G1", "表头“名称”重复")
    assert (unknown.place, unknown.fault) == ("H1", "不认识的表头“颜色”")


def test_columns_may_stand_in_another_order(original: bytes) -> None:
    draft = read_workbook(changed(original, lambda b: b["阶梯"].move_range("A1:A3", cols=9)))

    assert draft.faults == ()
    assert draft.files == read_workbook(io.BytesIO(original)).files


@pytest.mark.parametrize("rows", [0, 2])
def test_there_is_one_edition_and_one_trade(original: bytes, rows: int) -> None:
    def change(book: Any) -> None:
        page = book["行业"]
        if rows:
            for at in range(1, 4):
                page.cell(3, at).value = page.cell(2, at).value
        else:
            page.delete_rows(2)

    assert any(f"应有一行，现有 {rows} 行" in f.fault for f in faults(original, change))


def test_an_option_of_an_any_of_gate_needs_the_gate_above_it(original: bytes) -> None:
    found = faults(original, put("必备条件", "看什么", "任选项"))

    assert "“任选项”上面没有“任选”" in {f.fault for f in found}


# --- hostile files ------------------------------------------------------------------------------


def refused(content: bytes) -> Fault:
    draft = read_workbook(io.BytesIO(content))
    assert draft.files == {}
    (only,) = draft.faults
    assert only.file == "工作簿"
    return only


def repacked(original: bytes, **parts: bytes) -> bytes:
    """The workbook with some of its parts replaced or added (``__`` is a slash)."""
    wanted = {name.replace("__", "/") + ".xml": body for name, body in parts.items()}
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in source.infolist():
            if entry.filename not in wanted:
                made.writestr(entry.filename, source.read(entry))
        for name, body in wanted.items():
            made.writestr(name, body)
    return target.getvalue()


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%s</sheetData></worksheet>"
)


def test_a_zip_bomb_is_refused_before_it_unpacks(original: bytes) -> None:
    bomb = repacked(original, xl__worksheets__sheet99=b" " * 100_000_000)

    assert len(bomb) < 1_000_000
    assert refused(bomb).fault == "工作簿展开后太大"


def test_a_zip_that_lies_about_its_size_is_refused(original: bytes) -> None:
    bomb = bytearray(repacked(original, big=b" " * 30_000_000))
    at = bomb.rfind(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")

    assert refused(bytes(bomb)).fault == "不是完好的 xlsx 工作簿"


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="XFD1"><v>1</v></c></row>',
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c><v>1</v></c></row>',
        b'<row><c r="\xe4\xb8\xad1"><v>1</v></c></row>',
    ],
)
def test_a_cell_in_the_last_corner_is_refused(original: bytes, cells: bytes) -> None:
    assert "超出" in refused(repacked(original, xl__worksheets__sheet3=SHEET % cells)).fault


def test_cells_that_do_not_say_where_they_stand_are_counted(original: bytes) -> None:
    row = b"<row>" + b"<c/>" * 201 + b"</row>"
    rows = b"<row/>" * (MOST_ROWS + 1)

    assert "超出" in refused(repacked(original, xl__worksheets__sheet3=SHEET % row)).fault
    assert "超出" in refused(repacked(original, xl__worksheets__sheet3=SHEET % rows)).fault


def test_tiny_elements_are_counted_over_all_parts_and_never_held(original: bytes) -> None:
    words = b"<sst>" + b"<si/>" * 500_000 + b"</sst>"
    book = io.BytesIO(repacked(original, xl__sharedStrings=words))
    with zipfile.ZipFile(book) as inside:
        tracemalloc.start()
        with pytest.raises(Unreadable, match="展开后太大"):
            formulas(inside, most=400_000)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert most < 3_000_000


def test_the_limit_of_rows_is_itself_allowed(original: bytes) -> None:
    cells = f'<row r="{MOST_ROWS}"><c r="A{MOST_ROWS}"><v>1</v></c></row>'.encode()
    draft = read_workbook(io.BytesIO(repacked(original, xl__worksheets__sheet99=SHEET % cells)))

    assert draft.faults == ()


ENTITIES = {
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    "local file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "network": b'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>',
}


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)
def test_xml_entities_are_refused(original: bytes, entity: bytes) -> None:
    sheet = entity + SHEET % b'<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>'

    assert (
        refused(repacked(original, xl__worksheets__sheet3=sheet)).fault == "工作簿内部的内容读不懂"
    )


NO_WORKBOOKS = {
    "nothing": b"",
    "words": "题目,题号".encode(),
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 600,
    "an empty archive": b"PK\x05\x06" + b"\0" * 18,
    "too many bytes": b"PK" + b"\0" * 8_000_001,
}


@pytest.mark.parametrize("content", NO_WORKBOOKS.values(), ids=NO_WORKBOOKS)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert refused(content).remedy


def test_a_cut_off_workbook_is_refused(original: bytes) -> None:
    for kept in range(0, len(original), len(original) // 9):
        assert refused(original[:kept])


def test_a_workbook_inside_another_kind_of_archive_is_refused(original: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")

    assert refused(file.getvalue()).fault == "工作簿内部的内容读不懂"


def test_endless_faults_are_cut_off(original: bytes) -> None:
    def spoil(book: Any) -> None:
        for row in range(2, 500):
            book["提升"].cell(row, 4).value = "=1"

    assert 0 < len(faults(original, spoil)) <= 200


# --- keeping ------------------------------------------------------------------------------------


def test_a_sealed_edition_is_never_written_over(tmp_path: Path, original: bytes) -> None:
    folder = tmp_path / "2026"
    folder.mkdir()
    (folder / "seal").write_text("x", "utf-8")

    with pytest.raises(Published):
        keep_draft(read_workbook(io.BytesIO(original)), folder)
    assert [f.name for f in folder.iterdir()] == ["seal"]


def test_a_draft_is_called_after_its_folder_and_leaves_other_files(
    tmp_path: Path, original: bytes
) -> None:
    folder = tmp_path / "2027-draft"
    folder.mkdir()
    (folder / "crosswalk.yaml").write_text("a: b", "utf-8")

    keep_draft(read_workbook(io.BytesIO(original)), folder)

    assert read(folder / "edition.yaml").value["id"] == "2027-draft"  # type: ignore[index]
    assert (folder / "crosswalk.yaml").read_text("utf-8") == "a: b"
    assert not list(folder.glob(".*"))


# --- the command --------------------------------------------------------------------------------


def test_the_command_hands_out_and_takes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "valve.xlsx"
    folder = tmp_path / "2099"
    edition = write_edition(tmp_path / "old", edition_files())

    assert command.main(["export", str(edition), "valve", "--xlsx", str(file)]) == 0
    assert command.main(["import", str(file), "--into", str(folder)]) == 0
    assert "检查没有问题" in capsys.readouterr().out
    assert loading.read_edition(folder).edition == loading.read_edition(edition).edition


def test_the_command_names_faults_and_writes_nothing(
    tmp_path: Path, original: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "valve.xlsx"
    file.write_bytes(changed(original, put("题目", "题目", None)).getvalue())

    assert command.main(["import", str(file), "--into", str(tmp_path / "2027")]) == 1
    assert "题目 F2：“题目”没有填写。补上内容。" in capsys.readouterr().out
    assert not (tmp_path / "2027").exists()


def test_the_command_refuses_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = str(tmp_path / "nothing.xlsx")

    assert command.main(["export", "1999", "valve"]) == 1
    assert command.main(["export", "2026", "pumps"]) == 1
    assert command.main(["export", "2026", "valve", "--xlsx", str(tmp_path / "no" / "x.xlsx")]) == 1
    assert command.main(["import", nothing, "--into", str(tmp_path)]) == 1
    assert "没有行业“pumps”，可选：valve" in capsys.readouterr().out


def test_the_command_does_not_write_into_a_sealed_folder(
    tmp_path: Path, original: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seal").write_text("x", "utf-8")
    (tmp_path / "b.xlsx").write_bytes(original)

    assert command.main(["import", str(tmp_path / "b.xlsx"), "--into", str(tmp_path)]) == 1
    assert "已经发布" in capsys.readouterr().out
