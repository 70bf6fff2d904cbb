"""One section of the questionnaire: a page to fill, saved answer by answer or all at once."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.model import Section
from reports.diagnosis.key_figures import reference_bands
from survey import clock
from survey.files import kinds
from survey.lifecycle import answers as steps
from survey.readings.sheets import FilledSheet
from survey.store import assessments as store
from survey.tables import SheetKind
from survey.views import changes, files
from survey.views.firm.pages import found_sheet, pages
from survey.views.forms import answers as forms
from survey.views.forms.answers import AnswerField, SectionForm
from survey.views.posted import Place, keep, show_saved
from survey.web import access, here
from survey.words import uploads as upload_words


@pages.route("/assessments/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section, or keep what was posted from it."""
    sheet = found_sheet(assessment_id)
    current = sheet.questionnaire.section_by_id.get(section_id) or abort(404)
    if request.method == "GET":
        form = forms.section_form(sheet.asked(current), sheet.rows)
        return _page(sheet, current, form)
    form = forms.section_form(sheet.asked(current), sheet.rows, request.form)
    if not sheet.is_writable:
        return _page(sheet, current, form, unsaved=True), 409
    place = Place(assessment_id, SheetKind.SELF, sheet.row.id)
    outcome = keep(form, place, lambda asked: _touched(sheet, asked))
    if outcome.status == 200:
        if outcome.saved:
            flash(f"已保存 {outcome.saved} 处修改。", "good")
        return redirect(_after(assessment_id, current, sheet))
    here.session().rollback()
    sheet = found_sheet(assessment_id)
    show_saved(form, sheet.rows, outcome)
    return _page(sheet, current, form, saved=outcome.saved, unsaved=outcome.locked), outcome.status


@pages.post("/assessments/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one answer for a script of ours; what is answered here is on disk."""
    access.require_own(assessment_id)
    change = changes.read(request)
    saved = steps.save_answer(here.step(), assessment_id, SheetKind.SELF, change)
    return {
        "request_id": change.request_id,
        "revision": saved.revision,
        "saved_at": saved.saved_at.isoformat(),
        "saved": clock.local(saved.saved_at, "%H:%M"),
        "value": saved.value,
    }


def _touched(sheet: FilledSheet, asked: AnswerField) -> dict[str, object]:
    change = asked.change_from(*_shown_at(sheet, asked))
    return change.fields if change else {}


def _shown_at(sheet: FilledSheet, asked: AnswerField) -> tuple[object, str]:
    """Return value and remark as the page showed them when it was made."""
    kept, base = sheet.rows.get(asked.question.id), asked.base_revision
    if base == 0 or kept is None:
        return None, ""
    if kept.revision == base:
        return kept.value, kept.remark
    then = store.revision(here.session(), sheet.row.id, asked.question.id, base)
    return (then.value, then.remark) if then else (None, "")


def _after(assessment_id: int, current: Section, sheet: FilledSheet) -> str:
    """Return where a kept page leads: on to the next section if that was pressed, else back."""
    _, following = _neighbours(sheet, current)
    if request.form.get("go") == "next":
        if following is None:
            return url_for("firm.review", assessment_id=assessment_id)
        current = following
    return url_for("firm.section", assessment_id=assessment_id, section_id=current.id)


def _neighbours(sheet: FilledSheet, current: Section) -> tuple[Section | None, Section | None]:
    shown = sheet.sections
    if current not in shown:
        return None, shown[0] if shown else None
    place = shown.index(current)
    before = shown[place - 1] if place else None
    return before, shown[place + 1] if place + 1 < len(shown) else None


def _page(
    sheet: FilledSheet,
    current: Section,
    form: SectionForm,
    *,
    saved: int = 0,
    unsaved: bool = False,
) -> str:
    session = here.session()
    for asked in form:
        asked.files = sheet.files.get(asked.question.id, ())
    authors = {f.kept.author_id for f in form if f.kept} - {here.reader().id}
    before, following = _neighbours(sheet, current)
    return render_template(
        "firm/section.html",
        sheet=sheet,
        assessment=sheet.assessment,
        section=current,
        form=form,
        before=before,
        following=following,
        authors=store.names_of(session, authors) if authors else {},
        bands={f.question.id: reference_bands(sheet.questionnaire, f.question) for f in form},
        limits=files.limits_in_words(),
        accept=kinds.ACCEPT,
        saved=saved,
        unsaved=unsaved,
        writable=sheet.is_writable,
        describe=forms.said,
        size_words=upload_words.size_words,
    )
