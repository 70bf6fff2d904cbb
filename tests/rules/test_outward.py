"""The district's page as it leaves the bureau: nothing small is on it, nor can be worked out from it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.library import SHIPPED
from reports import charts
from reports import dashboard as say
from reports import needs as say_needs
from reports import projects as say_projects
from reports import samples as say_samples
from reports.benchmarks import Quartiles
from reports.dashboard import TOTAL, Basis, Cell, Frame, Group, Mean, Near, Table, Where, Wish
from reports.outward import LISTED, Benchmark, outward
from reports.paper.drawing import svg
from reports.projects import Counted
from reports.samples import Followed
from reports.small_cells import FEWEST, WITHHELD
from reports.ties import COLUMNS, COUNTED

EDITION = SHIPPED.load("2026")
NOW, TITLE = "2", "今年的轮次"
"""The round as it is known, and as it is called."""
TRADES = {"valve": "阀门", "bearing": "轴承"}
TOLD = [
    Benchmark("", "", "", "", Quartiles(1, 10, 5, 7, 11)),
    Benchmark("", "阀门", "小型", "", Quartiles(1, 5, 3, 7, 9)),
    Benchmark("研发设计", "轴承", "", "", Quartiles(1, 5, 2, 3, 4)),
]
LARGEST = {"price": (9, 100, 100), "asked": (0, 0, 0), "granted": (0, 0, 0)}
SIZES = {"small": "小型", "large": "大型"}


def a_frame(basis: Basis = Basis.VISITED) -> Frame:
    return Frame(EDITION.ladder, TRADES, SIZES, {"design": "研发设计"}, basis)


def a_page(
    groups: list[Group], last: list[int], basis: Basis = Basis.VISITED, title: str = TITLE
) -> list[Table]:
    """The blocks of a district whose firms stand as these groups say, last year ``last`` by step."""
    frame = a_frame(basis)
    firms = sum(group.firms for group in groups)
    earlier = [Group("", True, step, step, n) for step, n in enumerate(last) if n]
    names = ("invited", "begun", "handed_in", "confirmed", "pooled", "recognised")
    way = dict.fromkeys(names, firms)
    sizes = {trade: sum(group.firms for group in groups if group.name == trade) for trade in TRADES}
    return [
        say.funnel(frame, way | {"invited": firms + 3, "pooled": 2, "recognised": 1}),
        say.ladder_by(frame, groups, "trade", TRADES),
        say.ladder_by(frame, sizes_of(groups), "size", SIZES),
        say.ladder_over_rounds(frame, {1: earlier, 2: groups}, {1: "去年的轮次", 2: title}),
        say.heat(frame, [Mean("design", t, n, n * 400) for t, n in sizes.items()]),
        say.gates(frame, {"traceability": firms // 2, "core": 2}, {}, firms),
        say.deviation(frame, groups),
        say.demand(frame, [Wish("N01", 3, 100, 200), Wish("N02", 9, 100, 200)], {}, "自拟"),
        say.systems(frame, {"erp": ("ERP", "都在系统里管")}, {"erp": 4}, firms, firms + 2, "建议"),
        say.near(frame, [Near(1, "某虚构厂", 1, 0, 3)]),
        a_block_of_projects([group.firms for group in groups]),
        a_block_of_samples([group.firms for group in groups]),
    ]


def a_block_of_projects(counts: list[int], firms: int = 9) -> Table:
    """Projects of so many states, each of ``firms`` firms."""
    lines = [Counted(f"状态 {at}", {}, n, min(n, firms), n * 100) for at, n in enumerate(counts)]
    whole = Counted(TOTAL, {}, sum(counts), firms, sum(counts) * 100)
    return say_projects.table(lines, whole, LARGEST | {"price": (firms, 100, 100)})


def a_block_of_samples(counts: list[int]) -> Table:
    """As many cards of so many trades, each card another firm's and copied twice."""
    lines = [Followed(f"行业 {at}", {}, n, n, 2 * n, 2 * n, n) for at, n in enumerate(counts)]
    all_ = sum(counts)
    return say_samples.table(lines, Followed(TOTAL, {}, all_, all_, 2 * all_, 2 * all_, all_))


