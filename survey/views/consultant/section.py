"""One section on site: every answer confirmed, changed or not seen, one by one or all at once."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.model import Question, Section
from reports.diagnosis.key_figures import reference_bands
from survey import clock
from survey.files import kinds
from survey.lifecycle import answers as steps
from survey.lifecycle.verification import DEMANDS_EVIDENCE
from survey.readings.visits import Visit
from survey.store import assessments as store
from survey.tables import SheetKind
from survey.views import changes, files
from survey.views.consultant.pages import found_visit, pages
from survey.views.forms import answers as forms
from survey.views.forms.visits import Shown, VisitField, VisitForm, visit_form
from survey.views.posted import Outcome, Place, keep, show_saved
from survey.web import access, here
from survey.words import uploads as upload_words

TEXTS = ("verification", "reason", "finding")
"""What a consultant's change may speak of besides the value."""


@pages.route("/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section with the firm's answers, or keep what was posted from it."""
    visit = found_visit(assessment_id)
    current = visit.questionnaire.section_by_id.get(section_id) or abort(404)
    if request.method == "GET":
        return _page(visit, current, visit_form(_shown(visit, current), visit.onsite.rows))
    form = visit_form(visit.onsite.asked(current), visit.onsite.rows, request.form)
    if not visit.is_running:
        return _page(visit, current, form, Outcome(locked=True)), 409
    place = Place(assessment_id, SheetKind.ONSITE, visit.onsite.row.id)
    outcome = keep(form, place, lambda asked: asked.touched_since(_shown_at(visit, asked)))
    if outcome.status == 200:
        if outcome.saved:
            flash(f"已保存 {outcome.saved} 处修改。", "good")
        return redirect(_after(visit, current))
    here.session().rollback()
    visit = found_visit(assessment_id)
    show_saved(form, visit.onsite.rows, outcome)
    return _page(visit, current, form, outcome), outcome.status


@pages.post("/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one change for a script of ours; what is answered here is on disk.

    The client makes the request's id and names the revision it saw, so a queue on a device may
    deliver its changes later, each exactly once.
    """
    access.visited_assessment(assessment_id)
    change = changes.read(request, texts=TEXTS)
    saved = steps.save_answer(here.step(), assessment_id, SheetKind.ONSITE, change)
    return {
        "request_id": change.request_id,
        "revision": saved.revision,
        "saved_at": saved.saved_at.isoformat(),
        "saved": clock.local(saved.saved_at, "%H:%M"),
        "value": saved.value,
        "verification": saved.verification,
    }


@pages.get("/<row:assessment_id>/standing")
def standing(assessment_id: int) -> ResponseReturnValue:
    """Say how far the visit is and what each answer still needs, for a page that stays open."""
    visit = found_visit(assessment_id)
    rows, rung = visit.onsite.rows, visit.score.rung if visit.score else None
    return {
        "done": visit.count.done,
        "whole": visit.count.whole,
        "open": visit.count.open,
        "rung": rung.title if rung else "",
        "sections": {
            id: {"done": count.done, "whole": count.whole, "complete": count.is_complete}
            for id, count in visit.counts.items()
        },
        "verifications": {id: row.verification for id, row in rows.items()},
        "needs": visit.needs,
    }


def _shown(visit: Visit, current: Section) -> list[Question]:
    """Return the questions to show: all, or only those that still need something."""
    asked = visit.onsite.asked(current)
    if request.args.get("only") != "open":
        return list(asked)
    return [q for q in asked if q.id in visit.needs or not visit.is_verified(q.id)]


def _shown_at(visit: Visit, asked: VisitField) -> Shown:
    """Return the answer as the page showed it when it was made."""
    kept, base = visit.onsite.rows.get(asked.question.id), asked.base_revision
    if base == 0 or kept is None:
        return Shown()
    if kept.revision == base:
        return Shown.of(kept)
    sheet_id = visit.onsite.row.id
    return Shown.of(store.revision(here.session(), sheet_id, asked.question.id, base))


def _after(visit: Visit, current: Section) -> str:
    """Return where a kept page leads: on to the next section if that was pressed, else back."""
    _, following = _neighbours(visit, current)
    if request.form.get("go") == "next":
        if following is None:
            return url_for(".overview", assessment_id=visit.assessment.id)
        current = following
    only = "open" if request.args.get("only") == "open" else None
    return url_for(".section", assessment_id=visit.assessment.id, section_id=current.id, only=only)


def _neighbours(visit: Visit, current: Section) -> tuple[Section | None, Section | None]:
    shown = [None, *visit.sections, None]
    if current not in shown:
        return None, None
    place = shown.index(current)
    return shown[place - 1], shown[place + 1]


def _page(visit: Visit, current: Section, form: VisitForm, outcome: Outcome | None = None) -> str:
    for asked in form:
        asked.files = visit.onsite.files.get(asked.question.id, ())
    before, following = _neighbours(visit, current)
    return render_template(
        "consultant/section.html",
        visit=visit,
        section=current,
        form=form,
        before=before,
        following=following,
        only_open=request.args.get("only") == "open",
        bands={f.question.id: reference_bands(visit.questionnaire, f.question) for f in form},
        limits=files.limits_in_words(),
        accept=kinds.ACCEPT,
        describe=forms.said,
        far=DEMANDS_EVIDENCE,
        size_words=upload_words.size_words,
        outcome=outcome or Outcome(),
    )
