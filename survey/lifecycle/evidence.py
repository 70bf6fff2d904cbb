"""Put a file behind an answer, and take it away again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.files.uploads import Stored
from survey.library import questionnaire_of
from survey.lifecycle import typed
from survey.lifecycle.answers import asked
from survey.lifecycle.errors import Invalid, Locked, NotThere
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import assessments as assessments_store
from survey.store import evidence as store
from survey.store import notes
from survey.tables import NOTE, Assessment, Evidence, NoteKind, SheetKind, SheetRow
from survey.words.uploads import size_words

LONGEST_CAPTION = 200


@dataclass(frozen=True)
class Limits:
    """How much evidence one question and one assessment may hold."""

    files_per_question: int
    bytes_per_assessment: int


@dataclass(frozen=True)
class Place:
    """What of a sheet a file goes behind: a question, or ``NOTE`` and the id of a finding."""

    assessment: Assessment
    sheet: SheetRow
    question_id: str


@dataclass(frozen=True)
class Caption:
    """What is said beside a photo, and when its device says it was taken."""

    words: str = ""
    taken_at: datetime | None = None


def require_room(
    session: Session, assessment_id: int, kind: SheetKind, question_id: str, limits: Limits
) -> None:
    """Refuse early, before a file is read, what ``attach`` would refuse in the end."""
    place = writable(session, assessment_id, kind, question_id, lock=False)
    require_room_for(session, place, 0, limits)


def attach(
    step: Step,
    assessment_id: int,
    kind: SheetKind,
    question_id: str,
    stored: Stored,
    *,
    limits: Limits,
) -> Evidence:
    """Put a stored file behind a question; the same content again is the file already there.

    Raises:
        Locked: The sheet may not be written now.
        Invalid: The question is not asked, or a limit is reached.
    """
    with step.writing() as session:
        place = writable(session, assessment_id, kind, question_id, lock=True)
        return put(step, session, place, stored, Caption(), limits=limits)


def put(
    step: Step,
    session: Session,
    place: Place,
    stored: Stored,
    caption: Caption,
    *,
    limits: Limits,
) -> Evidence:
    """Do what ``attach`` does, inside a transaction that found the place under its lock."""
    if known := store.same(session, place.sheet.id, place.question_id, stored.sha256):
        return known
    require_room_for(session, place, stored.size, limits)
    row = Evidence(
        sheet_id=place.sheet.id,
        question_id=place.question_id,
        sha256=stored.sha256,
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        has_thumbnail=stored.has_thumbnail,
        caption=caption.words,
        taken_at=caption.taken_at or stored.taken_at,
        likeness=stored.likeness,
        uploaded_by=step.by.user_id,
        uploaded_at=step.now,
    )
    session.add(row)
    session.flush()
    _log(step, "attach", place.assessment, row)
    return row


def keep_likenesses(step: Step, found: Mapping[str, str]) -> None:
    """Note what pictures look like, by their hash, inside a transaction; what is noted stays."""
    for sha256, likeness in found.items():
        store.keep_likeness(step.session, sha256, likeness)


def remove(step: Step, evidence_id: int) -> None:
    """Take a file away from its question. Its bytes stay: others may hold the same content."""
    with step.writing() as session:
        found, assessment = _held(session, evidence_id)
        _log(step, "remove", assessment, found.file)
        session.delete(found.file)


def describe(step: Step, evidence_id: int, words: str) -> None:
    """Change what is said beside a photo.

    Raises:
        NotThere: No such file.
        Locked: Its sheet may not be written now.
        Invalid: It is too long.
    """
    tidy = caption_of(words)
    with step.writing() as session:
        found, assessment = _held(session, evidence_id)
        if found.file.caption != tidy:
            found.file.caption = tidy
            step.log("caption", assessment)


def caption_of(words: str) -> str:
    """Tidy what is said beside a photo.

    Raises:
        Invalid: It is too long.
    """
    caption = typed.line(words)
    if len(caption) > LONGEST_CAPTION:
        raise Invalid({"caption": f"照片说明最多 {LONGEST_CAPTION} 字，请删减。"})
    return caption


def _held(session: Session, evidence_id: int) -> tuple[store.Attached, Assessment]:
    """Return a file whose sheet may be written, and its assessment under the lock."""
    found = store.attached(session, evidence_id)
    if found is None:
        raise NotThere
    assessment = assessments_store.assessment(session, found.sheet.assessment_id, lock=True)
    if assessment is None:
        raise NotThere
    if assessment.state != WRITABLE[found.sheet.kind] or not found.sheet.speaks:
        raise Locked(assessment.state)
    return found, assessment


def writable(
    session: Session, assessment_id: int, kind: SheetKind, question_id: str, *, lock: bool
) -> Place:
    """Return where a file goes.

    Raises:
        NotThere: No such assessment or sheet.
        Locked: The sheet may not be written now.
        Invalid: The question is not asked.
    """
    assessment = assessments_store.assessment(session, assessment_id, lock=lock)
    sheet = assessments_store.sheet(session, assessment_id, kind)
    if assessment is None or sheet is None:
        raise NotThere
    if assessment.state != WRITABLE[kind]:
        raise Locked(assessment.state)
    if question_id.startswith(NOTE):
        _require_finding(session, assessment_id, kind, question_id)
    else:
        asked(questionnaire_of(assessment), sheet.processes, question_id)
    return Place(assessment, sheet, question_id)


def _require_finding(session: Session, assessment_id: int, kind: SheetKind, place: str) -> None:
    """Photos go behind a finding that stands, on the consultant's side alone."""
    note = notes.note(session, assessment_id, place.removeprefix(NOTE))
    if kind != SheetKind.ONSITE or note is None or note.removed or note.kind != NoteKind.FINDING:
        raise Invalid({"question": "没有这条现状与差距，请先保存它，再拍照片。"})


def require_room_for(session: Session, place: Place, size: int, limits: Limits) -> None:
    """Refuse a file that a question or the assessment has no room for."""
    if store.count(session, place.sheet.id, place.question_id) >= limits.files_per_question:
        most = limits.files_per_question
        raise Invalid({"files": f"每题最多 {most} 个文件，请先删除不需要的文件再上传。"})
    held = store.bytes_of_assessment(session, place.assessment.id)
    if held + size > limits.bytes_per_assessment:
        most_words = size_words(limits.bytes_per_assessment)
        raise Invalid({"files": f"本次评估的文件合计不能超过 {most_words}，请先删除或压缩。"})


def _log(step: Step, action: str, assessment: Assessment, row: Evidence) -> None:
    file = {"question": row.question_id, "name": row.name, "sha256": row.sha256}
    step.log(
        f"{action}_evidence",
        assessment,
        before=file if action == "remove" else None,
        after=file if action == "attach" else None,
    )
