"""Notices as pages show them: a year month by month, and one of them before one firm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.frames.conditions import ConditionItem, judge_by_id
from questionnaires.frames.conditions.facts import Facts
from reports.notices import Applicant, Item, Judgement, judge, titles_of
from survey import library
from survey.lifecycle.applicants import call_of, known, questions_of
from survey.store import settings
from survey.tables import Notice
from survey.words.notices import POOLS

DAYS = ("firms_by", "district_by", "upward_by")


class Deadline(NamedTuple):
    """One day of a notice; ``which`` names its column."""

    day: date
    which: str
    notice: Notice


class Month(NamedTuple):
    """The days of one month, in order."""

    first: date
    deadlines: tuple[Deadline, ...]


def deadlines(notices: Iterable[Notice], shown: Sequence[str] = DAYS) -> list[Deadline]:
    """Return the days of notices in order."""
    found = [
        Deadline(day, which, notice)
        for notice in notices
        for which in shown
        if (day := getattr(notice, which)) is not None
    ]
    return sorted(found, key=lambda one: (one.day, one.notice.id, DAYS.index(one.which)))


def months(found: Sequence[Deadline], year: int | None = None) -> list[Month]:
    """Return the months that hold a day, of one year or of all."""
    asked = (one for one in found if year in (None, one.day.year))
    return [
        Month(first, tuple(some))
        for first, some in groupby(asked, lambda one: one.day.replace(day=1))
    ]


def before(session: Session, notice: Notice, firm_id: int, today: date) -> Judgement:
    """Hold one firm against one notice, by the rule that the officer's list is kept by."""
    found = known(session, [firm_id], notice.edition, [notice.id], today)
    return judge(call_of(notice), found[notice.id, firm_id])


def wanted(session: Session, notice: Notice, today: date) -> tuple[Item, ...]:
    """Return a notice's conditions as they are asked of anybody."""
    edition = library.readable(session, notice.edition)
    nobody = Applicant(
        trade="",
        ladder=tuple((rung.id, rung.title) for rung in edition.ladder) if edition else (),
        pool_titles=POOLS,
        by_edition=conditions(session, notice.edition, today),
    )
    return judge(call_of(notice), nobody).items


def titles(session: Session, notice: Notice, today: date) -> dict[str, str]:
    """Return what a notice's conditions are called, by their keys, in its order."""
    return titles_of(call_of(notice), conditions(session, notice.edition, today))


def conditions(session: Session, edition_id: str, today: date) -> dict[str, ConditionItem] | None:
    """Return the conditions of an edition as they are asked of anybody, by id.

    None where the edition cannot be read here: what a notice asks by it is unknown then.
    """
    edition = library.readable(session, edition_id)
    if edition is None:
        return None
    return judge_by_id(
        edition.conditions,
        Facts(questions_of(edition), {}),
        reduced=settings.read(session).reduced,
        today=today,
    )
