"""Key figures (KPI) of a firm beside the reference bands of its trade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from questionnaires.answers import Answer, Ratio, describe
from questionnaires.model import KpiBands, NumberQuestion, RatioQuestion
from questionnaires.scoring import Score
from reports.figures import amount


@dataclass(frozen=True)
class Band:
    """What firms on one rung are thought to reach."""

    title: str
    text: str
    here: bool


@dataclass(frozen=True)
class KeyFigure:
    """One figure; ``stands`` says in words where it lies, empty when it was not given."""

    code: str
    short: str
    unit: str
    value: str
    stands: str
    bands: tuple[Band, ...]
    definition: str
    source: str
    is_reference: bool


def key_figures(score: Score) -> tuple[KeyFigure, ...]:
    """Every figure asked of the firm that has bands for its trade, in reading order."""
    trade = score.questionnaire.trade.id
    return tuple(
        _key_figure(mark.question, bands, mark.answer, score)
        for section in score.sections
        for mark in section.questions
        if mark.state != "not_asked"
        and isinstance(mark.question, NumberQuestion | RatioQuestion)
        and (bands := mark.question.bands.get(trade) or mark.question.bands.get("all"))
    )


def _key_figure(
    question: NumberQuestion | RatioQuestion, bands: KpiBands, answer: Answer | None, score: Score
) -> KeyFigure:
    value = _value(answer)
    titles = [rung.title for rung in score.questionnaire.ladder]
    step = None if value is None else _step(bands, value)
    return KeyFigure(
        code=question.code,
        short=question.short,
        unit="%" if isinstance(question, RatioQuestion) else question.unit,
        value=describe(question, answer) if answer is not None else "未填写",
        stands="" if step is None else _stands(step, titles),
        bands=tuple(
            Band(title, text, here=step == number)
            for number, (title, text) in enumerate(
                zip(titles, _texts(bands), strict=False), start=1
            )
        ),
        definition=question.definition or "",
        source=bands.source,
        is_reference=bands.confidence == "proposal",
    )


def _value(answer: Answer | None) -> Fraction | None:
    """The figure to compare: a percentage of 0 to 100 for a ratio; None where there is none."""
    if isinstance(answer, Ratio):
        return answer.percent
    try:
        return Fraction(answer)  # type: ignore[arg-type]
    except TypeError:
        return None


def _step(bands: KpiBands, value: Fraction) -> int:
    """How many edges the value has reached, bottom-up; 0 is below the lowest band."""
    if bands.direction == "lower":
        return _count(value <= edge for edge in bands.edges)
    return _count(value >= edge for edge in bands.edges)


def _count(reached: Iterable[bool]) -> int:
    return sum(reached)


def _stands(step: int, titles: list[str]) -> str:
    return f"落在“{titles[min(step, len(titles)) - 1]}”区间" if step else f"低于“{titles[0]}”区间"


def _texts(bands: KpiBands) -> list[str]:
    """The bands' readings, bottom-up."""
    edges = [amount(edge) for edge in bands.edges]
    if bands.direction == "lower":
        ranges = [f"{high}–{low}" for low, high in pairwise(edges)]
        return [*ranges, f"≤{edges[-1]}"]
    ranges = [f"{low}–{high}" for low, high in pairwise(edges)]
    return [*ranges, f"≥{edges[-1]}"]
