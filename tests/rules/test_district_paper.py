"""The district's one page: however full its blocks are, it is one A4, for the bureau and for others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pymupdf
import pytest

from questionnaires.library import SHIPPED
from reports import dashboard as say
from reports import needs, projects, samples
from reports.benchmarks import Quartiles
from reports.dashboard import TOTAL, Basis, Frame, Group, Mean, Near, Table, Wish
from reports.district import PlanLine
from reports.outward import Benchmark, outward
from reports.paper.district import LEFT, MOST_LINES, RIGHT, OnePage, print_page, render

TRADES = {"valve": "阀门", "bearing": "轴承", "metal_products": "金属制品", "fastener": "紧固件"}
SIZES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
SECTIONS = {f"s{n}": f"第 {n} 个模块的名称" for n in range(20)}
FRAME = Frame(SHIPPED.load("2026").ladder, TRADES, SIZES, SECTIONS, Basis.VISITED)
NOW, TITLE = "3", "2026 年三季度评估"
STEPS = range(6)
MANY = 24
TOLD = [Benchmark("", "", "", "", Quartiles(1, 500, 5, 7, 11))] + [
    Benchmark("", trade, "", "", Quartiles(1, 140, 5, 7, 11)) for trade in TRADES.values()
] + [
    Benchmark(section, trade, "", "", Quartiles(1, 140, 2, 3, 4))
    for section in SECTIONS.values()
    for trade in TRADES.values()
]  # fmt: skip


def _groups(names) -> list[Group]:
    return [Group(name, True, step, step, MANY, 500, 400) for name in names for step in STEPS]


def _standing() -> list[Table]:
    groups, rounds = _groups(TRADES), {1: "2026 年一季度试评", 2: "2026 年二季度试评", 3: TITLE}
    firms = MANY * len(groups)
    way = dict.fromkeys(("invited", "begun", "handed_in", "confirmed", "pooled"), firms)
    return [
        say.plan([PlanLine(year, (), 4, 2, "按国家级、省级计。", 3) for year in range(2025, 2028)]),
        say.funnel(FRAME, way | {"recognised": 6}),
        say.ladder_by(FRAME, groups, "trade", TRADES),
        say.ladder_by(FRAME, _groups(SIZES), "size", SIZES),
        say.ladder_over_rounds(FRAME, dict.fromkeys(rounds, groups), rounds),
        say.heat(FRAME, [Mean(s, t, MANY, MANY * 400) for s in SECTIONS for t in TRADES]),
        say.gates(FRAME, {f"g{n}": 90 - n for n in range(10)}, {}, firms),
        say.deviation(FRAME, groups),
        say.systems(
            FRAME, {n: (n.upper(), "看什么") for n in ("erp", "mes", "plm")}, {}, 90, 99, "建议"
        ),
    ]


def _doing() -> list[Table]:
    states = ("计划中", "已签合同", "实施中", "已完工", "已验收")
    money = {"price": 1_234_567, "asked": 45_678, "granted": 12_345, "invested": 456_789}
    lines = [projects.Counted(one, {}, 120, 90, **money, late=8) for one in states]
    largest = dict.fromkeys(projects.MONEY, (450, 100, 100))
    cards = [samples.Followed(one, {}, 60, 60, 120, 120, 60) for one in TRADES.values()]
    asked = {(name, one): 7 for name in ("资金", "用工", "设备", "软件") for one in needs.COLUMNS}
    wishes = [Wish(f"N0{n}", 20 - n, 2_000, 52_000) for n in range(1, 9)]
    return [
        say.near(FRAME, [Near(n, f"某某虚构阀门制造厂 {n}", 1, 1, 33) for n in range(8)]),
        say.demand(FRAME, wishes, {one.code: "设备联网与看板" for one in wishes}, "自拟"),
        projects.table(
            lines,
            projects.Counted(
                TOTAL, {}, 600, 450, **{name: 5 * each for name, each in money.items()}
            ),
            largest,
        ),
        samples.table(cards, samples.Followed(TOTAL, {}, 240, 240, 480, 480, 240)),
        needs.table(asked, [], 2026, {}),
    ]


def _page(tables, leaves: bool) -> OnePage:
    made = datetime(2026, 11, 27, tzinfo=UTC)
    return OnePage("虚构区", "虚构区经济商务局", "企业科", "虚构规划", TITLE, "核定", "2026-000001",
                   made, tables, leaves, False)  # fmt: skip


def test_a_page_for_others_is_printed_again_from_what_was_kept_of_its_figures():
    first = _page(_standing(), leaves=True)
    kept = json.loads(json.dumps([table.as_data for table in first.tables]))

    again = replace(first, tables=[Table.read(table) for table in kept])

    assert render(first).count("<svg") == len(LEFT) + len(RIGHT)
    assert render(again) == render(first)


@pytest.mark.parametrize("leaves", [False, True])
def test_the_fullest_page_is_one_a4(tmp_path, leaves):
    inside = [*_standing(), *_doing()]
    tables = outward(inside, NOW, Basis.VISITED, TOLD).tables if leaves else tuple(inside)
    assert {table.id for table in tables} >= MOST_LINES.keys() - {"near" if leaves else "peers"}
    path = tmp_path / "page.pdf"
    page = _page(tables, leaves)

    print_page(page, path)

    with pymupdf.open(path) as printed:
        assert len(printed) == 1
        words = "".join(printed[0].get_text().split())
    assert "做样学样" in words
    assert ("50000–63000万元" in words) == leaves  # five states at 12,345.67
