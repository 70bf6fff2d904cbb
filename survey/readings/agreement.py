"""How far consultants agree, from confirmed visits on which two judged apart and were compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeVar

from sqlalchemy.orm import Session

from questionnaires.model import Question
from reports.agreement import Agreement, Pair, agreement
from survey import library
from survey.store import assessments as names
from survey.store import pairs as store
from survey.store.lists import Slice
from survey.store.pairs import Judged

K = TypeVar("K", bound=Hashable)


class Two(NamedTuple):
    """Two consultants who went together, whoever of them led: the lower number first."""

    one: int
    other: int


class Asked(NamedTuple):
    """A question of an edition; ``trade`` is empty where every trade is asked it alike."""

    edition: str
    trade: str
    question_id: str


@dataclass(frozen=True)
class OfTwo:
    """How far two consultants agree."""

    two: Two
    names: tuple[str, str]
    found: Agreement


@dataclass(frozen=True)
class OfQuestion:
    """How far two consultants agree on one question, over the visits where both judged it."""

    asked: Asked
    question: Question
    trade: str
    """Its title; empty where every trade is asked it alike."""
    found: Agreement


@dataclass(frozen=True)
class VisitBehind:
    """A visit that a figure counts."""

    assessment_id: int
    firm: str
    names: tuple[str, str]
    found: Agreement


@dataclass(frozen=True)
class InAgreement:
    """Everything about agreement in the district.

    Who saw what the other said, or judged in the shared sheet, is not in it.
    """

    session: Session
    judged: Sequence[Judged]

    @cached_property
    def overall(self) -> Agreement:
        return agreement(_by_visit(self.judged))

    @cached_property
    def people(self) -> Mapping[int, str]:
        ids = {id for row in self.judged for id in (row.lead_id, row.second_id)}
        return names.names_of(self.session, ids)

    @cached_property
    def pairs(self) -> tuple[OfTwo, ...]:
        """Every two who went together, those with most answers first."""
        found = [
            OfTwo(two, self._named(two), agreement(_by_visit(rows, two.one)))
            for two, rows in _grouped(self.judged, two_of).items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.found.pairs, one.names)))

    def _named(self, two: Two) -> tuple[str, str]:
        return self.people.get(two.one, ""), self.people.get(two.other, "")

    @cached_property
    def _worst_first(self) -> tuple[Asked, ...]:
        """Questions by kappa, the worst first; those without one after them by what is the same."""

        def worth(asked: Asked) -> tuple[bool, Fraction, Fraction, Asked]:
            found = agreement(_by_visit(self._of[asked]), draws=0)
            value = found.linear.value
            return value is None, value or Fraction(0), found.same or Fraction(0), asked

        return tuple(sorted(self._of, key=worth))

    @cached_property
    def _of(self) -> dict[Asked, list[Judged]]:
        return _grouped(self.judged, self._asked_of)

    def _asked_of(self, row: Judged) -> Asked:
        common = row.question_id in self._common[row.edition]
        return Asked(row.edition, "" if common else row.trade, row.question_id)

    @cached_property
    def _common(self) -> dict[str, frozenset[str]]:
        """The questions that every trade of an edition is asked alike, by edition."""
        return {id: _common(self.session, id) for id in {row.edition for row in self.judged}}

    def questions(self, part: Slice) -> tuple[list[OfQuestion], int]:
        """Return one page of the questions, and how many there are; intervals are drawn for it alone."""
        wanted = self._worst_first[(part.page - 1) * part.size :][: part.size]
        return [self._question(asked) for asked in wanted], len(self._worst_first)

    def _question(self, asked: Asked) -> OfQuestion:
        trade = self._of[asked][0].trade
        questionnaire = library.load(self.session, asked.edition).questionnaire(trade)
        found = agreement(_by_visit(self._of[asked]))
        question = questionnaire.questions[asked.question_id]
        return OfQuestion(asked, question, questionnaire.trade.title if asked.trade else "", found)

    def narrowed(self, two: Two | None, asked: Asked | None) -> InAgreement:
        """Return what is left of two consultants, or of one question."""
        rows = [
            row
            for row in self.judged
            if (two is None or two_of(row) == two) and asked in (None, self._asked_of(row))
        ]
        return InAgreement(self.session, rows)

    def visits(self) -> tuple[VisitBehind, ...]:
        """The visits that are counted, the newest first."""
        grouped = _grouped(self.judged, lambda row: row.assessment_id)
        firms = store.firms_of(self.session, grouped)
        return tuple(
            VisitBehind(
                id,
                firms[id],
                (self.people.get(rows[0].lead_id, ""), self.people.get(rows[0].second_id, "")),
                agreement([levels(rows)], draws=0),
            )
            for id, rows in sorted(grouped.items(), reverse=True)
        )


def in_agreement(session: Session) -> InAgreement:
    """Return how far consultants agree; a fixed number of queries, however many visits there are."""
    return InAgreement(session, store.judged(session))


def two_of(row: Judged) -> Two:
    return Two(*sorted((row.lead_id, row.second_id)))


def _common(session: Session, edition_id: str) -> frozenset[str]:
    edition = library.load(session, edition_id)
    asked = [edition.questionnaire(trade).questions for trade in edition.trades]
    return frozenset(id for id, one in asked[0].items() if all(q.get(id) == one for q in asked))


def levels(rows: Iterable[Judged], first: int | None = None) -> list[Pair]:
    """Return the two levels of each answer: the lead's first, or those of consultant ``first``."""
    return [
        (row.second, row.lead) if row.second_id == first else (row.lead, row.second) for row in rows
    ]


def _by_visit(rows: Iterable[Judged], first: int | None = None) -> list[list[Pair]]:
    visits = _grouped(rows, lambda row: row.assessment_id)
    return [levels(of, first) for of in visits.values()]


def _grouped(rows: Iterable[Judged], by: Callable[[Judged], K]) -> dict[K, list[Judged]]:
    found: dict[K, list[Judged]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return dict(found)
