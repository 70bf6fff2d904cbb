"""What does not sit well together (矛盾提示), in the words of its readers, and who settled it how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.answers import Sheet
from questionnaires.contradictions import Contradiction, Told, contradictions
from questionnaires.model import Question, Section
from questionnaires.words import FACTS, SIZES
from survey.lifecycle.contradictions import explained, facts_of, last_sheets
from survey.readings.sheets import FilledSheet
from survey.tables import Explanation

UNITS = {"employees": " 人", "revenue": " 万元"}


class Side(NamedTuple):
    """One thing a hint holds against another: what it is called, and what was said of it.

    ``question`` and ``section`` lead to an answer; a fact of the profile or a process has none.
    """

    name: str
    words: str
    question: Question | None = None
    section: Section | None = None


class Hint(NamedTuple):
    """A contradiction in words; ``explanation`` is what settles it as it stands."""

    found: Contradiction
    sides: tuple[Side, ...]
    look: tuple[str, ...]
    explanation: Explanation | None = None

    @property
    def id(self) -> str:
        return self.found.check.id

    @property
    def says(self) -> str:
        return self.found.check.says

    @property
    def is_open(self) -> bool:
        return self.explanation is None


def hints(
    sheet: FilledSheet,
    *,
    last: Sheet | None = None,
    others: FilledSheet | None = None,
    explanations: Mapping[str, Explanation] | None = None,
) -> tuple[Hint, ...]:
    """Return what does not sit well together on a sheet.

    Args:
        last: What the firm answered in the round before.
        others: A sheet whose files count as well: the firm's beside the consultant's.
    """
    files = frozenset(sheet.files) | frozenset(others.files if others else ())
    told = Told(sheet.answers, sheet.processes, facts_of(sheet.assessment.firm), last, files)
    return tuple(
        Hint(found, sides(sheet, found), looks(sheet, found), explained(found, explanations or {}))
        for found in contradictions(sheet.questionnaire, told)
    )


def settled(sheet: FilledSheet, explanations: Mapping[str, Explanation]) -> tuple[Hint, ...]:
    """Return what was explained when a visit was confirmed, in the words of that day's answers."""
    found = (
        Contradiction(check, explanations[check.id].spoke_of)
        for check in sheet.questionnaire.checks
        if check.id in explanations
    )
    return tuple(
        Hint(one, sides(sheet, one), looks(sheet, one), explanations[one.check.id]) for one in found
    )


def own_hints(session: Session, sheet: FilledSheet) -> tuple[Hint, ...]:
    """Return what does not sit well together on a firm's own sheet."""
    last = last_sheets(session, [sheet.assessment]).get(sheet.assessment.id)
    return hints(sheet, last=last)


def looks(sheet: FilledSheet, found: Contradiction) -> tuple[str, ...]:
    """Return what decides on site: what the check says, or what each question asks for."""
    if found.check.look:
        return (found.check.look,)
    asked = (sheet.questionnaire.questions[id] for id in found.check.questions)
    return tuple(question.evidence for question in asked if question.evidence)


def sides(sheet: FilledSheet, found: Contradiction) -> tuple[Side, ...]:
    """Say what stands on each side of a contradiction."""
    return tuple(_side(sheet, name, value) for name, value in found.values.items())


def _side(sheet: FilledSheet, name: str, value: object) -> Side:
    kind, _, id = name.rpartition(":")
    if kind == "fact":
        return Side(FACTS[id], fact_words(id, value))
    if kind == "process":
        titles = {p.id: p.title for p in sheet.questionnaire.trade.processes}
        return Side(f"工序“{titles[id]}”", "勾选了" if value else "没有勾选")
    question = sheet.questionnaire.questions[id]
    words = {"files": "没有上传"}.get(kind) or answers.describe(
        question, answers.parse(question, value)
    )
    called = {"last": "上一轮的", "files": "佐证材料："}.get(kind, "")
    section = sheet.questionnaire.section_of[id]
    return Side(f"{called}{question.code} {question.short}", words, question, section)


def fact_words(id: str, value: object) -> str:
    """Say a fact of a firm's profile, with its unit."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return SIZES.get(str(value)) or f"{value}{UNITS.get(id, '')}"
