"""Samples for a firm: those it may copy, and the cards about itself that others may see by its leave."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.samples import Card
from survey.lifecycle import sample_copies
from survey.lifecycle import samples as steps
from survey.lifecycle.errors import Invalid, Refusal, Stale
from survey.lifecycle.sample_copies import TypedCopy
from survey.lifecycle.typed import whole
from survey.readings.samples import card_seen
from survey.store import samples as store
from survey.tables import Sample, SampleState
from survey.views import sample_page
from survey.views.bureau.steps import StepForm
from survey.views.firm.pages import pages
from survey.views.forms.samples import ConsentForm, WhyForm
from survey.web import here
from survey.words import samples as words


def _firm_id() -> int:
    return here.reader().firm_id or abort(404)


@pages.get("/samples")
def samples() -> ResponseReturnValue:
    """List what the firm may copy, and the cards about itself that it was shown."""
    own = [
        row for row in store.of_firm(here.session(), _firm_id()) if row.state != SampleState.DRAFT
    ]
    return sample_page.listed(_firm_id(), own=own)


@pages.get("/samples/<row:sample_id>")
def sample(sample_id: int) -> ResponseReturnValue:
    """Show one card; that the firm looked is noted, once a day."""
    row = _readable(sample_id)
    page = _page(row)
    if row.firm_id != _firm_id():
        sample_copies.show(here.step(), _firm_id(), sample_id)
    return page


def _readable(sample_id: int) -> Sample:
    """Return a published card, or one about the firm itself that it was shown."""
    row = store.sample(here.session(), sample_id)
    if row is not None and row.firm_id == _firm_id() and row.state != SampleState.DRAFT:
        return row
    return sample_page.published(sample_id)


def _page(row: Sample, failed: StepForm | None = None) -> str:
    it = card_seen(here.session(), row, _firm_id())
    is_own = row.firm_id == _firm_id()
    forms = _forms(row) if is_own and here.reader().owner else {}
    if failed is not None and failed.step in forms:
        forms[failed.step] = failed
    for form in forms.values():
        form.show_at(row.revision)
    taken = {} if is_own else store.choices_of_firm(here.session(), row.id, _firm_id())
    return sample_page.shown(it, forms=forms, is_own=is_own, taken=taken)


# --- what the firm says of its own card -----------------------------------------------------------


def _forms(row: Sample) -> dict[str, StepForm]:
    if row.state == SampleState.ASKED:
        return {"agree": ConsentForm("agree"), "decline": _decline()}
    return {"revoke": StepForm("revoke")} if row.state == SampleState.PUBLISHED else {}


def _decline(*, posted: bool = False) -> WhyForm:
    hint = "主管部门会看到，改好后再请您看。"
    return WhyForm("decline", "哪里不对，或为什么不同意", hint, posted=posted)


POSTED: dict[str, Callable[[], StepForm]] = {
    "agree": lambda: ConsentForm("agree", posted=True),
    "decline": lambda: _decline(posted=True),
    "revoke": lambda: StepForm("revoke", posted=True),
}
DONE = {
    "agree": "已同意公开。以后随时可以收回。",
    "decline": "主管部门会看到您的意见，这张卡没有公开。",
    "revoke": "已收回同意，别的企业和顾问现在都看不到这张卡了。",
}


@pages.post("/samples/<row:sample_id>/<sample_turn>")
def answer_sample(sample_id: int, sample_turn: str) -> ResponseReturnValue:
    """Agree to a card about the firm, decline it, or take the consent back."""
    row = _readable(sample_id)
    if row.firm_id != _firm_id() or sample_turn not in POSTED:
        abort(404)
    form = POSTED[sample_turn]()
    if not form.validate():
        return _page(row, form), 422
    try:
        _take(sample_id, form)
    except (Invalid, Stale) as error:
        here.session().rollback()
        status = form.show_refusal(error)
        return _page(_readable(sample_id), form), status
    flash(DONE[sample_turn], "good")
    if sample_turn == "decline":
        return redirect(url_for(".samples"))
    return redirect(url_for(".sample", sample_id=sample_id))


def _take(sample_id: int, form: StepForm) -> None:
    step, firm_id, seen = here.step(), _firm_id(), form.base_version()
    if isinstance(form, ConsentForm):
        steps.agree(step, firm_id, sample_id, masked=form.is_masked, revision=seen)
    elif isinstance(form, WhyForm):
        steps.decline(step, firm_id, sample_id, reason=form.reason.data or "", revision=seen)
    else:
        steps.revoke(step, firm_id, sample_id, revision=seen)


# --- a copy ---------------------------------------------------------------------------------------


@pages.route("/samples/<row:sample_id>/copy", methods=["GET", "POST"])
def copy_sample(sample_id: int) -> ResponseReturnValue:
    """Choose what of a card the firm does too; each becomes a project of its own."""
    row = sample_page.published(sample_id)
    if row.firm_id == _firm_id():
        abort(404)
    if request.method == "GET":
        return _copy_page(row, _usual(row), {})
    said, seen = _typed(row), whole(request.form.get("revision"))
    if seen is None:
        abort(400)
    try:
        made = sample_copies.copy(here.step(), _firm_id(), sample_id, said, revision=seen)
    except Refusal as error:
        if not isinstance(error, Invalid | Stale):
            raise
        here.session().rollback()
        faults = error.fields if isinstance(error, Invalid) else {"": words.MOVED_ON}
        return _copy_page(sample_page.published(sample_id), said, faults), error.status
    flash(f"已照样本立了 {len(made)} 个项目。签了合同就来登记。", "good")
    return redirect(url_for(".own_projects"))


def _usual(row: Sample) -> TypedCopy:
    """N items are proposed in the quantity of the card; X items are the firm's to choose."""
    card = Card.read(row.card)
    return TypedCopy({item.package: str(item.quantity) for item in card.needed})


def _typed(row: Sample) -> TypedCopy:
    codes = [item.package for item in Card.read(row.card).items]
    return TypedCopy(
        {code: request.form.get(f"quantity-{code}", "") for code in codes},
        {code: request.form.get(f"why-{code}", "") for code in codes},
    )


def _copy_page(row: Sample, said: TypedCopy, faults: dict[str, str]) -> str:
    session = here.session()
    known = store.choices_of_firm(session, row.id, _firm_id())
    ids = {one.project_id for one in known.values() if one.project_id}
    stopped = store.stopped(session, ids)
    standing = {
        code: one.project_id
        for code, one in known.items()
        if one.project_id and one.project_id not in stopped
    }
    return render_template(
        "samples/copy.html",
        it=card_seen(session, row, _firm_id()),
        said=said,
        faults=faults,
        standing=standing,
        words=words,
    )
