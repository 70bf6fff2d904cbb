"""Questions of every kind, and the sections they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from questionnaires.model.kinds import (
    LEVELS,
    Code,
    Confidence,
    Exact,
    Level,
    Line,
    Percent,
    Prose,
    Value,
    Weight,
    Word,
)


class Option(Value):
    """One choice of a ``choice`` or ``multiple`` question.

    An ``exclusive`` option of a ``multiple`` question cannot be ticked beside others (以上都没有).
    """

    id: Word
    text: Line
    exclusive: bool = False


def _words_apart(value: object) -> object:
    """Split ``"连续曲线/炉温曲线"`` into a word and what else readers call it."""
    return tuple(value.split("/")) if isinstance(value, str) else value


Synonyms = Annotated[
    tuple[Annotated[str, Field(pattern=r"^\S+$", max_length=60)], ...],
    BeforeValidator(_words_apart),
    PlainSerializer("/".join),
    Field(json_schema_extra={"type": "string", "minLength": 1}),
]
"""One thing by all the names it goes by, joined by ``/`` in the files; no name has a blank."""


class Weakness(Value):
    """What an answer on some levels shows (短板): true on each of them, up to the next level.

    ``plain`` speaks to the owner, ``official`` stands on paper with the bureau's name. ``lacks``
    names what both say is missing; no descriptor of these levels may hold such a word.
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    plain: Line
    official: Line
    lacks: tuple[Synonyms, ...] = ()


def _of_lowest(value: object) -> object:
    """Read the earlier form, one sentence written for the lowest level, as what it is."""
    if isinstance(value, str):
        return ({"levels": (0,), "plain": value, "official": value},)
    return value


Weaknesses = Annotated[
    tuple[Weakness, ...],
    BeforeValidator(_of_lowest, json_schema_input_type=Prose | tuple[Weakness, ...]),
]


class Asked(Value):
    """What every kind of question carries."""

    id: Word
    code: Code
    text: Prose
    short: Line
    help: Prose | None = None
    terms: dict[str, Line] = {}
    evidence: Prose | None = None
    weakness: Weaknesses = ()
    packages: tuple[Code, ...] = ()
    maps: dict[str, tuple[Line, ...]] = {}
    needs: tuple[Word, ...] = ()
    not_applicable: bool = False
    same_as: Word | None = None
    """The question that measures the same; a trade may score only one of the two."""
    station: Word | None = None
    """Where it is looked at, where that is not its section's station."""

    def weakness_at(self, level: int) -> Weakness | None:
        """Return what an answer on a level shows; None where nothing is said of it."""
        return next((weakness for weakness in self.weakness if level in weakness.levels), None)

    @property
    def scored(self) -> bool:
        """Whether an answer earns points."""
        return False

    @property
    def required(self) -> bool:
        """Whether an assessment cannot be submitted without an answer (optional sections aside)."""
        return self.scored


Descriptors = Annotated[tuple[Line, ...], Field(min_length=LEVELS, max_length=LEVELS)]


class LevelQuestion(Asked):
    """Five descriptors from 0 to 4; level L earns L/4."""

    kind: Literal["level"]
    levels: Descriptors
    weight: Weight = Fraction(1)

    @property
    def scored(self) -> bool:
        return True


class KpiBands(Value):
    """Reference bands of a KPI for one trade, one lower edge per rung, bottom-up.

    ``higher`` is better unless ``direction`` says ``lower``; then the edges are upper edges.
    """

    edges: tuple[Exact, ...]
    direction: Literal["higher", "lower"] = "higher"
    source: Line
    confidence: Confidence = "proposal"


class Measured(Asked):
    """A question whose answer is a figure, which may have reference bands.

    ``bands`` are by trade id; ``all`` speaks for every trade without its own.
    """

    definition: Prose | None = None
    bands: dict[str, KpiBands] = {}

    def bands_of(self, trade: str) -> KpiBands | None:
        """The bands of a trade, else those of all trades; None where the figure has none."""
        return self.bands.get(trade) or self.bands.get("all")


