"""One section of the questionnaire: a page to fill, saved answer by answer or all at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from questionnaires.model import Section
from survey import access, changes, clock, db, forms, uploads
from survey.forms import AnswerField, SectionForm
from survey.lifecycle import answers as steps
from survey.lifecycle import evidence as evidence_steps
from survey.lifecycle.errors import Conflict, Invalid, Locked
from survey.store import assessments as store
from survey.store import evidence as evidence_store
from survey.tables import SELF
from survey.uploads import BadUpload
from survey.views import files
from survey.views.firm.opened import OpenedSheet, opened
from survey.views.firm.pages import pages


@pages.route("/assessments/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section, or keep what was posted from it."""
    sheet = opened(assessment_id)
    here = sheet.section(section_id)
    if request.method == "GET":
        form = forms.section_form(sheet.questions(here), sheet.rows)
        return _page(sheet, here, form)
    form = forms.section_form(sheet.questions(here), sheet.rows, request.form)
    if not sheet.writable:
        return _page(sheet, here, form, unsaved=True), 409
    outcome = _keep(sheet, form)
    if outcome.status == 200:
        if outcome.saved:
            flash(f"已保存 {outcome.saved} 处修改。", "good")
        return redirect(_after(assessment_id, here, sheet))
    db.session().rollback()
    sheet = opened(assessment_id)
    _show_saved(form, sheet)
    return _page(sheet, here, form, saved=outcome.saved, unsaved=outcome.locked), outcome.status


@pages.post("/assessments/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one answer for a script of ours; what is answered here is on disk."""
    access.require_own(assessment_id)
    saved = steps.save_answer(
        db.session(),
        assessment_id,
        SELF,
        changes.read(request),
        by=access.actor(),
        now=clock.now(),
    )
    return {
        "revision": saved.revision,
        "saved_at": saved.saved_at.isoformat(),
        "saved": clock.local(saved.saved_at, "%H:%M"),
        "value": saved.value,
    }


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


def _keep(sheet: OpenedSheet, form: SectionForm) -> Outcome:
    """Keep every good field of a page on its own; the others stay in the form with their faults."""
    outcome = Outcome()
    try:
        for asked in form:
            _keep_answer(sheet, asked, outcome)
            _keep_files(sheet, asked, outcome)
        _remove_file(sheet, outcome)
    except Locked:
        outcome.meet(409)
        outcome.locked = True
    return outcome


def _keep_answer(sheet: OpenedSheet, asked: AnswerField, outcome: Outcome) -> None:
    if asked.theirs:
        asked.show_kept()
        return
    change = asked.change_from(*_shown_at(sheet, asked))
    if change is None:
        return
    try:
        steps.save_answer(
            db.session(),
            sheet.assessment.id,
            SELF,
            steps.Change(
                question_id=asked.question.id,
                request_id=f"page-{secrets.token_hex(16)}",
                base_revision=change.base_revision,
                **change.fields,  # type: ignore[arg-type]
            ),
            by=access.actor(),
            now=clock.now(),
        )
        outcome.saved += 1
    except Invalid as refused:
        asked.show_faults(refused.fields)
        outcome.meet(422)
    except Conflict as met:
        asked.conflict = met
        outcome.meet(409)


def _shown_at(sheet: OpenedSheet, asked: AnswerField) -> tuple[object, str]:
    """Return value and remark as the page showed them when it was made."""
    kept, base = sheet.rows.get(asked.question.id), asked.base_revision
    if base == 0 or kept is None:
        return None, ""
    if kept.revision == base:
        return kept.value, kept.remark
    then = store.revision(db.session(), sheet.row.id, asked.question.id, base)
    return (then.value, then.remark) if then else (None, "")


def _keep_files(sheet: OpenedSheet, asked: AnswerField, outcome: Outcome) -> None:
    for file in _chosen(f"{asked.name}-files"):
        try:
            files.keep(file, sheet.assessment.id, SELF, asked.question.id)
            outcome.saved += 1
        except BadUpload as refused:
            asked.file_faults.append(refused.message)
            outcome.meet(refused.status)
        except Invalid as refused:
            asked.file_faults.extend(refused.fields.values())
            outcome.meet(422)


def _chosen(name: str) -> list[FileStorage]:
    # An empty file input still sends one nameless part.
    return [file for file in request.files.getlist(name) if file.filename]


def _remove_file(sheet: OpenedSheet, outcome: Outcome) -> None:
    given = request.form.get("remove", "")
    if given.isascii() and given.isdecimal() and len(given) < 10:
        found = evidence_store.placed(db.session(), int(given))
        if found and found.sheet.id == sheet.row.id:
            evidence_steps.remove(db.session(), found.file.id, by=access.actor(), now=clock.now())
            outcome.saved += 1


def _show_saved(form: SectionForm, sheet: OpenedSheet) -> None:
    """Bring a form that comes back up to what is stored by now."""
    for asked in form:
        asked.kept = sheet.rows.get(asked.question.id)
        if not asked.errors and not asked.conflict:
            asked.base_revision = asked.kept.revision if asked.kept else 0


def _after(assessment_id: int, here: Section, sheet: OpenedSheet) -> str:
    """Return where a kept page leads: on to the next section if that was pressed, else back."""
    _, following = sheet.neighbours(here)
    if request.form.get("go") == "next":
        if following is None:
            return url_for("firm.review", assessment_id=assessment_id)
        here = following
    return url_for("firm.section", assessment_id=assessment_id, section_id=here.id)


def _page(
    sheet: OpenedSheet,
    here: Section,
    form: SectionForm,
    *,
    saved: int = 0,
    unsaved: bool = False,
) -> str:
    session = db.session()
    attached = evidence_store.of_questions(session, sheet.row.id, [f.question.id for f in form])
    for asked in form:
        asked.files = attached.get(asked.question.id, ())
    authors = {f.kept.author_id for f in form if f.kept} - {access.reader().id}
    before, following = sheet.neighbours(here)
    return render_template(
        "firm/section.html",
        sheet=sheet,
        assessment=sheet.assessment,
        section=here,
        form=form,
        before=before,
        following=following,
        authors=store.names_of(session, authors) if authors else {},
        bands={f.question.id: forms.reference_bands(sheet.questionnaire, f.question) for f in form},
        limits=files.limits_in_words(),
        accept=uploads.ACCEPT,
        saved=saved,
        unsaved=unsaved,
        writable=sheet.writable,
        describe=forms.said,
        size_words=uploads.size_words,
    )
