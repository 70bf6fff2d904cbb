"""The ladder: its rungs and the gates in front of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from questionnaires.model.kinds import Confidence, Level, Line, Percent, Prose, Share, Value, Word


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
