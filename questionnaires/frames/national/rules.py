"""The shape of ``national.yaml``: the national ladder of smart factories, four rungs of its own.

It stands beside the district's ladder and is never mixed with it: neither gives a place on the
other.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from questionnaires.frames.crosswalk.frames import Frame
from questionnaires.model import Confidence, Level, Line, Value, Word

MATURITY = 5
"""Levels of GB/T 39116."""


class Element(Value):
    """What a rung asks of one part of the firm, and the answers that show it."""

    title: Line
    text: Line
    optional: bool = False
    """Whether a firm may leave this part out of its application."""
    questions: Annotated[dict[Word, Level], Field(min_length=1)]


class NationalRung(Value):
    """One rung: who decides, and what it asks. What is left out was not asked, or not seen."""

    id: Word
    title: Line
    decided_by: Line
    source: Line
    confidence: Confidence
    after: Word | None = None
    """The rung that must be held first."""
    above_scale: bool = False
    clean_years: bool = False
    """No larger accident and no bad credit record in three years."""
    maturity: Annotated[int, Field(ge=1, le=MATURITY)]
    """Least level of the self-assessment by GB/T 39116."""
    elements: tuple[Element, ...] = ()
    unasked: tuple[Line, ...] = ()
    """Conditions this questionnaire says nothing about."""
    note: Line | None = None


class NationalLadder(Frame):
    """``national.yaml``: the rungs from the bottom up."""

    rungs: Annotated[tuple[NationalRung, ...], Field(min_length=1)]
