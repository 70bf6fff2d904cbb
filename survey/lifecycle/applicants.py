"""From rows to what ``reports.notices`` is told of firms: many at once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.edition import Edition
from questionnaires.frames import conditions
from questionnaires.frames.conditions import facts
from questionnaires.frames.conditions.facts import Facts
from questionnaires.model import Question
from reports import titles
from reports.notices import Answered, Applicant, Call, Held, Known, Own, Whom
from survey import library
from survey.store import applicants as store
from survey.store import settings
from survey.store.applicants import Rows
from survey.tables import Firm, Notice
from survey.words.notices import POOLS

CENTS: Final = 1_000_000
"""分 in 万元."""
MONEY: Final = ("output", "research", "tax")


def call_of(notice: Notice) -> Call:
    """Return what of a notice is held against firms."""
    own = tuple(Own.read(kept) for kept in notice.own)
    return Call(Whom.read(notice.whom), tuple(notice.asked), own)


def known(
    session: Session,
    firm_ids: Collection[int],
    edition_id: str,
    notices: Collection[int],
    today: date,
) -> dict[tuple[int, int], Applicant]:
    """Return what is known of each firm before each notice, by (notice, firm).

    Args:
        edition_id: Whose conditions and rungs the notices name.
    """
    edition = library.of(session).load(edition_id)
    asked, reduced = questions_of(edition), settings.read(session).reduced
    found = store.rows(session, firm_ids, edition_id, facts.READ, notices)
    return {
        (notice, firm_id): replace(applicant, answers=_answers(rows, notice))
        for firm_id, rows in found.items()
        for applicant in [_applicant(edition, asked, rows, reduced, today)]
        for notice in notices
    }


def questions_of(edition: Edition) -> dict[str, Question]:
    """Return the questions that conditions read: asked of every trade alike."""
    return {
        question.id: question
        for section in edition.extras
        for question in section.questions
        if question.id in facts.READ
    }


def _applicant(
    edition: Edition, asked: Mapping[str, Question], rows: Rows, reduced: bool, today: date
) -> Applicant:
    said = {
        id: answers.parse(asked[id], kept.value)
        for id, kept in rows.answers.items()
        if id in asked and kept.value is not None
    }
    judged = conditions.judge_by_id(
        edition.conditions, Facts(asked, said), reduced=reduced, today=today
    )
    rung, position = rows.confirmed or ("", None)
    return Applicant(
        trade=rows.firm.trade,
        above_scale=rows.firm.above_scale,
        size=rows.firm.size,
        pool=rows.pool,
        rung=rung,
        position=position,
        ladder=tuple((one.id, one.title) for one in edition.ladder),
        pool_titles=POOLS,
        recognised=frozenset(rows.recognised),
        figures=dict(_figures(rows)),
        titles=tuple(_titles(rows, today)),
        by_edition=judged,
        has_sheet=rows.assessment_id is not None,
    )


def _figures(rows: Rows) -> Iterator[tuple[str, Known]]:
    """What the firm says of itself, and the newest of what lists say of it."""
    for year in rows.years:  # the oldest first: a newer one takes its place
        for name in MONEY:
            if (cents := getattr(year, name)) is not None:
                yield name, Known(Fraction(cents, CENTS), year.year)
        if year.digital_level is not None:
            yield "digital_level", Known(Fraction(year.digital_level), year.year)
    for name in ("revenue", "employees"):
        if (number := getattr(rows.firm, name)) is not None:
            yield name, Known(Fraction(number), _year(rows.firm, name))


def _year(firm: Firm, name: str) -> int | None:
    return firm.from_lists.get(name)


def _titles(rows: Rows, today: date) -> Iterator[Held]:
    """Of one title that lists name twice the last one speaks."""
    last = {(one.title, one.year, one.level): one for one in rows.titles}
    for one in last.values():
        yield Held(one.title, titles.standing(one.until, today) == "ended")


def _answers(rows: Rows, notice: int) -> dict[str, Answered]:
    return {
        one.condition: Answered(one.met, one.note, one.answered_on)
        for one in rows.found_out.get(notice, ())
    }
