"""A visit as its consultant sees it: both sheets, what is verified, what decides the rung."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.answers import Sheet
from questionnaires.floor import Floor, floor, resting
from questionnaires.gates import GateResult, question_gates
from questionnaires.model import Question, Questionnaire, Rung, Section, Station
from questionnaires.scoring import Score, UnansweredQuestion, is_required, score
from survey.library import edition_of
from survey.lifecycle import verification
from survey.lifecycle.contradictions import last_sheets
from survey.lifecycle.errors import NotThere
from survey.lifecycle.scores import unseen
from survey.lifecycle.verification import Rest
from survey.readings.hints import Hint, hints, settled
from survey.readings.sheets import FilledSheet, filled_sheets
from survey.store import pairs
from survey.store import visits as store
from survey.store.answers import KeptAnswer, answers_of
from survey.store.contradictions import explanations
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Explanation,
    Need,
    SheetKind,
    Verdict,
)


class Count(NamedTuple):
    """How many of some questions were verified, how many judged unseen, how many need something.

    ``done`` are confirmed or changed: somebody looked. Unseen is 未能查看 or 沿用自评.
    """

    done: int
    whole: int
    unseen: int
    open: int

    @property
    def judged(self) -> int:
        return self.done + self.unseen

    @property
    def is_complete(self) -> bool:
        return 0 < self.whole == self.judged and not self.open


class OpenItem(NamedTuple):
    """A question that stands between the visit and its confirmation."""

    section: Section
    question: Question
    needs: tuple[Need, ...]


class MissingFacts(NamedTuple):
    """What an optional section leaves untold."""

    section: Section
    untold: int
    of_level: bool
    """Whether MIIT's level rests on any of it."""


class Decider(NamedTuple):
    """A gate that the present rung stands on, or that bars the next one."""

    rung: Rung
    gate: GateResult
    questions: tuple[Question, ...]
    """Those to look at; empty for a gate on a share."""
    unverified: int


