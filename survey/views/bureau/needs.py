"""The register of firms' needs (问题清单): the list, one need with its steps, the needs of one firm."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey import library
from survey.lifecycle import needs as steps
from survey.lifecycle.errors import Refusal
from survey.readings import need_drafts
from survey.store import firms as firm_store
from survey.store import log as log_store
from survey.store import need_rules, workdays
from survey.store import needs as store
from survey.store import templates as template_store
from survey.store.lists import Slice
from survey.store.needs import NEED_SORTS, NeedLine
from survey.tables import Firm, FirmNeed
from survey.views import needs as shared
from survey.views.bureau import (
    choices,
    columns,
    filters,
    need_columns,
    need_forms,
    tiles,
    views,
)
from survey.views.bureau.blueprint import pages
from survey.views.bureau.columns import Columns
from survey.views.bureau.everything import Everything, lines_of
from survey.views.bureau.exports import Column, send_list
from survey.views.bureau.filters import Filters
from survey.views.bureau.need_sums import NeedSums
from survey.views.bureau.steps import StepForm
from survey.web import here, lists
from survey.words import needs as words
from survey.words.log import LogWords

ORDERS = choices.orders("-number", "due", "-raised", "category", "state", "firm", "township")
MOST_CANDIDATES = 50


def _listed(part: Slice) -> tuple[Filters, list[NeedLine], int, Columns]:
    asked = filters.of_needs(NEED_SORTS)
    lines, total = store.needs(here.session(), asked.wanted(), part)
    return asked, lines, total, columns.shown("needs", _every())


def _every() -> Sequence[Column[Any]]:
    return need_columns.of_needs(choices.frame().trades, workdays.read(here.session()))


def everything() -> Everything:
    """The needs as they are narrowed and ordered, with every column there is."""
    asked = filters.of_needs(NEED_SORTS)
    lines = lines_of(lambda part: store.needs(here.session(), asked.wanted(), part))
    return Everything(_every(), lines, asked.said)


@pages.get("/needs")
def needs() -> ResponseReturnValue:
    """List what firms ask, under how it stands."""
    part = lists.part()
    asked, lines, total, shown = _listed(part)
    return render_template(
        "bureau/needs.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=asked.wanted(),
        filters=asked,
        columns=shown,
        calendar=workdays.read(here.session()),
        views=views.shown("needs"),
        templates=template_store.templates(here.session(), "needs"),
        tiles=tiles.of_needs(store.by_standing(here.session(), here.today())),
        chips=choices.in_force(asked.said),
        chosen=lists.chosen(),
        most=lists.MOST_CHOSEN,
        back=url_for(".needs", page=part.page, **lists.arguments()),
        sorts=choices.offered(ORDERS, asked.sort),
        today=here.today(),
        words=words,
    )


@pages.get("/needs.xlsx")
def export_needs() -> ResponseReturnValue:
    """Send the needs as they are filtered, ordered and laid out, with their sums."""
    asked, shown = filters.of_needs(NEED_SORTS), columns.shown("needs", _every())
    portions = store.in_portions(here.session(), asked.wanted())
    sums = NeedSums(here.today())
    lines = sums.along(itertools.chain.from_iterable(portions))
    sheet = sums.sheet(here.district().name)
    return send_list("needs", "问题清单", shown.in_workbook, lines, asked.said, [sheet])


# --- one need -----------------------------------------------------------------------------------


@pages.get("/needs/<row:need_id>")
def need(need_id: int) -> ResponseReturnValue:
    """Show one need with its way, and what may be done next."""
    return _page(_need(need_id))


@pages.post("/needs/<row:need_id>/<need_step>")
def need_step(need_id: int, need_step: str) -> ResponseReturnValue:
    """Take a step on a need, or show it as it is now with what was typed and why it was refused."""
    found = _need(need_id)
    if need_step not in need_forms.OFFERS:
        abort(404)
    form = _form(need_step, found, posted=True)
    if not form.validate():
        return _page(found, form), 422
    try:
        need_forms.take(need_step, need_id, form)
    except Refusal as error:
        here.session().expire_all()
        status = form.show_refusal(error)
        return _page(_need(need_id), form), status
    flash(need_forms.OFFERS[need_step].done, "good")
    return redirect(url_for(".need", need_id=need_id))


def _need(need_id: int) -> FirmNeed:
    return store.need(here.session(), need_id) or abort(404)


def _form(name: str, found: FirmNeed, *, posted: bool = False) -> StepForm:
    session = here.session()
    form = need_forms.form_of(
        name,
        found,
        need_rules.read(session),
        lambda: store.candidates(session, found, MOST_CANDIDATES),
        posted=posted,
    )
    if not posted:
        form.show_at(found.version)
    return form


def _page(found: FirmNeed, failed: StepForm | None = None) -> str:
    session = here.session()
    forms = {name: _form(name, found) for name in need_forms.offered(found)}
    if failed is not None:
        failed.show_at(found.version)
        forms[failed.step] = failed
    late = store.days_late(found.state, found.due_on, workdays.read(session), here.today())
    return render_template(
        "bureau/need.html",
        need=found,
        main=store.need(session, found.main_id) if found.main_id else None,
        following=store.joined(session, found.id),
        said=store.words(session, found),
        forms=forms,
        offers=need_forms.OFFERS,
        late=late,
        history=log_store.need_history(session, found.id),
        log_words=LogWords(*library.named(session)),
        words=words,
    )


@pages.get("/needs/<row:need_id>/paper")
def need_paper(need_id: int) -> ResponseReturnValue:
    """Show one need as an A4 page to print."""
    found, session = _need(need_id), here.session()
    return render_template(
        "bureau/need_paper.html",
        need=found,
        following=store.joined(session, found.id),
        said=store.words(session, found),
        words=words,
        today=here.today(),
    )


# --- of one firm --------------------------------------------------------------------------------


@pages.route("/firms/<row:firm_id>/needs", methods=["GET", "POST"])
def firm_needs(firm_id: int) -> ResponseReturnValue:
    """List the needs of one firm and what its answers propose; register another."""
    firm = _firm(firm_id)
    drafts = need_drafts.drafts_of(here.session(), firm_id)
    if request.method == "GET":
        form = shared.opened(None, drafts, firm.contact_name or "")
        return _firm_page(firm, drafts, form)
    form = shared.NeedForm(None)
    kept = shared.registered(form, firm_id, drafts)
    if kept is None:
        return _firm_page(_firm(firm_id), drafts, form), 422
    handed = f"已交办给{kept.department}" if kept.department else "请交办"
    flash(f"诉求 {kept.number} 已登记，{handed}。", "good")
    return redirect(url_for(".need", need_id=kept.id))


@pages.post("/firms/<row:firm_id>/needs/dismiss")
def dismiss_draft(firm_id: int) -> ResponseReturnValue:
    """Say that a proposal is no need."""
    _firm(firm_id)
    draft = need_drafts.draft_of(here.session(), firm_id, request.form.get("draft", ""))
    if draft:
        steps.dismiss_draft(here.step(), firm_id, draft.key)
    flash("已标为不是诉求，以后不再提议。", "good")
    return redirect(url_for(".firm_needs", firm_id=firm_id))


def _firm(firm_id: int) -> Firm:
    return firm_store.firm(here.session(), firm_id) or abort(404)


def _firm_page(firm: Firm, drafts: list[need_drafts.Draft], form: shared.NeedForm) -> str:
    return render_template(
        "bureau/firm_needs.html",
        firm=firm,
        needs=store.of_some_firms(here.session(), [firm.id]),
        drafts=drafts,
        form=form,
        words=words,
    )
