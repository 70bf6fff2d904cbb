"""Sheets as the model of falls reads them: what visits saw, and own sheets made ready to fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.answers import Answer
from questionnaires.edition import Edition
from questionnaires.model import Questionnaire
from questionnaires.scoring import Score, UnansweredQuestion, score
from reports.falls.seen import Seen, Visit
from survey.lifecycle.sheets import sheet_of
from survey.store import answers as answer_store
from survey.store import forecasts as store
from survey.store.answers import KeptAnswer
from survey.tables import Size, Verdict

AT_ONCE = 100
"""Assessments whose answers are read together."""
SIZES: tuple[str, ...] = (*(size.value for size in Size), "")
"""Sizes the model knows; the last of a firm that has not said."""
LOOKED_AT = (Verdict.VERIFIED, Verdict.CHANGED)


@dataclass(frozen=True)
class OwnSheet:
    """A firm's own complete sheet with its score."""

    found: Score
    answers: Mapping[str, Answer]


def section_of(edition: Edition) -> dict[str, str]:
    """Return the section of every question an edition scores, in any trade."""
    asked = [edition.questionnaire(trade) for trade in edition.trades]
    return {
        id: one.section_of[id].id
        for one in asked
        for part in ("core", "trade")
        for id in one.members[part]
    }


def visits(
    session: Session, edition: Edition, rows: Sequence[store.Verified]
) -> Iterator[tuple[Visit, OwnSheet, Score]]:
    """Yield what each visit saw, the firm's own sheet, and the one that was found."""
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        ids = [id for one in part for id in (one.own_sheet, one.found_sheet)]
        answers, sheets = answer_store.answers_of(session, ids), store.processes(session, ids)
        for one in part:
            asked = edition.questionnaire(one.trade)
            found = answers[one.found_sheet]
            own = _scored(asked, answers[one.own_sheet], sheets[one.own_sheet])
            after = _scored(asked, found, sheets[one.found_sheet])
            if own is not None and after is not None:
                seen = tuple(_seen(own.found, after.found, found))
                yield Visit(one.firm_id, one.trade, one.size or "", seen), own, after.found


def own_sheets(
    session: Session, edition: Edition, rows: Sequence[store.Waiting]
) -> Iterator[tuple[store.Waiting, OwnSheet]]:
    """Yield unverified sheets with their scores."""
    ids = [one.sheet_id for one in rows]
    answers, sheets = answer_store.answers_of(session, ids), store.processes(session, ids)
    for one in rows:
        asked = edition.questionnaire(one.trade)
        own = _scored(asked, answers[one.sheet_id], sheets[one.sheet_id])
        if own is not None:
            yield one, own


def _scored(
    asked: Questionnaire, rows: Mapping[str, KeptAnswer], processes: Sequence[Any]
) -> OwnSheet | None:
    """Score a sheet; None of one that was not complete when it was read."""
    answers = sheet_of(asked, rows)
    try:
        return OwnSheet(score(asked, answers, frozenset(processes)), answers)
    except UnansweredQuestion:
        return None


def _seen(own: Score, found: Score, rows: Mapping[str, KeptAnswer]) -> Iterator[Seen]:
    """The scored answers that a consultant looked at and that have a level on both sheets."""
    for id, mark in own.question.items():
        after = found.question.get(id)
        if mark.state != "scored" or after is None or after.state != "scored":
            continue
        looked = id in rows and rows[id].verification in LOOKED_AT
        if looked and mark.level is not None and after.level is not None:
            yield Seen(id, mark.level, after.level)
