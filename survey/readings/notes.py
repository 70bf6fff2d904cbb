"""What a visit noted, as its pages and its papers read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from reports.facts import DrillOutcome, Finding, Photo, Severity
from reports.visit import DRILLS, Person, PlaceSeen, Sample, Stay, Try, Visited
from survey.library import questionnaire_of
from survey.lifecycle import note_kinds
from survey.store import assessments, evidence
from survey.store import notes as store
from survey.tables import NOTE, Assessment, Evidence, NoteKind, NoteRow, ScanState, SheetKind

OPEN = (None, ScanState.CLEAN)
"""How a picture stands with the virus scanner that may be shown."""
Files = Mapping[str, Sequence[Evidence]]
SEVERITY = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Note:
    """One note as a page shows it; ``fields`` as a form holds them."""

    item_id: str
    kind: NoteKind
    revision: int
    content: Mapping[str, Any]
    files: Sequence[Evidence] = ()
    about: str = ""
    """The title of the module or the question that a finding belongs to."""

    @property
    def place(self) -> str:
        """Where its files lie, see ``NOTE``."""
        return f"{NOTE}{self.item_id}"

    @cached_property
    def fields(self) -> dict[str, str]:
        return note_kinds.as_typed(self.kind, self.content)

    @property
    def lasts(self) -> bool:
        """Whether it is a stay that nobody has ended."""
        return self.kind == NoteKind.STAY and not self.content.get("ended")


Notes = Mapping[NoteKind, Sequence[Note]]
"""All notes of a visit by kind; findings the heaviest first, the others as they were kept."""


def notes_of(session: Session, assessment: Assessment) -> Notes:
    """Return what stands of a visit's notes, with the photos of its findings."""
    rows = store.notes(session, [assessment.id])[assessment.id]
    sheet = assessments.sheet(session, assessment.id, SheetKind.ONSITE)
    files = evidence.by_question(session, [sheet.id])[sheet.id] if sheet else {}
    return by_kind(rows, files, questionnaire_of(assessment))


def by_kind(rows: Iterable[NoteRow], files: Files, questionnaire: Questionnaire) -> Notes:
    found: dict[NoteKind, list[Note]] = {kind: [] for kind in NoteKind}
    for row in rows:
        about = _title(row.content.get("about", ""), questionnaire)
        shown = files.get(f"{NOTE}{row.item_id}", ())
        found[row.kind].append(Note(row.item_id, row.kind, row.revision, row.content, shown, about))
    found[NoteKind.FINDING].sort(key=lambda note: SEVERITY[note.content["severity"]])
    return found


def _title(about: str, questionnaire: Questionnaire) -> str:
    if question := questionnaire.questions.get(about):
        return f"{question.code} {question.short}"
    section = questionnaire.section_by_id.get(about)
    return section.title if section else ""


def visited(notes: Notes, photos: Mapping[str, bytes | None] | None = None) -> Visited:
    """Return notes as values for pages and papers; ``photos`` as ``diagnoses.diagnosis_of`` takes them."""
    kept = {kind: [note.content for note in notes[kind]] for kind in NoteKind}
    return Visited(
        stays=tuple(sorted(map(_stay, kept[NoteKind.STAY]), key=lambda stay: stay.began)),
        team=tuple(Person(one["name"], one["post"]) for one in kept[NoteKind.MEMBER]),
        met=tuple(Person(one["name"], one["post"]) for one in kept[NoteKind.PERSON]),
        places=tuple(PlaceSeen(**one) for one in kept[NoteKind.PLACE]),
        samples=tuple(Sample(**one) for one in kept[NoteKind.SAMPLE]),
        findings=tuple(_finding(note, photos or {}) for note in notes[NoteKind.FINDING]),
        tries=tuple(map(_try, kept[NoteKind.DRILL])),
    )


def _stay(content: Mapping[str, Any]) -> Stay:
    began, ended = content["began"], content["ended"]
    return Stay(datetime.fromisoformat(began), datetime.fromisoformat(ended) if ended else None)


def _try(content: Mapping[str, Any]) -> Try:
    return Try(
        DRILLS[content["drill"]],
        content["traced"],
        content["seconds"],
        DrillOutcome(content["outcome"]),
        content["note"],
    )


def _finding(note: Note, photos: Mapping[str, bytes | None]) -> Finding:
    return Finding(
        text=note.content["stands"],
        title=note.about,
        gap=note.content["gap"],
        severity=Severity(note.content["severity"]),
        action=note.content["action"],
        photos=tuple(
            Photo(file.name, file.id, photos.get(file.sha256), file.caption)
            for file in note.files
            if file.has_thumbnail and file.scan_state in OPEN
        ),
    )
