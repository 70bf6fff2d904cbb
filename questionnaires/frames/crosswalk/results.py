"""What reading across yields: plain values that say where they come from and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from questionnaires.frames.crosswalk.frames import Frame
from questionnaires.model import Confidence
from questionnaires.words import CONFIDENCE

DISCLAIMER = "对照估算，非官方结论"

State = Literal["derived", "partial", "unknown"]
"""``partial``: bounds narrower than anything at all; ``unknown``: the answers say nothing."""


@dataclass(frozen=True)
class Span:
    """The least and the most a figure can be, whatever the missing answers will say."""

    lower: Fraction
    upper: Fraction

    @property
    def exact(self) -> Fraction | None:
        """The figure itself, where nothing is missing."""
        return self.lower if self.lower == self.upper else None


@dataclass(frozen=True)
class FrameRow:
    """One line of a frame.

    ``span`` holds points, a level, or a mean position 0 to 1, as ``part`` says; ``missing`` the
    ids of the questions without which it stays open.
    """

    part: str
    group: str
    title: str
    value: str
    level: int | None
    state: State
    why: str
    span: Span | None = None
    constrained: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrameGroup:
    """A subtotal: one scored dimension, or one capability domain.

    ``touched`` of ``total`` lines rest on at least one answer.
    """

    title: str
    value: str
    touched: int
    total: int
    span: Span | None = None


@dataclass(frozen=True)
class FrameResult:
    """One firm's answers read in one frame.

    ``score`` and ``level`` are given only where exact; the spans always, for frames that have them.
    """

    id: str
    title: str
    source: str
    year: int
    confidence: Confidence
    headline: str
    rows: tuple[FrameRow, ...]
    groups: tuple[FrameGroup, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Labels of the facts still missing, such as “E11 网络建设”."""
    score_span: Span | None = None
    level_span: Span | None = None
    disclaimer: str = DISCLAIMER

    @property
    def score(self) -> Fraction | None:
        return self.score_span.exact if self.score_span else None

    @property
    def level(self) -> int | None:
        level = self.level_span.exact if self.level_span else None
        return None if level is None else int(level)

    @property
    def confidence_text(self) -> str:
        return CONFIDENCE[self.confidence]


def frame_result(
    frame: Frame,
    headline: str,
    rows: tuple[FrameRow, ...],
    groups: tuple[FrameGroup, ...] = (),
    missing: tuple[str, ...] = (),
    score: Span | None = None,
    level: Span | None = None,
) -> FrameResult:
    """Put a frame's own source, year and confidence beside what was read."""
    return FrameResult(
        id=frame.id,
        title=frame.title,
        source=frame.source,
        year=frame.year,
        confidence=frame.confidence,
        headline=headline,
        rows=rows,
        groups=groups,
        notes=frame.notes,
        missing=missing,
        score_span=score,
        level_span=level,
    )
