"""Providers that fit what a firm should buy, and whether it would be named to them."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import introductions as steps
from survey.lifecycle.errors import Invalid, MovedOn
from survey.readings.matching import shown_in
from survey.store import introductions as store
from survey.store import providers as store_of_providers
from survey.views import fitting
from survey.views.firm.pages import pages
from survey.views.offered import offered
from survey.web import here, seen
from survey.words import providers as words


def _firm_id() -> int:
    return here.reader().firm_id or abort(404)


@pages.get("/providers")
def providers() -> ResponseReturnValue:
    """Show who fits each recommended package; who was shown is noted before, once a day."""
    firm_id = _firm_id()
    page, listed = fitting.page(firm_id)
    if new := steps.unnoted(here.session(), firm_id, shown_in(listed), here.today()):
        seen.note_shown(firm_id, new)
    return page()


@pages.post("/providers/<row:provider_id>/agree")
def agree(provider_id: int) -> ResponseReturnValue:
    """Let the firm be named to one provider, for one package."""
    package = request.form.get("package", "")
    if store_of_providers.provider(here.session(), provider_id) is None:
        abort(404)
    if package not in offered().packages:
        raise Invalid({"package": "请在“服务商”页面里选一个改造场景。"})
    steps.agree(here.step(), _firm_id(), provider_id, package)
    flash("已同意。这家服务商会看到企业名称；联系方式在主管部门引荐后才会给出。", "good")
    return redirect(url_for(".providers") + "#introductions")


TURNS = {
    "refuse": (steps.refuse, "已回绝，对方不会知道是哪家企业。"),
    "withdraw": (steps.withdraw, "已收回同意，对方不再看到企业名称。"),
}


@pages.post("/introductions/<row:introduction_id>")
def answer_introduction(introduction_id: int) -> ResponseReturnValue:
    """Refuse to be named to a provider that asked, or take the consent back."""
    found = store.introduction(here.session(), introduction_id)
    if found is None or found.firm_id != _firm_id():
        abort(404)
    step, done = TURNS.get(request.form.get("turn", "")) or abort(400)
    try:
        step(here.step(), _firm_id(), introduction_id)
    except MovedOn:
        flash(words.MOVED_ON, "bad")
    else:
        flash(done, "good")
    return redirect(url_for(".providers") + "#introductions")
