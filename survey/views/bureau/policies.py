"""The district's subsidy policies: what projects may ask for, kept as data."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import subsidies, typed
from survey.lifecycle.errors import Invalid, Refusal
from survey.store import projects as store
from survey.views.bureau.blueprint import pages
from survey.views.forms.projects import PolicyForm
from survey.web import here
from survey.words.projects import COSTS

NEW = "policy"


@pages.route("/projects/policies", methods=["GET", "POST"])
def policies() -> ResponseReturnValue:
    """List the policies, each to be changed, and take another."""
    if request.method != "POST":
        return _page()
    policy_id = typed.whole(request.form.get("policy"))
    form = PolicyForm(f"{NEW}-{policy_id}" if policy_id else NEW, posted=True)
    if not form.validate():
        return _page(form, 422)
    version = form.base_version() if policy_id else 0
    try:
        subsidies.keep_policy(here.step(), form.policy(), policy_id=policy_id, base_version=version)
    except Refusal as error:
        if isinstance(error, Invalid):
            form.counted_fault = error.fields.pop("counted", "")
        return _page(form, form.show_refusal(error))
    flash("政策已保存。", "good")
    return redirect(url_for(".policies"))


def _page(failed: PolicyForm | None = None, status: int = 200) -> ResponseReturnValue:
    here.session().rollback()
    known = store.policies(here.session())
    forms = {f"{NEW}-{one.id}": PolicyForm(f"{NEW}-{one.id}", one) for one in known}
    forms[NEW] = PolicyForm(NEW)
    if failed is not None:
        at = next((one for one in known if failed.step == f"{NEW}-{one.id}"), None)
        failed.show_at(at.version if at else 0)
        forms[failed.step] = failed
    page = render_template("bureau/policies.html", policies=known, forms=forms, costs=COSTS)
    return page, status
