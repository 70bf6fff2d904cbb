"""The sums beside a list of needs as its workbook carries them: by category, by department, by township."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from reports.figures import percent_number
from reports.needs import on_time
from reports.tables import Cell, Column, Sheet
from survey.store.needs import NeedLine, Standing
from survey.words.needs import STANDINGS

NOWHERE = "没有填写"


def sums(lines: Sequence[NeedLine], district: str, today: date) -> Sheet:
    """Return the sums of the lines a list shows, joined needs counted one by one."""
    heads = [Column("按", 8), Column("名称", 22)]
    heads += [Column(title, 14, "number") for title in (*STANDINGS.values(), "合计")]
    heads.append(Column("按期办结率（%）", 14, "percent"))
    rows = [
        *_by("类别", lines, lambda line: line.category, today),
        *_by("部门", lines, lambda line: line.department, today),
        *_by("乡镇", lines, lambda line: line.facts.township, today),
    ]
    return Sheet("汇总", heads, rows, f"{district}问题清单汇总")


def _by(
    title: str, lines: Iterable[NeedLine], name: Callable[[NeedLine], str], today: date
) -> list[list[Cell]]:
    """Count by how needs stand, one row for each name, and one for all of them."""
    counted: dict[str, Counter[Standing]] = {}
    for line in lines:
        counted.setdefault(name(line) or NOWHERE, Counter())[line.standing(today)] += 1
    found = [(one, counted[one]) for one in sorted(counted)]
    found.append(("合计", sum((count for _name, count in found), Counter())))
    return [_row(title, one, count) for one, count in found]


def _row(title: str, name: str, count: Counter[Standing]) -> list[Cell]:
    share = on_time(count[Standing.TIMELY], count[Standing.TARDY])
    figures: list[Cell] = [count[standing] for standing in Standing]
    return [title, name, *figures, count.total(), None if share is None else percent_number(share)]