@dataclass(frozen=True)
class Visit:
    """One assessment with the firm's sheet beside the consultant's."""

    own: FilledSheet
    onsite: FilledSheet
    last: Sheet | None = None
    """What the firm answered in the round before."""
    explanations: Mapping[str, Explanation] = field(default_factory=dict)

    @property
    def assessment(self) -> Assessment:
        return self.onsite.assessment

    @property
    def questionnaire(self) -> Questionnaire:
        return self.onsite.questionnaire

    @property
    def is_running(self) -> bool:
        return self.assessment.state == AssessmentState.VISITING

    @property
    def is_apart(self) -> bool:
        """Whether ``onsite`` is what the second of the pair keeps apart, and its reader."""
        return self.onsite.second is not None

    @cached_property
    def needs(self) -> dict[str, tuple[Need, ...]]:
        """What still needs something, by question id, in reading order."""
        return verification.open_items(
            self.questionnaire,
            self.onsite.processes,
            said=self.own.rows,
            found=self.onsite.rows,
            files={question_id: len(files) for question_id, files in self.onsite.files.items()},
            resting=self.resting,
        )

    @cached_property
    def resting(self) -> frozenset[str]:
        """The questions that the gates of the reached rung look at: 沿用自评 will not do there."""
        found = self.score or self.own_score
        return resting(found) if found else frozenset()

    def rest(self, section: Section) -> Rest:
        """Return what of a section may be left as the firm said, and what may not."""
        return verification.rest_of(
            section,
            self.onsite.processes,
            said=self.own.rows,
            found=self.onsite.rows,
            resting=self.resting,
        )

    @cached_property
    def open_items(self) -> tuple[OpenItem, ...]:
        questions, section_of = self.questionnaire.questions, self.questionnaire.section_of
        return tuple(
            OpenItem(section_of[question_id], questions[question_id], needs)
            for question_id, needs in self.needs.items()
        )

    @property
    def open_by_section(self) -> tuple[tuple[Section, tuple[OpenItem, ...]], ...]:
        """What stands between the visit and its confirmation, section by section as they are read."""
        found: dict[str, list[OpenItem]] = {}
        for item in self.open_items:
            found.setdefault(item.section.id, []).append(item)
        return tuple((items[0].section, tuple(items)) for items in found.values())

    @cached_property
    def hints(self) -> tuple[Hint, ...]:
        """What does not sit well together on site, settled or not; once confirmed, what was."""
        if not self.is_running:
            return settled(self.onsite, self.explanations)
        return hints(self.onsite, last=self.last, others=self.own, explanations=self.explanations)

    @property
    def open_hints(self) -> tuple[Hint, ...]:
        """What nobody has settled: by another answer, or by a sentence."""
        return tuple(hint for hint in self.hints if hint.is_open)

    @property
    def explained_hints(self) -> tuple[Hint, ...]:
        return tuple(hint for hint in self.hints if not hint.is_open)

    @cached_property
    def hints_of(self) -> dict[str, tuple[Hint, ...]]:
        """The hints that speak of each question, by question id."""
        found: dict[str, tuple[Hint, ...]] = {}
        for hint in self.hints:
            for question_id in hint.found.check.questions:
                found[question_id] = (*found.get(question_id, ()), hint)
        return found

    @property
    def unticked(self) -> tuple[tuple[str, str], ...]:
        """The processes its trade usually has and the firm has not: (title, why)."""
        return self.onsite.unticked

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections in which anything is asked on site."""
        return self.onsite.sections

    @cached_property
    def walk(self) -> dict[str, tuple[Question, ...]]:
        """What is looked at at each place of the walk, by its id, in order."""
        return self.questionnaire.walk(self.onsite.processes)

    @property
    def stations(self) -> tuple[Station, ...]:
        """The places at which anything is looked at, in the order of the walk."""
        return tuple(self.questionnaire.station_by_id[id] for id in self.walk)

    def is_told(self, question_id: str) -> bool:
        """Whether the on-site sheet holds an answer."""
        return question_id in self.onsite.answers

    @cached_property
    def missing_facts(self) -> tuple[MissingFacts, ...]:
        """Optional sections in which something is untold, those that MIIT's level reads first."""
        frames = edition_of(self.assessment).crosswalk
        reads = frames.miit.reads if frames else frozenset()
        found = [self._missing(s, reads) for s in self.sections if s.optional]
        return tuple(sorted((f for f in found if f.untold), key=lambda f: not f.of_level))

    def _missing(self, section: Section, reads: frozenset[str]) -> MissingFacts:
        asked = self.onsite.asked(section)
        untold = [q for q in asked if not self.is_told(q.id)]
        return MissingFacts(section, len(untold), any(q.id in reads for q in untold))

    def verdict(self, question_id: str) -> Verdict:
        row = self.onsite.rows.get(question_id)
        return (row and row.verification) or Verdict.UNVERIFIED

    def is_judged(self, question_id: str) -> bool:
        return self.verdict(question_id) != Verdict.UNVERIFIED

    def is_verified(self, question_id: str) -> bool:
        """Whether somebody looked, and confirmed or changed the answer."""
        return self.is_judged(question_id) and not self.verdict(question_id).is_unseen

    @cached_property
    def counts(self) -> dict[str, Count]:
        """How far each section is, by id. Of what may be left out only what was answered counts."""
        return {s.id: self._count(self.onsite.asked(s)) for s in self.sections}

    @cached_property
    def station_counts(self) -> dict[str, Count]:
        """How far each place of the walk is, by id, counted as ``counts`` are."""
        return {id: self._count(asked) for id, asked in self.walk.items()}

    def _count(self, asked: Iterable[Question]) -> Count:
        asked, rows = tuple(asked), self.onsite.rows
        counted = [
            q.id for q in asked if self._must(q) or (q.id in rows and rows[q.id].value is not None)
        ]
        return self._counted(counted, sum(q.id in self.needs for q in asked))

    def _must(self, question: Question) -> bool:
        return is_required(self.questionnaire.section_of[question.id], question)

    def _counted(self, counted: list[str], open_: int) -> Count:
        return Count(
            done=sum(map(self.is_verified, counted)),
            whole=len(counted),
            unseen=sum(self.verdict(id).is_unseen for id in counted),
            open=open_,
        )

    @cached_property
    def count(self) -> Count:
        """How far the visit is: what must be verified, optional sections aside."""
        must = [
            question.id
            for section in self.sections
            for question in self.onsite.asked(section)
            if self._must(question)
        ]
        return self._counted(must, len(self.needs))

    @cached_property
    def floor(self) -> Floor | None:
        """The on-site score beside the one left without what nobody saw; None while incomplete."""
        return (
            floor(self.score, self.onsite.answers, unseen(self.onsite.rows)) if self.score else None
        )

    @cached_property
    def score(self) -> Score | None:
        """The on-site sheet scored as it stands; None while an answer is missing."""
        return _scored(self.onsite)

    @cached_property
    def own_score(self) -> Score | None:
        return _scored(self.own)

    @cached_property
    def deciders(self) -> tuple[Decider, ...]:
        """The gates of the rung that is reached, then those of the next one, failed ones first."""
        found = self.score or self.own_score
        if found is None:
            return ()
        results = [result for result in found.rungs if result.step == found.step]
        results += [found.next] if found.next else []
        return tuple(
            self._decider(result.rung, gate)
            for result in results
            for gate in sorted(result.gates, key=lambda gate: gate.state != "failed")
        )

    def _decider(self, rung: Rung, gate: GateResult) -> Decider:
        ids = [named.question for named in question_gates(gate.gate)]
        questions = tuple(self.questionnaire.questions[id] for id in ids)
        return Decider(rung, gate, questions, sum(not self.is_verified(id) for id in ids))

    @cached_property
    def deciding(self) -> dict[str, tuple[str, ...]]:
        """The rungs (by title) that each deciding question holds up or bars, by question id."""
        found: dict[str, tuple[str, ...]] = {}
        for decider in self.deciders:
            if decider.gate.state != "not_applicable":
                for question in decider.questions:
                    titles = (*found.get(question.id, ()), decider.rung.title)
                    found[question.id] = tuple(dict.fromkeys(titles))
        return found

    def said(self, question: Question) -> str:
        """Read the firm's own answer aloud."""
        return described(question, self.own.rows.get(question.id))

    def found(self, question: Question) -> str:
        """Read the answer on the on-site sheet aloud."""
        return described(question, self.onsite.rows.get(question.id))


