"""What a visit notes beside its verdicts: one page of lists, and one door for scripts of ours."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reports.visit import DRILLS
from survey import clock
from survey.lifecycle import notes as steps
from survey.lifecycle.errors import Invalid, Locked, NoteConflict, NoteNow
from survey.lifecycle.note_kinds import FIELDS
from survey.lifecycle.notes import NoteChange
from survey.lifecycle.typed import whole
from survey.readings.notes import Note, notes_of
from survey.readings.visits import Visit
from survey.tables import NoteKind
from survey.views import changes, files
from survey.views.consultant.pages import found_visit, pages
from survey.web import access, here
from survey.web.here import Spoken
from survey.words import notes as words

ITEM = r"\A[A-Za-z0-9-]{1,40}\z"
REQUEST = r"\A[A-Za-z0-9._-]{1,64}\z"
NOW = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Draft:
    """A note in a form: a new one, one to be changed, or one that came back with faults."""

    kind: NoteKind
    item_id: str
    base: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    theirs: NoteNow | None = None
    """What somebody else made of it meanwhile."""


class NoteSent(BaseModel):
    """A change of a note as a script of ours asks for it; without ``fields`` it is removed."""

    model_config = ConfigDict(strict=True, extra="forbid")

    item: Annotated[str, Field(pattern=ITEM)]
    kind: str
    request_id: Annotated[str, Field(pattern=REQUEST)]
    base_revision: Annotated[int, Field(ge=0, le=10**9)]
    fields: Annotated[dict[str, str], Field(max_length=20)] | None = None


@pages.get("/<row:assessment_id>/notes")
def notes(assessment_id: int) -> ResponseReturnValue:
    """Show what the visit noted; ``edit`` names a note to be changed."""
    return _page(found_visit(assessment_id), request.args.get("edit", ""))


@pages.post("/<row:assessment_id>/notes")
def keep_note(assessment_id: int) -> ResponseReturnValue:
    """Keep one note as its form says, or remove it."""
    visit = found_visit(assessment_id)
    change = _posted()
    try:
        steps.save_note(here.step(), assessment_id, change)
    except (Invalid, NoteConflict) as error:
        here.session().rollback()
        return _page(found_visit(assessment_id), draft=_came_back(change, error)), error.status
    except Locked:
        return _page(found_visit(visit.assessment.id), locked=True), 409
    title = words.TITLES[change.kind]
    flash(f"{title}已{'删除' if change.fields is None else '保存'}。", "good")
    return redirect(url_for(".notes", assessment_id=assessment_id, _anchor=change.kind))


@pages.post("/<row:assessment_id>/notes/save")
def save_note(assessment_id: int) -> ResponseReturnValue:
    """Keep one change of a note for a script of ours."""
    access.visited_assessment(assessment_id)
    sent = changes.parsed(NoteSent, request)
    change = NoteChange(
        sent.item, _kind(sent.kind), sent.request_id, sent.base_revision, sent.fields
    )
    saved = steps.save_note(here.step(), assessment_id, change)
    return {
        "request_id": change.request_id,
        "revision": saved.revision,
        "saved_at": saved.saved_at.isoformat(),
        "saved": clock.local(saved.saved_at, "%H:%M"),
        "fields": saved.fields,
    }


def _kind(given: str) -> NoteKind:
    try:
        return NoteKind(given)
    except ValueError:
        raise Invalid({"kind": changes.MEANT["kind"]}) from None


def _posted() -> NoteChange:
    """Read the form of one note; ``now`` names the field that the pressed button fills with the time.

    Raises:
        Spoken: What no page of ours sends.
    """
    form = request.form
    kind = _kind(form.get("kind", ""))
    fields = {one.name: form.get(one.name, "") for one in FIELDS[kind]}
    if (now := form.get("now", "")) in fields:
        fields[now] = here.step().now.astimezone(clock.LOCAL).strftime(NOW)
    sent = {
        "item": form.get("item", ""),
        "kind": kind.value,
        "request_id": form.get("request_id", ""),
        "base_revision": whole(form.get("base")) or 0,
        "fields": None if form.get("do") == "remove" else fields,
    }
    try:
        read = NoteSent.model_validate(sent)
    except ValidationError as error:
        raise Spoken(400, changes.DAMAGED) from error
    return NoteChange(read.item, kind, read.request_id, read.base_revision, read.fields)


def _came_back(change: NoteChange, error: Invalid | NoteConflict) -> Draft:
    fields = {name: str(value) for name, value in (change.fields or {}).items()}
    theirs = error.current if isinstance(error, NoteConflict) else None
    base = theirs.revision if theirs else change.base_revision
    faults = error.fields if isinstance(error, Invalid) else {}
    return Draft(change.kind, change.item_id, base, fields, faults, theirs)


def _page(visit: Visit, edit: str = "", *, draft: Draft | None = None, locked: bool = False) -> str:
    assessment = visit.assessment
    found = notes_of(here.session(), assessment)
    if edit:
        draft = _of(next((n for kept in found.values() for n in kept if n.item_id == edit), None))
    kept = {note.item_id for kept in found.values() for note in kept}
    return render_template(
        "consultant/notes.html",
        visit=visit,
        assessment=assessment,
        writable=visit.is_running,
        notes=found,
        drafts=_drafts(draft, kept),
        editing=draft if draft and draft.item_id in kept else None,
        locked=locked,
        new_request=lambda: f"{secrets.token_hex(12)}.1",
        **_said(visit),
    )


def _of(note: Note | None) -> Draft:
    return Draft(note.kind, note.item_id, note.revision, note.fields) if note else abort(404)


def _drafts(draft: Draft | None, kept: set[str]) -> dict[NoteKind, Draft]:
    """Return the form for a new note of each kind: empty, or as it came back."""
    empty = {kind: Draft(kind, secrets.token_hex(8)) for kind in NoteKind}
    came_back = draft and draft.item_id not in kept
    return empty | ({draft.kind: draft} if draft and came_back else {})


def _said(visit: Visit) -> dict[str, Any]:
    """Return what the templates of a note ask for beside the notes."""
    sheet, asked = visit.onsite, visit.questionnaire.questions
    return {
        "kinds": FIELDS,
        "words": words,
        "drills": DRILLS,
        "informs": {
            drill.id: [asked[id] for id in drill.informs if id in asked]
            for drill in DRILLS.values()
        },
        "groups": [(section, sheet.asked(section)) for section in sheet.sections],
        "limits": files.limits_in_words(),
        "blanks": {kind: Note(f"new-{kind}", kind, 0, {}) for kind in NoteKind},
        "choices": {**words.CHOICES, "drill": {drill.id: drill.title for drill in DRILLS.values()}},
    }
