"""How firmly a firm stands on its rung: the fewest answers whose fall by one level would lose it.

A rung is lost as soon as one thing that holds it is: a gate, or a threshold. So the fewest of all is
the fewest for one of them, and for each that is exact without a search: a question's gate falls with
its question; a gate of several with as many as it can spare and one more; a share with the answers
that weigh most, for what a level is worth does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice

from questionnaires.answers import Answer, Sheet, level_of
from questionnaires.gates import counts_in, holds, question_gates, share_key
from questionnaires.model import AnyGate, Gate, PartGate, QuestionGate, SectionGate
from questionnaires.scoring import FULL, Score
from reports.deciding import one_lower

MOST_WAYS = 20
"""Ways that are named where there are more: a reader looks at the first."""


@dataclass(frozen=True)
class Support:
    """The fewest answers that, each one level lower, would lose the rung: how many, and which.

    ``ways`` holds the sets of question ids found, each of ``answers`` questions; no smaller set loses
    the rung. Where a share is what falls it is one set of several. ``answers`` is None, and there
    are no ways, where no rung is reached or nothing lowered by one level loses it.
    """

    answers: int | None
    ways: tuple[frozenset[str], ...] = ()

    @property
    def stands_on_one(self) -> bool:
        """Whether a single answer decides it."""
        return self.answers == 1


def support(found: Score, sheet: Sheet, among: Collection[str] | None = None) -> Support:
    """Find the fewest answers whose fall by one level loses the rung reached.

    Args:
        among: Only these may fall, such as those nobody has verified; None for all.
    """
    lower = {id: fallen for id, fallen in _lower(found, sheet) if among is None or id in among}
    ways = {way for each in _each(found, lower) for way in each}
    least = min((len(way) for way in ways), default=None)
    kept = sorted((way for way in ways if len(way) == least), key=sorted)
    return Support(least, tuple(kept[:MOST_WAYS]))


@dataclass(frozen=True)
class _Fallen:
    """An answer on the next lower level its count allows, and how many levels that is."""

    answer: Answer
    level: int
    levels: int


def _lower(found: Score, sheet: Sheet) -> Iterator[tuple[str, _Fallen]]:
    """The scored answers that have a level below them, by question id, each fallen."""
    for id, mark in found.question.items():
        answer = one_lower(mark.question, sheet[id]) if mark.state == "scored" else None
        level = level_of(mark.question, answer) if answer is not None else None
        if answer is not None and level is not None and mark.level:
            yield id, _Fallen(answer, level, mark.level - level)


def _each(found: Score, lower: dict[str, _Fallen]) -> Iterator[Iterable[frozenset[str]]]:
    """By each thing that holds a reached rung, the least sets of answers it falls with."""
    reached = [result for result in found.rungs if result.reached]
    for result in reached:
        for gate in result.gates:
            if gate.state == "passed":
                yield _of_gate(found, gate.gate, lower)
    if reached:
        yield _of_share(found, None, max(result.rung.at_least for result in reached), lower)


def _of_gate(found: Score, gate: Gate, lower: dict[str, _Fallen]) -> Iterable[frozenset[str]]:
    if isinstance(gate, SectionGate | PartGate):
        return _of_share(found, share_key(gate), gate.at_least_share, lower)
    marks = [
        (member, found.question[member.question])
        for member in question_gates(gate)
        if found.question[member.question].state == "scored"
    ]
    passed = [member for member, mark in marks if holds(member, mark.level, mark.answer)]
    needed = min(gate.count, len(marks)) if isinstance(gate, AnyGate) else 1
    return _together(found, passed, len(passed) - needed + 1, lower)


def _together(
    found: Score, passed: list[QuestionGate], many: int, lower: dict[str, _Fallen]
) -> Iterable[frozenset[str]]:
    """The sets of questions with which so many of the demands that hold fall."""
    by_question: dict[str, int] = {}
    for member in passed:
        id = member.question
        if id in lower and not holds(member, lower[id].level, lower[id].answer):
            by_question[id] = by_question.get(id, 0) + 1
    for size in range(1, len(by_question) + 1):
        sets = (
            frozenset(chosen)
            for chosen in combinations(sorted(by_question), size)
            if sum(by_question[id] for id in chosen) >= many
        )
        if first := tuple(islice(sets, MOST_WAYS)):
            return first
    return ()


def _of_share(
    found: Score, key: str | None, least: Fraction, lower: dict[str, _Fallen]
) -> Iterable[frozenset[str]]:
    """The heaviest answers with which a share falls below a line; none where all are not enough."""
    share = found.share if key is None else found.share_of(key)
    if share is None or share < least:
        return ()
    level = level_worth(found, key)
    worth = {id: level[id] * lower[id].levels for id in level if id in lower}
    heaviest = sorted(worth, key=lambda id: (-worth[id], id))
    fallen: list[str] = []
    for id in heaviest:
        fallen.append(id)
        share -= worth[id]
        if share < least:
            return (frozenset(fallen),)
    return ()


def level_worth(found: Score, key: str | None) -> dict[str, Fraction]:
    """Return what one level of each scored question is worth in a share: of a section, a part or the whole.

    Args:
        key: A section's id, ``core`` or ``trade``; None for the whole.
    """
    core = found.questionnaire.core_section_ids
    counted = [
        section
        for section in found.sections
        if section.share is not None
        and counts_in(key, section.section.id, is_core=section.section.id in core)
    ]
    weight = sum((section.weight for section in counted), Fraction(0))
    worth: dict[str, Fraction] = {}
    for section in counted:
        units = {
            mark.question.id: section.section.units[mark.question.id]
            for mark in section.questions
            if mark.state == "scored"
        }
        whole = FULL * sum(units.values())
        part = section.weight / weight if weight else Fraction(0)
        worth |= {id: part * Fraction(unit, whole) for id, unit in units.items()}
    return worth
