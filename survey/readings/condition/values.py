"""What a check is given, and what it finds: a grade, a code, and what its sentence names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from survey.config import Config
from survey.files.contents import Contents


class Grade(StrEnum):
    """How something stands."""

    GOOD = "good"
    WATCH = "watch"
    """Nothing is lost yet; somebody should see to it."""
    BAD = "bad"


@dataclass(frozen=True)
class Around:
    """The installation that is looked at, and when."""

    session: Session
    config: Config
    contents: Contents
    now: datetime


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: Its name.
        code: Of ``words.condition.SAID``, with the check's name before it.
        values: What the sentence names.
    """

    check: str
    grade: Grade
    code: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """A finding before it is known whose it is."""

    grade: Grade
    code: str
    values: dict[str, Any]


def good(code: str, **values: Any) -> Said:
    return Said(Grade.GOOD, code, values)


def watch(code: str, **values: Any) -> Said:
    return Said(Grade.WATCH, code, values)


def bad(code: str, **values: Any) -> Said:
    return Said(Grade.BAD, code, values)


@dataclass(frozen=True)
class Check:
    """One thing that is looked at.

    Args:
        name: Of ``words.condition.TITLES``.
        ask: Reads and judges; it changes nothing.
        told: Whether administrators are told when it turns bad: it is cheap enough to be asked
            every minute, and cannot wait until somebody opens the page.
    """

    name: str
    ask: Callable[[Around], Said]
    told: bool = False
