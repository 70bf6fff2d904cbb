"""The shape of ``conditions.yaml``: what each year's notice asks for each rung.

A condition that is named without its figure was cut off in the copy that was seen (未见原文);
one that is not named was not asked that year.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from questionnaires.model import Confidence, Exact, Line, Prose, Value, Word

Amount = Annotated[Exact, Field(gt=0)]
"""万元."""
Year = Annotated[int, Field(ge=2000, le=2100)]
Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Credit = Literal["poor", "fair", "good", "excellent"]
CREDIT: tuple[Credit, ...] = ("poor", "fair", "good", "excellent")
"""Credit grades from the lowest; the ids of the question's options."""


class Investment(Value):
    """Spending that counts: ``counts`` are rows of the firm's table, over the years that count.

    ``reduced`` is the amount for mountain and island counties; where it stands ``in_principle``
    (原则上), who falls short of it is for the bureau to decide.
    """

    least: Amount | None = None
    reduced: Amount | None = None
    window_years: Annotated[int, Field(ge=1, le=10)]
    counts: Annotated[tuple[Word, ...], Field(min_length=1)]
    in_principle: bool = False


class Completion(Value):
    """Finished in this year or later; or under way and in production by this month.

    Where the notice says 原则上 (``in_principle``), who misses it is for the bureau to decide.
    """

    finished_from: Year | None = None
    under_way_by: Month | None = None
    in_principle: bool = False


class DigitalLevel(Value):
    """The province's own rating of a firm's digital level (1.0 to 4.0)."""

    least: Exact | None = None


class CreditGrade(Value):
    """The public credit rating."""

    least: Credit | None = None


class CleanYears(Value):
    """Nothing of the kind in these last years."""

    years: Annotated[int, Field(ge=1, le=10)]


class Applicant(Value):
    """Kinds of applicant accepted; those under ``ask`` only in cases ``note`` describes."""

    accepted: Annotated[tuple[Word, ...], Field(min_length=1)]
    ask: tuple[Word, ...] = ()
    note: Line | None = None


class Project(Value):
    """What else the notice asks of the project and of who stands behind it."""

    in_province: bool = False
    sound_finances: bool = False
    not_yet_listed: bool = False
    """Neither recognised before nor in the province's pool already."""


class Entry(Value):
    """One rung in one year."""

    rung: Word
    year: Year
    title: Line
    document: Line
    number: Line | None = None
    confidence: Confidence
    note: Line | None = None
    investment: Investment | None = None
    completion: Completion | None = None
    digital_level: DigitalLevel | None = None
    credit: CreditGrade | None = None
    incidents: CleanYears | None = None
    breaches: CleanYears | None = None
    """Serious breaches that put a firm on a list (严重违法失信)."""
    unlawful_acts: CleanYears | None = None
    """Any unlawful act (违法行为): wider than ``breaches``."""
    applicant: Applicant | None = None
    project: Project | None = None


class Conditions(Value):
    """``conditions.yaml``."""

    notes: tuple[Prose, ...] = ()
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]
