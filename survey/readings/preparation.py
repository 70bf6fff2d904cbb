"""What a consultant reads before a visit: what decides, contradicts or moved, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.answers import level_of
from questionnaires.floor import resting
from questionnaires.model import Question, Section, Station
from questionnaires.scoring import is_required
from reports.checklist import Checklist, Item, checklist
from reports.deciding import Claim, deciding
from reports.diagnosis.gaps import rung_title
from survey.readings.hints import Hint
from survey.readings.last_round import Compared, Moved, Then, compared
from survey.readings.visits import Visit
from survey.store import contradictions as store
from survey.tables import Evidence


@dataclass(frozen=True)
class Look:
    """One answer of the firm to look at, with everything known about it beforehand."""

    question: Question
    said: str
    claim: Claim | None
    hints: tuple[Hint, ...]
    moved: Moved | None
    remark: str
    files: tuple[Evidence, ...]

    @property
    def rank(self) -> int:
        """What decides the rung comes first, then what contradicts."""
        return 0 if self.claim else 1 if self.hints else 2


class Stop(NamedTuple):
    """A place of the walk, or a section where the edition has no walk, with what to look at."""

    place: Station | Section
    looks: tuple[Look, ...]
    untold: int
    """Optional questions the firm left out."""


@dataclass(frozen=True)
class Preparation:
    """A visit before it begins; ``compared`` with the firm's last round, None where there is none."""

    visit: Visit
    compared: Compared | None = None

    @cached_property
    def moved(self) -> dict[str, Moved]:
        """The answers that are other than in the last round, by question id."""
        return {m.question.id: m for m in self.compared.moved} if self.compared else {}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """The answers of the firm that hold its rung up, by question id."""
        found = self.visit.own_score
        claims = deciding(found, self.visit.own.answers) if found else ()
        return {claim.question.id: claim for claim in claims}

    @property
    def gate_claims(self) -> tuple[Claim, ...]:
        """Those a gate looks at: each holds the rung for itself."""
        return tuple(claim for claim in self.claims.values() if claim.floor.lost_gates)

    @property
    def share_claims(self) -> tuple[Claim, ...]:
        """Those that only keep the share above the line, as any other points would."""
        return tuple(claim for claim in self.claims.values() if not claim.floor.lost_gates)

    @property
    def rung(self) -> str:
        """The rung of the firm's own sheet, in words."""
        return rung_title(self.visit.own_score) if self.visit.own_score else "还不能计算"

    @cached_property
    def looks(self) -> dict[str, Look]:
        """Every question the firm is asked and answered, by id, in reading order."""
        own = self.visit.own
        asked = own.questionnaire.all_asked(own.processes)
        return {q.id: self._look(q) for q in asked if q.id in own.answers or self._must(q)}

    def _must(self, question: Question) -> bool:
        return is_required(self.visit.questionnaire.section_of[question.id], question)

    def _look(self, question: Question) -> Look:
        row = self.visit.own.rows.get(question.id)
        hints = self.visit.hints_of.get(question.id, ())
        return Look(
            question=question,
            said=self.visit.said(question),
            claim=self.claims.get(question.id),
            hints=tuple(hint for hint in hints if hint.is_open),
            moved=self.moved.get(question.id),
            remark=row.remark if row else "",
            files=tuple(self.visit.own.files.get(question.id, ())),
        )

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """The places in the order of the walk; what decides stands first at each."""
        return tuple(self._stop(place, asked) for place, asked in self._places() if asked)

    def _places(self) -> Iterator[tuple[Station | Section, tuple[Question, ...]]]:
        own, asked = self.visit.own, self.visit.questionnaire
        if not asked.stations:
            yield from ((section, own.asked(section)) for section in asked.sections)
        for id, questions in asked.walk(own.processes).items():
            yield asked.station_by_id[id], questions

    def _stop(self, place: Station | Section, asked: tuple[Question, ...]) -> Stop:
        looks = [self.looks[q.id] for q in asked if q.id in self.looks]
        ranked = tuple(sorted(looks, key=lambda look: look.rank))
        return Stop(place, ranked, len(asked) - len(looks))

    @property
    def files(self) -> int:
        return sum(len(look.files) for look in self.looks.values())

    @property
    def remarks(self) -> int:
        return sum(bool(look.remark) for look in self.looks.values())

    @cached_property
    def checklist(self) -> Checklist:
        """The one page to print: what matters most, in the order of the walk."""
        found = self.visit.own_score
        gates = resting(found) if found else frozenset()
        places = [(stop.place.title, stop) for stop in self.stops]
        return checklist(
            Item(
                place=title,
                question=look.question,
                said=look.said,
                decides=look.claim is not None,
                holds=look.question.id in gates,
                contradicts=tuple(hint.says for hint in look.hints),
                unproved=not look.files and (self._level(look.question) or 0) >= PROVED_FROM,
            )
            for title, stop in places
            for look in stop.looks
        )

    def _level(self, question: Question) -> int | None:
        answer = self.visit.own.answers.get(question.id)
        return None if answer is None else level_of(question, answer)


PROVED_FROM = 2
"""From this level on an answer without any file is worth a look of its own."""


def preparation_of(session: Session, visit: Visit) -> Preparation:
    """Return what is known before a visit, with the firm's last round beside it."""
    found = store.earlier(session, [visit.assessment]).get(visit.assessment.id)
    if found is None or visit.last is None:
        return Preparation(visit)
    last, sheet = found
    then = Then(last, frozenset(sheet.processes), visit.last)
    return Preparation(visit, compared(then, visit.own))
