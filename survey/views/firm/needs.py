"""A firm's own needs: written down, followed, rated; other firms' are simply not there."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from survey.lifecycle import needs as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.needs import Heard
from survey.readings import need_drafts
from survey.store import needs as store
from survey.tables import FirmNeed, NeedSource, Rating
from survey.views import needs as shared
from survey.views.bureau.need_forms import says_field
from survey.views.bureau.steps import CHANGED_MEANWHILE
from survey.views.fields import shown_version
from survey.views.firm.pages import pages
from survey.web import here
from survey.words import needs as words


class RatingForm(FlaskForm):
    """What the firm says of an answer."""

    solved = RadioField(
        "解决了吗",
        [InputRequired("请选一项。")],
        choices=[SelectChoice("yes", "解决了"), SelectChoice("no", "没有解决，请再办")],
    )
    rating = RadioField(
        "您的评价",
        [InputRequired("请选一个评价。")],
        choices=[SelectChoice(rating, said) for rating, said in words.RATINGS.items()],
    )
    says = says_field("想说的话", "没有解决的，请写明哪里没有解决。", needed=False)
    version = HiddenField()

    def heard(self) -> Heard:
        rating = Rating(self.rating.data) if self.rating.data in list(Rating) else None
        return Heard({"yes": True, "no": False}.get(self.solved.data), rating, self.says.data or "")


@pages.route("/needs", methods=["GET", "POST"])
def needs() -> ResponseReturnValue:
    """List the firm's needs, and take a new one."""
    firm_id = here.reader().firm_id or 0
    drafts = need_drafts.drafts_of(here.session(), firm_id)
    if request.method == "GET":
        return _list(drafts, shared.opened(NeedSource.FIRM, drafts, here.reader().name))
    form = shared.NeedForm(NeedSource.FIRM)
    kept = shared.registered(form, firm_id, drafts)
    if kept is None:
        return _list(drafts, form), 422
    flash(f"诉求已提交，编号 {kept.number}。主管部门交办后，这里能看到进展。", "good")
    return redirect(url_for(".need", need_id=kept.id))


def _list(drafts: list[need_drafts.Draft], form: shared.NeedForm) -> str:
    found = store.of_some_firms(here.session(), [here.reader().firm_id or 0])
    return render_template("firm/needs.html", needs=found, drafts=drafts, form=form, words=words)


@pages.post("/needs/dismiss")
def dismiss_draft() -> ResponseReturnValue:
    """Say that a proposal is no need."""
    firm_id = here.reader().firm_id or 0
    draft = need_drafts.draft_of(here.session(), firm_id, request.form.get("draft", ""))
    if draft:
        steps.dismiss_draft(here.step(), firm_id, draft.key)
    flash("好的，以后不再提议这一条。", "good")
    return redirect(url_for(".needs"))


@pages.route("/needs/<row:need_id>", methods=["GET", "POST"])
def need(need_id: int) -> ResponseReturnValue:
    """Show one need with its progress; keep what the firm says of the answer."""
    found = _own(need_id)
    form = RatingForm()
    if request.method == "GET":
        return _page(found, form)
    if not form.validate():
        return _page(found, form), 422
    version = shown_version(form.version)
    try:
        firm_id = here.reader().firm_id
        steps.call_back(here.step(), need_id, version, form.heard(), firm_id=firm_id)
    except (Invalid, Stale) as error:
        here.session().expire_all()
        return _page(_own(need_id), _refused(form, error)), error.status
    solved = form.solved.data == "yes"
    flash(
        "谢谢，评价已收到。" if solved else "已转回主管部门重新办理，有进展会显示在这里。", "good"
    )
    return redirect(url_for(".need", need_id=need_id))


def _refused(form: RatingForm, error: Invalid | Stale) -> RatingForm:
    faults = error.fields if isinstance(error, Invalid) else {"": CHANGED_MEANWHILE}
    for name, said in faults.items():
        if name in form:
            form[name].errors = [*form[name].errors, said]
        else:
            form.form_errors.append(said)
    return form


def _own(need_id: int) -> FirmNeed:
    found = store.need(here.session(), need_id)
    if found is None or found.firm_id != here.reader().firm_id:
        abort(404)
    return found


def _page(found: FirmNeed, form: RatingForm) -> str:
    form.version.data = str(found.version)
    said = store.words(here.session(), found)
    return render_template("firm/need.html", need=found, said=said, form=form, words=words)
