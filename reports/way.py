"""A firm's way over the years: rungs by round, stages in the pool, projects side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

NONE_REACHED = "未达最低等级"


@dataclass(frozen=True)
class Reached:
    """A rung by its position, 0 below the ladder, on the day it was told."""

    day: date
    step: int
    title: str


@dataclass(frozen=True)
class Span:
    """Something that lasted: a stage, a project. ``last`` may lie ahead where it goes on."""

    lane: str
    title: str
    first: date
    last: date
    done: bool = True


@dataclass(frozen=True)
class Way:
    """All of it, as the chart draws it and a list tells it."""

    ladder: tuple[str, ...]
    """Titles of the rungs, the lowest first."""
    own: tuple[Reached, ...]
    confirmed: tuple[Reached, ...]
    recognised: tuple[Reached, ...]
    spans: tuple[Span, ...]

    @property
    def lanes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(span.lane for span in self.spans))

    @property
    def days(self) -> list[date]:
        points = [one.day for one in (*self.own, *self.confirmed, *self.recognised)]
        return sorted([*points, *(day for s in self.spans for day in (s.first, s.last))])

    @property
    def told(self) -> list[tuple[date, str]]:
        """The same in sentences, the newest first."""
        found = [(one.day, f"自评：{one.title}") for one in self.own]
        found += [(one.day, f"现场核定：{one.title}") for one in self.confirmed]
        found += [(one.day, f"认定：{one.title}") for one in self.recognised]
        found += [(s.first, f"{s.lane}：{s.title}") for s in self.spans]
        return sorted(found, key=lambda one: (one[0], one[1]), reverse=True)


def ends(days: Sequence[date], today: date) -> tuple[int, int]:
    """Return the first year an axis spans, and the one it ends before; today is on it."""
    years = [day.year for day in (*days, today)]
    return min(years), max(years) + 1
