"""What firms ask, counted for the district's page and report (问题清单): by category and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from reports.dashboard import NONE, TOTAL, Asked, Cell, Line, Table, count
from reports.figures import percent, percent_number

COLUMNS: Final[Mapping[str, str]] = {
    "waiting": "未交办",
    "running": "办理中",
    "late": "超期未办结",
    "timely": "按期办结",
    "tardy": "超期办结",
    "aside": "暂缓或不予解决",
}
"""How needs stand; of each exactly one, so that a line adds up."""


Counts = Mapping[tuple[str, str], int]
"""Numbers by category and standing."""


def on_time(timely: int, tardy: int) -> Fraction | None:
    """Return the share of answered needs that were answered in time; None of none."""
    return Fraction(timely, timely + tardy) if timely + tardy else None


def table(
    counts: Counts,
    categories: Sequence[str],
    year: int,
    asks: Asked,
    firms: Counts | None = None,
) -> Table:
    """Return the register's counts of a year.

    Args:
        counts: Needs by (category, standing), a standing being a key of ``COLUMNS``.
        categories: Those that come first, in their order; others follow.
        asks: What every list is narrowed to.
        firms: How many firms asked them; of a sum then at least as many as of its largest part.
    """
    there = {category for category, _standing in counts}
    names = [name for name in categories if name in there]
    names += sorted(there - set(names))
    behind = firms or {}
    lines = [
        _line(name, _row(counts, name), {**asks, "category": name}, _row(behind, name))
        for name in names
    ]
    if len(lines) > 1:
        whole, most = (
            {s: put(_column(of, s)) for s in COLUMNS}
            for put, of in ((sum, counts), (_most, behind))
        )
        lines.append(_line(TOTAL, whole, asks, most))
    if firms is None:
        lines = [
            Line(line.title, tuple(cell._replace(firms=None) for cell in line.cells))
            for line in lines
        ]
    return Table(
        id="needs",
        title=f"企业诉求办理：{year} 年",
        says=(
            f"{year} 年登记的诉求，同类合并的逐件计。办结、回访、销号都算办结；"
            "答复日不晚于办结时限的算按期，时限按工作日算。按期办结率 = 按期办结 ÷（按期办结 + 超期办结）。"
        ),
        head=("类别", *COLUMNS.values(), "合计", "按期办结率"),
        lines=tuple(lines),
        bars=len(COLUMNS),
        unit="件",
        empty=f"{year} 年还没有登记诉求。",
    )


def _row(counts: Counts, category: str) -> dict[str, int]:
    return {standing: counts.get((category, standing), 0) for standing in COLUMNS}


def _column(counts: Counts, standing: str) -> list[int]:
    return [number for (_category, one), number in counts.items() if one == standing]


def _most(numbers: Sequence[int]) -> int:
    return max(numbers, default=0)


def _line(title: str, row: Mapping[str, int], asks: Asked, firms: Mapping[str, int]) -> Line:
    cells = [
        count(row[standing], "needs", **{**asks, "standing": standing})._replace(
            firms=firms[standing]
        )
        for standing in COLUMNS
    ]
    whole = count(sum(row.values()), "needs", **asks)._replace(firms=max(firms.values()))
    share = on_time(row["timely"], row["tardy"])
    rate = Cell(NONE) if share is None else Cell(percent(share), percent_number(share))
    return Line(title, (*cells, whole, rate))
