"""One difference between two editions, in words an officer reads."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Literal, TypeVar

from questionnaires.answers import percent_text

Kind = Literal["added", "removed", "moved", "tightened", "loosened", "changed", "reworded"]

KINDS: dict[Kind, str] = {
    "added": "新增",
    "removed": "删去",
    "moved": "移动",
    "tightened": "收紧",
    "loosened": "放宽",
    "changed": "改动",
    "reworded": "改写",
}
Area = Literal[
    "年版",
    "等级",
    "必备条件",
    "模块",
    "题目",
    "工序",
    "走访",
    "互查",
    "改造场景",
    "标准",
    "对照",
    "申报条件",
]
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class Change:
    """What became different.

    Attributes:
        about: What it concerns, as readers know it (“C08 异常处置”).
        words: The difference in a sentence without its subject.
        counts: Whether the same answers may earn another share or rung.
        before, after: Long texts that were reworded; empty where ``words`` says it all.
    """

    area: Area
    about: str
    kind: Kind
    words: str
    counts: bool = False
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        texts = (
            f"\n    原：{self.before}\n    现：{self.after}" if self.before or self.after else ""
        )
        return f"[{self.area}] {self.about}：{self.words}{texts}"


def named(names: Sequence[str]) -> str:
    """Join names as a Chinese sentence does; none is 没有."""
    return "、".join(f"“{name}”" for name in names) or "没有"


def percent(share: Fraction) -> str:
    return percent_text(share * 100)


def moved(old: Sequence[T], new: Sequence[T]) -> tuple[T, ...]:
    """Name the items of both sequences that changed place among each other, as few as possible."""
    kept_old = [item for item in old if item in set(new)]
    kept_new = [item for item in new if item in set(old)]
    matcher = SequenceMatcher(a=kept_old, b=kept_new, autojunk=False)
    still = {
        item
        for block in matcher.get_matching_blocks()
        for item in kept_new[block.b :][: block.size]
    }
    return tuple(item for item in kept_new if item not in still)


def direction(old: Fraction | int, new: Fraction | int) -> Kind:
    """Demanding more is tightened, demanding less is loosened."""
    return "tightened" if new > old else "loosened"


def reworded(
    area: Area, about: str, name: str, before: str | None, after: str | None
) -> Iterator[Change]:
    """Yield the difference of one text, if there is any."""
    if before == after:
        return
    if not before:
        yield Change(area, about, "added", f"补写了{name}", after=after or "")
    elif not after:
        yield Change(area, about, "removed", f"删去了{name}", before=before)
    else:
        yield Change(area, about, "reworded", f"改写了{name}", before=before, after=after)


def replaced(
    area: Area, about: str, name: str, before: object, after: object, *, counts: bool = False
) -> Iterator[Change]:
    """Yield the difference of one short value, if there is any."""
    if before != after:
        words = f"{name}由“{before}”改为“{after}”"
        yield Change(area, about, "changed", words, counts)


def joined_and_left(
    area: Area,
    about: str,
    name: str,
    before: Sequence[str],
    after: Sequence[str],
    *,
    counts: bool = False,
) -> Iterator[Change]:
    """Yield what a list of names gained and lost, if anything."""
    gained = [item for item in after if item not in before]
    lost = [item for item in before if item not in after]
    if gained:
        yield Change(area, about, "added", f"{name}增加{named(gained)}", counts)
    if lost:
        yield Change(area, about, "removed", f"{name}去掉{named(lost)}", counts)
    if not gained and not lost and tuple(before) != tuple(after):
        yield Change(area, about, "moved", f"{name}调整了顺序")
