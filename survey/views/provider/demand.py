"""Demand without names, and the wish to be named to some of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.demand import Described
from survey.lifecycle import introductions as steps
from survey.lifecycle.errors import Invalid
from survey.readings.demand import demand_for, firms_behind
from survey.tables import ProviderStanding
from survey.views.offered import offered
from survey.views.provider.pages import own, pages
from survey.web import here
from survey.words import providers as words

MOST_WORDS = 60


@pages.route("/demand", methods=["GET", "POST"])
def demand() -> ResponseReturnValue:
    """Show what firms of the district want of this provider, or ask some to be named."""
    if request.method == "GET":
        return _page()
    provider, form = own(), request.form
    parts = (form.get(name, "")[:MOST_WORDS] for name in Described._fields)
    package, said = form.get("package", ""), Described(*parts)
    behind = firms_behind(here.session(), provider, package, said)
    if not behind:
        return _page(fault="这组需求刚刚变了，请从下面重新选一组。"), 409
    try:
        steps.ask(here.step(), provider.id, package, behind, form.get("says", ""))
    except Invalid as error:
        return _page(package, said, error.fields["says"]), error.status
    flash("已转给符合这条描述的企业。企业同意后，您会在首页看到企业名称。", "good")
    return redirect(url_for(".demand"))


def _page(package: str = "", said: Described | None = None, fault: str = "") -> str:
    """
    Args:
        package, said: The group that was asked for in vain, and why.
    """
    provider, choices = own(), offered()
    return render_template(
        "provider/demand.html",
        provider=provider,
        active=provider.standing == ProviderStanding.ACTIVE,
        demand=demand_for(here.session(), provider),
        packages=choices.packages,
        trades=choices.trades,
        words=words,
        most=steps.MOST_SAYS,
        wrong=(package, said),
        typed=request.form.get("says", ""),
        fault=fault,
    )
