"""Confirmed visits as values that can be counted and compared (``reports.consultants``)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.model import Questionnaire
from reports.consultants import Change, Photo, Visit, Words
from reports.visit import Stay
from survey import library
from survey.clock import LOCAL
from survey.store import consultants as store
from survey.store.consultants import Changed, Confirmed, File, Wanted
from survey.tables import NOTE, NoteKind, NoteRow, Verdict


def visits(session: Session, wanted: Wanted) -> list[Visit]:
    """Return confirmed visits by a fixed number of queries, the first confirmed first."""
    verdicts: dict[int, Counter[Verdict]] = defaultdict(Counter)
    for visit_id, verdict, number in store.verdicts(session, wanted):
        verdicts[visit_id][verdict] = number
    saves: dict[int, list[datetime]] = defaultdict(list)
    for visit_id, moment in store.saves(session, wanted):
        saves[visit_id].append(moment.astimezone(LOCAL))
    changes = _by_visit(store.changes(session, wanted))
    words: dict[int, list[Any]] = _by_visit(store.words(session, wanted))
    files = _by_visit(store.files(session, wanted))
    notes: dict[int, list[NoteRow]] = defaultdict(list)
    for note in store.notes(session, wanted):
        notes[note.assessment_id].append(note)
    asked = _Asked(session)
    return [
        _visit(
            row,
            asked.by(row),
            verdicts=verdicts[row.id],
            saves=saves[row.id],
            changes=changes[row.id],
            words=words[row.id],
            files=files[row.id],
            notes=notes[row.id],
        )
        for row in store.confirmed(session, wanted)
    ]


class _Asked:
    """The questionnaires of visits, each edition loaded once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._editions: dict[str, Any] = {}

    def by(self, row: Confirmed) -> Questionnaire:
        if row.edition not in self._editions:
            self._editions[row.edition] = library.load(self._session, row.edition)
        found: Questionnaire = self._editions[row.edition].questionnaire(row.trade)
        return found


def _by_visit(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Group rows by their first value, the visit's id."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def _visit(
    row: Confirmed,
    questionnaire: Questionnaire,
    *,
    verdicts: Mapping[Verdict, int],
    saves: list[datetime],
    changes: list[Changed],
    words: list[tuple[int, str, str, str]],
    files: list[File],
    notes: list[NoteRow],
) -> Visit:
    behind = Counter(file.question_id for file in files)
    findings = [note for note in notes if note.kind == NoteKind.FINDING]
    written = [question for _, question, _, finding in words if finding]
    places = [*written, *(f"{NOTE}{note.item_id}" for note in findings)]
    return Visit(
        id=row.id,
        firm_id=row.firm_id,
        firm=row.firm,
        consultant_id=row.consultant_id,
        second_id=row.second_id,
        confirmed=row.confirmed_at.astimezone(LOCAL).date(),
        verdicts=verdicts,
        changes=[_change(questionnaire, one, behind[one.question_id]) for one in changes],
        words=[
            *(_said(questionnaire, words)),
            *(
                Words(note.content[field], "现状与差距")
                for note in findings
                for field in ("stands", "gap")
            ),
        ],
        photos=_photos(questionnaire, files),
        stays=[_stay(note.content) for note in notes if note.kind == NoteKind.STAY],
        saves=saves,
        findings=len(places),
        finding_files=sum(behind[place] for place in places),
    )


def _named(questionnaire: Questionnaire, question_id: str) -> str:
    question = questionnaire.questions.get(question_id)
    return f"{question.code} {question.short}" if question else "现状与差距"


def _change(questionnaire: Questionnaire, row: Changed, files: int) -> Change:
    name = _named(questionnaire, row.question_id)
    said, found = (_level(questionnaire, row.question_id, value) for value in row[2:4])
    return Change(name, said, found, row.reason, files)


def _level(questionnaire: Questionnaire, question_id: str, value: object) -> int | None:
    question = questionnaire.questions.get(question_id)
    if question is None or value is None:
        return None
    return answers.level_of(question, answers.parse(question, value))


def _said(questionnaire: Questionnaire, rows: list[tuple[int, str, str, str]]) -> list[Words]:
    return [
        Words(text, _named(questionnaire, question_id))
        for _, question_id, reason, finding in rows
        for text in (reason, finding)
        if text
    ]


def _photos(questionnaire: Questionnaire, files: list[File]) -> list[Photo]:
    """Return the pictures of a visit, each once, however many answers it stands behind."""
    by_content: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if file.media_type.startswith("image/"):
            by_content[file.sha256].append(file)
    return [_photo(questionnaire, same) for same in by_content.values()]


def _photo(questionnaire: Questionnaire, same: list[File]) -> Photo:
    first, taken = same[0], [file.taken_at for file in same if file.taken_at]
    return Photo(
        first.id,
        first.sha256,
        int(first.likeness, 16) if first.likeness else None,
        min(taken).astimezone(LOCAL) if taken else None,
        "、".join(dict.fromkeys(_named(questionnaire, file.question_id) for file in same)),
    )


def _stay(content: Mapping[str, Any]) -> Stay:
    began, ended = content["began"], content["ended"]
    return Stay(datetime.fromisoformat(began), datetime.fromisoformat(ended) if ended else None)
