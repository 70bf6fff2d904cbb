"""The difference between two editions, in meaning and not in lines of text.

What an officer reads before a new edition is published: which questions came and went, which gate
became stricter, and which firms would stand on another rung for the same answers.
"""

from __future__ import annotations

from questionnaires.diff import catalogue, frames, ladder, questions
from questionnaires.diff.again import asked_again
from questionnaires.diff.changes import KINDS, Change, Kind
from questionnaires.diff.sheets import Case, Move, Verdict, read_sheets, rescore
from questionnaires.edition import Edition

__all__ = [
    "KINDS",
    "Case",
    "Change",
    "Kind",
    "Move",
    "Verdict",
    "asked_again",
    "differences",
    "read_sheets",
    "rescore",
]


def differences(old: Edition, new: Edition) -> tuple[Change, ...]:
    """Return every difference between two editions, the ladder first; none for equal ones."""
    kinds = (ladder, questions, catalogue, frames)
    return tuple(change for kind in kinds for change in kind.changes(old, new))
