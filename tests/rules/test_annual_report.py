"""The yearly report: its numbers are the dashboard's, and the public one tells on nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pymupdf
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import dashboard as say
from reports.annual import Annual, Written
from reports.annual.annexes import annexes
from reports.annual.chapters import CHAPTERS
from reports.annual.proposals import beginning, best, proposed
from reports.dashboard import Basis, Table
from reports.district import PlanLine
from reports.outward import outward
from reports.paper.annual import print_annual, render
from reports.small_cells import FEWEST, WITHHELD
from reports.word.annual import FIELDS
from reports.word.fields import values
from tests.rules.test_outward import GROUPS, NOW, TITLE, TOLD, a_page

DAY = "2026-10-31"
LAST = st.lists(st.integers(0, 20), min_size=6, max_size=6)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def a_report(tables: list[Table], *, leaves: bool, **rows: list[list[str]]) -> Annual:
    shown = {
        one.id: one
        for one in (outward(tables, NOW, Basis.VISITED, TOLD).tables if leaves else tables)
    }
    said = proposed(shown, "今年的轮次", 2026)
    pool = {"pool": [["某虚构厂", "阀门", "碧湖镇", "在库", "培育", "智能工厂"]]}
    lists = {} if leaves else pool | rows
    return Annual(
        district="虚构区",
        bureau="虚构局",
        department="",
        plan="",
        year=2026,
        round=TITLE,
        whose="核定的答卷",
        number="2026-000001",
        made=datetime(2026, 11, 26, tzinfo=UTC),
        written=Written(said.work, said.problems, said.next),
        tables=shown,
        annexes=annexes(lists),
        outward=leaves,
        demonstration=False,
    )


def the_plan(*targets: tuple[int, int, int]) -> dict[str, Table]:
    """The plan's table: year, firms wanted and firms recognised by its end."""
    lines = [PlanLine(year, (), wanted, done, "", 0) for year, wanted, done in targets]
    return {"plan": say.plan(lines)}


def test_a_target_whose_year_is_over_is_a_problem_and_no_next_step():
    tables = the_plan((2025, 1, 0), (2027, 4, 1))

    said = proposed(tables, "今年的轮次", 2026)

    assert said.problems == "到 2025 年底的目标没有完成：要求 1 家，到期时认定 0 家。"
    assert said.next == "对照到 2027 年底的目标，还差 3 家，排出名单，逐家跟进。"
    assert beginning(tables, 2026) == [
        "到 2025 年底要求 1 家，到期时认定 0 家，没有完成。到 2027 年底要求 4 家，已认定 1 家，还差 3 家。"
    ]


def test_a_target_is_still_worked_on_in_its_own_year_and_said_done_once_it_is():
    tables = the_plan((2025, 1, 1), (2027, 4, 1))

    said = proposed(tables, "今年的轮次", 2027)

    assert said.problems == ""
    assert said.next == "对照到 2027 年底的目标，还差 3 家，排出名单，逐家跟进。"
    assert beginning(tables, 2027)[0].startswith("到 2025 年底要求 1 家，已认定 1 家，目标已完成。")


def cells(table: Table) -> list[list[str]]:
    return [[line.title, *(cell.text for cell in line.cells)] for line in table.lines]


@settings(max_examples=4, deadline=None)
@given(GROUPS, LAST)
def test_word_and_paper_say_what_the_dashboard_says(groups, last):
    tables = a_page(groups, last)
    it = a_report(tables, leaves=False)

    word, paper = values(FIELDS, it, []), render(it)

    named = {name: title for chapter in CHAPTERS for name, title in chapter.tables.items()}
    for table in tables:
        part = word[named[table.id]]
        told = [[row["名称"], *(cell["文字"] for cell in row["格"])] for row in part["行"]]
        assert told == cells(table)
        assert [part["首列"], *(one["名称"] for one in part["列"])] == list(table.head)
        if table.lines:
            assert table.title in paper
            assert all(cell in paper for row in cells(table) for cell in row)
    assert word["在库名单"]["行"][0]["名称"] == "某虚构厂"
    assert "某虚构厂" in paper


@settings(max_examples=4, deadline=None)
@given(GROUPS, LAST)
def test_the_public_report_says_no_more_than_the_tables_that_may_leave(groups, last):
    tables = a_page(groups, last)
    it = a_report(tables, leaves=True)

    word, paper = values(FIELDS, it, []), render(it)

    may_be_told = {text for table in it.tables.values() for row in cells(table) for text in row}
    figures = {number for text in may_be_told for number in NUMBER.findall(text)}
    sentences = [
        *beginning(it.tables, 2026),
        *best(it.tables),
        it.written.work,
        it.written.problems,
    ]
    for sentence in [*sentences, it.written.next]:
        assert WITHHELD not in sentence
        assert set(NUMBER.findall(sentence)) <= figures
        for count in re.findall(r"(\d+) 家", sentence):
            assert int(count) >= FEWEST
    assert "某虚构厂" not in paper
    assert not word["有附表"]
    assert not word["在库名单"]["行"]
    assert not word["离上一级最近的企业"]["行"]


def test_days_in_the_lists_stand_on_one_line(tmp_path: Path) -> None:
    firm = "某某虚构精密阀门制造有限公司"
    lists = {
        "diagnosed": [[firm, "金属制品", "碧湖镇", "智能化生产线", "智能化生产线", DAY]],
        "recognised": [[firm, "智能工厂", "示例智能工厂", "省级", "虚构〔2026〕29 号", DAY]],
        "projects": [[firm, "条码库存与轻量 ERP", "已验收", "100%", "1234.5", "123.4", DAY]],
        "needs": [["2026-0001", firm, "人才", "招不到人。", "办理中，没有超期", "人才科", DAY]],
    }

    print_annual(a_report([], leaves=False, **lists), tmp_path / "annual.pdf")

    with pymupdf.open(tmp_path / "annual.pdf") as printed:
        lines = [line for page in printed for line in page.get_text().split("\n")]
    assert lines.count(DAY) == len(lists)
