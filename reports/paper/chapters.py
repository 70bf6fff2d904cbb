"""The chapters of a report: which of them a diagnosis has, in reading order, numbered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.diagnosis import Diagnosis


@dataclass(frozen=True)
class Chapter:
    """One chapter as it is numbered in this report."""

    id: str
    title: str
    numeral: str


CHAPTERS: tuple[tuple[str, str, Callable[[Diagnosis], bool]], ...] = (
    ("summary", "结论摘要", lambda it: True),
    ("firm", "企业概况与评估方法", lambda it: True),
    ("ladder", "阶梯与必备条件", lambda it: True),
    ("scores", "各模块得分", lambda it: True),
    ("comparison", "自评与现场诊断对照", lambda it: it.comparison is not None),
    ("findings", "现场发现的问题", lambda it: bool(it.findings or it.visit.findings)),
    ("drills", "计时演练", lambda it: bool(it.visit.tries)),
    ("gaps", "差距清单", lambda it: bool(it.gaps)),
    ("advice", "提升建议", lambda it: True),
    ("key_figures", "关键指标与参考区间", lambda it: bool(it.key_figures)),
    ("conditions", "申报条件核对", lambda it: bool(it.conditions)),
    ("crosswalk", "多标准对照", lambda it: bool(it.crosswalk)),
    ("signatures", "签名", lambda it: bool(it.visit.signed)),
    ("appendix", "附录：全部答案与计分过程", lambda it: True),
)
"""(template, title, whether this report has it), in reading order."""
NUMERALS = "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四".split()


def chapters(diagnosis: Diagnosis) -> tuple[Chapter, ...]:
    """The chapters of this report, numbered without gaps."""
    present = [(name, title) for name, title, has in CHAPTERS if has(diagnosis)]
    return tuple(
        Chapter(name, title, numeral)
        for (name, title), numeral in zip(present, NUMERALS, strict=False)
    )
