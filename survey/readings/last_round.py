"""What is other than in a firm's last round (与上一轮相比), section by section, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.answers import Sheet, level_of
from questionnaires.meaning import Counterpart, counterparts
from questionnaires.model import Question, Section
from questionnaires.words import FACTS
from survey.library import questionnaire_of
from survey.lifecycle.contradictions import facts_of
from survey.lifecycle.sheets import sheet_of
from survey.readings.hints import fact_words
from survey.readings.sheets import FilledSheet, filled_sheet
from survey.store import answers as answer_store
from survey.store import contradictions as store
from survey.store import starts
from survey.store.sheets import kind_of
from survey.tables import Assessment


class Then(NamedTuple):
    """The last round as it spoke for the firm."""

    assessment: Assessment
    processes: frozenset[str]
    answers: Sheet


class Moved(NamedTuple):
    """An answer that is another than in the firm's last round, both read aloud."""

    question: Question
    then: str
    now: str
    levels: int
    """How many levels it rose; below 0 where it fell, 0 where that cannot be said."""


@dataclass(frozen=True)
class SectionCompared:
    """One section beside the last round.

    Attributes:
        same: How many answers are what they were.
        anew: What is asked otherwise than then, so that answers are not held against each other.
        fresh: How many are answered of which nothing was answered then.
    """

    section: Section
    moved: tuple[Moved, ...]
    same: int
    anew: tuple[Question, ...]
    fresh: int


class Fact(NamedTuple):
    """A fact of the profile, or the processes, where it is other than then."""

    title: str
    then: str
    now: str


@dataclass(frozen=True)
class Compared:
    """A sheet beside its firm's last round."""

    then: Then
    now: FilledSheet
    sections: tuple[SectionCompared, ...]
    facts: tuple[Fact, ...] = ()

    @property
    def moved(self) -> tuple[Moved, ...]:
        return tuple(moved for section in self.sections for moved in section.moved)

    @property
    def unchanged(self) -> tuple[SectionCompared, ...]:
        """The sections in which everything that is answered is what it was."""
        others = (s for s in self.sections if not (s.moved or s.anew or s.fresh))
        return tuple(section for section in others if section.same)

    @property
    def same(self) -> int:
        return sum(section.same for section in self.sections)

    @property
    def anew(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.anew)


def compared(then: Then, now: FilledSheet, facts: Mapping[str, Any] | None = None) -> Compared:
    """Put a sheet beside the last round; each answer is read in the words of its own edition.

    Args:
        facts: What the profile said then, by name; None where nobody kept it.
    """
    before = counterparts(questionnaire_of(then.assessment), now.questionnaire)
    sections = tuple(_section(then, now, before, section) for section in now.sections)
    return Compared(then, now, sections, tuple(_facts(then, now, facts or {})))


def _section(
    then: Then, now: FilledSheet, before: Mapping[str, Counterpart], section: Section
) -> SectionCompared:
    moved, anew, same, fresh = [], [], 0, 0
    for question in now.asked(section):
        new, was = now.answers.get(question.id), before.get(question.id)
        old = then.answers.get(was.question.id) if was else None
        if new is None:
            continue
        if was is None or old is None:
            fresh += 1
        elif not was.same:
            anew.append(question)
        elif answers.plain(old) == answers.plain(new):
            same += 1
        else:
            said = answers.describe(was.question, old), answers.describe(question, new)
            low, high = level_of(was.question, old), level_of(question, new)
            rose = 0 if low is None or high is None else high - low
            moved.append(Moved(question, *said, rose))
    return SectionCompared(section, tuple(moved), same, tuple(anew), fresh)


def _facts(then: Then, now: FilledSheet, facts: Mapping[str, Any]) -> Iterator[Fact]:
    for name, value in facts_of(now.assessment.firm).items():
        if name in facts and facts[name] != value:
            yield Fact(FACTS[name], *(_fact(name, one) for one in (facts[name], value)))
    titles = {p.id: p.title for p in now.questionnaire.trade.processes}
    came, went = now.processes - then.processes, then.processes - now.processes
    if came or went:
        yield Fact("工序", _named(titles, went, "没有去掉的"), _named(titles, came, "没有新增的"))


def _fact(name: str, value: Any) -> str:
    return "未填" if value is None else fact_words(name, value)


def _named(titles: Mapping[str, str], processes: frozenset[str], none: str) -> str:
    return "、".join(titles.get(id, id) for id in sorted(processes)) or none


def compared_with_last(session: Session, assessment: Assessment) -> Compared | None:
    """Return the sheet that speaks for an assessment beside its firm's last round; None without one."""
    found = store.earlier(session, [assessment]).get(assessment.id)
    if found is None:
        return None
    last, sheet = found
    rows = answer_store.answers(session, sheet.id)
    then = Then(last, frozenset(sheet.processes), sheet_of(questionnaire_of(last), rows))
    own = starts.own_sheet(session, assessment.id)
    now = filled_sheet(session, assessment, kind_of(assessment.state))
    return compared(then, now, own.start.facts if own and own.start else None)
