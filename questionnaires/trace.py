"""How a share came about (逐题核算): every scored question on its way into the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.answers import describe
from questionnaires.model import LevelQuestion, RatioQuestion, Section
from questionnaires.scoring import QuestionScore, QuestionState, Score, SectionScore


@dataclass(frozen=True)
class TraceLine:
    """One scored question on its way into the share: answer, points, weight, section, whole.

    Within the section its ``points`` count for ``of_section`` and within the whole for
    ``of_whole`` (both 0 where it does not apply); ``contribution`` is points × of_whole. The
    contributions of all lines add up to the share, exactly.
    """

    section: Section
    question: LevelQuestion | RatioQuestion
    state: QuestionState
    answer: str
    level: int | None
    points: Fraction | None
    weight: Fraction
    of_section: Fraction
    of_whole: Fraction
    contribution: Fraction


def trace(score: Score) -> tuple[TraceLine, ...]:
    """List how every scored question enters the share, in reading order."""
    whole = sum((s.weight for s in score.sections if s.share is not None), Fraction(0))
    return tuple(
        line for s in score.sections if s.section.counts for line in _section_trace(s, whole)
    )


def worth(score: Score, over: Collection[str] | None = None) -> dict[str, Fraction]:
    """Return what full marks in each question add to the share.

    Args:
        over: Question ids; then to the share over these alone, of a section or a part.
    """
    adds = {line.question.id: line.of_whole for line in trace(score)}
    if over is None:
        return adds
    whole = sum((adds.get(name, Fraction(0)) for name in over), Fraction(0))
    return {name: adds[name] / whole for name in over if adds.get(name)}


def _section_trace(scored: SectionScore, whole: Fraction) -> Iterator[TraceLine]:
    units = scored.section.units
    counted = sum(units[m.question.id] for m in scored.questions if m.state == "scored")
    for mark in scored.questions:
        if not isinstance(mark.question, LevelQuestion | RatioQuestion) or not mark.question.scored:
            continue
        counts = mark.points is not None
        of_section = Fraction(units[mark.question.id], counted) if counts else Fraction(0)
        of_whole = of_section * scored.weight / whole if counts else Fraction(0)
        yield TraceLine(
            section=scored.section,
            question=mark.question,
            state=mark.state,
            answer=_said(mark),
            level=mark.level,
            points=mark.points,
            weight=mark.question.weight,
            of_section=of_section,
            of_whole=of_whole,
            contribution=of_whole * (mark.points or 0),
        )


def _said(mark: QuestionScore) -> str:
    return "未涉及" if mark.answer is None else describe(mark.question, mark.answer)
