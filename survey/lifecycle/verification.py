"""What an on-site sheet still needs before it may speak for the firm."""

from __future__ import annotations

from collections.abc import Mapping

from questionnaires import answers
from questionnaires.model import Question, Questionnaire, Section, is_asked
from questionnaires.scoring import is_required
from survey.tables import AnswerRow, Need, Verdict

DEMANDS_EVIDENCE = 2
"""A consultant's change by this many levels or more needs a photo or a file (design, 4.7)."""


def open_items(
    questionnaire: Questionnaire,
    processes: frozenset[str],
    *,
    said: Mapping[str, AnswerRow],
    found: Mapping[str, AnswerRow],
    files: Mapping[str, int],
) -> dict[str, tuple[Need, ...]]:
    """Return {question id: what it needs} in reading order; empty when the visit may be closed.

    Args:
        processes: Those of the on-site sheet.
        said: The firm's rows by question id.
        found: The consultant's.
        files: How many files the on-site sheet holds, by question id.
    """
    return {
        question.id: needs
        for section in questionnaire.sections
        for question in section.questions
        if is_asked(question, processes)
        if (needs := needs_of(section, question, said, found, files))
    }


def needs_of(
    section: Section,
    question: Question,
    said: Mapping[str, AnswerRow],
    found: Mapping[str, AnswerRow],
    files: Mapping[str, int],
) -> tuple[Need, ...]:
    """Return what one answer still needs, in the order it is asked for.

    What the firm may leave out, the consultant need not verify. A change always says why; telling
    what the firm left out changes nothing of what it said.
    """
    row, own = found.get(question.id), said.get(question.id)
    required = is_required(section, question)
    if required:
        if row is None or row.value is None:
            return (Need.ANSWER,)
        if row.verification in (None, Verdict.UNVERIFIED):
            return (Need.VERDICT,)
    if row is None or row.verification not in (Verdict.CHANGED, Verdict.NOT_SEEN):
        return ()
    told = required or (own is not None and own.value is not None)
    reason = (Need.REASON,) if told and not row.reason else ()
    apart = levels_apart(question, own.value if own else None, row.value)
    photo = (Need.PHOTO,) if apart >= DEMANDS_EVIDENCE and question.id not in files else ()
    return reason + photo


def levels_apart(question: Question, said: object, found: object) -> int:
    """Return by how many levels two stored answers differ; 0 where one of them has no level."""
    levels = [
        None if value is None else answers.level_of(question, answers.parse(question, value))
        for value in (said, found)
    ]
    low, high = levels
    return 0 if low is None or high is None else abs(high - low)
