"""The shape of an edition: every value a data file may hold, frozen and checked.

One edition is one folder of YAML files (see ``README.md`` here for every key). This module says
what those files may contain; whether the contents agree with one another is for ``references`` and
``checking`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    model_validator,
)

LEVELS = 5
"""A level question has five descriptors, numbered 0 to 4."""


def _exact(value: object) -> Fraction:
    """Read a weight or share exactly; a YAML float is refused because it is already rounded."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool | float):
        raise ValueError('写成整数，或加引号的 "0.45"')
    if not isinstance(value, int | str):
        raise ValueError("应为数")
    if not _EXACT.fullmatch(str(value)):
        raise ValueError('写成整数，或加引号的 "0.45"、"9/20"')
    return Fraction(value)


EXACT_PATTERN = r"-?[0-9]{1,12}(\.[0-9]{1,9}|/[1-9][0-9]{0,8})?"
_EXACT = re.compile(EXACT_PATTERN, re.ASCII)


Exact = Annotated[
    Fraction,
    BeforeValidator(_exact),
    PlainSerializer(str),
    Field(json_schema_extra={"type": ["integer", "string"]}),
]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{1,3}[0-9]{2}[A-Z]?$")]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Prose = Annotated[str, Field(min_length=1, max_length=2000)]
Level = Annotated[int, Field(ge=0, le=LEVELS - 1)]
Percent = Annotated[Exact, Field(ge=0, le=100)]
Share = Annotated[Exact, Field(ge=0, le=1)]
Weight = Annotated[Exact, Field(gt=0)]

Confidence = Literal["official", "copy", "proposal"]
"""Where a figure comes from: an official text, a secondary copy of one, or our proposal (参考值)."""


class Value(BaseModel):
    """A frozen value that refuses unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, ignored_types=(cached_property,)
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

    An ``optional`` section is unscored and may be left empty.
    """

    id: Word
    title: Line
    intro: Prose | None = None
    weight: Weight | None = None
    optional: bool = False
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


class QuestionGate(Value):
    """A question's level must be at least ``at_least``; a ratio may demand a percentage instead."""

    question: Word
    at_least: Level | None = None
    at_least_percent: Percent | None = None
    reason: Line | None = None

    @model_validator(mode="after")
    def _demands_something(self) -> QuestionGate:
        if self.at_least is None and self.at_least_percent is None:
            raise ValueError(
                "没有写要求：at_least（至少几档）、at_least_percent（至少百分比）至少写一个"
            )
        return self


class SectionGate(Value):
    """A section's share must be at least ``at_least_share``."""

    section: Word
    at_least_share: Share
    reason: Line | None = None


class PartGate(Value):
    """The weighted share over all common (``core``) or all trade (``trade``) sections."""

    part: Literal["core", "trade"]
    at_least_share: Share
    reason: Line | None = None


class AnyGate(Value):
    """At least ``count`` of several question gates must hold."""

    any_of: Annotated[tuple[QuestionGate, ...], Field(min_length=2)]
    count: Annotated[int, Field(ge=1)] = 1
    reason: Line | None = None


_GATES = {
    "question": QuestionGate,
    "section": SectionGate,
    "part": PartGate,
    "any_of": AnyGate,
}


def _gate_kind(value: object) -> str | None:
    """A gate's kind is the key that names what it looks at."""
    if isinstance(value, dict):
        return next((key for key in _GATES if key in value), None)
    return next((key for key, kind in _GATES.items() if isinstance(value, kind)), None)


Gate = Annotated[
    Annotated[QuestionGate, Tag("question")]
    | Annotated[SectionGate, Tag("section")]
    | Annotated[PartGate, Tag("part")]
    | Annotated[AnyGate, Tag("any_of")],
    Discriminator(_gate_kind),
]


class Rung(Value):
    """A step of the ladder (等级): the least overall share, and the gates every trade must meet."""

    id: Word
    title: Line
    meaning: Prose
    at_least: Share
    confidence: Confidence = "proposal"
    source: Line
    gates: tuple[Gate, ...] = ()


