"""What does not sit well together in a sheet (矛盾提示): a cross-check, and the values it spoke of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, Sheet, level_of, plain
from questionnaires.model import (
    AnyBound,
    Bound,
    CrossCheck,
    FactBound,
    ProcessBound,
    Question,
    Questionnaire,
    is_asked,
)

Fact = int | str | bool | None
"""A fact of the profile: people, 万元, a size, yes or no; None while it is not known."""
Values = dict[str, object]
"""What both sides said, in plain values: by question id, ``fact:``, ``process:``, ``last:`` or
``files:`` with an id. Equal values are the same contradiction."""


@dataclass(frozen=True)
class Told:
    """Everything a cross-check may look at: a sheet, and what is known beside it."""

    sheet: Sheet
    processes: frozenset[str] = frozenset()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    last: Sheet | None = None
    """The firm's sheet of the round before; None where there is none."""
    files: frozenset[str] | None = None
    """Questions behind which a file stands; None where nobody looked, and no check speaks of it."""


@dataclass(frozen=True)
class Contradiction:
    """A cross-check that speaks, and what it speaks of."""

    check: CrossCheck
    values: Values


def contradictions(questionnaire: Questionnaire, told: Told) -> tuple[Contradiction, ...]:
    """Return the cross-checks whose every bound holds; what is missing holds none."""
    return tuple(
        Contradiction(check, _values(check, told))
        for check in questionnaire.checks
        if all(_holds(bound, questionnaire, told) for bound in check.when)
    )


def counts(checks: tuple[CrossCheck, ...]) -> dict[str, int]:
    """Return how many cross-checks there are of each kind."""
    kinds = [check.kind for check in checks]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def _holds(bound: AnyBound, questionnaire: Questionnaire, told: Told) -> bool:
    match bound:
        case FactBound():
            return _fact_holds(bound, told.facts.get(bound.fact))
        case ProcessBound():
            # Nobody has spoken of processes while none is ticked.
            return bool(told.processes) and (bound.process in told.processes) == bound.holds
        case Bound():
            question = questionnaire.questions.get(bound.question)
            answer = told.sheet.get(bound.question)
            if question is None or answer is None or not is_asked(question, told.processes):
                return False
            if bound.not_applicable or answer is NOT_APPLICABLE:
                return bound.not_applicable and answer is NOT_APPLICABLE
            return _answer_holds(bound, question, answer, told)


def _fact_holds(bound: FactBound, fact: Fact) -> bool:
    if fact is None:
        return False
    if bound.among is not None:
        return fact in bound.among
    if bound.holds is not None:
        return fact is bound.holds
    number = fact if isinstance(fact, int) else None
    return _between(bound.number_at_least, number, bound.number_at_most)


def _answer_holds(bound: Bound, question: Question, answer: Answer, told: Told) -> bool:
    percent = answer.percent if isinstance(answer, Ratio) else None
    number = Fraction(answer) if isinstance(answer, Decimal) else None
    if bound.without_files and (told.files is None or bound.question in told.files):
        return False
    return (
        _between(bound.at_least, level_of(question, answer), bound.at_most)
        and _between(bound.percent_at_least, percent, bound.percent_at_most)
        and _between(bound.number_at_least, number, bound.number_at_most)
        and _moved(bound, question, answer, told)
    )


def _moved(bound: Bound, question: Question, answer: Answer, told: Told) -> bool:
    """Whether the answer moved as far since the last round; nothing moved where there is none."""
    if bound.risen_by is None and bound.fallen_by is None:
        return True
    before = (told.last or {}).get(bound.question)
    levels = [None if a is None else level_of(question, a) for a in (before, answer)]
    was, now = levels
    if was is None or now is None:
        return False
    return (bound.risen_by is None or now - was >= bound.risen_by) and (
        bound.fallen_by is None or was - now >= bound.fallen_by
    )


def _between(
    least: Fraction | int | None, value: Fraction | int | None, most: Fraction | int | None
) -> bool:
    """Whether a value lies within the bounds given; no value lies within no bounds only."""
    if least is None and most is None:
        return True
    if value is None:
        return False
    return (least is None or value >= least) and (most is None or value <= most)


def _values(check: CrossCheck, told: Told) -> Values:
    return {name: value for bound in check.when for name, value in _said(bound, told)}


def _said(bound: AnyBound, told: Told) -> Iterator[tuple[str, object]]:
    match bound:
        case FactBound(fact=fact):
            yield f"fact:{fact}", told.facts.get(fact)
        case ProcessBound(process=process):
            yield f"process:{process}", process in told.processes
        case Bound(question=question):
            yield question, plain(told.sheet[question])
            if told.last and (bound.risen_by or bound.fallen_by):
                yield f"last:{question}", plain(told.last[question])
            if bound.without_files:
                yield f"files:{question}", 0
