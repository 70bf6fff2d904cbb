"""A posted section, kept without script: what firm's and consultant's pages do alike with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from flask import request
from werkzeug.datastructures import FileStorage

from survey.files.uploads import BadUpload
from survey.lifecycle import answers as steps
from survey.lifecycle import evidence as evidence_steps
from survey.lifecycle.errors import Conflict, Invalid, Locked
from survey.lifecycle.typed import whole
from survey.readings.sheets import FilledSheet
from survey.store import assessments as store
from survey.store import evidence as evidence_store
from survey.store.answers import KeptAnswer
from survey.tables import Evidence
from survey.views import files
from survey.views.forms.answers import AnswerField, SectionForm, Shown
from survey.web import here
from survey.words import uploads as words


@dataclass
class Outcome:
    """What became of a posted page: how much was kept, and the worst that was met."""

    saved: int = 0
    status: int = 200
    locked: bool = False
    seen: set[int] = field(default_factory=set)

    def meet(self, status: int) -> None:
        self.seen.add(status)
        # A conflict asks for a decision, so it speaks before a slip of the pen.
        self.status = 409 if 409 in self.seen else min(self.seen)


Also = Callable[[SectionForm, Outcome], None]


def keep(form: SectionForm, sheet: FilledSheet, also: Also) -> Outcome:
    """Keep every good field of a page on its own; the others stay in the form with their faults.

    Args:
        also: Does what else was pressed, once nothing of the page is left unkept.
    """
    outcome = Outcome()
    try:
        for asked in form:
            _keep_answer(asked, sheet, outcome)
            _keep_files(asked, sheet, outcome)
        _remove_file({asked.question.id for asked in form}, sheet, outcome)
        if outcome.status == 200:
            also(form, outcome)
    except Locked:
        outcome.meet(409)
        outcome.locked = True
    return outcome


def _keep_answer(asked: AnswerField, sheet: FilledSheet, outcome: Outcome) -> None:
    if asked.theirs:
        asked.show_kept()
        return
    try:
        if fields := asked.touched_since(_shown_at(sheet, asked)):
            _save(asked, sheet, fields)
            outcome.saved += 1
    except Invalid as refused:
        asked.show_faults(refused.fields)
        outcome.meet(422)
    except Conflict as met:
        asked.conflict = met
        outcome.meet(409)


def _shown_at(sheet: FilledSheet, asked: AnswerField) -> Shown:
    """Return the answer as the page showed it when it was made."""
    kept, base = sheet.rows.get(asked.question.id), asked.base_revision
    if asked.shown_last:
        return asked.shown_last
    if base == 0 or kept is None:
        return Shown()
    if kept.revision == base:
        return Shown.of(kept)
    return Shown.of(store.revision(here.session(), sheet.row.id, asked.question.id, base))


def _save(asked: AnswerField, sheet: FilledSheet, fields: Mapping[str, object]) -> None:
    steps.save_answer(
        here.step(),
        sheet.assessment.id,
        sheet.row.kind,
        steps.Change(
            question_id=asked.question.id,
            request_id=f"page-{secrets.token_hex(16)}",
            base_revision=asked.base_revision,
            **fields,  # type: ignore[arg-type]
        ),
    )


def _keep_files(asked: AnswerField, sheet: FilledSheet, outcome: Outcome) -> None:
    for file in _chosen(f"{asked.name}-files"):
        try:
            files.keep(file, sheet.assessment.id, sheet.row.kind, asked.question.id)
            outcome.saved += 1
        except BadUpload as refused:
            asked.file_faults.append(words.refusal(refused))
            outcome.meet(refused.status)
        except Invalid as refused:
            asked.file_faults.extend(refused.fields.values())
            outcome.meet(422)


def _chosen(name: str) -> list[FileStorage]:
    # An empty file input still sends one nameless part.
    return [file for file in request.files.getlist(name) if file.filename]


def _remove_file(shown: Collection[str], sheet: FilledSheet, outcome: Outcome) -> None:
    """Take away the file that was pressed, of a question this page shows and of no other."""
    given = whole(request.form.get("remove"))
    if given is not None:
        found = evidence_store.attached(here.session(), given)
        ours = found and found.file.question_id in shown and _holds(sheet, found.file)
        if found and ours:
            evidence_steps.remove(here.step(), found.file.id)
            outcome.saved += 1


def _holds(sheet: FilledSheet, file: Evidence) -> bool:
    return file.id in {one.id for one in sheet.files.get(file.question_id, ())}


def show_saved(
    form: Iterable[AnswerField], rows: Mapping[str, KeptAnswer], outcome: Outcome
) -> None:
    """Bring a form that comes back up to what is stored by now; what was not kept stays in it.

    Inputs and revision go together: an old answer on a new revision would pass for a change of it.
    """
    for asked in form:
        asked.kept = rows.get(asked.question.id)
        if not (asked.errors or asked.conflict or outcome.locked):
            asked.base_revision = asked.kept.revision if asked.kept else 0
            asked.show_kept()