class RatioQuestion(Measured):
    """Two raw whole numbers, a percentage, and (where ``above`` is given) a level by bands.

    ``above`` holds four rising percentages; the level is the number of them that the percentage
    *exceeds* (exactly 40 % on 10/20/40/60 is level 2). Without it the ratio is a key figure (KPI)
    and earns nothing.
    """

    kind: Literal["ratio"]
    part: Line
    whole: Line
    unit: Line
    above: (
        Annotated[tuple[Percent, ...], Field(min_length=LEVELS - 1, max_length=LEVELS - 1)] | None
    ) = None
    weight: Weight = Fraction(1)

    @property
    def scored(self) -> bool:
        return self.above is not None

    def level_at(self, percent: Fraction) -> int:
        """The level of a percentage: how many of ``above`` it exceeds."""
        return sum(percent > edge for edge in self.above or ())

    @model_validator(mode="after")
    def _rising(self) -> RatioQuestion:
        if self.above is not None and list(self.above) != sorted(set(self.above)):
            raise ValueError("四个分档百分比（above）应逐个升高")
        return self


class NumberQuestion(Measured):
    """A key figure (KPI) with a unit; never scored."""

    kind: Literal["number"]
    unit: Line
    least: Exact = Fraction(0)
    most: Exact
    decimals: Annotated[int, Field(ge=0, le=4)] = 0

    @property
    def required(self) -> bool:
        return False


class ChoiceQuestion(Asked):
    """Exactly one option; never scored on the ladder."""

    kind: Literal["choice"]
    options: Annotated[tuple[Option, ...], Field(min_length=2)]


class MultipleQuestion(Asked):
    """Any number of options; never scored on the ladder."""

    kind: Literal["multiple"]
    options: Annotated[tuple[Option, ...], Field(min_length=2)]


class TextQuestion(Asked):
    """Free words; never scored."""

    kind: Literal["text"]
    most: Annotated[int, Field(ge=1, le=5000)] = 1000
    """Longest answer in characters."""


class Cell(Value):
    """A row or a column of a grid."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=60)]
    text: Line


class GridQuestion(Asked):
    """Amounts by row and column (for example 万元 by kind and year); never scored."""

    kind: Literal["grid"]
    rows: Annotated[tuple[Cell, ...], Field(min_length=1)]
    columns: Annotated[tuple[Cell, ...], Field(min_length=1)]
    unit: Line
    most: Exact
    decimals: Annotated[int, Field(ge=0, le=4)] = 0


Question = Annotated[
    LevelQuestion
    | RatioQuestion
    | NumberQuestion
    | ChoiceQuestion
    | MultipleQuestion
    | TextQuestion
    | GridQuestion,
    Field(discriminator="kind"),
]
Scored = LevelQuestion | RatioQuestion


class Rewording(Value):
    """How one trade asks a common question; what is left out stays as all trades are asked it.

    What the question is worth and where it belongs (id, code, kind, weight, maps, needs) is the
    same for every trade.
    """

    text: Prose | None = None
    short: Line | None = None
    levels: Descriptors | None = None
    help: Prose | None = None
    terms: dict[str, Line] | None = None
    evidence: Prose | None = None
    weakness: Weaknesses | None = None
    packages: tuple[Code, ...] | None = None
    not_applicable: bool | None = None

    def of(self, question: Question) -> Question:
        """Return the question as the trade asks it."""
        said = {name: getattr(self, name) for name in Rewording.model_fields}
        return question.model_copy(update={k: v for k, v in said.items() if v is not None})


class Section(Value):
    """A page of questions (模块) and its weight in the whole.

    An ``optional`` section is unscored and may be left empty. Its questions are looked at at its
    ``station``, except those that name their own.
    """

    id: Word
    title: Line
    intro: Prose | None = None
    weight: Weight | None = None
    optional: bool = False
    station: Word | None = None
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @property
    def counts(self) -> bool:
        """Whether its answers earn a part of the overall share."""
        return self.weight is not None and not self.optional

    @cached_property
    def scored_questions(self) -> tuple[Scored, ...]:
        return tuple(
            q for q in self.questions if isinstance(q, LevelQuestion | RatioQuestion) and q.scored
        )

    @cached_property
    def units(self) -> dict[str, int]:
        """Weights of the scored questions as whole numbers in the same proportion, by id.

        Scoring adds these instead of fractions: exact as well, and many times faster.
        """
        whole = lcm(*(q.weight.denominator for q in self.scored_questions))
        return {q.id: int(q.weight * whole) for q in self.scored_questions}

    def reworded(self, rewords: Mapping[str, Rewording]) -> Section:
        """Return the section as a trade asks it that says some questions its own way, by id."""
        if rewords.keys().isdisjoint(q.id for q in self.questions):
            return self
        said = (rewords[q.id].of(q) if q.id in rewords else q for q in self.questions)
        kept = {name: getattr(self, name) for name in Section.model_fields}
        return Section(**kept | {"questions": tuple(said)})
