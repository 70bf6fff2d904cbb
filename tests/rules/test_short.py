"""What an owner sends on: the edition of four pages, and the picture of its first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pymupdf
from PIL import Image

from reports.paper.html import print_short, render_short, write_picture
from reports.paper.owner import MOST, owners_page
from tests.support.reporting import a_valve_diagnosis, full_marks, some_facts


def test_the_short_edition_has_four_pages_and_the_sums_of_the_long_one(tmp_path: Path) -> None:
    it = a_valve_diagnosis()

    print_short(it, tmp_path / "short.pdf")

    with pymupdf.open(tmp_path / "short.pdf") as document:
        pages = ["".join(page.get_text().split()) for page in document]
        titles = [title for level, title, _ in document.get_toc() if level == 2]
    assert len(pages) == 4
    assert titles == ["一、一页看懂", "二、得分与必备条件", "三、主要问题", "四、提升方案"]
    for figure in (it.share.text, it.rung, it.leading_costs.once, it.leading_costs.months):
        assert "".join(figure.split()) in pages[0]
    for task in it.plan.schedule.tasks:
        assert task.code in pages[3]


def test_the_longest_plan_with_the_longest_names_still_leaves_four_pages(tmp_path: Path) -> None:
    it = a_valve_diagnosis()
    first, *_ = it.plan.schedule.tasks
    named = replace(
        first.line,
        title="试压台自动采集（压力曲线、保压时间与判定）",
        units="按 12 台计（现有 17 台，要联网 40 台）",
    )
    tasks = tuple(
        replace(first, line=named, begins=4 * n, ends=4 * n + 4, after=(), leads=n < 9)
        for n in range(30)
    )
    schedule = replace(it.plan.schedule, tasks=tasks)
    it = replace(it, plan=replace(it.plan, schedule=schedule))

    print_short(it, tmp_path / "short.pdf")

    with pymupdf.open(tmp_path / "short.pdf") as document:
        assert document.page_count == 4
        assert "主管部门" in document[3].get_text()
        assert "其余" in document[3].get_text()


def test_the_picture_is_the_owner_s_page_alone(tmp_path: Path) -> None:
    write_picture(a_valve_diagnosis(facts=some_facts(firm="<b>甲</b>")), tmp_path / "page.png")

    with Image.open(tmp_path / "page.png") as picture:
        assert picture.format == "PNG"
        assert picture.size == (1191, 1684)
    assert (tmp_path / "page.png").stat().st_size < 300_000
    assert "<b>甲" not in render_short(
        a_valve_diagnosis(facts=some_facts(firm="<b>甲</b>")), one_page=True
    )


def test_an_owner_reads_three_reasons_and_three_steps_each_no_longer_than_a_line_or_two() -> None:
    it = a_valve_diagnosis()

    page = owners_page(it)

    assert len(page.reasons) == len(page.steps) == 3
    assert all(len(reason.title) <= MOST for reason in page.reasons)
    assert page.money == it.leading_costs.once


def test_where_there_are_no_problems_the_plan_stands_under_them(tmp_path: Path) -> None:
    print_short(a_valve_diagnosis(full_marks()), tmp_path / "short.pdf")

    with pymupdf.open(tmp_path / "short.pdf") as document:
        pages = [page.get_text() for page in document]
    assert len(pages) == 3
    assert pages[2].index("三、主要问题") < pages[2].index("四、提升方案")
