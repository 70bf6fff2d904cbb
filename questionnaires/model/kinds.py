"""The kinds of plain values a data file holds: exact numbers, words, codes, lines."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

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