def sizes_of(groups: list[Group]) -> list[Group]:
    """The same firms by size: every other group is small."""
    return [group._replace(name=list(SIZES)[at % 2]) for at, group in enumerate(groups)]


GROUPS = st.lists(
    st.builds(
        Group,
        name=st.sampled_from(list(TRADES)),
        confirmed=st.just(True),
        own_step=st.integers(0, 5),
        visited_step=st.integers(0, 5),
        firms=st.integers(1, 20),
        own_sum=st.just(500),
        visited_sum=st.just(400),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=6, deadline=None)
@given(GROUPS, st.lists(st.integers(0, 20), min_size=6, max_size=6), st.sampled_from(list(Basis)))
def test_no_small_count_is_printed_or_left_over_by_a_sum(groups, last, basis):
    before = a_page(groups, last, basis)

    after = {table.id: table for table in outward(before, NOW, basis, TOLD).tables}

    assert "near" not in after
    for table in before:
        told = {line.title: line for line in after[table.id].lines} if table.id in after else {}
        for line in (line for line in table.lines if line.title in told):
            shown = told[line.title].cells
            for cell, said in zip(line.cells, shown, strict=table.id not in COUNTED):
                small = cell.where is not None and cell.number < FEWEST
                assert not small or said.text == WITHHELD, (table.id, line.title)
    for table in before:
        if table.id in after:
            assert_no_small_count_is_left_over(table, after[table.id])


def assert_no_small_count_is_left_over(table: Table, told: Table) -> None:
    """Where a line with its total, or a column with its sum, has one gap, a large count is missing."""
    down = table.id in COLUMNS
    if not down and (table.shape != "stacked" or table.id == "deviation"):
        return
    rows = [
        list(zip(line.cells, shown.cells, strict=not down))[: table.bars + 1]
        for line, shown in zip(table.lines, told.lines, strict=True)
    ]
    if down:
        rows = [list(column) for column in zip(*rows, strict=True)] if len(rows) > 1 else []
    elif table.lines and table.lines[-1].title == TOTAL:
        rows += [list(column) for column in zip(*rows, strict=True)]
    for row in rows:
        gaps = [cell.number for cell, shown in row if shown.text == WITHHELD]
        assert len(gaps) != 1 or gaps[0] >= FEWEST, table.id


def test_a_share_that_gives_its_count_away_goes_with_it():
    groups = [Group("valve", True, 3, 3, 3, 0, 0)]
    groups.append(Group("bearing", True, 2, 2, 40, 0, 0))

    after = {
        table.id: table
        for table in outward(a_page(groups, [0] * 6), NOW, Basis.VISITED, TOLD).tables
    }

    erp = after["systems"].lines[-1]
    assert [cell.text for cell in erp.cells[:2]] == [WITHHELD, WITHHELD]


def test_what_only_a_few_lack_or_want_is_not_even_named():
    frame = a_frame()
    wishes = [Wish("N01", 3, 100, 200), Wish("N02", 9, 300, 400), Wish("N03", 5, 50, 100)]
    page = [
        say.gates(frame, {"core": 4, "traceability": 12, "erp": 5}, {}, 40),
        say.demand(frame, [*wishes, Wish("N04", 1, 9_900, 9_900)], {}, "自拟"),
    ]

    gates, demand = outward(page, NOW, Basis.VISITED, []).tables

    assert [line.title for line in gates.lines] == ["traceability", "erp"]
    assert [line.title for line in demand.lines] == ["N02", "N03", TOTAL]
    assert [cell.text for cell in demand.lines[-1].cells] == ["—", "3–6.25", "3", "6.25"]
    assert "合计是说了金额的各项的合计" in demand.says


def test_of_a_single_firm_no_paper_tells_what_it_lacks_or_wants():
    frame, wishes = a_frame(), [Wish("N01", 1, 100, 200), Wish("N02", 1, 100, 200)]
    page = [say.gates(frame, {"core": 1}, {}, 1), say.demand(frame, wishes, {}, "自拟")]
    nothing = [say.gates(frame, {}, {}, 1), say.demand(frame, [], {}, "自拟")]

    assert (
        outward(page, NOW, Basis.VISITED, []).tables
        == outward(nothing, NOW, Basis.VISITED, []).tables
    )


def test_no_mean_of_shares_leaves_but_the_band_of_a_period_s_median():
    groups = [Group("valve", True, 3, 3, 30, 900, 800), Group("bearing", True, 2, 2, 40, 0, 0)]
    page = a_page(groups, [0] * 6)

    after = {table.id: table for table in outward(page, NOW, Basis.VISITED, TOLD).tables}
    without = {table.id for table in outward(page, NOW, Basis.VISITED, []).tables}

    assert [cell.text for cell in after["heat"].lines[0].cells] == [WITHHELD, "30–40"]
    assert ">30–40<" in svg(charts.of_table(after["heat"]), 400, 200, "中位数")
    assert after["deviation"].head == ("行业", "自评偏高", "一致", "自评偏低")
    assert "平均偏差" not in after["deviation"].says
    assert "heat" not in without


def test_groups_are_told_by_the_bands_of_their_quartiles():
    page = a_page([Group("valve", True, 3, 3, 30, 900, 800)], [0] * 6)

    after = {table.id: table for table in outward(page, NOW, Basis.VISITED, TOLD).tables}

    assert [(line.title, *(c.text for c in line.cells)) for line in after["peers"].lines] == [
        ("全部企业", "25–30", "35–40", "55–60"),
        ("阀门，小型", "15–20", "35–40", "45–50"),
    ]
    assert "peers" not in {table.id for table in outward(page, NOW, Basis.VISITED, []).tables}


def test_that_a_group_is_told_of_elsewhere_gives_no_small_count_away():
    """Of 6 and 3 firms both are missing from their sum; that the 6 are told of would leave 0 to 3."""
    groups = [Group("valve", True, 3, 3, 6), Group("bearing", True, 3, 3, 3)]
    page = [say.ladder_by(a_frame(), groups, "trade", TRADES)]
    valve = Benchmark("", "阀门", "", "", Quartiles(1, 5, 5, 7, 11))

    def total(*told: Benchmark) -> str:
        table = outward(page, NOW, Basis.VISITED, told).tables[0]
        return table.lines[-1].cells[table.bars].text

    assert total() == "9"
    assert total(valve) == WITHHELD


def test_sums_of_money_hide_one_more_firm():
    def told(low: int, high: int) -> list[str]:
        inside = say.demand(a_frame(), [Wish("N02", 9, low, high)], {}, "自拟")
        (table, *_) = outward([inside], NOW, Basis.VISITED, []).tables
        assert "整档" in table.says
        return [cell.text for cell in table.lines[0].cells[1:]]

    assert told(41_000, 52_000) == told(41_100, 61_000) == ["400–630", "400", "630"]
    assert told(0, 9) == ["0–0.1", "0", "0.1"]
    assert told(0, 0) == ["无需采购", "0", "0"]


def test_of_what_one_firm_should_buy_no_sum_tells():
    inside = say.demand(a_frame(), [Wish("N02", 9, 300, 400), Wish("", 7, 50, 900)], {}, "自拟")

    (table,) = outward([inside], NOW, Basis.VISITED, [], {say.OWN}).tables

    assert [[cell.text for cell in line.cells] for line in table.lines] == [
        ["9", "2.5–5", "2.5", "5"],
        ["7", WITHHELD, WITHHELD, WITHHELD],
        ["—", "2.5–5", "2.5", "5"],
    ]


def test_every_block_is_drawn_with_its_numbers_on_it():
    groups = [Group("valve", True, 3, 2, 17, 0, 0)]
    groups.append(Group("bearing", True, 2, 2, 43, 0, 0))

    for table in a_page(groups, [0, 9, 8, 7, 0, 0]):
        option = charts.of_table(table)
        if option is None:
            assert table.shape == ""
            continue
        drawn = svg(option, 400, charts.height(table), table.title)
        columns = table.bars if table.shape == "stacked" else 1
        for line in table.lines:
            for cell in line.cells[:columns]:
                assert not cell.number or f">{cell.text}" in drawn, (table.id, line.title)


def test_needs_are_held_back_like_firms_and_their_shares_with_them():
    counts = {
        ("资金", "timely"): 30,
        ("资金", "tardy"): 20,
        ("资金", "running"): 9,
        ("用工", "timely"): 8,
        ("用工", "tardy"): 2,
        ("用工", "running"): 12,
    }
    inside = say_needs.table(counts, ["用工", "资金"], 2026, {"year": "2026"})

    (outside,) = outward([inside], NOW, Basis.VISITED, []).tables

    for before, after in zip(inside.lines, outside.lines, strict=True):
        printed = [cell for cell in after.cells[:-1] if cell.text != WITHHELD]
        assert all(int(cell.number or 0) >= FEWEST for cell in printed)
        assert len(printed) != len(after.cells) - 2  # one gap is no gap
        if len(printed) < len(after.cells) - 1:
            assert after.cells[-1].text == WITHHELD
        assert before.title == after.title
    assert inside.lines[-1].cells[-1].text == "63.3%"
    assert not [cell for line in outside.lines for cell in line.cells if cell.where]


def test_many_needs_of_few_firms_are_as_dark_as_few_firms():
    counts = {("资金", "timely"): 40, ("资金", "tardy"): 25, ("用工", "timely"): 12}
    firms = {("资金", "timely"): 9, ("资金", "tardy"): 2, ("用工", "timely"): 3}
    inside = say_needs.table(counts, ["用工", "资金"], 2026, {"year": "2026"}, firms)

    (outside,) = outward([inside], NOW, Basis.VISITED, []).tables

    assert inside.lines[-1].cells[-2] == Cell("77", 77, Where("needs", {"year": "2026"}), 9)
    titles = [line.title for line in outside.lines]
    tardy, labour = list(say_needs.COLUMNS).index("tardy"), titles.index("用工")
    assert {line.cells[tardy].text for line in outside.lines} == {WITHHELD}
    assert {cell.text for cell in outside.lines[labour].cells} == {WITHHELD}


def test_projects_of_few_firms_are_as_dark_as_few_firms():
    inside = a_block_of_projects([12, 30, 40], firms=4)

    (outside,) = outward([inside], NOW, Basis.VISITED, []).tables

    assert {cell.text for line in outside.lines for cell in line.cells} == {WITHHELD}
    assert "万元" not in outside.says


def test_a_state_of_few_firms_is_not_left_over_by_the_sum_of_all_projects():
    lines = [
        Counted("实施中", {}, 12, 3, 900),
        *(Counted(t, {}, 20, 9, 900) for t in ("完工", "验收")),
    ]
    whole = Counted(TOTAL, {}, 52, 15, 2_700)
    inside = say_projects.table(lines, whole, LARGEST)

    (outside,) = outward([inside], NOW, Basis.VISITED, []).tables

    assert outside.head == ("状态", "项目")
    assert [line.cells[0].text for line in outside.lines].count(WITHHELD) == 2
    assert outside.lines[0].cells[0].text == WITHHELD
    assert "一次性投入 25–31.5 万元" in outside.says
    assert "按填写的预算" not in outside.says


def test_what_a_block_says_of_columns_that_stay_inside_is_not_said_outside():
    groups = [Group("valve", True, 3, 3, 30, 900, 800), Group("bearing", True, 2, 2, 40, 0, 0)]
    page = {table.id: table for table in a_page(groups, [0] * 6)}

    told = {
        table.id: table for table in outward(list(page.values()), NOW, Basis.VISITED, []).tables
    }

    assert "已验收" in page["samples"].says
    assert "验收" not in told["samples"].says
    assert told["samples"].head == ("行业", "公开的样本", "照做（家）")
    assert all(
        told[name].says == page[name].says
        for name in told
        if page[name].outside is None and name not in {"heat", *LISTED}
    )
