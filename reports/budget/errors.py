"""What is refused before anything is worked out, and what a search may end with."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a field."""

    NO_NUMBER = "no_number"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    BEFORE = "before"
    CROSSED = "crossed"
    TWICE = "twice"
    UNKNOWN = "unknown"


class Absurd(ValueError):
    """A field of the terms makes no sense; ``field`` and ``fault`` are codes."""

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(f"{field}: {fault}")
        self.field, self.fault = field, fault


class OutOfTime(Exception):
    """Nothing was found before the time was over; whether there is anything is not known."""
