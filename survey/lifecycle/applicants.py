"""From rows to what ``reports.notices`` is told of firms: many at once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.answers import Sheet
from questionnaires.edition import Edition
from questionnaires.frames import conditions
from questionnaires.frames.conditions import ConditionItem, facts
from questionnaires.frames.conditions.facts import Facts
from questionnaires.model import Question
from reports import titles
from reports.notices import Answered, Applicant, Call, Held, Known, Own, Whom
from survey import library
from survey.store import applicants as store
from survey.store import settings
from survey.store.applicants import Rows
from survey.tables import Firm, Notice
from survey.words.notices import NOTHING, POOLS, UNREAD, other_edition

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
    named, reduced = library.readable(session, edition_id), settings.read(session).reduced
    found = store.rows(session, firm_ids, facts.READ, notices)
    scored = {rows.edition or edition_id for rows in found.values()}
    rules = {id: Rules(library.readable(session, id), named, reduced, today) for id in scored}
    return {
        (notice, firm_id): replace(applicant, answers=_answers(rows, notice))
        for firm_id, rows in found.items()
        for applicant in [_applicant(rules[rows.edition or edition_id], rows)]
        for notice in notices
    }


@dataclass(frozen=True)
class Rules:
    """The conditions sheets of one edition are judged by, before notices that name another or it."""

    scored: Edition | None
    """By which the sheets were scored: what was asked, and so what can be known."""
    named: Edition | None
    """Whose conditions and rungs the notices name; None where it cannot be read here."""
    reduced: bool
    today: date

    @cached_property
    def asked(self) -> dict[str, Question]:
        return questions_of(self.scored) if self.scored else {}

    @property
    def ladder(self) -> tuple[tuple[str, str], ...]:
        """The rungs the notices name with their titles, the lowest first."""
        return tuple((one.id, one.title) for one in self.named.ladder) if self.named else ()

    def judge(self, said: Sheet) -> dict[str, ConditionItem] | None:
        """Judge every condition the notices may name; what the sheet's edition has not is unknown.

        None where the edition they name cannot be read.
        """
        if self.named is None:
            return None
        if self.scored is None:
            wanted = self._by_id(self.named, Facts(questions_of(self.named), {}))
            return {id: self._not_asked(item, UNREAD) for id, item in wanted.items()}
        known = self._by_id(self.scored, Facts(self.asked, said))
        if self.scored.id == self.named.id:
            return known
        wanted = self._by_id(self.named, Facts(questions_of(self.named), {}))
        why = other_edition(self.scored.title)
        return {id: known.get(id) or self._not_asked(item, why) for id, item in wanted.items()}

    def _by_id(self, edition: Edition, said: Facts) -> dict[str, ConditionItem]:
        rule = edition.conditions
        return conditions.judge_by_id(rule, said, reduced=self.reduced, today=self.today)

    @staticmethod
    def _not_asked(item: ConditionItem, why: str) -> ConditionItem:
        return replace(item, state="unknown", found=NOTHING, why=why)

    def position(self, rung: str | None) -> int | None:
        """Where a confirmed rung stands in the ladder the notices name; 0 for none reached.

        None while nothing is confirmed, or for a rung that ladder does not have.
        """
        heights = {one: height for height, (one, _title) in enumerate(self.ladder, start=1)}
        return 0 if rung == "" else heights.get(rung or "")


def questions_of(edition: Edition) -> dict[str, Question]:
    """Return the questions that conditions read: asked of every trade alike."""
    return {
        question.id: question
        for section in edition.extras
        for question in section.questions
        if question.id in facts.READ
    }


def _applicant(rules: Rules, rows: Rows) -> Applicant:
    said = {
        id: answers.parse(rules.asked[id], kept.value)
        for id, kept in rows.answers.items()
        if id in rules.asked and kept.value is not None
    }
    return Applicant(
        trade=rows.firm.trade,
        above_scale=rows.firm.above_scale,
        size=rows.firm.size,
        pool=rows.pool,
        rung=rows.confirmed or "",
        position=rules.position(rows.confirmed),
        ladder=rules.ladder,
        pool_titles=POOLS,
        recognised=frozenset(rows.recognised),
        figures=dict(_figures(rows)),
        titles=tuple(_titles(rows, rules.today)),
        by_edition=rules.judge(said),
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
