"""What a visit comes to, as the firm's representative reads it before it is confirmed, and after."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from questionnaires.effects import Effect, effect
from questionnaires.model import Question, Section
from questionnaires.scoring import Score
from reports.diagnosis.unseen import Unseen, unseen
from reports.facts import Verification
from survey.readings.visits import Visit
from survey.store.answers import KeptAnswer
from survey.tables import Verdict


class Change(NamedTuple):
    """One answer found otherwise than the firm said, and what that did."""

    section: Section
    question: Question
    said: str
    found: str
    reason: str
    effect: Effect | None
    """None where the firm had given no answer at all."""


@dataclass(frozen=True)
class Summary:
    """Before and after, every change with its effect, and what nobody saw."""

    visit: Visit
    before: Score
    after: Score
    changes: tuple[Change, ...]
    unseen: Unseen
    counts: dict[Verdict, int]
    """How many answers the consultant confirmed, changed, did not see, left as said."""
    processes: tuple[str, ...]
    """The processes that were corrected on site, as sentences."""


def summary_of(visit: Visit) -> Summary | None:
    """Sum a visit up; None while an answer is missing on either sheet."""
    if visit.score is None or visit.own_score is None:
        return None
    rows = visit.onsite.rows
    asked = [id for id, mark in visit.score.question.items() if mark.state != "not_asked"]
    return Summary(
        visit=visit,
        before=visit.own_score,
        after=visit.score,
        changes=tuple(
            _change(visit, visit.score, rows[id])
            for id in asked
            if visit.verdict(id) == Verdict.CHANGED
        ),
        unseen=unseen(
            visit.score,
            visit.onsite.answers,
            {id: Verification(visit.verdict(id), rows[id].reason) for id in asked if id in rows},
        ),
        counts=dict(Counter(visit.verdict(id) for id in asked if id in rows)),
        processes=_corrected(visit),
    )


def _change(visit: Visit, found: Score, row: KeptAnswer) -> Change:
    asked, id = visit.questionnaire, row.question_id
    before = visit.own.answers.get(id)
    return Change(
        asked.section_of[id],
        asked.questions[id],
        visit.said(asked.questions[id]),
        visit.found(asked.questions[id]),
        row.reason,
        effect(found, visit.onsite.answers, id, before),
    )


def _corrected(visit: Visit) -> tuple[str, ...]:
    said, found = visit.own.processes, visit.onsite.processes
    return tuple(
        f"{process.title}：企业说{'有' if process.id in said else '没有'}，"
        f"现场{'有' if process.id in found else '没有'}"
        for process in visit.questionnaire.trade.processes
        if (process.id in said) != (process.id in found)
    )
