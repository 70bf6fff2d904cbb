"""Packages of the catalogue (改造场景): what they lift, cost and take."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from questionnaires.model.kinds import Code, Confidence, Exact, Level, Line, Prose, Value, Word


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

    # A sum of ranges is a range, and so is a multiple: neither is checked again.

    def __add__(self, other: Range) -> Range:
        return Range.model_construct(low=self.low + other.low, high=self.high + other.high)

    def __mul__(self, times: int) -> Range:
        return Range.model_construct(low=self.low * times, high=self.high * times)


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
        sums = {kind: getattr(self, kind) + getattr(other, kind) for kind in Amounts.model_fields}
        return Amounts.model_construct(**sums)

    def __mul__(self, times: int) -> Amounts:
        return Amounts.model_construct(
            **{kind: getattr(self, kind) * times for kind in Amounts.model_fields}
        )


FREE = Amounts()


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
        return self.fixed if self.each == FREE else self.fixed + self.each * units


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
