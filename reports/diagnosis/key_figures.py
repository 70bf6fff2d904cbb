"""Key figures (KPI) of a firm beside the reference bands of its trade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from questionnaires.answers import Answer, Ratio, describe
from questionnaires.model import (
    KpiBands,
    NumberQuestion,
    Question,
    Questionnaire,
    RatioQuestion,
    Rung,
)
from questionnaires.scoring import Score
from reports.figures import amount


@dataclass(frozen=True)
class Band:
    """What firms on one rung are thought to reach; ``here``: the figure asked about lies in it."""

    title: str
    text: str
    unit: str
    here: bool = False

    @property
    def words(self) -> str:
        """The band with its unit, to be read alone."""
        return f"{self.text}{'' if self.unit == '%' else ' '}{self.unit}"


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
        _key_figure(mark.question, bands, mark.answer, score.questionnaire.ladder)
        for section in score.sections
        for mark in section.questions
        if mark.state != "not_asked"
        and isinstance(mark.question, NumberQuestion | RatioQuestion)
        and (bands := mark.question.bands_of(trade))
    )


def reference_bands(questionnaire: Questionnaire, question: Question) -> tuple[Band, ...]:
    """Return a question's reference bands (参考区间), the lowest rung first; most have none.

    A ratio that is scored shows none: its rungs' thresholds would tell what to answer.
    """
    if isinstance(question, RatioQuestion) and question.above:
        return ()
    if not isinstance(question, NumberQuestion | RatioQuestion):
        return ()
    bands = question.bands_of(questionnaire.trade.id)
    return _bands(question, bands, questionnaire.ladder) if bands else ()


def _bands(
    question: NumberQuestion | RatioQuestion,
    bands: KpiBands,
    ladder: Sequence[Rung],
    step: int | None = None,
) -> tuple[Band, ...]:
    return tuple(
        Band(rung.title, text, _unit(question), here=number == step)
        for number, (rung, text) in enumerate(zip(ladder, _texts(bands), strict=False), start=1)
    )


def _unit(question: NumberQuestion | RatioQuestion) -> str:
    return "%" if isinstance(question, RatioQuestion) else question.unit


def _key_figure(
    question: NumberQuestion | RatioQuestion,
    bands: KpiBands,
    answer: Answer | None,
    ladder: Sequence[Rung],
) -> KeyFigure:
    value = _value(answer)
    step = None if value is None else _step(question, bands, value)
    return KeyFigure(
        code=question.code,
        short=question.short,
        unit=_unit(question),
        value=describe(question, answer) if answer is not None else "未填写",
        stands="" if step is None else _stands(step, [rung.title for rung in ladder]),
        bands=_bands(question, bands, ladder, step),
        definition=question.definition or "",
        source=bands.source,
        is_reference=bands.confidence == "proposal",
    )


def _value(answer: Answer | None) -> Fraction | None:
    """The figure to compare: a percentage of 0 to 100 for a ratio; None where there is none."""
    if isinstance(answer, Ratio):
        return answer.percent
    return Fraction(answer) if isinstance(answer, Decimal) else None


def _step(question: NumberQuestion | RatioQuestion, bands: KpiBands, value: Fraction) -> int:
    """How many edges the value has reached, bottom-up; 0 is below the lowest band.

    Where an edge is also one of the question's levels, it must be exceeded as the level must.
    """
    levels = question.above or () if isinstance(question, RatioQuestion) else ()
    if bands.direction == "lower":
        return _count(value <= edge for edge in bands.edges)
    return _count(value > edge if edge in levels else value >= edge for edge in bands.edges)


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
