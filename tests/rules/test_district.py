"""The pool in numbers: counts by rung and trade, targets beside today, weak spots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest

from reports import district
from reports.district import MixedEditions, PoolRow, Target


def a_row(
    step: int = 1,
    trade: str = "阀门",
    *,
    verified: bool = True,
    edition: str = "2026",
    sections: Mapping[str, Fraction] | None = None,
    failed: tuple[str, ...] = (),
) -> PoolRow:
    return PoolRow(
        edition=edition,
        firm="墨岭阀门（虚构）",
        trade=trade,
        township="碧湖镇",
        step=step,
        share=Fraction(1, 2),
        verified=verified,
        sections=sections or {},
        failed_gates=failed,
    )


def test_firms_are_counted_by_trade_and_rung_with_noughts_where_there_are_none() -> None:
    rows = [a_row(0), a_row(3), a_row(3), a_row(5, "轴承")]

    lines = district.counts(rows, ["阀门", "轴承", "金属制品"], steps=5)

    assert [(line.title, line.counts) for line in lines] == [
        ("阀门", (1, 0, 0, 2, 0, 0)),
        ("轴承", (0, 0, 0, 0, 0, 1)),
        ("金属制品", (0, 0, 0, 0, 0, 0)),
        ("合计", (1, 0, 0, 2, 0, 1)),
    ]
    assert lines[-1].total == 4


def test_an_empty_pool_is_all_noughts() -> None:
    assert [line.total for line in district.counts([], ["阀门"], steps=5)] == [0, 0]
    assert district.weak_spots([]) == ()
    assert district.gate_spots([]) == ()


def test_only_recognition_counts_against_a_target() -> None:
    goals = [Target(2025, "未来工厂、智能工厂（数字化车间）", 1, 3), Target(2027, "同上", 4, 3)]
    rows = [a_row(3), a_row(4, verified=False), a_row(2)]

    first, second = district.targets(rows, recognised=[3], goals=goals)

    assert (first.recognised, first.missing) == (1, 0)
    assert (second.recognised, second.missing) == (1, 3)
    assert (second.qualifying, second.qualifying_verified) == (2, 1)


def test_weak_spots_are_exact_means_lowest_first() -> None:
    rows = [
        a_row(sections={"quality": Fraction(1, 3), "design": Fraction(1)}),
        a_row(sections={"quality": Fraction(1, 3), "design": Fraction(1, 4)}),
        a_row(sections={"quality": Fraction(1, 3)}),
    ]

    quality, design = district.weak_spots(rows)

    assert (quality.id, quality.mean.exact, quality.firms, quality.below_half) == (
        "quality",
        Fraction(1, 3),
        3,
        3,
    )
    assert (design.mean.exact, design.mean.text) == (Fraction(5, 8), "62.5%")


def test_the_gates_that_stop_most_firms_come_first() -> None:
    rows = [a_row(failed=("a", "b")), a_row(failed=("b", "b")), a_row(failed=("c",))]

    assert [(s.question_id, s.firms) for s in district.gate_spots(rows)] == [
        ("b", 2),
        ("a", 1),
        ("c", 1),
    ]


@pytest.mark.parametrize(
    "table",
    [
        lambda rows: district.counts(rows, ["阀门"], 5),
        lambda rows: district.targets(rows, [], [Target(2027, "目标", 4, 3)]),
        district.weak_spots,
        district.gate_spots,
    ],
)
def test_editions_are_never_mixed(table: Callable[[list[PoolRow]], object]) -> None:
    with pytest.raises(MixedEditions):
        table([a_row(edition="2026"), a_row(edition="2027")])
