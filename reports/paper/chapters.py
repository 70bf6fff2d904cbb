"""The chapters of a report: which of them a diagnosis has, in reading order, numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from reports.diagnosis import Diagnosis


@dataclass(frozen=True)
class Chapter:
    """One chapter as it is numbered in this report; appendices are counted apart."""

    id: str
    title: str
    numeral: str
    is_appendix: bool = False

    @property
    def heading(self) -> str:
        return f"附录{self.numeral}　{self.title}" if self.is_appendix else self.numbered

    @property
    def numbered(self) -> str:
        return f"{self.numeral}、{self.title}"


Has = Callable[[Diagnosis], bool]
CHAPTERS: tuple[tuple[str, str, Has], ...] = (
    ("summary", "一页给老板看", lambda it: True),
    ("firm", "企业概况", lambda it: True),
    ("process", "诊断过程与方法", lambda it: True),
    ("areas", "现状与差距", lambda it: True),
    ("problems", "问题清单", lambda it: bool(it.gaps or it.findings or it.visit.findings)),
    ("comparison", "自评与现场诊断对照", lambda it: it.comparison is not None),
    ("ladder", "等级与必备条件", lambda it: True),
    ("plan", "提升方案", lambda it: True),
    ("effects", "预期成效", lambda it: bool(it.key_figures)),
    ("peers", "同行对照", lambda it: it.peers is not None),
    ("trend", "历轮变化", lambda it: it.trend is not None and len(it.trend.points) > 1),
    ("crosswalk", "多标准对照", lambda it: bool(it.crosswalk)),
    ("conditions", "申报条件核对", lambda it: bool(it.conditions)),
    ("signatures", "结论与签字", lambda it: True),
)
"""(template, title, whether this report has it), in reading order."""
APPENDICES: tuple[tuple[str, str, Has], ...] = (
    ("appendix", "全部答案与计分过程", lambda it: True),
    ("evidence", "佐证材料目录", lambda it: bool(it.evidence)),
    ("glossary", "名词解释", lambda it: True),
)
NUMERALS = "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六".split()


def chapters(diagnosis: Diagnosis) -> tuple[Chapter, ...]:
    """The chapters of this report, and after them its appendices, numbered without gaps."""
    return (
        *_numbered(diagnosis, CHAPTERS, is_appendix=False),
        *_numbered(diagnosis, APPENDICES, is_appendix=True),
    )


def _numbered(
    diagnosis: Diagnosis, known: tuple[tuple[str, str, Has], ...], *, is_appendix: bool
) -> Iterator[Chapter]:
    number = count()
    for name, title, has in known:
        if has(diagnosis):
            yield Chapter(name, title, NUMERALS[next(number)], is_appendix)
