"""Count at night how firms of a trade answer, so that a short first look asks what tells most."""

from __future__ import annotations

from questionnaires.asking import Habits, habits, usual_levels
from questionnaires.model import Questionnaire
from survey.library import of
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import About, Step
from survey.store import answers as answer_store
from survey.store import habits as store
from survey.tables import Habit

MOST = 500
"""Sheets of a trade that are counted: the newest, enough to tell what is usual."""


def count(step: Step) -> int:
    """Count every trade of which somebody is filling a sheet; return how many there are."""
    counted = [
        (edition, trade, _counted(step, edition, trade))
        for edition, trade in store.being_filled(step.session)
    ]
    with step.writing() as session:
        for edition, trade, found in counted:
            session.merge(
                Habit(
                    edition=edition,
                    trade=trade,
                    firms=list(found.firms),
                    counts={id: [list(row) for row in rows] for id, rows in found.counts.items()},
                    counted_at=step.now,
                )
            )
        step.log("count_habits", About("district", "habits"), after={"rows": len(counted)})
    return len(counted)


def _counted(step: Step, edition: str, trade: str) -> Habits:
    questionnaire = of(step.session).load(edition).questionnaire(trade)
    sheets = store.newest(step.session, edition, trade, MOST)
    rows = answer_store.answers_of(step.session, [one.sheet_id for one in sheets])
    return habits(
        questionnaire,
        ((one.step, sheet_of(questionnaire, rows[one.sheet_id])) for one in sheets),
    )


def known(row: Habit | None, questionnaire: Questionnaire) -> Habits:
    """Return what was counted as values; of a trade nobody counted, nothing."""
    if row is None:
        return habits(questionnaire, [])
    counts = {id: tuple(tuple(line) for line in lines) for id, lines in row.counts.items()}
    return Habits(tuple(row.firms), counts, usual_levels(questionnaire))
