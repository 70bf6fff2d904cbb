"""Needs of the firms a consultant visits: all of them, and those of one firm with the form of a new one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import needs as steps
from survey.readings import need_drafts
from survey.store import needs as store
from survey.tables import Assessment, NeedSource
from survey.views import needs as shared
from survey.views.consultant.pages import pages
from survey.web import access, here
from survey.words import needs as words


@pages.get("/needs")
def needs_of_mine() -> ResponseReturnValue:
    """List the needs of every firm the consultant visits or has visited, newest first."""
    visits = store.visited_firms(here.session(), here.reader().id)
    found = store.of_some_firms(here.session(), visits)
    return render_template("consultant/needs_of_mine.html", needs=found, visits=visits, words=words)


@pages.route("/<row:assessment_id>/needs", methods=["GET", "POST"])
def needs(assessment_id: int) -> ResponseReturnValue:
    """List the needs of the firm that is visited, and take a new one."""
    assessment = access.visited_assessment(assessment_id)
    drafts = need_drafts.drafts_of(here.session(), assessment.firm_id)
    if request.method == "GET":
        name = assessment.firm.contact_name or ""
        return _page(assessment, drafts, shared.opened(NeedSource.VISIT, drafts, name))
    form = shared.NeedForm(NeedSource.VISIT)
    kept = shared.registered(form, assessment.firm_id, drafts)
    if kept is None:
        return _page(access.visited_assessment(assessment_id), drafts, form), 422
    flash(f"诉求已登记，编号 {kept.number}，由主管部门交办。", "good")
    return redirect(url_for(".needs", assessment_id=assessment_id))


@pages.post("/<row:assessment_id>/needs/dismiss")
def dismiss_draft(assessment_id: int) -> ResponseReturnValue:
    """Say that a proposal is no need."""
    firm_id = access.visited_assessment(assessment_id).firm_id
    draft = need_drafts.draft_of(here.session(), firm_id, request.form.get("draft", ""))
    if draft:
        steps.dismiss_draft(here.step(), firm_id, draft.key)
    flash("已标为不是诉求，以后不再提议。", "good")
    return redirect(url_for(".needs", assessment_id=assessment_id))


def _page(assessment: Assessment, drafts: list[need_drafts.Draft], form: shared.NeedForm) -> str:
    return render_template(
        "consultant/needs.html",
        assessment=assessment,
        firm=assessment.firm,
        needs=store.of_some_firms(here.session(), [assessment.firm_id]),
        drafts=drafts,
        form=form,
        words=words,
    )