def described(question: Question, row: KeptAnswer | AnswerRow | None) -> str:
    """Read a stored answer aloud; one that was never given says so."""
    if row is None or row.value is None:
        return "未填写"
    return answers.describe(question, answers.parse(question, row.value))


def visit_of(session: Session, assessment: Assessment, *, by: int | None = None) -> Visit:
    """Return one visit with everything on its two sheets.

    Args:
        by: A consultant: while the visit runs, the on-site sheet is what they keep apart, if they do.

    Raises:
        NotThere: The assessment has never been on site.
    """
    found = visits_of(session, [assessment], by=by)
    if not found:
        raise NotThere
    return found[0]


def visits_of(
    session: Session, assessments: Iterable[Assessment], *, by: int | None = None
) -> list[Visit]:
    """Return visits in the order given, by a few queries however many there are.

    Args:
        by: As in ``visit_of``.
    """
    by_id = {assessment.id: assessment for assessment in assessments}
    rows = store.sheets(session, by_id)
    filled = filled_sheets(session, [(by_id[id], row) for (id, _), row in rows.items()])
    last = last_sheets(session, by_id.values())
    said = explanations(session, by_id)
    visits = [
        Visit(
            filled[rows[id, SheetKind.SELF].id],
            filled[rows[id, SheetKind.ONSITE].id],
            last.get(id),
            said[id],
        )
        for id in by_id
        if (id, SheetKind.ONSITE) in rows
    ]
    return _as_kept_by(session, visits, by)


def _as_kept_by(session: Session, visits: list[Visit], by: int | None) -> list[Visit]:
    """Put in what a second keeps apart; of what the lead judged and explained nothing is left.

    Files belong to both.
    """
    seconds = {v.assessment.id for v in visits if v.is_running} if by is not None else set()
    seconds &= {v.assessment.id for v in visits if v.assessment.second_consultant_id == by}
    if by is None or not seconds:
        return visits
    apart = pairs.in_force_by(session, by, seconds)
    rows = answers_of(session, [kept.row.id for kept in apart.values()])
    return [
        replace(
            visit,
            onsite=replace(visit.onsite, row=kept.row, rows=rows[kept.row.id], second=kept.second),
            explanations={},
        )
        if (kept := apart.get(visit.assessment.id))
        else visit
        for visit in visits
    ]


def _scored(sheet: FilledSheet) -> Score | None:
    try:
        return score(sheet.questionnaire, sheet.answers, sheet.processes)
    except UnansweredQuestion:
        return None
