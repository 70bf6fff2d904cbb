"""What an on-site sheet still needs before it may speak for the firm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from questionnaires import answers
from questionnaires.floor import resting
from questionnaires.model import Question, Questionnaire, Section, is_asked
from questionnaires.scoring import UnansweredQuestion, is_required, score
from survey.lifecycle.sheets import sheet_of
from survey.store.answers import KeptAnswer
from survey.tables import Need, SheetRow, Verdict

DEMANDS_EVIDENCE = 2
"""A consultant's change by this many levels or more needs a photo or a file (design, 4.7)."""


def open_items(
    questionnaire: Questionnaire,
    processes: frozenset[str],
    *,
    said: Mapping[str, KeptAnswer],
    found: Mapping[str, KeptAnswer],
    files: Mapping[str, int],
    resting: frozenset[str],
) -> dict[str, tuple[Need, ...]]:
    """Return {question id: what it needs} in reading order; empty when the visit may be closed.

    Args:
        processes: Those of the on-site sheet.
        said: The firm's rows by question id.
        found: The consultant's.
        files: How many files the on-site sheet holds, by question id.
        resting: The questions that the gates of the reached rung look at.
    """
    return {
        question.id: needs
        for section in questionnaire.sections
        for question in section.questions
        if is_asked(question, processes)
        if (needs := needs_of(section, question, said, found, files, resting))
    }


def needs_of(
    section: Section,
    question: Question,
    said: Mapping[str, KeptAnswer],
    found: Mapping[str, KeptAnswer],
    files: Mapping[str, int],
    resting: frozenset[str] = frozenset(),
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
    if row is not None and row.verification == Verdict.AS_SAID and question.id in resting:
        return (Need.SEEN,)
    if row is None or row.verification not in (Verdict.CHANGED, Verdict.NOT_SEEN):
        return ()
    told = required or (own is not None and own.value is not None)
    reason = (Need.REASON,) if told and not row.reason else ()
    apart = levels_apart(question, own.value if own else None, row.value)
    photo = (Need.PHOTO,) if apart >= DEMANDS_EVIDENCE and question.id not in files else ()
    return reason + photo


def resting_on(
    questionnaire: Questionnaire, *sheets: tuple[SheetRow, Mapping[str, KeptAnswer]]
) -> frozenset[str]:
    """Return the questions that the gates of the reached rung look at: of the first whole sheet."""
    for sheet, rows in sheets:
        try:
            found = score(questionnaire, sheet_of(questionnaire, rows), frozenset(sheet.processes))
        except UnansweredQuestion:
            continue
        return resting(found)
    return frozenset()


class Rest(NamedTuple):
    """What nobody has judged yet of a section, by question id, in reading order."""

    free: tuple[str, ...]
    """May be left as the firm said (沿用自评)."""
    held: tuple[str, ...]
    """A gate of the reached rung looks at it: somebody must."""


def rest_of(
    section: Section,
    processes: frozenset[str],
    *,
    said: Mapping[str, KeptAnswer],
    found: Mapping[str, KeptAnswer],
    resting: frozenset[str],
) -> Rest:
    """Return the answers of the firm in one section that stand as it gave them, unjudged."""
    left = [
        question.id
        for question in section.questions
        if is_asked(question, processes)
        if _is_unjudged(said.get(question.id), found.get(question.id))
    ]
    free = tuple(id for id in left if id not in resting)
    return Rest(free, tuple(id for id in left if id in resting))


def _is_unjudged(own: KeptAnswer | None, row: KeptAnswer | None) -> bool:
    if own is None or row is None or own.value is None:
        return False
    return row.value == own.value and row.verification in (None, Verdict.UNVERIFIED)


def levels_apart(question: Question, said: object, found: object) -> int:
    """Return by how many levels two stored answers differ; 0 where one of them has no level."""
    levels = [
        None if value is None else answers.level_of(question, answers.parse(question, value))
        for value in (said, found)
    ]
    low, high = levels
    return 0 if low is None or high is None else abs(high - low)
