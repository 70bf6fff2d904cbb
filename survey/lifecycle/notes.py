"""Keep what a visit notes beside its verdicts, one note at a time, each change exactly once.

A note has an id that its device gave it. Whoever sends a change says which revision it was made on;
two people who change one note are shown both. A note that is removed keeps its row: whoever still
changes it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.library import questionnaire_of
from survey.lifecycle import note_kinds
from survey.lifecycle.answers import came_later
from survey.lifecycle.errors import IdReused, Invalid, Locked, NoteConflict, NoteNow
from survey.lifecycle.photos import require_visitor
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import assessments
from survey.store import notes as store
from survey.tables import Assessment, NoteKind, NoteRevision, NoteRow, SheetKind
from survey.words.notes import TITLES

MOST_OF_A_KIND = 200


@dataclass(frozen=True)
class NoteChange:
    """What a client asks to keep of one note; without ``fields`` it is to be removed.

    ``request_id`` is made by the client, ``client.sequence``: sending it again is harmless.
    ``base_revision`` is the revision the client last saw, 0 for a new note.
    """

    item_id: str
    kind: NoteKind
    request_id: str
    base_revision: int
    fields: Mapping[str, object] | None


@dataclass(frozen=True)
class SavedNote:
    """An acknowledged note: it is on disk. ``fields`` as a form holds them; None where it is removed."""

    item_id: str
    revision: int
    saved_at: datetime
    fields: Mapping[str, str] | None


def save_note(step: Step, assessment_id: int, change: NoteChange) -> SavedNote:
    """Keep one change of one note.

    Raises:
        NotThere: The visit is not, or no longer, this consultant's.
        Locked: The visit is confirmed, or with the firm.
        Invalid: Names every field that cannot be taken, or the limit that is reached.
        IdReused: The request's id was used for something else.
        NoteConflict: Somebody else changed the note since ``base_revision``.
    """
    with step.writing() as session:
        assessment = require_visitor(step, session, assessment_id)
        if seen := store.asked_before(session, assessment_id, change.request_id):
            return _seen_before(session, seen, change)
        if assessment.state != WRITABLE[SheetKind.ONSITE]:
            raise Locked(assessment.state)
        row = store.note(session, assessment_id, change.item_id)
        content = _content(assessment, row, change)
        if row and (row.content, row.removed) == (content, change.fields is None):
            return _saved(row)
        if row is None:
            row = _begun(step, session, assessment, change)
        elif row.revision != change.base_revision:
            return _overtaken(session, row, change)
        _keep(step, session, row, change, content)
        gone = {"removed": True} if row.removed else {}
        step.log("note", assessment, after={"note": row.kind} | gone)
        return _saved(row)


def _content(assessment: Assessment, row: NoteRow | None, change: NoteChange) -> Mapping[str, Any]:
    """Return what a change leaves in the note; a removed one keeps its words."""
    if row is not None and row.kind != change.kind:
        raise Invalid({"kind": "这个编号已是另一种记录，请刷新页面后重试。"})
    if change.fields is None:
        return row.content if row else {}
    return note_kinds.read(change.kind, change.fields, questionnaire_of(assessment))


def _begun(step: Step, session: Session, assessment: Assessment, change: NoteChange) -> NoteRow:
    if change.fields is None:
        raise Invalid({"item": "这条记录已经没有了。"})
    if store.count(session, assessment.id, change.kind) >= MOST_OF_A_KIND:
        most = f"“{TITLES[change.kind]}”最多 {MOST_OF_A_KIND} 条，请合并或删除一些再加。"
        raise Invalid({"item": most})
    row = NoteRow(
        assessment_id=assessment.id,
        item_id=change.item_id,
        kind=change.kind,
        position=store.next_position(session, assessment.id),
        revision=0,
    )
    session.add(row)
    return row


def _keep(
    step: Step, session: Session, row: NoteRow, change: NoteChange, content: Mapping[str, Any]
) -> None:
    row.content, row.removed = dict(content), change.fields is None
    row.saved_at, row.author_id = step.now, step.by.user_id or 0
    row.revision += 1
    session.add(
        NoteRevision(
            assessment_id=row.assessment_id,
            item_id=row.item_id,
            revision=row.revision,
            content=row.content,
            removed=row.removed,
            saved_at=row.saved_at,
            author_id=row.author_id,
            request_id=change.request_id,
        )
    )


def _seen_before(session: Session, seen: NoteRevision, change: NoteChange) -> SavedNote:
    row = store.note(session, seen.assessment_id, seen.item_id)
    same = seen.item_id == change.item_id and seen.removed == (change.fields is None)
    if row is None or not same:
        raise IdReused({"request_id": "这个请求编号已用于另一次保存，本次没有保存。请刷新页面。"})
    return _saved(row)


def _overtaken(session: Session, row: NoteRow, change: NoteChange) -> SavedNote:
    """A change arrives late: from the same client it is simply old, from another it conflicts."""
    latest = store.revision(session, row.assessment_id, row.item_id, row.revision)
    if latest is not None and came_later(latest.request_id, change.request_id):
        return _saved(row)
    now = _saved(row)
    author = assessments.name_of(session, row.author_id)
    raise NoteConflict(NoteNow(row.item_id, row.revision, author, row.saved_at, now.fields))


def _saved(row: NoteRow) -> SavedNote:
    fields = None if row.removed else note_kinds.as_typed(row.kind, row.content)
    return SavedNote(row.item_id, row.revision, row.saved_at, fields)
