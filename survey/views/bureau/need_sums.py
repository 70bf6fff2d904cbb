"""The sums beside a list of needs as its workbook carries them: by category, by department, by township."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from reports.figures import percent_number
from reports.needs import on_time
from reports.tables import Cell, Column, Sheet
from survey.store.needs import NeedLine, Standing
from survey.words.needs import STANDINGS

NOWHERE = "没有填写"
_BY: Mapping[str, Callable[[NeedLine], str]] = {
    "类别": lambda line: line.category,
    "部门": lambda line: line.department,
    "乡镇": lambda line: line.facts.township,
}


class NeedSums:
    """The lines of a list, counted by how needs stand as they go by; joined needs one by one."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._counted: dict[str, dict[str, Counter[Standing]]] = {by: {} for by in _BY}

    def along(self, lines: Iterable[NeedLine]) -> Iterator[NeedLine]:
        """Give the lines on, counted."""
        for line in lines:
            standing = line.standing(self._today)
            for by, name in _BY.items():
                self._counted[by].setdefault(name(line) or NOWHERE, Counter())[standing] += 1
            yield line

    def sheet(self, district: str) -> Sheet:
        """Return the sums, to be read once all lines have gone by."""
        heads = [Column("按", 8), Column("名称", 22)]
        heads += [Column(title, 14, "number") for title in (*STANDINGS.values(), "合计")]
        heads.append(Column("按期办结率（%）", 14, "percent"))
        return Sheet("汇总", heads, self._rows(), f"{district}问题清单汇总")

    def _rows(self) -> Iterator[list[Cell]]:
        """One row for each name, and one for all of them."""
        for by, counted in self._counted.items():
            yield from (_row(by, name, counted[name]) for name in sorted(counted))
            yield _row(by, "合计", sum(counted.values(), Counter()))


def _row(title: str, name: str, count: Counter[Standing]) -> list[Cell]:
    share = on_time(count[Standing.TIMELY], count[Standing.TARDY])
    figures: list[Cell] = [count[standing] for standing in Standing]
    return [title, name, *figures, count.total(), None if share is None else percent_number(share)]
