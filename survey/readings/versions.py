"""Versions of an assessment's sheets: which may be read, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from questionnaires.model import Question, Rung, Section
from survey.library import edition_of
from survey.lifecycle.errors import NotThere
from survey.lifecycle.versions import beside
from survey.readings.sheets import FilledSheet, filled_sheets
from survey.readings.visits import described
from survey.store import assessments as names
from survey.store import versions as store
from survey.store.answers import KeptAnswer
from survey.store.sheets import exact_share
from survey.tables import Assessment, ScoreRow, SheetKind, SheetRow, Verdict
from survey.words.answers import TEXTS


@dataclass(frozen=True)
class Version:
    """A sheet as it was handed in or confirmed."""

    assessment: Assessment
    row: SheetRow
    score: ScoreRow
    by: str
    """Who signed the firm's sheet, or the consultant who confirmed."""

    @property
    def kind(self) -> SheetKind:
        return self.row.kind

    @property
    def number(self) -> int:
        return self.row.version

    @property
    def at(self) -> datetime:
        """When it was handed in or confirmed."""
        return self.score.scored_at

    @property
    def stands(self) -> bool:
        """Whether it is the one of its kind that counts today."""
        return self.row.speaks

    @property
    def share(self) -> Fraction:
        return exact_share(self.score)

    @property
    def rung(self) -> Rung | None:
        return next(
            (r for r in edition_of(self.assessment).ladder if r.id == self.score.rung), None
        )


def versions_of(session: Session, assessment: Assessment) -> tuple[Version, ...]:
    """Return every version that was handed in or confirmed, newest first."""
    found = store.scored(session, assessment.id)
    people = names.names_of(session, (row.author_id for row, _ in found if row.author_id))
    return tuple(
        Version(assessment, row, score, _by(session, assessment, row, people))
        for row, score in found
    )


def _by(session: Session, assessment: Assessment, row: SheetRow, people: dict[int, str]) -> str:
    if row.kind == SheetKind.ONSITE:
        return people.get(row.author_id or 0, "")
    return beside(session, assessment, row).declared_by


def newest(versions: Iterable[Version], kind: SheetKind) -> Version | None:
    """Return the last version of a kind, whether it still counts or not."""
    return next((version for version in versions if version.kind == kind), None)


def version(versions: Iterable[Version], kind: SheetKind, number: int) -> Version:
    """Return one of the versions.

    Raises:
        NotThere: There is none of this kind and number.
    """
    for one in versions:
        if (one.kind, one.number) == (kind, number):
            return one
    raise NotThere


@dataclass(frozen=True)
class Change:
    """What became of one question from one version to another."""

    section: Section
    question: Question
    before: str
    after: str
    verdicts: tuple[Verdict | None, Verdict | None]
    texts: tuple[tuple[str, str, str], ...]
    """(name of the text, before, after) of those that differ."""
    added: tuple[str, ...]
    removed: tuple[str, ...]
    """Names of files."""

    @property
    def is_answered_otherwise(self) -> bool:
        return self.before != self.after

    @property
    def verdict_changed(self) -> bool:
        return self.verdicts[0] != self.verdicts[1]


@dataclass(frozen=True)
class Comparison:
    """What changed between two versions, as far as its reader was given the modules."""

    before: Version
    after: Version
    changes: tuple[Change, ...]
    ticked: tuple[str, ...]
    unticked: tuple[str, ...]
    """Titles of processes that came, and that went."""


def compare(
    session: Session, before: Version, after: Version, given: frozenset[str] | None = None
) -> Comparison:
    """Put two versions of one assessment side by side.

    Args:
        given: The modules its reader was given; None for all.
    """
    pair = filled_sheets(session, [(v.assessment, v.row) for v in (before, after)])
    old, new = pair[before.row.id], pair[after.row.id]
    titles = {p.id: p.title for p in old.questionnaire.trade.processes}
    return Comparison(
        before,
        after,
        tuple(_changes(old, new, given)),
        tuple(t for p, t in titles.items() if p in new.processes - old.processes),
        tuple(t for p, t in titles.items() if p in old.processes - new.processes),
    )


def _changes(old: FilledSheet, new: FilledSheet, given: frozenset[str] | None) -> Iterable[Change]:
    both = old.row.kind == new.row.kind
    for question in new.questionnaire.questions.values():
        section = new.questionnaire.section_of[question.id]
        if given is not None and section.id not in given:
            continue
        change = _change(old, new, section, question)
        says = change.is_answered_otherwise or change.texts or change.added or change.removed
        # Every answer gets a verdict on site: beside the firm's own sheet that is no change.
        if says or (both and change.verdict_changed):
            yield change


def _change(old: FilledSheet, new: FilledSheet, section: Section, question: Question) -> Change:
    before, after = old.rows.get(question.id), new.rows.get(question.id)
    were, are = (_files(sheet, question) for sheet in (old, new))
    # What the firm wrote and attached stays with its own sheet: no visit takes it away.
    both = old.row.kind == new.row.kind
    return Change(
        section,
        question,
        _said(old, question, before),
        _said(new, question, after),
        (before.verification if before else None, after.verification if after else None),
        tuple(text for text in _texts(before, after) if both or text[2]),
        tuple(name for sha256, name in are.items() if sha256 not in were),
        tuple(name for sha256, name in were.items() if both and sha256 not in are),
    )


def _said(sheet: FilledSheet, question: Question, row: KeptAnswer | None) -> str:
    asked = sheet.asked(sheet.questionnaire.section_of[question.id])
    return described(question, row) if question in asked else "不用回答"


def _files(sheet: FilledSheet, question: Question) -> dict[str, str]:
    return {file.sha256: file.name for file in sheet.files.get(question.id, ())}


def _texts(before: KeptAnswer | None, after: KeptAnswer | None) -> Iterable[tuple[str, str, str]]:
    for name, title in TEXTS.items():
        was, now = (getattr(row, name) if row else "" for row in (before, after))
        if was != now:
            yield title, was, now


def own_beside(session: Session, sheet: SheetRow) -> SheetRow | None:
    """Return the firm's own sheet that stood when an on-site sheet was confirmed, or stands now."""
    if sheet.speaks:
        return names.sheet(session, sheet.assessment_id, SheetKind.SELF)
    found = store.scored(session, sheet.assessment_id)
    confirmed_at = next(score.scored_at for row, score in found if row.id == sheet.id)
    return _last_before(found, confirmed_at)


def _last_before(found: Sequence[store.Scored], moment: datetime) -> SheetRow | None:
    own = (r for r, score in found if r.kind == SheetKind.SELF and score.scored_at <= moment)
    return next(own, None)
