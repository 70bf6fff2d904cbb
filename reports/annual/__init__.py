"""A district's year (年度报告): the dashboard's tables, what officers wrote, lists as annexes.

Every figure is a cell of a table that was counted for the dashboard; here nothing is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.annual.examples import Example
from reports.dashboard import Table

INTERNAL, PUBLIC = "内部版", "公开版"
SAID = {
    INTERNAL: "内部使用：含企业名称和少于 5 家的数字，对外请用公开版。",
    PUBLIC: "公开版：少于 5 家的数字和能推算出它们的数字（包括与以前的公开版相减）不公布，写作“未公布”；不含企业名单。",
}


@dataclass(frozen=True)
class Written:
    """What officers wrote, as they wrote it; a line break begins a paragraph."""

    work: str = ""
    problems: str = ""
    next: str = ""

    def __bool__(self) -> bool:
        return bool(self.work and self.problems and self.next)


@dataclass(frozen=True)
class Annual:
    """One yearly report.

    Args:
        year: The year it is of, in which its round began.
        whose: Whose rungs are counted, in words.
        tables: The dashboard's, by id; as they may leave the bureau where the report may.
        annexes: Lists that name firms; none where the report may leave the bureau.
        examples: Samples their firms agreed to show; no other is ever among them.
    """

    district: str
    bureau: str
    department: str
    plan: str
    year: int
    round: str
    whose: str
    number: str
    made: datetime
    written: Written
    tables: Mapping[str, Table]
    annexes: Sequence[Table]
    outward: bool
    demonstration: bool
    examples: Sequence[Example] = ()

    @property
    def work(self) -> str:
        """What it reports on."""
        return f"{self.district}传统制造业数字化培育工作"

    @property
    def title(self) -> str:
        return f"{self.work} {self.year} 年度报告"

    @property
    def edition(self) -> str:
        return PUBLIC if self.outward else INTERNAL

    @property
    def edition_says(self) -> str:
        return SAID[self.edition]

    @property
    def source(self) -> str:
        """By what and when the figures were counted."""
        return (
            f"数据截至 {self.made:%Y-%m-%d %H:%M}，来源：本系统“全区情况”（{self.round}，等级按{self.whose}）。"
            "等级为本系统的评估结果，不是官方认定；投入金额、系统应用为参考值。"
        )

    @property
    def fiction(self) -> str:
        return "演示数据，企业均为虚构" if self.demonstration else ""


def paragraphs(text: str) -> list[str]:
    """Part what somebody wrote at its line breaks."""
    return [line.strip() for line in text.splitlines() if line.strip()]
