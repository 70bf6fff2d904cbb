"""What each file of an edition holds."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from questionnaires.model.checks import CrossCheck
from questionnaires.model.kinds import Confidence, Line, Prose, Value, Weight, Word
from questionnaires.model.ladder import Gate, Rung
from questionnaires.model.questions import Rewording, Section
from questionnaires.model.walk import Station


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
    stations: tuple[Station, ...] = ()
    """Where a visit leads, in the order of the walk."""
