"""Application conditions (申报条件), apart from the score: money, time, credit, events, applicant.

A firm can score well and still not be eligible; both are shown, never mixed. The rules are data
(``conditions.yaml``), one entry per rung and year.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from questionnaires.answers import Sheet
from questionnaires.frames.conditions.facts import Facts
from questionnaires.frames.conditions.judging import (
    Case,
    ConditionItem,
    State,
    items,
    keyed,
    sum_asked,
)
from questionnaires.frames.conditions.rules import Conditions, Entry
from questionnaires.model import Confidence, Questionnaire
from questionnaires.words import CONFIDENCE

__all__ = [
    "ConditionItem",
    "ConditionResult",
    "Conditions",
    "State",
    "judge",
    "judge_by_id",
    "newest",
]


WEIGHTIEST: tuple[State, ...] = ("not_met", "unknown", "ask", "met")


@dataclass(frozen=True)
class ConditionResult:
    """One rung in one year before one firm.

    ``past``: the notice's year is over, so it is a comparison and no longer an offer. ``sum_asked``
    is what a project must have cost at least, in 万元; None where the notice's figure is not known.
    """

    rung: str
    year: int
    title: str
    document: str
    confidence: Confidence
    note: str
    past: bool
    sum_asked: Fraction | None
    items: tuple[ConditionItem, ...]

    @property
    def state(self) -> State:
        """What weighs most decides: not met, then unknown, then to be asked."""
        states = {item.state for item in self.items}
        return next(state for state in WEIGHTIEST if state in states)

    @property
    def headline(self) -> str:
        counts = Counter(item.state for item in self.items)
        ask = f"{counts['ask']} 项需主管部门确认、" if counts["ask"] else ""
        return (
            f"{len(self.items)} 项中 {counts['met']} 项符合、"
            f"{counts['not_met']} 项不符合、{ask}{counts['unknown']} 项未知"
        )

    @property
    def confidence_text(self) -> str:
        return CONFIDENCE[self.confidence]


def newest(conditions: Conditions | None) -> Conditions | None:
    """Return only the newest year's notices."""
    if conditions is None:
        return None
    year = max(entry.year for entry in conditions.entries)
    entries = tuple(entry for entry in conditions.entries if entry.year == year)
    return conditions.model_copy(update={"entries": entries})


def judge(
    conditions: Conditions | None,
    questionnaire: Questionnaire,
    sheet: Sheet,
    *,
    reduced: bool,
    today: date,
) -> tuple[ConditionResult, ...]:
    """Judge a sheet by every rung and year of its edition, newest year first, bottom rung first.

    Args:
        conditions: The edition's; None for one that brings none.
        questionnaire: Its ladder, and the questions that ask for the facts.
        sheet: Complete or not.
        reduced: Whether the district's firms enjoy the mountain and island county amounts.
        today: Tells finished from expected, and past notices from present ones.
    """
    if conditions is None:
        return ()
    heights = {rung.id: height for height, rung in enumerate(questionnaire.ladder)}
    ordered = sorted(conditions.entries, key=lambda e: (-e.year, heights.get(e.rung, len(heights))))
    facts = Facts(questionnaire.questions, sheet)
    return tuple(_result(Case(entry, facts, reduced, today)) for entry in ordered)


def judge_by_id(
    conditions: Conditions | None, facts: Facts, *, reduced: bool, today: date
) -> dict[str, ConditionItem]:
    """Judge facts by every single condition, each under its id: year, rung and name.

    A notice of the bureau names by it what it asks for: ``2025.workshop.investment``.
    """
    if conditions is None:
        return {}
    return {
        f"{entry.year}.{entry.rung}.{name}": item
        for entry in conditions.entries
        for name, item in keyed(Case(entry, facts, reduced, today)).items()
    }


def _result(case: Case) -> ConditionResult:
    entry = case.entry
    return ConditionResult(
        rung=entry.rung,
        year=entry.year,
        title=entry.title,
        document=_document(entry),
        confidence=entry.confidence,
        note=entry.note or "",
        past=entry.year < case.today.year,
        sum_asked=sum_asked(entry.investment, case.reduced)[0] if entry.investment else None,
        items=items(case),
    )


def _document(entry: Entry) -> str:
    return f"{entry.document}，{entry.number or '文号未见原文'}"
