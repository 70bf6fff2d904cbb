"""What the consultant of a demonstration visit noted, found, timed and signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from survey.clock import LOCAL
from survey.config import MEGABYTE
from survey.files.uploads import Stored
from survey.lifecycle.evidence import Caption, Limits, Place, put
from survey.lifecycle.note_kinds import FIELDS
from survey.lifecycle.notes import NoteChange, save_note
from survey.lifecycle.signing import Signing
from survey.lifecycle.step import Step
from survey.store import assessments as store
from survey.tables import NOTE, Assessment, NoteKind, SheetKind, SignerRole

STAYED = timedelta(hours=3, minutes=20)
ROOM = Limits(20, 100 * MEGABYTE)


def note(step: Step, assessment: Assessment, photo: Stored) -> None:
    """Note everything of the file, and that the consultant was there until now."""
    written = Path(__file__).with_name("notes.yaml").read_text(encoding="utf-8")
    stay = {"kind": "stay", "began": _typed(step.now - STAYED), "ended": _typed(step.now)}
    for number, one in enumerate([stay, *yaml.safe_load(written)], start=1):
        kind, item = NoteKind(one["kind"]), f"demo-{number}"
        fields = {field.name: one.get(field.name, "") for field in FIELDS[kind]}
        save_note(step, assessment.id, NoteChange(item, kind, f"demo-note.{number}", 0, fields))
        if caption := one.get("photo"):
            _photograph(step, assessment, item, photo, caption)


def _typed(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")


def _photograph(step: Step, assessment: Assessment, item: str, photo: Stored, words: str) -> None:
    with step.writing() as session:
        sheet = store.sheet(session, assessment.id, SheetKind.ONSITE)
        if sheet is not None:
            place = Place(assessment, sheet, f"{NOTE}{item}")
            put(step, session, place, photo, Caption(words), limits=ROOM)


def signings(row: dict[str, Any], consultant: str, ink: Stored) -> Sequence[Signing]:
    """The consultant signs by hand, the firm's representative by name alone."""
    signed = [Signing(SignerRole.CONSULTANT, consultant, drawn=ink)]
    if said := row.get("word"):
        signed.append(Signing(SignerRole.FIRM, said["name"], said["post"]))
    return signed
