"""Cross-checks: what does not sit well together in a sheet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from questionnaires.model.kinds import LEVELS, Exact, Level, Percent, Prose, Value, Word

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
