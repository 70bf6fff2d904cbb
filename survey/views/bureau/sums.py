"""The sums beside a list of assessments as its workbook carries them: by trade, by township, the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from reports.district import PlanLine
from reports.tables import Column, Sheet
from survey.store.assessment_list import AssessmentLine
from survey.views.bureau.choices import Frame
from survey.words.lists import NO_RUNG

UNSCORED = "还没有结果"
NOWHERE = "没有填写乡镇"


def sums(
    frame: Frame, lines: Sequence[AssessmentLine], plan: Sequence[PlanLine], district: str
) -> list[Sheet]:
    """Return the sums of the lines a list shows; the plan counts the whole district."""
    ladder = [rung.title for rung in frame.edition.ladder]
    heads = [Column("按", 8), Column("名称", 22)]
    heads += [Column(title, 14, "number") for title in (*ladder, NO_RUNG, UNSCORED, "合计")]
    rows = [
        *_by("行业", frame, lines, lambda line: frame.trades.get(line.trade, line.trade)),
        *_by("乡镇", frame, lines, lambda line: line.township or NOWHERE),
    ]
    return [
        Sheet("汇总", heads, rows, f"{district}评估汇总"),
        Sheet("目标完成", _PLAN, [_plan(line) for line in plan], f"{district}规划目标完成情况"),
    ]


def _by(
    title: str,
    frame: Frame,
    lines: Iterable[AssessmentLine],
    name: Callable[[AssessmentLine], str],
) -> list[list[str | int]]:
    """Count by rung, one row for each name, and one for all of them."""
    steps = [*range(1, len(frame.edition.ladder) + 1), 0, None]
    counted: dict[str, Counter[int | None]] = {}
    for line in lines:
        counted.setdefault(name(line), Counter())[line.standing.step] += 1
    found = [(one, counted[one]) for one in sorted(counted)]
    found.append(("合计", sum((count for _name, count in found), Counter())))
    return [[title, one, *(count[step] for step in steps), count.total()] for one, count in found]


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