class Process(Value):
    """A process, sub-type or product class a firm ticks; it switches questions on.

    ``usual`` is the reason why every firm of the trade is expected to have it: one that unticks it
    is asked why.
    """

    id: Word
    title: Line
    group: Line
    help: Line | None = None
    usual: Line | None = None


Size = Literal["micro", "small", "medium", "large"]
CheckKind = Literal["levels", "ratios", "figures", "profile", "processes", "last_round", "files"]
"""What a cross-check holds against what: see ``CrossCheck.kind``."""


class Bound(Value):
    """One answer of a cross-check: true when everything given holds for it.

    ``number_*`` bound a key figure. ``risen_by`` and ``fallen_by`` count levels since the firm's
    last round. ``without_files`` is true while no file stands behind the answer.
    """

    question: Word
    at_least: Level | None = None
    at_most: Level | None = None
    percent_at_least: Percent | None = None
    percent_at_most: Percent | None = None
    number_at_least: Exact | None = None
    number_at_most: Exact | None = None
    risen_by: Annotated[int, Field(ge=1, le=LEVELS - 1)] | None = None
    fallen_by: Annotated[int, Field(ge=1, le=LEVELS - 1)] | None = None
    without_files: bool = False
    not_applicable: bool = False
    """Whether the answer must be 不适用; without it such an answer holds no bound."""

    @property
    def sides(self) -> int:
        """How many things it sets against each other: an answer alone is one."""
        last = self.risen_by is not None or self.fallen_by is not None
        return 1 + last + self.without_files


class FactBound(Value):
    """One fact of the firm's profile: its employees, its revenue in 万元, its size, 规上 or not."""

    fact: Literal["employees", "revenue", "size", "above_scale"]
    number_at_least: Exact | None = None
    number_at_most: Exact | None = None
    among: Annotated[tuple[Size, ...], Field(min_length=1)] | None = None
    holds: bool | None = None
    """Of ``above_scale``: whether the firm says yes."""

    @property
    def sides(self) -> int:
        return 1


class ProcessBound(Value):
    """Whether the firm ticked a process."""

    process: Word
    holds: bool

    @property
    def sides(self) -> int:
        return 1


_BOUNDS = {"question": Bound, "fact": FactBound, "process": ProcessBound}


def _bound_kind(value: object) -> str | None:
    """A bound's kind is the key that names what it looks at."""
    if isinstance(value, dict):
        return next((key for key in _BOUNDS if key in value), None)
    return next((key for key, kind in _BOUNDS.items() if isinstance(value, kind)), None)


AnyBound = Annotated[
    Annotated[Bound, Tag("question")]
    | Annotated[FactBound, Tag("fact")]
    | Annotated[ProcessBound, Tag("process")],
    Discriminator(_bound_kind),
]


