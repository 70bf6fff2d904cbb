"""The end of a visit: what contradicts is explained, then everything is confirmed."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from io import BytesIO

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.files.uploads import BadUpload, Stored
from survey.lifecycle import assessments as steps
from survey.lifecycle import contradictions, signing
from survey.lifecycle.errors import Contradicted, Incomplete, Invalid, NotThere, Stale, Unsettled
from survey.lifecycle.responses import Word
from survey.lifecycle.signing import Signing
from survey.readings.notes import notes_of, visited
from survey.readings.pairs import Line, compared, pair_of
from survey.readings.signing import signed_of
from survey.readings.summary import summary_of
from survey.readings.visits import Visit
from survey.tables import SignerRole
from survey.views import files
from survey.views.consultant.pages import pages, shared_visit
from survey.views.responses import posted_word
from survey.web import access, here

DRAWN = "data:image/png;base64"
MOST_DRAWN = 200_000


@pages.post("/<row:assessment_id>/hints/<check_id>")
def explain(assessment_id: int, check_id: str) -> ResponseReturnValue:
    """Keep why both sides of a contradiction are right."""
    access.visited_assessment(assessment_id)
    says = request.form.get("says", "")
    try:
        contradictions.explain(here.step(), assessment_id, check_id, says)
    except Invalid as error:
        flash("；".join(error.fields.values()), "bad")
    except NotThere:
        flash("这条矛盾提示已经没有了，不用再说明。", "note")
    else:
        flash("说明已保存，会写进诊断报告。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id, _anchor="hints"))


@pages.route("/<row:assessment_id>/confirm", methods=["GET", "POST"])
def confirm(assessment_id: int) -> ResponseReturnValue:
    """Show what the visit comes to and what still stands against it; then confirm."""
    visit = shared_visit(assessment_id)
    if request.method == "GET":
        return _confirm(visit)
    word = posted_word()
    try:
        steps.confirm(
            here.step(),
            assessment_id,
            word=word if word.kind else None,
            shown=request.form.get("shown"),
            signings=_signings(word),
        )
    except (Incomplete, Contradicted, Unsettled):
        return _confirm(shared_visit(assessment_id), word), 422
    except Stale:
        return _confirm(shared_visit(assessment_id), word, stale=True), 409
    except Invalid as error:
        return _confirm(shared_visit(assessment_id), word, faults=error.fields), error.status
    flash("现场诊断已核定。结果页可以生成诊断报告（现场诊断版）。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id))


def _undecided(visit: Visit) -> tuple[Line, ...]:
    found = compared(here.session(), visit.assessment)
    return next((one.undecided for one in found if one.in_force), ())


@pages.post("/<row:assessment_id>/signatures")
def sign(assessment_id: int) -> ResponseReturnValue:
    """Keep one more signature: of the second of a pair, or of the firm's representative."""
    shared_visit(assessment_id)
    role = request.form.get("role", "")
    typed = Signing(
        SignerRole(role) if role in list(SignerRole) else SignerRole.CONSULTANT,
        request.form.get("signer", ""),
        request.form.get("signer_post", ""),
    )
    try:
        signing.tidied(typed)
        given = replace(typed, drawn=drawn("drawn"))
        signing.sign(here.step(), assessment_id, given, shown=request.form.get("shown", ""))
    except Stale:
        return _confirm(shared_visit(assessment_id), stale=True), 409
    except Invalid as error:
        shown = _confirm(shared_visit(assessment_id), typed=typed, sign_faults=error.fields)
        return shown, error.status
    flash("签名已保存。", "good")
    return redirect(url_for(".confirm", assessment_id=assessment_id, _anchor="signed"))


def _signings(word: Word) -> list[Signing]:
    """Return who signs with the confirmation: its consultant, and the representative who says a word."""
    name = request.form.get("signer", here.reader().name)
    given = [Signing(SignerRole.CONSULTANT, name, drawn=drawn("drawn_consultant"))]
    if word.kind:
        given.append(Signing(SignerRole.FIRM, word.name, word.post, drawn("drawn_firm")))
    return given


def drawn(name: str) -> Stored | None:
    """Look into a signature that was drawn, and store it; None where nothing was drawn.

    Raises:
        Invalid: It is no picture that our script makes.
    """
    sent = request.form.get(name, "")
    if not sent:
        return None
    head, _, body = sent.partition(",")
    try:
        if head != DRAWN or len(body) > MOST_DRAWN:
            raise ValueError(head)
        return files.checked(BytesIO(b64decode(body, validate=True)), "签名.png")
    except (ValueError, BadUpload) as error:
        raise Invalid({"signer": "签名没有收到，请重新写一次。"}) from error


def _confirm(
    visit: Visit,
    word: Word | None = None,
    *,
    stale: bool = False,
    faults: dict[str, str] | None = None,
    typed: Signing | None = None,
    sign_faults: dict[str, str] | None = None,
) -> str:
    session, assessment = here.session(), visit.assessment
    pair = pair_of(session, assessment)
    return render_template(
        "consultant/confirm.html",
        visit=visit,
        pair=pair,
        differing=_undecided(visit) if pair and pair.undecided else (),
        noted=visited(notes_of(session, assessment)),
        shown=signing.content_hash(session, assessment),
        signed=signed_of(session, assessment),
        signer=request.form.get("signer", here.reader().name),
        signing=typed or Signing(SignerRole.CONSULTANT, here.reader().name),
        sign_faults=sign_faults or {},
        summary=summary_of(visit),
        word=word or Word(None, ""),
        stale=stale,
        faults=faults or {},
    )
