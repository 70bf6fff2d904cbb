"""What a question means to whoever answers it: whether an answer, or a share, of one edition may stand
beside another edition's.

An answer means what its question said when it was given. Where the question says the same in another
edition, last round's answer may begin this round's sheet; where it says something else, the firm is
asked again. Numbers, help, evidence, packages and the place in other frames are no part of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from questionnaires.answers import BadAnswer, parse
from questionnaires.model import (
    Cell,
    ChoiceQuestion,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    Questionnaire,
    RatioQuestion,
    Section,
)

_BETWEEN = re.compile(r"[\s，。；：、“”‘’（）()]+")
"""What may change in a sentence without changing what it says."""


def meaning(question: Question) -> tuple[Any, ...]:
    """Return everything of a question that decides what an answer to it means."""
    return (question.kind, _plain(question.text), _offered(question))


def _offered(question: Question) -> Any:
    """Return what may be answered, in the words of the question."""
    match question:
        case LevelQuestion():
            return tuple(map(_plain, question.levels))
        case RatioQuestion():
            sides = (question.part, question.whole, question.unit, question.definition or "")
            return tuple(map(_plain, sides))
        case NumberQuestion():
            return tuple(map(_plain, (question.unit, question.definition or "")))
        case ChoiceQuestion() | MultipleQuestion():
            return frozenset((o.id, _plain(o.text), o.exclusive) for o in question.options)
        case GridQuestion():
            return (_cells(question.rows), _cells(question.columns), _plain(question.unit))
    return ()


def _cells(cells: Iterable[Cell]) -> frozenset[tuple[str, str]]:
    return frozenset((cell.id, _plain(cell.text)) for cell in cells)


def _plain(text: str) -> str:
    """Return a text without what only sets it: blanks, widths of letters, Chinese punctuation."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))


def means_the_same(old: Question, new: Question) -> bool:
    """Whether an answer to the one is an answer to the other."""
    return meaning(old) == meaning(new)


# --- answers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counterpart:
    """What an earlier edition asked in a question's stead; ``same``: an answer to it may stand."""

    question: Question
    same: bool


@dataclass(frozen=True)
class _Of:
    """A questionnaire by what it is, to be remembered by; a draft's is another object each time."""

    questionnaire: Questionnaire

    def __hash__(self) -> int:
        return id(self.questionnaire)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and other.questionnaire is self.questionnaire


@lru_cache(maxsize=64)
def _counterparts(old: _Of, new: _Of) -> dict[str, Counterpart]:
    found = ((q, _earlier(old.questionnaire, q)) for q in new.questionnaire.questions.values())
    return {q.id: Counterpart(was, means_the_same(was, q)) for q, was in found if was}


def counterparts(old: Questionnaire, new: Questionnaire) -> Mapping[str, Counterpart]:
    """Return what the earlier questionnaire asked for each question of the new one, by its id.

    By the same id, else what ``same_as`` says of either. A question that is new has none.
    """
    return _counterparts(_Of(old), _Of(new))


def _earlier(old: Questionnaire, question: Question) -> Question | None:
    named = old.questions.get(question.id) or old.questions.get(question.same_as or "")
    return named or next((q for q in old.questions.values() if q.same_as == question.id), None)


@dataclass(frozen=True)
class Carried:
    """What an earlier sheet is to a new questionnaire: by the new question's id the one answered then.

    Attributes:
        same: Its answer may stand as a start: the question means what it meant, and takes the answer.
        again: Has to be answered anew.
    """

    same: dict[str, Question]
    again: dict[str, Question]


def carried(old: Questionnaire, new: Questionnaire, given: Mapping[str, object]) -> Carried:
    """Say which answers of an earlier sheet may begin a new one.

    Args:
        given: Wire forms by question id of ``old``; None was cleared and is no answer.
    """
    found = Carried({}, {})
    for id, was in counterparts(old, new).items():
        wire = given.get(was.question.id)
        if wire is not None:
            stands = was.same and _takes(new.questions[id], wire)
            (found.same if stands else found.again)[id] = was.question
    return found


def _takes(question: Question, wire: object) -> bool:
    try:
        parse(question, wire)
    except BadAnswer:
        return False
    return True


# --- shares -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparable:
    """Which shares of two questionnaires were measured alike: sections by id, and the whole."""

    sections: frozenset[str]
    whole: bool


def comparable(old: Questionnaire, new: Questionnaire) -> Comparable:
    """Say which shares may be held against each other.

    A section's where it asks the same scored questions, worth the same; the whole where every
    section that counts is such a one and weighs the same.
    """
    before, after = _measures(old.sections), _measures(new.sections)
    alike = frozenset(id for id in before.keys() & after.keys() if before[id] == after[id])
    weights = {s.id: s.weight for s in old.sections if s.counts}
    whole = before == after and weights == {s.id: s.weight for s in new.sections if s.counts}
    return Comparable(alike, whole)


def _measures(sections: Iterable[Section]) -> dict[str, frozenset[Any]]:
    return {s.id: frozenset(map(_measure, s.questions)) - {None} for s in sections if s.counts}


def _measure(question: Question) -> tuple[Any, ...] | None:
    """Return what decides how an answer counts; None for a question that never does."""
    if not isinstance(question, LevelQuestion | RatioQuestion) or not question.scored:
        return None
    edges = question.above if isinstance(question, RatioQuestion) else None
    worth = (question.weight, edges, question.not_applicable, frozenset(question.needs))
    return (question.id, meaning(question), *worth)