class CrossCheck(Value):
    """Two or more things said that do not sit well together (矛盾提示).

    ``says`` names both sides; ``look`` is what decides on site which of them is right.
    """

    id: Word
    when: Annotated[tuple[AnyBound, ...], Field(min_length=1)]
    says: Prose
    look: Prose | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions it looks at, each once."""
        return tuple(dict.fromkeys(b.question for b in self.when if isinstance(b, Bound)))

    @property
    def kind(self) -> CheckKind:
        """What it holds against what; the rarest side names it."""
        answers = [bound for bound in self.when if isinstance(bound, Bound)]
        if any(b.risen_by or b.fallen_by for b in answers):
            return "last_round"
        if any(b.without_files for b in answers):
            return "files"
        if any(isinstance(b, FactBound) for b in self.when):
            return "profile"
        if any(isinstance(b, ProcessBound) for b in self.when):
            return "processes"
        if any(b.number_at_least is not None or b.number_at_most is not None for b in answers):
            return "figures"
        percents = (p for b in answers for p in (b.percent_at_least, b.percent_at_most))
        return "ratios" if any(p is not None for p in percents) else "levels"


class Core(Value):
    """``core.yaml``: what every trade is asked."""

    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    checks: tuple[CrossCheck, ...] = ()


class Extras(Value):
    """``extras.yaml``: optional sections that feed the crosswalk and the application conditions."""

    sections: Annotated[tuple[Section, ...], Field(min_length=1)]


class Trade(Value):
    """One trade file: its processes, sections, gates per rung, and cross-checks.

    ``rewords`` says common questions in the trade's own words, by id.
    """

    id: Word
    title: Line
    intro: Prose | None = None
    processes: tuple[Process, ...] = ()
    rewords: dict[Word, Rewording] = {}
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    gates: dict[str, tuple[Gate, ...]] = {}
    checks: tuple[CrossCheck, ...] = ()


class Range(Value):
    """An amount of 万元 from ``low`` to ``high``, in whole 0.01 万元."""

    low: Annotated[Exact, Field(ge=0)]
    high: Annotated[Exact, Field(ge=0)]

    @model_validator(mode="after")
    def _a_range(self) -> Range:
        if self.low > self.high:
            raise ValueError("下限（low）大于上限（high）")
        if any((end * 100).denominator > 1 for end in (self.low, self.high)):
            raise ValueError("金额以万元计，最多两位小数")
        return self

    def __add__(self, other: Range) -> Range:
        return Range(low=self.low + other.low, high=self.high + other.high)

    def __mul__(self, times: int) -> Range:
        return Range(low=self.low * times, high=self.high * times)


NOTHING = Range(low=Fraction(0), high=Fraction(0))


class Amounts(Value):
    """What is paid once, by what is bought (设备, 软件, 实施服务), and what is paid every year.

    ``undivided`` is a sum that its source does not divide.
    """

    equipment: Range = NOTHING
    software: Range = NOTHING
    services: Range = NOTHING
    undivided: Range = NOTHING
    yearly: Range = NOTHING

    @property
    def once(self) -> Range:
        """All that is not paid every year."""
        return self.equipment + self.software + self.services + self.undivided

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(**{k: getattr(self, k) + getattr(other, k) for k in Amounts.model_fields})

    def __mul__(self, times: int) -> Amounts:
        return Amounts(**{kind: getattr(self, kind) * times for kind in Amounts.model_fields})


class Cost(Value):
    """What a package costs: a fixed part, and a part for each unit (台, 线, 工位) that is bought."""

    fixed: Amounts = Amounts()
    each: Amounts = Amounts()
    per: Line = "项目"
    units: Word | None = None
    """Where the number of units comes from; always one where nothing is named.

    A ratio question whose part grows by one with each unit, or a number question that asks the
    firm how many it has (one until it is answered).
    """
    doing: Line = "改造"
    """What happens to a unit, after 再 where a ratio grows: 联网."""

    def of(self, units: int) -> Amounts:
        """What so many units cost, together with the fixed part."""
        return self.fixed + self.each * units


class UndividedCost(Value):
    """The earlier form: one sum for one ``per``, paid once."""

    low: Exact
    high: Exact
    per: Line = "项目"


def _divided(value: object) -> object:
    """Read the earlier form as one undivided sum: of the project, or of the one unit it prices."""
    if not isinstance(value, dict) or not {"low", "high"} & value.keys():
        return value
    ends = {key: end for key, end in value.items() if key != "per"}
    part = "fixed" if value.get("per", "项目") == "项目" else "each"
    return {key: word for key, word in value.items() if key == "per"} | {part: {"undivided": ends}}


class Weeks(Value):
    """Duration in weeks, low to high."""

    low: Annotated[int, Field(ge=0)]
    high: Annotated[int, Field(ge=0)]


class Package(Value):
    """A scenario a firm can buy (改造场景), or a measure it can take without buying."""

    code: Code
    kind: Literal["package", "measure"] = "package"
    title: Line
    summary: Prose
    lifts: Annotated[dict[str, Level], Field(min_length=1)]
    cost: Annotated[Cost, BeforeValidator(_divided, json_schema_input_type=Cost | UndividedCost)]
    weeks: Weeks
    effect: Line | None = None
    prerequisites: tuple[Code, ...] = ()
    assumes: Prose | None = None
    """What must be so before it makes sense (前提), beside the prerequisites."""
    firm_does: Prose | None = None
    """What nobody but the firm itself can do for it."""
    in_use: Prose | None = None
    """How to tell, three months after acceptance, that it is used."""
    applies_to: tuple[Word, ...] = ()
    """Trade ids; empty means every trade."""
    sizes: tuple[Literal["micro", "small", "medium", "large"], ...] = ()
    """Firm sizes it suits; empty means every size."""
    acceptance: Prose
    source: Line
    confidence: Confidence = "proposal"


class Standard(Value):
    """One entry of the dictionary of standards named in texts."""

    number: Line
    title: Line
    year: Annotated[int, Field(ge=1950, le=2100)] | None = None
    status: Literal["in_force", "replaced", "withdrawn", "unverified"]
    reviewed: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    note: Line | None = None


class Head(Value):
    """Who an edition is, what its parts weigh, and its ladder from the bottom rung up.

    The sections of ``core.yaml`` sum to ``core_weight``, those of every trade to ``trade_weight``.
    """

    id: Annotated[str, Field(pattern=r"^[0-9]{4}[a-z0-9-]*$", max_length=40)]
    title: Line
    source: Prose
    issued: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    ladder: Annotated[tuple[Rung, ...], Field(min_length=1)]
    core_weight: Weight = Fraction(65)
    trade_weight: Weight = Fraction(35)
    weights_confidence: Confidence = "proposal"
    fee_years: Annotated[int, Field(ge=0, le=10)] = 3
    """How many years of fees count when ways to a rung are compared."""


@dataclass(frozen=True)
class Names:
    """What readers call questions and sections; what has no name is called by its id."""

    shorts: dict[str, str]
    titles: dict[str, str]

    @classmethod
    def of(cls, sections: Iterable[Section]) -> Names:
        shorts: dict[str, str] = {}
        titles: dict[str, str] = {}
        for section in sections:
            titles[section.id] = section.title
            shorts |= {question.id: question.short for question in section.questions}
        return cls(shorts, titles)

    def short(self, question_id: str) -> str:
        return self.shorts.get(question_id, question_id)

    def title(self, section_id: str) -> str:
        return self.titles.get(section_id, section_id)


class Questionnaire(Value):
    """What one trade is asked in one edition: common sections, then its own, gates joined."""

    edition: str
    edition_title: Line
    trade: Trade
    ladder: tuple[Rung, ...]
    sections: tuple[Section, ...]
    core_section_ids: frozenset[str]
    checks: tuple[CrossCheck, ...]
    packages: tuple[Package, ...]
    fee_years: int = 3

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by id, in reading order."""
        return {q.id: q for s in self.sections for q in s.questions}

    @cached_property
    def section_by_id(self) -> dict[str, Section]:
        return {s.id: s for s in self.sections}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section that holds each question, by question id."""
        return {q.id: s for s in self.sections for q in s.questions}

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Scored question ids by section id, and by part (``core``, ``trade``)."""
        counting = [s for s in self.sections if s.counts]
        parts: dict[str, tuple[str, ...]] = {"core": (), "trade": ()}
        for s in counting:
            part = "core" if s.id in self.core_section_ids else "trade"
            parts[part] += tuple(s.units)
        return {s.id: tuple(s.units) for s in self.sections} | parts

    @cached_property
    def names(self) -> Names:
        return Names.of(self.sections)

    @cached_property
    def package_by_code(self) -> dict[str, Package]:
        return {p.code: p for p in self.packages}

    def asked(self, section: Section, processes: frozenset[str]) -> tuple[Question, ...]:
        """The questions of a section that a firm with these processes is shown."""
        return self.asked_by_section(processes)[section.id]

    @cached_property
    def asked_by_section(self) -> Callable[[frozenset[str]], dict[str, tuple[Question, ...]]]:
        """What each section asks a firm with these processes, by its id.

        Every page about a sheet asks for all of it, so what was worked out of late is kept.
        """
        return lru_cache(maxsize=128)(self._asked_by_section)

    def _asked_by_section(self, processes: frozenset[str]) -> dict[str, tuple[Question, ...]]:
        return {
            s.id: tuple(q for q in s.questions if is_asked(q, processes)) for s in self.sections
        }

    def all_asked(self, processes: frozenset[str]) -> Iterator[Question]:
        for section in self.sections:
            yield from self.asked(section, processes)


def is_asked(question: Asked, processes: frozenset[str]) -> bool:
    """A question is shown unless it needs processes of which the firm has none."""
    return not question.needs or not processes.isdisjoint(question.needs)
