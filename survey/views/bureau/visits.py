"""Which firms to verify next for so many consultant days; nothing of it is told to anybody but officers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import figures
from reports.falls.seen import LEAST_VISITS
from reports.falls.teaching import Group
from survey.lifecycle import forecasts as life
from survey.readings import visiting as reading
from survey.readings.visiting import Advice, Known, Terms
from survey.store import forecasts as store
from survey.store import jobs as job_store
from survey.views.bureau import choices, filters
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Frame, Said
from survey.views.bureau.exports import send_list
from survey.views.bureau.filters import Filters
from survey.views.bureau.visit_columns import Shown, beside, of_visits, rates
from survey.views.bureau.visit_forms import VisitForm
from survey.views.jobs import send
from survey.web import here, lists
from survey.words import forecasts as words


@pages.get("/assessments/visits")
def visits() -> ResponseReturnValue:
    """Show the best visits within the days at hand, why, and how far such forecasts held."""
    frame, session = choices.frame(), here.session()
    form, asked = VisitForm(request.args), filters.of_visits(frame)
    known = reading.known(session, frame.edition.id)
    found = reading.advice(session, asked.wanted(), form.terms, known) if form.terms else None
    page = render_template(
        "bureau/visits.html",
        frame=frame,
        form=form,
        filters=asked,
        chips=choices.in_force(asked.said),
        known=known,
        found=found,
        lines=_shown(frame, found, form.terms, known) if found and form.terms else [],
        rates=rates(known, frame),
        unforecast=store.unforecast(session, frame.edition.id) if known.model else 0,
        at_work=job_store.waiting(session, life.KIND),
        least=LEAST_VISITS,
        words=words,
        figures=figures,
        arguments=lists.arguments(),
        most=lists.MOST_CHOSEN,
        back=url_for(".visits", **lists.arguments()),
    )
    return page, 422 if form.faults else 200


def _shown(frame: Frame, found: Advice, terms: Terms, known: Known) -> list[Shown]:
    return [
        Shown(
            frame,
            line,
            terms.of(line.size),
            known.seen.get(Group(line.trade, line.size or ""), 0),
            forecasts=known.model is not None,
        )
        for line in found.lines
    ]


@pages.get("/assessments/visits.xlsx")
def export_visits() -> ResponseReturnValue:
    """Send what the page shows as a workbook, and note who took it."""
    frame, session = choices.frame(), here.session()
    form, asked = VisitForm(request.args), filters.of_visits(frame)
    if form.terms is None:
        here.refuse(422, "".join(said for _, said in form.told))
    known = reading.known(session, frame.edition.id)
    found = reading.advice(session, asked.wanted(), form.terms, known)
    lines = _shown(frame, found, form.terms, known)
    columns = of_visits(forecasts=known.model is not None)
    said = _said(asked, form.terms, known)
    return send_list("visits", "先核验的企业", columns, lines, said, beside(known, frame))


def _said(asked: Filters, terms: Terms, known: Known) -> dict[str, Said]:
    said = {name: one for name, one in asked.said.items() if name != "sort"}
    said["days"] = Said("顾问天数", words.days(terms.length))
    if known.model:
        said["aim"] = Said("怎样算多", words.AIMS[terms.aim])
    return said


@pages.post("/assessments/visits/renew")
def renew_forecasts() -> ResponseReturnValue:
    """Ask for everything to be forecast anew."""
    send(life.ask(here.step()).id)
    flash("已开始重新预估，通常一两分钟。算好后刷新这一页就是新的。", "good")
    return redirect(url_for(".visits", **lists.arguments()))
