"""Two consultants on one visit as each may see it: who keeps a sheet apart, and where opinions differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.model import LevelQuestion, Question, Questionnaire, Section
from survey.library import questionnaire_of
from survey.lifecycle import disagreements
from survey.lifecycle.disagreements import NO_OPINION, is_decided
from survey.store import assessments as sheets
from survey.store import pairs as store
from survey.store.answers import KeptAnswer
from survey.store.answers import answers as answers_of_sheet
from survey.store.pairs import Apart
from survey.tables import (
    Assessment,
    AssessmentState,
    Opinion,
    PairNeed,
    SecondSheet,
    SecondState,
    SheetKind,
    Verdict,
)


class Line(NamedTuple):
    """One answer of which the two said otherwise."""

    section: Section
    question: Question
    opinion: Opinion
    now: KeptAnswer | None
    """The lead's answer as it stands; None in a version that is only read."""
    decided: bool

    def said(self, value: object) -> str:
        """Read a value aloud."""
        if value is None:
            return "没有填"
        return answers.describe(self.question, answers.parse(self.question, value))

    @property
    def revision(self) -> int:
        return self.now.revision if self.now else 0

    @property
    def levels(self) -> tuple[str, ...]:
        """The descriptors another level is chosen from; empty where the answer has no levels."""
        return tuple(self.question.levels) if isinstance(self.question, LevelQuestion) else ()

    @property
    def may_take(self) -> bool:
        """Whether the second's is an opinion the lead could take."""
        return self.opinion.second_verdict not in NO_OPINION

    @property
    def moved_on(self) -> bool:
        """Whether the lead's answer is by now another than what was compared."""
        then = (self.opinion.lead_value, self.opinion.lead_verdict)
        return self.now is not None and (self.now.value, self.now.verification) != then


@dataclass(frozen=True)
class Compared:
    """One sheet that was kept apart, with what was said and decided once both were compared."""

    second: SecondSheet
    author: str
    lead: str
    lines: tuple[Line, ...]
    """Where they differ, in reading order."""
    alike: int
    in_force: bool

    @property
    def state(self) -> SecondState:
        return self.second.state

    @cached_property
    def undecided(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.decided)


@dataclass(frozen=True)
class Pair:
    """A visit of two: the sheet that is kept apart now, those of before, what stands against it."""

    names: Mapping[int, str]
    current: SecondSheet | None
    older: bool
    """Whether others were kept apart before."""
    need: PairNeed | None
    undecided: int


def pair_of(session: Session, assessment: Assessment) -> Pair | None:
    """Return how the two of a visit stand; None where one goes alone and always did."""
    known = store.of_assessment(session, assessment.id)
    if assessment.second_consultant_id is None and not known:
        return None
    apart = store.in_force(session, assessment.id)
    running = assessment.state == AssessmentState.VISITING
    found = disagreements.need(session, assessment, apart) if apart and running else None
    current = apart.second if apart else None
    return Pair(
        sheets.names_of(session, assessment.visitors),
        current,
        any(second is not current for second, _ in known),
        found[0] if found else None,
        len(found[1]) if found else 0,
    )


def compared(session: Session, assessment: Assessment) -> tuple[Compared, ...]:
    """Return every sheet that was kept apart on an assessment, the newest first."""
    known = store.of_assessment(session, assessment.id)
    current = store.in_force(session, assessment.id)
    shared = sheets.sheet(session, assessment.id, SheetKind.ONSITE)
    rows = answers_of_sheet(session, shared.id) if shared else {}
    people = {p for s, _ in known for p in (s.author_id, s.lead_id) if p is not None}
    names = sheets.names_of(session, people)
    return tuple(
        _compared(session, assessment, one, names, rows if _is(one, current) else None)
        for one in known
    )


def _is(one: Apart, current: Apart | None) -> bool:
    return current is not None and one.row.id == current.row.id


def _compared(
    session: Session,
    assessment: Assessment,
    apart: Apart,
    names: Mapping[int, str],
    rows: Mapping[str, KeptAnswer] | None,
) -> Compared:
    """``rows``: the lead's answers as they stand, where the sheet is in force."""
    kept = store.opinions(session, apart.row.id)
    second = apart.second
    return Compared(
        second,
        names.get(second.author_id, ""),
        names.get(second.lead_id or 0, ""),
        tuple(_lines(questionnaire_of(assessment), kept, rows)),
        sum(_is_alike(one) for one in kept.values()),
        rows is not None,
    )


def _is_alike(one: Opinion) -> bool:
    """Whether both judged, and alike; what neither judged is no agreement."""
    both = (one.lead_verdict, one.second_verdict)
    return not one.differs and Verdict.UNVERIFIED not in both


def _lines(
    questionnaire: Questionnaire,
    kept: Mapping[str, Opinion],
    rows: Mapping[str, KeptAnswer] | None,
) -> list[Line]:
    found = []
    for id, question in questionnaire.questions.items():
        opinion = kept.get(id)
        if opinion is None or not opinion.differs:
            continue
        now = rows.get(id) if rows is not None else None
        decided = opinion.decision is not None if rows is None else is_decided(opinion, now)
        found.append(Line(questionnaire.section_of[id], question, opinion, now, decided))
    return found
