"""A firm over its rounds: what moved is said only of what was measured alike."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from questionnaires.meaning import Comparable
from reports import charts
from reports.paper.drawing import svg
from reports.trend import Mark, Point, Trend

ALIKE = Comparable(frozenset({"design", "sales"}), whole=True)
PARTLY = Comparable(frozenset({"design"}), whole=False)


def a_mark(share: str, **sections: str) -> Mark:
    shares = {id: Fraction(given) for id, given in sections.items()}
    return Mark(Fraction(share), 1, None, provisional=False, sections=shares)


def a_point(
    title: str, own: Mark | None, confirmed: Mark | None, follows: Comparable | None
) -> Point:
    return Point(title, date(2026, 1, 1), "某年版", own, confirmed, follows)


IT = Trend(
    (
        a_point("甲", a_mark("1/2", design="1/2", sales="1/4"), None, None),
        a_point("乙", a_mark("3/5", design="3/5", sales="1/2"), a_mark("1/2", design="1/2", sales="1/2"), PARTLY),
        a_point("丙", a_mark("1/2", design="1/2"), a_mark("3/4", design="1/2"), ALIKE),
    ),
    (("design", "设计"), ("sales", "销售")),
)  # fmt: skip


def test_the_whole_is_not_held_against_a_round_that_was_measured_otherwise() -> None:
    whole, _, _ = IT.rows

    assert [cell.breaks for cell in whole.cells] == [False, True, False]
    assert [cell.change for cell in whole.cells] == ["", "", "+25 个百分点"]


def test_a_section_that_stayed_the_same_is_compared_across_editions_own_with_own() -> None:
    _, design, sales = IT.rows

    assert [cell.change for cell in design.cells] == ["", "+10 个百分点", "不变"]
    assert [cell.breaks for cell in sales.cells] == [False, True, False]
    assert [cell.confirmed for cell in sales.cells] == ["", "50%", ""]


def test_the_line_is_cut_where_the_measure_changed_and_says_so() -> None:
    option = charts.trend(IT)

    assert option["xAxis"]["data"] == ["2026-01", "2026-01\n口径有变", "2026-01"]
    own = [series["data"] for series in option["series"] if series["name"] == "企业自评"]
    assert own == [[50.0, None, None], [None, 60.0, 50.0]]
    assert "现场核定" in svg(option, 640, 320, "历轮变化")
