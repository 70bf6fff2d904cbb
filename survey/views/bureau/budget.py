"""The district's subsidy budget (补助预算): an officer asks, a worker chooses, runs are kept and compared."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import charts
from reports.budget import kept, telling
from reports.budget.answering import Answer
from reports.budget.errors import Absurd
from reports.budget.floors import Hopeless
from reports.budget.telling import Words
from reports.budget.terms import Terms
from reports.dashboard import Table, Where
from reports.district import Target
from reports.table_sheets import sheet
from reports.tables import Origin, write_table
from survey.clock import LOCAL
from survey.lifecycle import budgets as life
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, WrongState
from survey.lifecycle.exports import note_export
from survey.readings import budgets as reading
from survey.store import budgets as store
from survey.store import jobs as waiting
from survey.store import ways
from survey.tables import BudgetRun, Job
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.budget_forms import KINDS, BudgetForm
from survey.views.jobs import send
from survey.web import here, lists
from survey.web.downloads import sent_workbook
from survey.words import budgets as words
from survey.words import jobs as job_words
from survey.words.district import SIZED

NEWEST = 5
"""Runs that stand above the fields; older ones are folded away, so that these stay near on a phone."""


class Shown(NamedTuple):
    """A run with all that is read of it; without an answer while there is none."""

    run: BudgetRun
    terms: Terms
    found: Answer | Hopeless | None
    words: Words

    @property
    def tables(self) -> tuple[Table, ...]:
        if not isinstance(self.found, Answer):
            return ()
        return telling.tables(self.found, self.terms, self.words)

    @property
    def says(self) -> list[str]:
        if isinstance(self.found, Answer):
            return telling.summary(self.found, self.terms)
        return telling.hopeless(self.found, self.words) if self.found else []


@pages.get("/district/budget")
def budget() -> ResponseReturnValue:
    """Show the runs there are, and the fields of a new one."""
    return _page(_form())


@pages.post("/district/budget")
def ask_budget() -> ResponseReturnValue:
    """Ask for a run."""
    form = _form(posted=True)
    terms, withdrawing = form.terms(), form.withdrawing()
    if terms is None or form.faults:
        return _page(form), 422
    edition = form.frame.edition.id
    try:
        job = life.ask(here.step(), form.value("title"), edition, terms, withdrawing)
    except Invalid as error:
        form.faults |= error.fields
        return _page(form), error.status
    except Absurd as error:
        form.faults[error.field] = words.said(error)
        return _page(form), 422
    send(job.id)
    return redirect(url_for(".budget_run", run_id=job.subject_id))


def _form(*, posted: bool = False) -> BudgetForm:
    place, given = here.district(), request.form if posted else None

    def counted(target: Target) -> set[int]:
        return reading.counted(here.session(), place.counting, target)

    return BudgetForm(choices.frame(), place.townships, here.today(), given, place.targets, counted)


def _page(form: BudgetForm) -> str:
    session = here.session()
    return render_template(
        "bureau/budget.html",
        form=form,
        runs=sorted(store.runs(session), key=lambda line: line.run.adopted_at is None),
        money=telling.money,
        kept=kept,
        kinds=KINDS,
        newest=NEWEST,
        aims=form.aims,
        sizes={size: title for size, title in SIZED.items() if size != "none"},
        unknown=len(ways.unknown(session)),
    )


@pages.get("/district/budget/<row:run_id>")
def budget_run(run_id: int) -> ResponseReturnValue:
    """Show one run: how far it is, or whom it supports and what stands around that."""
    run = _run(run_id)
    job = life.job_of(here.session(), run.id)
    others = [
        one.run for one in store.runs(here.session()) if one.run.answer and one.run.id != run_id
    ]
    return render_template(
        "bureau/budget_run.html",
        it=_shown(run),
        job=job,
        fault=job_words.ended_without(job) if job else "",
        others=others,
        charts=charts,
        money=telling.money,
        kinds=KINDS,
        address=_address,
    )


def _run(run_id: int) -> BudgetRun:
    return store.run(here.session(), run_id) or abort(404)


def _shown(run: BudgetRun, beside: BudgetRun | None = None) -> Shown:
    found, other = _found(run), _found(beside) if beside else None
    named = [one for one in (found, other) if isinstance(one, Answer)]
    told = reading.words(here.session(), run.edition, *named)
    return Shown(run, kept.terms_of(run.terms), found, told)


def _found(run: BudgetRun) -> Answer | Hopeless | None:
    return kept.answer_of(run.answer) if run.answer else None


def _address(where: Where) -> str:
    return url_for("bureau.firm", firm_id=int(where.asks["id"]))


@pages.get("/district/budget/jobs/<row:job_id>/state")
def budget_state(job_id: int) -> ResponseReturnValue:
    """Say how far a run is, for the screen that waits for it."""
    job: Job | None = waiting.job(here.session(), job_id)
    if job is None or job.kind != life.BUDGET:
        abort(404)
    before = waiting.waiting_before(here.session(), job)
    return jsonify(state=job.state, waiting=before, fault=job_words.ended_without(job))


@pages.get("/district/budget/<row:run_id>.xlsx")
def budget_workbook(run_id: int) -> ResponseReturnValue:
    """Send a run as a workbook, a sheet a table, and note who took it."""
    shown = _shown(_run(run_id))
    if not shown.tables:
        here.refuse(409, "这个方案还没有名单可以导出，请等算出结果以后再下载。")
    place, made = here.district(), here.now().astimezone(LOCAL)
    stream = BytesIO()
    origin = Origin(f"{place.name}补助预算", made, shown.run.title, place.demonstration)
    write_table(stream, [sheet(table) for table in shown.tables], origin)
    stream.seek(0)
    note_export(here.step(), "budget", len(shown.tables[0].lines), shown.run.title)
    name = f"补助方案{run_id}-{here.today().isoformat()}.xlsx"
    return sent_workbook(stream, name, f"budget-{run_id}.xlsx")


@pages.post("/district/budget/<row:run_id>/adopt")
def adopt_budget(run_id: int) -> ResponseReturnValue:
    """Let the district go by a run, or by it no more."""
    adopted = request.form.get("adopted") == "yes"
    try:
        life.adopt(here.step(), run_id, adopted=adopted)
    except WrongState as error:
        here.refuse(error.status, "".join(error.fields.values()))
    flash("已采用，年度报告会写进这个方案。" if adopted else "已不再采用这个方案。", "good")
    return redirect(url_for(".budget_run", run_id=run_id))


@pages.post("/district/budget/<row:run_id>/withdraw")
def withdraw_from_budget(run_id: int) -> ResponseReturnValue:
    """Ask who follows where some of the chosen firms withdraw and the others stay as they are."""
    gone = [number for one in request.form.getlist("gone") if (number := typed.whole(one))]
    try:
        job = life.ask_without(here.step(), run_id, gone)
    except Invalid as error:
        here.refuse(error.status, "".join(error.fields.values()))
    send(job.id)
    return redirect(url_for(".budget_run", run_id=job.subject_id))


@pages.get("/district/budget/<row:run_id>/compare")
def compare_budgets(run_id: int) -> ResponseReturnValue:
    """Show two runs beside each other; without another one, a run beside itself."""
    a = _run(run_id)
    b = _run(lists.row("b") or run_id)
    first, second = _shown(a, b), _shown(b, a)
    if not isinstance(first.found, Answer) or not isinstance(second.found, Answer):
        here.refuse(409, "两个方案都要有名单才能对比，请换一个已经算出来的方案。")
    return render_template(
        "bureau/budget_compare.html",
        pair=(first, second),
        table=telling.compared(first.found, second.found, first.words),
        money=telling.money,
        address=_address,
    )
