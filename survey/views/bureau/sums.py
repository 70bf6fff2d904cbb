"""The sums beside a list of assessments as its workbook carries them: by trade, by township, the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from reports.district import PlanLine
from reports.tables import Column, Sheet
from survey.store.assessment_list import AssessmentLine
from survey.views.bureau.choices import Frame
from survey.words.lists import NO_RUNG

UNSCORED = "还没有结果"
NOWHERE = "没有填写乡镇"


class Sums:
    """The lines of a list, counted by rung as they go by."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._counted: dict[str, dict[str, Counter[int | None]]] = {"行业": {}, "乡镇": {}}

    def along(self, lines: Iterable[AssessmentLine]) -> Iterator[AssessmentLine]:
        """Give the lines on, counted."""
        for line in lines:
            trade = self._frame.trades.get(line.trade, line.trade)
            for by, name in (("行业", trade), ("乡镇", line.township or NOWHERE)):
                self._counted[by].setdefault(name, Counter())[line.standing.step] += 1
            yield line

    def sheets(self, plan: Sequence[PlanLine], district: str) -> list[Sheet]:
        """Return the sums, to be read once all lines have gone by; the plan counts the whole district."""
        ladder = [rung.title for rung in self._frame.edition.ladder]
        heads = [Column("按", 8), Column("名称", 22)]
        heads += [Column(title, 14, "number") for title in (*ladder, NO_RUNG, UNSCORED, "合计")]
        return [
            Sheet("汇总", heads, self._rows(), f"{district}评估汇总"),
            Sheet("目标完成", _PLAN, [_plan(line) for line in plan], f"{district}规划目标完成情况"),
        ]

    def _rows(self) -> Iterator[list[str | int]]:
        """One row for each name, and one for all of them."""
        steps = [*range(1, len(self._frame.edition.ladder) + 1), 0, None]
        for by, counted in self._counted.items():
            found = [(name, counted[name]) for name in sorted(counted)]
            for name, count in (*found, ("合计", sum(counted.values(), Counter()))):
                yield [by, name, *(count[step] for step in steps), count.total()]


_PLAN = [
    Column("到年底", 10, "number"),
    Column("等级", 36),
    *(Column(title, 12, "number") for title in ("目标", "已认定", "还差", "达到本系统等级")),
    Column("怎样算已认定", 60),
]


def _plan(line: PlanLine) -> list[str | int]:
    rungs = "、".join(line.rungs)
    figures = (line.wanted, line.recognised, line.missing, line.reaching)
    return [line.year, rungs, *figures, line.rule]
