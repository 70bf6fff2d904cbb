"""The district's figures of one edition, counted from what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.frames import conditions
from questionnaires.frames.conditions import facts
from reports.district import Eligible, PlanLine, Recognised, RungLine, plan_lines, rung_lines
from survey.lifecycle.sheets import sheet_of
from survey.store import answers as answer_store
from survey.store import pool as store
from survey.store.settings import District
from survey.tables import PoolState
from survey.words.wording import AWARD_LEVELS


class Figures(NamedTuple):
    """The plan's targets beside today, and every rung with its firms."""

    plan: tuple[PlanLine, ...]
    rungs: tuple[RungLine, ...]
    notice: int | None
    """The year of the notice whose conditions were looked at."""


def plan(session: Session, district: District, edition: Edition) -> tuple[PlanLine, ...]:
    """Put the plan's targets beside today, without looking at application conditions."""
    confirmed = store.confirmed_steps(session, edition.id)
    facts = recognised(session)
    return plan_lines(district.targets, edition.ladder, facts, confirmed, district.counting)


def figures(session: Session, district: District, edition: Edition, today: date) -> Figures:
    """Count everything the pool's page shows above its list."""
    facts = recognised(session)
    confirmed = store.confirmed_steps(session, edition.id)
    entries = store.pool_targets(session, edition.id)
    ladder = edition.ladder
    notices = conditions.newest(edition.conditions)
    return Figures(
        plan_lines(
            district.targets,
            ladder,
            facts,
            confirmed,
            district.counting,
            tuple(_eligible(session, district, edition, today)),
        ),
        rung_lines(
            ladder,
            facts,
            confirmed,
            proposed={
                rung: n for (state, rung), n in entries.items() if state == PoolState.PROPOSED
            },
            in_pool={rung: n for (state, rung), n in entries.items() if state == PoolState.IN_POOL},
        ),
        notices.entries[0].year if notices else None,
    )


def _eligible(
    session: Session, district: District, edition: Edition, today: date
) -> Iterator[Eligible]:
    """Judge the confirmed sheets high enough for a target by the newest notices."""
    named = {rung for target in district.targets for rung in target.rungs}
    steps = [step for step, rung in enumerate(edition.ladder, 1) if rung.id in named]
    notices = conditions.newest(edition.conditions)
    if not steps or notices is None:
        return
    sheets = store.confirmed_sheets(session, edition.id, least_step=min(steps))
    rows = answer_store.answers_of(session, [sheet.id for sheet in sheets], only=facts.READ)
    for sheet in sheets:
        questionnaire = edition.questionnaire(sheet.trade)
        answers = sheet_of(questionnaire, rows[sheet.id])
        judged = conditions.judge(
            notices, questionnaire, answers, reduced=district.reduced, today=today
        )
        by_state = {
            state: frozenset(result.rung for result in judged if result.state == state)
            for state in ("met", "unknown", "ask")
        }
        yield Eligible(sheet.step, by_state["met"], by_state["unknown"] | by_state["ask"])


def recognised(session: Session) -> list[Recognised]:
    """Return every recognition in force."""
    facts = store.recognised_facts(session)
    return [
        Recognised(firm, rung, day, title, AWARD_LEVELS.get(level, ""))
        for firm, rung, day, title, level in facts
    ]
