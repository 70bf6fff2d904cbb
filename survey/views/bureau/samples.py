"""Samples (样本): the list, a card that is drafted or changed, and its way to the readers."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.samples import Card
from survey import library
from survey.files.kinds import ACCEPT, BY_MEDIA_TYPE
from survey.lifecycle import samples as steps
from survey.lifecycle.edition_status import newest
from survey.lifecycle.errors import Invalid, Refusal, Stale
from survey.lifecycle.projects import catalogue_of
from survey.lifecycle.sample_cards import TypedCard
from survey.readings import samples as readings
from survey.store import firms, log
from survey.store import projects as project_store
from survey.store import samples as store
from survey.store import templates as template_store
from survey.store.lists import Slice
from survey.store.samples import SAMPLE_SORTS, SampleLine
from survey.tables import Firm, Sample, SampleState
from survey.views import files, project_page
from survey.views.bureau import choices, columns, filters, sample_columns, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.columns import Columns
from survey.views.bureau.everything import Everything, lines_of
from survey.views.bureau.exports import send_list
from survey.views.bureau.filters import Filters
from survey.views.bureau.steps import CHANGED_MEANWHILE, ReasonForm, StepForm
from survey.views.forms import samples as forms
from survey.views.forms.samples import CardDraft
from survey.web import downloads, here, lists
from survey.words import samples as words
from survey.words.log import LogWords

ORDERS = choices.orders("-changed", "-copied", "-seen", "-published", "firm")


def _trades() -> dict[str, str]:
    return choices.frame().trades


def _listed(part: Slice | None = None) -> tuple[Filters, list[SampleLine], int]:
    asked = filters.of_samples(_trades(), SAMPLE_SORTS)
    lines, total = store.samples(here.session(), asked.wanted(), part)
    return asked, lines, total


def _columns() -> Columns:
    return columns.shown("samples", sample_columns.of_samples(_trades()))


def everything() -> Everything:
    """The samples as they are narrowed and ordered, with every column there is."""
    asked = filters.of_samples(_trades(), SAMPLE_SORTS)
    lines = lines_of(lambda part: store.samples(here.session(), asked.wanted(), part))
    return Everything(sample_columns.of_samples(_trades()), lines, asked.said)


@pages.get("/samples")
def samples() -> ResponseReturnValue:
    """List samples, found by firm, trade or state, over what came of them by trade."""
    part = lists.part()
    asked, lines, total = _listed(part)
    session = here.session()
    return render_template(
        "bureau/samples.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=asked.wanted(),
        filters=asked,
        columns=_columns(),
        views=views.shown("samples"),
        templates=template_store.templates(session, "samples"),
        sorts=choices.offered(ORDERS, asked.sort),
        tiles=tiles.of_samples(store.states(session)),
        by_trade=store.by_trade(session),
        trades=_trades(),
        words=words,
        chips=choices.in_force(asked.said),
        chosen=(),
        back=url_for(".samples", page=part.page, **lists.arguments()),
    )


@pages.get("/samples.xlsx")
def export_samples() -> ResponseReturnValue:
    """Send the samples as they are filtered, with the sums by trade and every copy of them."""
    asked, lines, _total = _listed()
    session, place = here.session(), here.district().name
    packages = readings.names(session, {line.row.edition for line in lines}).packages
    copies = readings.copies_of(session, {line.id: line.row.title for line in lines})
    beside = [
        sample_columns.sums(store.by_trade(session), _trades(), place),
        sample_columns.copies(copies, packages, place),
    ]
    return send_list("samples", "样本清单", _columns().in_workbook, lines, asked.said, beside)


# --- a card ---------------------------------------------------------------------------------------


@pages.route("/firms/<row:firm_id>/samples/new", methods=["GET", "POST"])
def draft_sample(firm_id: int) -> ResponseReturnValue:
    """Draft a card about a firm, filled in from its accepted projects or from one of them."""
    firm = firms.firm(here.session(), firm_id) or abort(404)
    if request.method == "GET":
        return _form_page(firm, _proposed(firm_id), {})
    draft = forms.posted(request.form)
    try:
        row = steps.draft(here.step(), firm_id, draft.card)
    except Invalid as error:
        here.session().rollback()
        return _form_page(_firm(firm_id), draft, error.fields), error.status
    flash("样本卡已存成草稿，看过以后请企业同意。", "good")
    return redirect(url_for(".sample", sample_id=row.id))


def _firm(firm_id: int) -> Firm:
    return firms.firm(here.session(), firm_id) or abort(404)


def _proposed(firm_id: int) -> CardDraft:
    session, asked = here.session(), lists.row("project")
    rows = [
        row for row in store.accepted_projects(session, firm_id) if asked is None or row.id == asked
    ]
    ids = [row.id for row in rows]
    packages = project_store.packages_of(session, ids)
    return forms.proposed(rows, packages, store.figures_of(session, ids), here.district().bureau)


def _form_page(
    firm: Firm, draft: CardDraft, faults: dict[str, str], row: Sample | None = None
) -> str:
    session = here.session()
    edition = row.edition if row else newest(session)
    offered = catalogue_of(session, edition, firm.trade)
    return render_template(
        "bureau/sample_form.html",
        firm=firm,
        row=row,
        draft=draft,
        faults=faults,
        anchored=forms.anchored(faults),
        packages=[(code, f"{code} {one.title}") for code, one in offered.items()],
        words=words,
    )


def _found(sample_id: int) -> Sample:
    return store.sample(here.session(), sample_id) or abort(404)


@pages.route("/samples/<row:sample_id>/edit", methods=["GET", "POST"])
def edit_sample(sample_id: int) -> ResponseReturnValue:
    """Change a card; what the firm agreed to was another, so it is asked again."""
    row = _found(sample_id)
    if request.method == "GET":
        card = Card.read(row.card)
        return _form_page(row.firm, forms.stored(card, row.version), {}, row)
    draft = forms.posted(request.form)
    try:
        steps.edit(here.step(), sample_id, draft.card, base_version=draft.version)
    except Invalid as error:
        return _refused(sample_id, draft.card, draft.version, error.fields), error.status
    except Stale as error:
        version = _again(sample_id).version
        return _refused(sample_id, draft.card, version, {"": CHANGED_MEANWHILE}), error.status
    flash("样本卡已保存。", "good")
    return redirect(url_for(".sample", sample_id=sample_id))


def _again(sample_id: int) -> Sample:
    here.session().rollback()
    return _found(sample_id)


def _refused(sample_id: int, card: TypedCard, version: int, faults: dict[str, str]) -> str:
    row = _again(sample_id)
    return _form_page(row.firm, CardDraft(card, version), faults, row)


# --- its way --------------------------------------------------------------------------------------


@pages.get("/samples/<row:sample_id>")
def sample(sample_id: int) -> ResponseReturnValue:
    """Show one card as its readers see it, with its consents, its copies and the next step."""
    return _page(_found(sample_id))


def _page(row: Sample, failed: StepForm | None = None) -> str:
    session = here.session()
    found = _forms(row)
    if failed is not None:
        found[failed.step] = failed
    for form in found.values():
        form.show_at(row.version)
    return render_template(
        "bureau/sample.html",
        it=readings.card_seen(session, row),
        copies=[copy for _title, copy in readings.copies_of(session, {row.id: row.title})],
        consents=store.consents(session, row.id),
        forms=found,
        accept=ACCEPT,
        history=log.history(session, "sample", row.id),
        log_words=LogWords(*library.named(session)),
        today=here.today(),
        words=words,
    )


def _forms(row: Sample) -> dict[str, StepForm]:
    found: dict[str, StepForm] = {}
    if row.state == SampleState.DRAFT:
        found["ask"] = StepForm("ask")
    if row.state == SampleState.ASKED:
        found["paper"] = forms.ConsentForm("paper")
    if row.state != SampleState.WITHDRAWN:
        found["withdraw"] = ReasonForm("withdraw")
    return found


@pages.post("/samples/<row:sample_id>/steps/<sample_step>")
def sample_step(sample_id: int, sample_step: str) -> ResponseReturnValue:
    """Ask the firm for its consent, or take the card back."""
    row = _found(sample_id)
    if sample_step not in DONE:
        abort(404)
    form = (
        StepForm("ask", posted=True)
        if sample_step == "ask"
        else ReasonForm("withdraw", posted=True)
    )
    if not form.validate():
        return _page(row, form), 422
    try:
        if sample_step == "ask":
            steps.ask(here.step(), sample_id, base_version=form.base_version())
        else:
            why = request.form.get("reason", "")
            steps.withdraw(here.step(), sample_id, reason=why, base_version=form.base_version())
    except Refusal as error:
        status = form.show_refusal(error)
        return _page(_again(sample_id), form), status
    flash(DONE[sample_step], "good")
    return redirect(url_for(".sample", sample_id=sample_id))


DONE = {
    "ask": "已发给企业。企业负责人登录后在首页能看到，同意后自动公开。",
    "withdraw": "样本卡已撤下，别的企业和顾问看不到了。",
}


@pages.post("/samples/<row:sample_id>/consent")
def take_sample_consent(sample_id: int) -> ResponseReturnValue:
    """Keep the paper on which the firm agreed, and publish the card."""
    row = _found(sample_id)
    form = forms.ConsentForm("paper", posted=True)
    if not form.validate():
        return _page(row, form), 422
    try:
        seen = form.base_version()
        stored = files.taken("paper")
        steps.take_paper(here.step(), sample_id, stored, masked=form.is_masked, base_version=seen)
    except Refusal as error:
        status = form.show_refusal(error)
        return _page(_again(sample_id), form), status
    flash("书面同意已存档，样本卡已公开。", "good")
    return redirect(url_for(".sample", sample_id=sample_id))


@pages.get("/samples/consents/<row:sample_consent_id>")
def sample_consent(sample_consent_id: int) -> ResponseReturnValue:
    """Hand out the paper of a consent."""
    found = store.consent(here.session(), sample_consent_id)
    if found is None or not found.sha256:
        abort(404)
    kind = BY_MEDIA_TYPE[found.media_type]
    return downloads.attachment(
        here.contents(),
        found.sha256,
        media_type=found.media_type,
        name=found.name,
        plain_name=f"sample-consent-{found.id}.{kind.extensions[0]}",
    )


pages.url_value_preprocessor(
    project_page.room_for_papers(frozenset({"bureau.take_sample_consent"}))
)
