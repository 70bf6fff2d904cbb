"""A confirmed visit before the firm, its consultant and the bureau: what it came to, what the firm says."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.files.contents import form_of
from survey.files.pictures import SMALL
from survey.lifecycle import responses as steps
from survey.lifecycle.errors import Invalid, Locked
from survey.lifecycle.responses import Word
from survey.lifecycle.typed import whole
from survey.readings.notes import notes_of, visited
from survey.readings.signing import signed_of
from survey.readings.summary import summary_of
from survey.readings.visits import visit_of
from survey.store import responses as store
from survey.store import signatures
from survey.tables import Assessment, AssessmentState, Response, ResponseKind, Role
from survey.web import access, downloads, here

pages = Blueprint("responses", __name__, url_prefix="/assessments")


def posted_word() -> Word:
    """Return what was typed for the firm's representative; of no kind where nobody is there."""
    asked = request.form.get("word", "")
    if asked and asked not in list(ResponseKind):
        here.refuse(422, "没有这个选项，没有保存。请返回上一页，从列出的几项里选一项再提交。")
    kind = ResponseKind(asked) if asked in list(ResponseKind) else None
    texts = {name: request.form.get(name, "") for name in ("name", "post", "says")}
    return Word(kind, **texts)


@pages.get("/<row:assessment_id>/confirmation")
def confirmation(assessment_id: int) -> ResponseReturnValue:
    """Show what a confirmed visit came to, and everything the firm said of it so far."""
    return _page(access.readable_assessment(assessment_id))


def _page(
    assessment: Assessment,
    word: Word | None = None,
    answer: str = "",
    faults: dict[str, str] | None = None,
) -> str:
    session = here.session()
    said = store.responses(session, assessment.id)
    version = steps.confirmed_version(session, assessment)
    if version is None and not said:
        abort(404)
    of_this = [row for row in said if row.version == version]
    return render_template(
        "results/confirmation.html",
        assessment=assessment,
        noted=visited(notes_of(session, assessment)) if version else None,
        signed=signed_of(session, assessment) if version else (),
        summary=summary_of(visit_of(session, assessment)) if version else None,
        version=version,
        said=said,
        open=next((row for row in said if row.is_open), None),
        may_say=_may_say() and version is not None and not _is_closed(of_this),
        word=word or Word(None, here.reader().name),
        answer=answer,
        faults=faults or {},
    )


def _may_say() -> bool:
    return here.reader().role == Role.FIRM and here.reader().owner


def _is_closed(said: list[Response]) -> bool:
    """Whether the firm has said its last word on a version, or waits for an answer."""
    return any(row.kind == ResponseKind.ACKNOWLEDGED or row.is_open for row in said)


@pages.post("/<row:assessment_id>/confirmation/word")
def say(assessment_id: int) -> ResponseReturnValue:
    """Keep that the firm's owner acknowledges the confirmed result, or objects to it."""
    access.own_assessment(assessment_id)
    word = posted_word()
    version = whole(request.form.get("version")) or 0
    try:
        steps.say(here.step(), assessment_id, version, word)
    except Invalid as error:
        return _page(access.own_assessment(assessment_id), word, faults=error.fields), error.status
    except Locked:
        faults = {"": "核定内容刚刚变了，没有保存。请看过最新内容再签认或提异议。"}
        return _page(access.own_assessment(assessment_id), word, faults=faults), 409
    acknowledged = word.kind == ResponseKind.ACKNOWLEDGED
    flash("已签认。" if acknowledged else "异议已提交，主管部门处理后会在这里答复。", "good")
    return redirect(url_for(".confirmation", assessment_id=assessment_id))


@pages.post("/<row:assessment_id>/confirmation/answer")
def answer(assessment_id: int) -> ResponseReturnValue:
    """Keep the result against an objection, and tell the firm why."""
    access.handed_in_assessment(assessment_id)
    says, number = request.form.get("reason", ""), whole(request.form.get("objection")) or 0
    try:
        steps.answer(here.step(), assessment_id, number, says=says)
    except Invalid as error:
        found = access.handed_in_assessment(assessment_id)
        return _page(found, answer=says, faults=error.fields), error.status
    flash("已答复，维持核定。企业在结果页上可以看到。", "good")
    return redirect(url_for(".confirmation", assessment_id=assessment_id))


@pages.get("/signatures/<row:signature_id>")
def signature(signature_id: int) -> ResponseReturnValue:
    """Show a signature as it was drawn: a picture drawn anew by us, for whoever reads the visit."""
    row = signatures.signature(here.session(), signature_id) or abort(404)
    assessment = access.readable_assessment(row.assessment_id)
    firm = here.reader().role == Role.FIRM
    if row.sha256 is None or (firm and assessment.state != AssessmentState.CONFIRMED):
        abort(404)
    return downloads.picture(here.contents(), form_of(row.sha256, SMALL))
