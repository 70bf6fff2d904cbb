"""Which systems and main machines a firm names: short, optional, refused in words."""

from __future__ import annotations

from datetime import date

import pytest

from reports.facts import InUse, Use
from reports.paper.html import render_html
from reports.word.chapters import FIRM, UNKNOWN
from reports.word.fields import Text
from survey.lifecycle.errors import Invalid
from survey.lifecycle.in_use import MOST, MOST_NAME, read
from tests.support.reporting import a_valve_diagnosis, some_facts

TODAY = date(2026, 11, 27)


def test_name_vendor_and_year_are_tidied_and_empty_lines_are_left_out():
    lines = [
        ("system", " ERP\t", "虚构软件", "２０２１年"),
        ("machine", "", " ", ""),
        ("machine", "冲床", "", ""),
    ]

    assert read(lines, TODAY) == [
        InUse(Use.SYSTEM, "ERP", "虚构软件", 2021),
        InUse(Use.MACHINE, "冲床", "", None),
    ]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([("robot", "甲", "", "")], "系统"),
        ([("system", "", "", ""), ("system", "", "虚构软件", "")], "第 2 行系统：请填写名称"),
        ([("machine", "冲" * (MOST_NAME + 1), "", "")], f"最多 {MOST_NAME} 字"),
        ([("machine", "冲床", "", "2027")], "至 2026 之间"),
        ([("machine", "冲床", "", "1949")], "1950"),
        ([("machine", "冲床", "", "9" * 40)], "四位数"),
        ([("system", "ERP", "", "二〇二一")], "四位数"),
        ([("system", f"系统 {n}", "", "") for n in range(MOST + 1)], f"最多 {MOST} 行"),
    ],
)
def test_what_cannot_be_taken_names_line_and_remedy(lines, says):
    with pytest.raises(Invalid) as refused:
        read(lines, TODAY)

    assert says in refused.value.fields["in_use"]


def test_one_is_written_in_a_line_and_read_back_as_kept():
    kept = {"kind": "system", "name": "ERP", "vendor": "虚构软件", "year": 2021}

    assert InUse.kept(kept).text == "ERP（虚构软件，2021 年启用）"
    assert (
        InUse.kept({"kind": "machine", "name": "冲床", "vendor": "", "year": None}).text == "冲床"
    )


def test_a_report_prints_what_the_firm_names_and_leaves_room_to_write_where_it_names_nothing():
    named, silent = (
        render_html(a_valve_diagnosis(facts=some_facts(**given))) for given in ({}, {"in_use": ()})
    )

    assert "<td>虚构软件公司</td><td>2021</td>" in named
    assert "<td>二维 CAD</td><td>未填写</td><td>2016</td>" in named
    assert "主要设备" in named
    assert "可以在这里手写补充" not in named
    assert "可以在这里手写补充" in silent


def test_word_tells_systems_and_machines_in_a_line_each():
    read = {field.name: field.of for field in FIRM if isinstance(field, Text)}
    named, silent = a_valve_diagnosis(), a_valve_diagnosis(facts=some_facts(in_use=()))

    assert read["企业系统"](named) == (
        "ERP（进销存和财务）（虚构软件公司，2021 年启用）；二维 CAD（2016 年启用）"
    )
    assert read["主要设备"](named) == "数控车床 CK6150，6 台（虚构机床厂，2019 年启用）"
    assert read["企业系统"](silent) == read["主要设备"](silent) == UNKNOWN
