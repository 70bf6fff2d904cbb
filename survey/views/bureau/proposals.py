"""Recognitions that lists name: recorded by their document, or put aside."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import rosters as steps
from survey.lifecycle.errors import Doubtful, Invalid, Stale
from survey.store import firms
from survey.store import listings as store
from survey.store import pool as pool_store
from survey.store.pool import PoolLine
from survey.tables import AwardLevel, PoolState, ProposalState, RecognitionProposal
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import AwardForm
from survey.web import here
from survey.words import rosters as words

LEVELS = {
    "国家级": AwardLevel.NATION,
    "省级": AwardLevel.PROVINCE,
    "市级": AwardLevel.CITY,
    "区县级": AwardLevel.DISTRICT,
}
READY = (PoolState.IN_POOL, PoolState.RECOGNISED)


@pages.route("/firms/proposals/<row:proposal_id>", methods=["GET", "POST"])
def take_proposal(proposal_id: int) -> ResponseReturnValue:
    """Record a recognition that a list named, by its document."""
    found = _open(proposal_id)
    line = _line(found)
    if line is None:
        return _page(found, None), 409 if request.method == "POST" else 200
    form = _form(found, line)
    if request.method == "GET":
        form.show_at(line.version)
        return _page(found, form)
    if not form.validate():
        form.show_at(line.version)
        return _page(found, form), 422
    try:
        steps.take_over(
            here.step(),
            proposal_id,
            line.id,
            form.award(here.today()),
            base_version=form.base_version(),
            sure=form.sure.data,
        )
    except (Doubtful, Invalid, Stale) as error:
        status = form.show_refusal(error)
        form.show_at((_line(found) or line).version)
        return _page(found, form), status
    flash("认定已登记，并计入规划目标。请附上认定文件。", "good")
    return redirect(url_for(".pool_entry", entry_id=line.id))


@pages.post("/firms/proposals/<row:proposal_id>/decline")
def decline_proposal(proposal_id: int) -> ResponseReturnValue:
    """Put a recognition aside that a list named."""
    firm_id = steps.decline(here.step(), proposal_id)
    flash("没有采用名单里的这项认定。", "good")
    return redirect(url_for(".firm", firm_id=firm_id))


def _open(proposal_id: int) -> RecognitionProposal:
    found = store.proposal(here.session(), proposal_id)
    if found is None:
        abort(404)
    if found.state != ProposalState.OPEN:
        here.refuse(409, "这项认定已经处理过，请回到企业页面查看。")
    return found


def _line(found: RecognitionProposal) -> PoolLine | None:
    """Return the firm's entry, where a recognition may be recorded on it."""
    entry = pool_store.pool_entry_of_firm(here.session(), found.firm_id)
    if entry is None or entry.state not in READY:
        return None
    return pool_store.pool_line(here.session(), entry.id)


def _form(found: RecognitionProposal, line: PoolLine) -> AwardForm:
    rungs = choices.frame_of(line.edition).rungs
    rung = next((rung for rung, title in rungs.items() if title in found.title), "")
    said = {"rung": rung, "title": found.title, "level": LEVELS.get(found.level or "", "")}
    return AwardForm("recognise", rungs, posted=request.method == "POST", data=said)


def _page(found: RecognitionProposal, form: AwardForm | None) -> str:
    return render_template(
        "bureau/proposal.html",
        firm=firms.firm(here.session(), found.firm_id),
        proposal=found,
        form=form,
        said=words.title([found.title, found.year, found.level]),
    )
