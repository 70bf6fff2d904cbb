"""One section on site: every answer confirmed, changed or not seen, one by one or all at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.model import Question, Section
from survey import access, changes, clock, db, forms, uploads
from survey.lifecycle import answers as steps
from survey.lifecycle import evidence as evidence_steps
from survey.lifecycle.errors import Conflict, Invalid, Locked
from survey.store import assessments as store
from survey.store import evidence as evidence_store
from survey.tables import ONSITE
from survey.uploads import BadUpload
from survey.views import files
from survey.views.consultant.pages import found_visit, pages
from survey.visit_forms import Shown, VisitField, VisitForm, visit_form
from survey.visits import Visit

TEXTS = ("verification", "reason", "finding")
"""What a consultant's change may speak of besides the value."""


@pages.route("/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section with the firm's answers, or keep what was posted from it."""
    visit = found_visit(assessment_id)
    here = visit.questionnaire.section_by_id.get(section_id) or abort(404)
    if request.method == "GET":
        return _page(visit, here, visit_form(_shown(visit, here), visit.onsite.answers))
    form = visit_form(visit.asked(here), visit.onsite.answers, request.form)
    outcome = Outcome(locked=not visit.is_running, status=200 if visit.is_running else 409)
    if visit.is_running:
        _keep(visit, form, outcome)
    if outcome.status == 200:
        if outcome.saved:
            flash(f"已保存 {outcome.saved} 处修改。", "good")
        return redirect(_after(visit, here))
    db.session().rollback()
    visit = found_visit(assessment_id)
    _show_saved(form, visit)
    return _page(visit, here, form, outcome), outcome.status


@pages.post("/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one change for a script of ours; what is answered here is on disk.

    The client makes the request's id and names the revision it saw, so a queue on a device may
    deliver its changes later, each exactly once.
    """
    access.visited_assessment(assessment_id)
    saved = steps.save_answer(
        db.session(),
        assessment_id,
        ONSITE,
        changes.read(request, texts=TEXTS),
        by=access.actor(),
        now=clock.now(),
    )
    return {
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
    rows, rung = visit.onsite.answers, visit.score.rung if visit.score else None
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


def _shown(visit: Visit, here: Section) -> list[Question]:
    """Return the questions to show: all, or only those that still need something."""
    asked = visit.asked(here)
    if request.args.get("only") != "open":
        return list(asked)
    return [q for q in asked if q.id in visit.needs or not visit.is_verified(q.id)]


def _keep(visit: Visit, form: VisitForm, outcome: Outcome) -> None:
    """Keep every good field of a page on its own; the others stay in the form with their faults."""
    try:
        for asked in form:
            _keep_answer(visit, asked, outcome)
            _keep_files(visit, asked, outcome)
        _remove_file(visit, outcome)
    except Locked:
        outcome.meet(409)
        outcome.locked = True


def _keep_answer(visit: Visit, asked: VisitField, outcome: Outcome) -> None:
    if asked.theirs:
        asked.show_kept()
        return
    try:
        touched = asked.touched_since(_shown_at(visit, asked))
        if touched:
            _save(visit, asked, touched)
            outcome.saved += 1
    except Invalid as refused:
        asked.show_faults(refused.fields)
        outcome.meet(422)
    except Conflict as met:
        asked.conflict = met
        outcome.meet(409)


def _save(visit: Visit, asked: VisitField, touched: dict[str, object]) -> None:
    steps.save_answer(
        db.session(),
        visit.assessment.id,
        ONSITE,
        steps.Change(
            question_id=asked.question.id,
            request_id=f"page-{secrets.token_hex(16)}",
            base_revision=asked.base_revision,
            **touched,  # type: ignore[arg-type]
        ),
        by=access.actor(),
        now=clock.now(),
    )


def _shown_at(visit: Visit, asked: VisitField) -> Shown:
    """Return the answer as the page showed it when it was made."""
    kept, base = visit.onsite.answers.get(asked.question.id), asked.base_revision
    if base == 0 or kept is None:
        return Shown()
    if kept.revision == base:
        return Shown.of(kept)
    sheet_id = visit.onsite.row.id
    return Shown.of(store.revision(db.session(), sheet_id, asked.question.id, base))


def _keep_files(visit: Visit, asked: VisitField, outcome: Outcome) -> None:
    chosen = [file for file in request.files.getlist(f"{asked.name}-files") if file.filename]
    for file in chosen:
        try:
            files.keep(file, visit.assessment.id, ONSITE, asked.question.id)
            outcome.saved += 1
        except BadUpload as refused:
            asked.file_faults.append(refused.message)
            outcome.meet(refused.status)
        except Invalid as refused:
            asked.file_faults.extend(refused.fields.values())
            outcome.meet(422)


def _remove_file(visit: Visit, outcome: Outcome) -> None:
    given = request.form.get("remove", "")
    if given.isascii() and given.isdecimal() and len(given) < 10:
        found = evidence_store.placed(db.session(), int(given))
        if found and found.sheet.id == visit.onsite.row.id:
            evidence_steps.remove(db.session(), found.file.id, by=access.actor(), now=clock.now())
            outcome.saved += 1


def _show_saved(form: VisitForm, visit: Visit) -> None:
    """Bring a form that comes back up to what is stored by now."""
    for asked in form:
        asked.kept = visit.onsite.answers.get(asked.question.id)
        if not asked.faults and not asked.conflict:
            asked.base_revision = asked.kept.revision if asked.kept else 0


def _after(visit: Visit, here: Section) -> str:
    """Return where a kept page leads: on to the next section if that was pressed, else back."""
    _, following = _neighbours(visit, here)
    if request.form.get("go") == "next":
        if following is None:
            return url_for(".overview", assessment_id=visit.assessment.id)
        here = following
    only = "open" if request.args.get("only") == "open" else None
    return url_for(".section", assessment_id=visit.assessment.id, section_id=here.id, only=only)


def _neighbours(visit: Visit, here: Section) -> tuple[Section | None, Section | None]:
    shown = [None, *visit.sections, None]
    if here not in shown:
        return None, None
    place = shown.index(here)
    return shown[place - 1], shown[place + 1]


def _page(visit: Visit, here: Section, form: VisitForm, outcome: Outcome | None = None) -> str:
    for asked in form:
        asked.files = visit.onsite.files.get(asked.question.id, ())
    before, following = _neighbours(visit, here)
    return render_template(
        "consultant/section.html",
        visit=visit,
        section=here,
        form=form,
        before=before,
        following=following,
        only_open=request.args.get("only") == "open",
        bands={f.question.id: forms.reference_bands(visit.questionnaire, f.question) for f in form},
        limits=files.limits_in_words(),
        accept=uploads.ACCEPT,
        describe=forms.said,
        size_words=uploads.size_words,
        outcome=outcome or Outcome(),
    )
