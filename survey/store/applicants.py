"""What is known of firms before notices: each of these asks for many firms at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.store import answers as answer_store
from survey.store.answers import KeptAnswer
from survey.store.sheets import kind_of
from survey.tables import (
    Assessment,
    AssessmentState,
    ConditionAnswer,
    Firm,
    FirmTitle,
    FirmYear,
    PoolEntry,
    Recognition,
    RecognitionStanding,
    SheetRow,
)


@dataclass
class Rows:
    """The rows of one firm; ``years`` oldest first, ``answers`` of the sheet that speaks."""

    firm: Firm
    pool: str = ""
    recognised: list[str] = field(default_factory=list)
    titles: list[FirmTitle] = field(default_factory=list)
    years: list[FirmYear] = field(default_factory=list)
    confirmed: str | None = None
    """The rung of the newest confirmed sheet; empty where it reached none."""
    assessment_id: int | None = None
    """The newest one that was handed in, of whatever edition."""
    edition: str = ""
    """By which it was scored."""
    answers: dict[str, KeptAnswer] = field(default_factory=dict)
    found_out: dict[int, list[ConditionAnswer]] = field(default_factory=dict)
    """What officers found out, by notice."""


def rows(
    session: Session,
    firm_ids: Collection[int],
    questions: Collection[str],
    notices: Collection[int],
) -> dict[int, Rows]:
    """Return the rows of firms by firm, in a fixed number of queries.

    Args:
        questions: Which answers of the sheet that speaks are wanted.
        notices: Of which an officer's findings are wanted.
    """
    firms = select(Firm).where(Firm.id.in_(firm_ids)).execution_options(populate_existing=True)
    found = {firm.id: Rows(firm) for firm in session.scalars(firms)}
    for entry in _of(session, PoolEntry, firm_ids):
        found[entry.firm_id].pool = entry.state
    for fact in _of(session, Recognition, firm_ids):
        if fact.standing == RecognitionStanding.VALID:
            found[fact.firm_id].recognised.append(fact.rung)
    for title in _of(session, FirmTitle, firm_ids, FirmTitle.id):
        found[title.firm_id].titles.append(title)
    for year in _of(session, FirmYear, firm_ids, FirmYear.year):
        found[year.firm_id].years.append(year)
    for one in _of(session, ConditionAnswer, firm_ids):
        if one.notice_id in notices:
            found[one.firm_id].found_out.setdefault(one.notice_id, []).append(one)
    _read_sheets(session, found, questions)
    return found


def _of(session: Session, table: Any, firm_ids: Collection[int], *order: Any) -> Any:
    query = select(table).where(table.firm_id.in_(firm_ids)).order_by(*order)
    return session.scalars(query.execution_options(populate_existing=True))


def _read_sheets(session: Session, found: dict[int, Rows], questions: Collection[str]) -> None:
    spoken: dict[int, Assessment] = {}
    handed_in = (
        select(Assessment)
        .where(Assessment.firm_id.in_(list(found)), Assessment.state != AssessmentState.DRAFT)
        .order_by(Assessment.id)
        .execution_options(populate_existing=True)
    )
    for one in session.scalars(handed_in):
        spoken[one.firm_id] = one
        if one.state == AssessmentState.CONFIRMED:
            found[one.firm_id].confirmed = one.visited_rung or ""
    whose = {one.id: firm_id for firm_id, one in spoken.items()}
    sheets = select(SheetRow.id, SheetRow.assessment_id, SheetRow.kind).where(
        SheetRow.assessment_id.in_(list(whose)), SheetRow.speaks
    )
    by_sheet = {
        id: whose[assessment_id]
        for id, assessment_id, kind in session.execute(sheets)
        if kind == kind_of(spoken[whose[assessment_id]].state)
    }
    kept = answer_store.answers_of(session, list(by_sheet), questions)
    for sheet_id, firm_id in by_sheet.items():
        found[firm_id].assessment_id = spoken[firm_id].id
        found[firm_id].edition = spoken[firm_id].edition
        found[firm_id].answers = kept[sheet_id]


def next_firms(session: Session, after: int, most: int) -> list[int]:
    """Return the next firms by number, held as a decision about several firms holds its own.

    Both then lock what hangs on firms in one order; rows that only name a firm may still be written.
    """
    query = select(Firm.id).where(Firm.id > after).order_by(Firm.id).limit(most)
    return list(session.scalars(query.with_for_update(key_share=True)))
