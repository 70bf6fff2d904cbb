"""The sheet a consultant carries on a visit (现场核查单): one page, what matters most, in walk order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from questionnaires.model import Question

ROOM = 64.0
"""Lines of an A4 page that the rows may take; a test prints the fullest page of every trade."""
WIDE, NARROW = 44, 11
"""Characters that surely fit on a line beside the boxes, and under the question's number."""
GAP, HEAD = 0.5, 1.6
"""Lines that a row takes besides its words, and that the name of a place takes."""

NO_REASON = 5


@dataclass(frozen=True)
class Item:
    """One answer that could be looked at, and why it should be.

    ``decides``: one level lower would lose the rung; ``holds``: a gate of the reached rung looks at
    it; ``contradicts``: the sentences that do not sit well with it; ``unproved``: no file is behind.
    """

    place: str
    question: Question
    said: str
    decides: bool = False
    holds: bool = False
    contradicts: tuple[str, ...] = ()
    unproved: bool = False

    @property
    def rank(self) -> int:
        """0 for what matters most; ``NO_REASON`` for what no page needs."""
        decides_alone = self.decides and self.holds
        reasons = (decides_alone, self.decides, self.holds, bool(self.contradicts), self.unproved)
        return reasons.index(True) if any(reasons) else NO_REASON

    @property
    def why(self) -> tuple[str, ...]:
        """Why it is on the page, in the words of its reader."""
        held = self.holds and not self.decides
        reasons = {"决定等级": self.decides, "必备条件": held, "没有佐证": self.unproved}
        return tuple(words for words, holds in reasons.items() if holds)

    @property
    def lines(self) -> float:
        """How many lines its row takes on paper, rather too many than too few."""
        texts = (f"自评：{self.said}", f"看：{self.question.evidence or ''}")
        told = (*texts, *(f"矛盾：{words}" for words in self.contradicts))
        beside = ceil(_width(f"{self.question.code} {self.question.short}") / NARROW)
        beside += bool(self.why)
        return max(sum(ceil(_width(words) / WIDE) for words in told), beside, 2) + GAP


@dataclass(frozen=True)
class Checklist:
    """What is printed, by place in the order of the walk, and how much is not."""

    places: tuple[tuple[str, tuple[Item, ...]], ...]
    left: int
    """Answers that are not on the page."""
    left_reasons: int
    """Those of them that there is a reason to look at."""


def checklist(items: Iterable[Item], room: float = ROOM) -> Checklist:
    """Choose what goes on the page: by rank, then in the order given, while there is room."""
    known = list(items)
    wanted = sorted((item for item in known if item.rank < NO_REASON), key=lambda item: item.rank)
    chosen: list[Item] = []
    for item in wanted:
        new_place = item.place not in {one.place for one in chosen}
        room -= item.lines + (HEAD if new_place else 0)
        if room < 0:
            break
        chosen.append(item)
    places = dict.fromkeys(item.place for item in known)
    at = {place: tuple(i for i in known if i.place == place and i in chosen) for place in places}
    return Checklist(
        places=tuple((place, there) for place, there in at.items() if there),
        left=len(known) - len(chosen),
        left_reasons=len(wanted) - len(chosen),
    )


def _width(words: str) -> float:
    """How wide words are in Chinese characters; Latin letters and figures take about half of one."""
    return sum(0.6 if character.isascii() else 1 for character in words)
