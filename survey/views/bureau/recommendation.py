"""The recommendation list of a notice (推荐汇总表): arranged, recorded by minutes, handed out."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.files.kinds import ACCEPT
from survey.files.uploads import BadUpload
from survey.lifecycle import candidates as life
from survey.lifecycle import typed
from survey.lifecycle.candidates import Placed
from survey.lifecycle.decisions import Basis
from survey.lifecycle.errors import Invalid, Refusal, Stale
from survey.store import candidates as store
from survey.store import notices as notice_store
from survey.store import project_sums
from survey.store import templates as template_store
from survey.store.candidates import CandidateLine
from survey.store.lists import Slice, Wanted
from survey.tables import CandidateState, Notice, NoticeState
from survey.views import brought
from survey.views.bureau import choices, notice_columns
from survey.views.bureau.blueprint import pages
from survey.views.bureau.everything import Everything, require_room
from survey.views.bureau.exports import send_list
from survey.views.bureau.notice_columns import invested
from survey.views.bureau.notices import found_notice
from survey.views.bureau.steps import CHANGED_MEANWHILE, MinutesForm
from survey.web import here, lists
from survey.words import notices as words
from survey.words import uploads as upload_words

LISTED = "recommendation"
MOST = 100
"""Firms that mean to apply and are shown to be arranged; a district recommends far fewer."""


class RecordForm(MinutesForm):
    """By which minutes the firms on the list are recommended."""

    reason = None


@pages.route("/notices/<row:notice_id>/recommendation", methods=["GET", "POST"])
def recommendation(notice_id: int) -> ResponseReturnValue:
    """Show the list as it goes upward; put firms that mean to apply in their order."""
    found = found_notice(notice_id)
    if request.method != "POST":
        return _page(found)
    rows, faults = _typed()
    if not faults:
        try:
            placed = life.arrange(here.step(), notice_id, rows)
            flash(f"已保存，名单上有 {placed} 家待推荐的企业。", "good")
            return redirect(url_for(".recommendation", notice_id=notice_id))
        except Invalid as error:
            return _page(found, rows, error.fields, status=error.status)
        except Stale as error:
            return _page(found, rows, {"": CHANGED_MEANWHILE}, status=error.status)
    return _page(found, rows, faults, status=422)


def _typed() -> tuple[list[Placed], dict[str, str]]:
    """Return the firms of the form as they were typed; a row no page of ours sends answers 400."""
    rows, faults = [], {}
    for value in request.form.getlist("firm")[:MOST]:
        firm, _, version = value.partition("-")
        at, shown = typed.whole(firm), typed.whole(version)
        if at is None or shown is None:
            here.refuse(400, "名单不正确，请刷新页面后重试。")
        said = request.form.get(f"place-{at}", "")
        place = typed.whole(typed.plain(said))
        if typed.line(said) and place is None:
            faults[f"place-{at}"] = "名次请填整数，例如 1；不推荐的留空。"
        project, amount = (request.form.get(f"{n}-{at}", "") for n in ("project", "investment"))
        rows.append(Placed(at, shown, place, project, amount))
    return rows, faults


def _page(
    found: Notice,
    typed_rows: Sequence[Placed] = (),
    faults: dict[str, str] | None = None,
    form: RecordForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session = here.session()
    intended = Wanted(state=CandidateState.INTENDED, sort="place")
    waiting, how_many = store.candidates(session, found.id, intended, Slice(1, MOST))
    listed = store.recommendation(session, found.id)
    form = form or RecordForm("recommend")
    frame = choices.frame_of(found.edition)
    return (
        render_template(
            "bureau/recommendation.html",
            notice=found,
            running=found.state == NoticeState.PUBLISHED,
            waiting=waiting,
            how_many=how_many,
            typed=_shown(waiting, typed_rows),
            known=project_sums.sums_of_firms(session, [line.id for line in waiting]),
            faults=faults or {},
            went_up=[line for line in listed if line.state != CandidateState.INTENDED],
            ready=[line for line in listed if line.state == CandidateState.INTENDED],
            form=form,
            invested=invested,
            trades=frame.trades,
            applied=frame.rungs.get(found.rung, ""),
            templates=template_store.templates(session, LISTED),
            arguments=lists.arguments(),
            accept=ACCEPT,
            words=words,
        ),
        status,
    )


def _shown(lines: Sequence[CandidateLine], rows: Sequence[Placed]) -> dict[int, dict[str, str]]:
    """Return what stands in the fields: what was typed, else what is kept."""
    kept = {
        line.id: {
            "place": str(line.place or ""),
            "project": line.project,
            "investment": "" if (amount := invested(line)) is None else str(amount),
        }
        for line in lines
    }
    said = {
        row.firm_id: {
            "place": request.form.get(f"place-{row.firm_id}", ""),
            "project": row.project,
            "investment": row.investment,
        }
        for row in rows
    }
    return kept | {firm: values for firm, values in said.items() if firm in kept}


@pages.post("/notices/<row:notice_id>/recommend")
def recommend(notice_id: int) -> ResponseReturnValue:
    """Recommend the firms on the list, by minutes."""
    found, form = found_notice(notice_id), RecordForm("recommend", posted=True)
    paper, seen = None, _seen()
    good = form.validate()
    try:
        paper = brought.offered("paper")
    except BadUpload as error:
        form.form_errors.append(upload_words.refusal(error))
    except Invalid as error:
        form.form_errors += error.fields.values()
    if not good or form.form_errors:
        return _page(found, form=form, status=422)
    basis = Basis(form.document.data or "", form.decided_on.data or here.today(), paper)
    try:
        told = life.recommend(here.step(), notice_id, basis, seen)
    except Refusal as error:
        return _page(found, form=form, status=form.show_refusal(error))
    flash(f"已登记推荐 {told} 家企业，可以导出推荐汇总表。", "good")
    return redirect(url_for(".recommendation", notice_id=notice_id))


def _seen() -> list[tuple[int, int]]:
    found = []
    for value in request.form.getlist("seen")[:MOST]:
        firm, _, version = value.partition("-")
        at, shown = typed.whole(firm), typed.whole(version)
        if at is None or shown is None:
            here.refuse(400, "名单不正确，请刷新页面后重试。")
        found.append((at, shown))
    return found


@pages.get("/notices/<row:notice_id>/recommendation.xlsx")
def export_recommendation(notice_id: int) -> ResponseReturnValue:
    """Send the recommendation list as it goes upward."""
    found = found_notice(notice_id)
    made = _everything(found)
    return send_list(LISTED, f"推荐汇总表-{found.title}", made.columns, made.lines, made.said)


def everything() -> Everything:
    """The recommendation list of the notice this address names, else of the newest."""
    newest = next(iter(notice_store.with_firms(here.session())), 0)
    made = _everything(found_notice(lists.row("notice") or newest))
    require_room(len(made.lines))  # placed by hand, one by one
    return made


def _everything(found: Notice) -> Everything:
    frame = choices.frame_of(found.edition)
    every = notice_columns.of_recommendation(frame.trades, applied(found, frame.rungs))
    said = {"notice": choices.Said("申报通知", found.title)}
    return Everything(every, store.recommendation(here.session(), found.id), said)


def applied(found: Notice, rungs: dict[str, str]) -> str:
    """Return what the title that is applied for is called."""
    return rungs.get(found.rung, found.title)
