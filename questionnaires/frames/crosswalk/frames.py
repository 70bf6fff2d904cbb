"""The shape of ``crosswalk.yaml``: other people's frames, written down as data.

Nothing here decides anything about a firm. The figures and their confidence are the file's;
``faults`` checks them against what the frames are known to contain.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from questionnaires.model import Confidence, Exact, Level, Line, Percent, Prose, Value, Weight, Word

HIGHEST = 4
"""Both MIIT's scenarios and our questions end at 4."""

ScenarioLevel = Annotated[int, Field(ge=1, le=HIGHEST)]


class Frame(Value):
    """What every frame says about itself.

    ``names`` are words that questions' ``maps`` may use for this frame beside its own titles.
    """

    id: Word
    title: Line
    source: Line
    year: Annotated[int, Field(ge=2000, le=2100)]
    confidence: Confidence
    notes: tuple[Prose, ...] = ()
    names: tuple[Line, ...] = ()


# --- MIIT ---------------------------------------------------------------------------------------


class Item(Value):
    """One scored indicator; ``question`` is the only answer it reads.

    ``note`` says where our question counts otherwise than the indicator.
    """

    id: Word
    title: Line
    group: Line
    points: Weight
    question: Word
    note: Line | None = None


class OptionItem(Item):
    """Points by option: every ticked one adds up, or the chosen one speaks alone."""

    by: Literal["ticks", "choice"]
    options: Annotated[dict[Word, Exact], Field(min_length=2)]


class PercentItem(Item):
    """Points by percentage: ``earns[n]``, n being how many of ``above`` it exceeds."""

    by: Literal["percent"]
    above: Annotated[tuple[Percent, ...], Field(min_length=1)]
    earns: Annotated[tuple[Exact, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _one_more(self) -> PercentItem:
        if len(self.earns) != len(self.above) + 1:
            raise ValueError("`earns` 应比 `above` 多一项")
        return self


AnyItem = Annotated[OptionItem | PercentItem, Field(discriminator="by")]


class Dimension(Value):
    """One of the three scored dimensions."""

    title: Line
    points: Weight
    items: Annotated[tuple[AnyItem, ...], Field(min_length=1)]


class Demand(Value):
    """What one scenario level asks: every answer of ``all``, and one of ``any`` where given.

    ``maybe`` are answers that leave the level open: they neither prove nor exclude it. Alone, they
    make a level that our questions can only exclude.
    """

    all: dict[Word, Level] = Field(default_factory=dict)
    any: dict[Word, Level] = Field(default_factory=dict)
    maybe: dict[Word, Level] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks_something(self) -> Demand:
        if not self.all and not self.any and not self.maybe:
            raise ValueError("`all`、`any` 和 `maybe` 至少写一个")
        return self


class Scenario(Value):
    """One of the application scenarios, level by level from our answers.

    Level n asks every one of ``questions`` at n, unless ``levels`` says otherwise for n; a level
    counts only when those below hold. Our questions prove nothing above ``most``.
    """

    id: Word
    title: Line
    group: Line
    constrained: bool = False
    questions: Annotated[tuple[Word, ...], Field(min_length=1)]
    levels: dict[ScenarioLevel, Demand] = Field(default_factory=dict)
    most: ScenarioLevel = HIGHEST
    note: Line | None = None

    def demand(self, level: int) -> Demand:
        return self.levels.get(level) or Demand(all=dict.fromkeys(self.questions, level))

    @property
    def reads(self) -> tuple[str, ...]:
        """Every question the scenario looks at, in the file's order."""
        demands = [self.demand(level) for level in range(1, self.most + 1)]
        named = [q for d in demands for q in (*d.all, *d.any, *d.maybe)]
        return tuple(dict.fromkeys((*self.questions, *named)))


class LevelRule(Value):
    """Both tests of one overall level."""

    level: ScenarioLevel
    title: Line
    score: Exact
    scenarios: Annotated[int, Field(ge=1)]
    constrained: Annotated[int, Field(ge=0)]


class MiitFrame(Frame):
    """MIIT's indicators for small and medium firms: scored part, scenarios, level rule.

    With fewer than ``least_known`` indicators answered no score and no overall level are said: a
    span from next to nothing to next to all would tell nobody anything.
    """

    least_known: Annotated[int, Field(ge=0)] = 0
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    levels: Annotated[tuple[LevelRule, ...], Field(min_length=1)]
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1)]

    @property
    def items(self) -> tuple[OptionItem | PercentItem, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def reads(self) -> frozenset[str]:
        """Every question the level rests on."""
        scored = frozenset(item.question for item in self.items)
        return scored.union(*(scenario.reads for scenario in self.scenarios))


# --- subdomains ---------------------------------------------------------------------------------


class Subdomain(Value):
    """A 能力子域 of GB/T 39116; ``maps: gbt39116`` of the questions names its title."""

    title: Line
    group: Line


class MaturityFrame(Frame):
    """GB/T 39116: five level names from the lowest, and the subdomains."""

    levels: Annotated[tuple[Line, ...], Field(min_length=1)]
    subdomains: Annotated[tuple[Subdomain, ...], Field(min_length=1)]


class CapabilitySubdomain(Value):
    """A 能力子域 of the province, and how many rating items it has for discrete manufacture.

    ``counts_from`` is the level from which our answers mean what the subdomain means; one below it
    counts nothing.
    """

    title: Line
    items: Annotated[int, Field(ge=1)]
    counts_from: Level = 0

    def counted(self, level: int) -> int:
        return level if level >= self.counts_from else 0


class CapabilityDomain(Value):
    """A 能力域."""

    title: Line
    subdomains: Annotated[tuple[CapabilitySubdomain, ...], Field(min_length=1)]


class Element(Value):
    """A 建设要素."""

    title: Line
    domains: Annotated[tuple[CapabilityDomain, ...], Field(min_length=1)]


class CapabilityFrame(Frame):
    """Zhejiang's 未来工厂 frame; ``maps: zhejiang`` of the questions names subdomains."""

    elements: Annotated[tuple[Element, ...], Field(min_length=1)]

    @property
    def domains(self) -> tuple[CapabilityDomain, ...]:
        return tuple(domain for element in self.elements for domain in element.domains)


class Crosswalk(Value):
    """``crosswalk.yaml``."""

    miit: MiitFrame
    gbt39116: MaturityFrame
    zhejiang: CapabilityFrame
