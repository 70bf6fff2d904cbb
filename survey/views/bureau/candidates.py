"""Who could apply on a notice, with what is missing; and one firm before it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField

from survey.lifecycle import candidates as life
from survey.lifecycle.errors import Refusal
from survey.readings import notices as readings
from survey.store import candidates as store
from survey.store import notices as store_of_notices
from survey.store import pool as pool_store
from survey.store import templates as template_store
from survey.store.candidates import SORTS, CandidateLine
from survey.store.lists import Slice, Wanted
from survey.tables import CandidateState, Notice, NoticeState
from survey.views.bureau import choices, columns, filters, notice_columns, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.columns import Columns
from survey.views.bureau.everything import Everything, lines_of
from survey.views.bureau.exports import send_list
from survey.views.bureau.filters import Filters
from survey.views.bureau.notice_forms import FindingForm
from survey.views.bureau.notices import found_notice
from survey.views.bureau.steps import ReasonForm, StepForm
from survey.web import here, lists
from survey.words import notices as words

ORDERS = choices.orders("lacking", "-lacking", "firm", "township")
LISTED = "candidates"


class Listed(NamedTuple):
    """The firms of one notice as this address asks for them."""

    notice: Notice
    asked: Filters
    lines: list[CandidateLine]
    total: int
    columns: Columns


def _listed(part: Slice) -> Listed | None:
    """Return them; None while there is no notice to ask about."""
    session, asked_for = here.session(), lists.row("notice")
    offered = store_of_notices.with_firms(session)
    notice_id = asked_for or next(iter(offered), None)
    if notice_id is None:
        return None
    found = found_notice(notice_id)
    frame = choices.frame_of(found.edition)
    asked = filters.of_candidates(frame.trades, SORTS, {**offered, found.id: found.title}, found.id)
    lines, total = store.candidates(session, found.id, asked.wanted(), part)
    titles = readings.titles(session, found, here.today())
    every = notice_columns.of_candidates(frame.trades, titles, len(found.papers))
    return Listed(found, asked, lines, total, columns.shown(LISTED, every))


@pages.get("/notices/firms")
def candidates() -> ResponseReturnValue:
    """List the firms a notice is for: what they meet, what is missing, what they mean to do."""
    part = lists.part()
    listed = _listed(part)
    if listed is None:
        return redirect(url_for(".notices"))
    return render_template(
        "bureau/candidates.html",
        notice=listed.notice,
        lines=listed.lines,
        total=listed.total,
        part=part,
        arguments=lists.arguments(),
        wanted=listed.asked.wanted(),
        filters=listed.asked,
        columns=listed.columns,
        views=views.shown(LISTED),
        templates=template_store.templates(here.session(), LISTED),
        sorts=choices.offered(ORDERS, listed.asked.sort),
        chips=choices.in_force({n: one for n, one in listed.asked.said.items() if n != "notice"}),
        chosen=(),
        back=url_for(".candidates", page=part.page, **lists.arguments()),
        words=words,
    )


@pages.get("/notices/firms.xlsx")
def export_candidates() -> ResponseReturnValue:
    """Send the firms of a notice as they are filtered, ordered and laid out."""
    found = _listed(Slice(1, 1)) or abort(404)
    portions = store.in_portions(here.session(), found.notice.id, found.asked.wanted())
    lines, title = itertools.chain.from_iterable(portions), f"申报对象-{found.notice.title}"
    return send_list(LISTED, title, found.columns.in_workbook, lines, found.asked.said)


def everything() -> Everything:
    """The firms of the notice this address names, with every column there is."""
    found = _listed(Slice(1, 1)) or abort(404)
    session, wanted = here.session(), found.asked.wanted()
    lines = lines_of(lambda part: store.candidates(session, found.notice.id, wanted, part))
    return Everything(found.columns.every, lines, found.asked.said)


# --- one firm -----------------------------------------------------------------------------------------


@pages.get("/notices/<row:notice_id>/firms/<row:firm_id>")
def candidate(notice_id: int, firm_id: int) -> ResponseReturnValue:
    """Show one firm before a notice: its conditions, its papers, what it says, what came of it."""
    return _page(notice_id, firm_id)


def _line(notice_id: int, firm_id: int) -> CandidateLine:
    lines, _total = store.candidates(here.session(), notice_id, Wanted(only=(firm_id,)))
    return lines[0] if lines else abort(404)


def _page(
    notice_id: int, firm_id: int, failed: StepForm | None = None, status: int = 200
) -> ResponseReturnValue:
    session, found, line = here.session(), found_notice(notice_id), _line(notice_id, firm_id)
    judged = readings.before(session, found, firm_id, here.today())
    open_ = [item.key for item in judged.items if item.is_open or item.answered]
    forms = _forms(found, line, open_)
    if failed is not None:
        failed.show_at(line.version)
        forms[failed.step] = failed
    frame = choices.frame_of(found.edition)
    return (
        render_template(
            "bureau/candidate.html",
            notice=found,
            line=line,
            judged=judged,
            forms=forms,
            finding={key: f"finding-{at}" for at, key in enumerate(open_)},
            entry=pool_store.pool_entry_of_firm(session, firm_id),
            recognition=_recognised(found, firm_id),
            frame=frame,
            today=here.today(),
            words=words,
        ),
        status,
    )


def _recognised(found: Notice, firm_id: int) -> object:
    """The recognition in force on the notice's rung, where it is recorded already."""
    return pool_store.recognition(here.session(), firm_id, found.rung) if found.rung else None


def _forms(found: Notice, line: CandidateLine, open_: list[str]) -> dict[str, StepForm]:
    forms: dict[str, StepForm] = {}
    running = found.state == NoticeState.PUBLISHED
    if running and line.state in (CandidateState.OPEN, CandidateState.INTENDED):
        forms["decline"] = ReasonForm("decline")
    if running and line.state in (CandidateState.OPEN, CandidateState.DECLINED):
        forms["intend"] = StepForm("intend")
    if running and found.papers:
        forms["papers"] = PapersForm(found, data={"papers": list(line.papers)})
    if line.state == CandidateState.RECOMMENDED:
        forms["take_off"] = ReasonForm("take_off")
    if line.state in (CandidateState.RECOMMENDED, CandidateState.FAILED):
        forms["pass"] = StepForm("pass")
    if line.state in (CandidateState.RECOMMENDED, CandidateState.PASSED):
        forms["fail"] = ReasonForm("fail")
    if found.state in (NoticeState.PUBLISHED, NoticeState.ENDED):
        for at, _key in enumerate(open_):
            forms[f"finding-{at}"] = FindingForm(f"finding-{at}")
    for form in forms.values():
        form.show_at(line.version)
    return forms


class PapersForm(StepForm):
    """Which papers are there, whole and true."""

    papers = SelectMultipleField("已核对的材料", validate_choice=False)

    def __init__(self, found: Notice, **values: Any) -> None:
        super().__init__("papers", **values)
        self.papers.choices = [(paper, paper) for paper in found.papers]


def _try(
    notice_id: int, firm_id: int, form: StepForm, take: Callable[[], object], done: str
) -> ResponseReturnValue:
    _line(notice_id, firm_id)
    if not form.validate():
        return _page(notice_id, firm_id, form, 422)
    try:
        take()
    except Refusal as error:
        return _page(notice_id, firm_id, form, form.show_refusal(error))
    flash(done, "good")
    return redirect(url_for(".candidate", notice_id=notice_id, firm_id=firm_id))


@pages.post("/notices/<row:notice_id>/firms/<row:firm_id>/intend")
def mark_intended(notice_id: int, firm_id: int) -> ResponseReturnValue:
    """Note that the firm means to apply."""
    form = StepForm("intend", posted=True)

    def take() -> object:
        return life.intend(here.step(), notice_id, firm_id, base_version=form.base_version())

    return _try(notice_id, firm_id, form, take, "已记为拟申报。")


@pages.post("/notices/<row:notice_id>/firms/<row:firm_id>/decline")
def mark_declined(notice_id: int, firm_id: int) -> ResponseReturnValue:
    """Note that the firm gives up, and why."""
    form = ReasonForm("decline", posted=True)

    def take() -> object:
        version, why = form.base_version(), form.reason.data or ""
        return life.decline(here.step(), notice_id, firm_id, reason=why, base_version=version)

    return _try(notice_id, firm_id, form, take, "已记为放弃，不再提醒。")


@pages.post("/notices/<row:notice_id>/firms/<row:firm_id>/finding")
def answer_condition(notice_id: int, firm_id: int) -> ResponseReturnValue:
    """Note what was found out about one condition."""
    at = request.form.get("at", "")[:20]
    form = FindingForm(at if at.startswith("finding-") else "finding-0", posted=True)

    def take() -> object:
        return life.answer(
            here.step(),
            notice_id,
            firm_id,
            request.form.get("condition", "")[:80],
            met=form.met.data == "yes",
            note=form.note.data or "",
            answered_on=form.answered_on.data or here.today(),
        )

    return _try(notice_id, firm_id, form, take, "核实结果已记下。")


@pages.post("/notices/<row:notice_id>/firms/<row:firm_id>/papers")
def check_papers(notice_id: int, firm_id: int) -> ResponseReturnValue:
    """Note which papers are there."""
    found = found_notice(notice_id)
    form = PapersForm(found, posted=True)

    def take() -> object:
        version, papers = form.base_version(), form.papers.data or []
        return life.check_papers(here.step(), notice_id, firm_id, papers, base_version=version)

    return _try(notice_id, firm_id, form, take, "材料核对情况已记下。")


@pages.post("/notices/<row:notice_id>/firms/<row:firm_id>/take-off")
def take_off(notice_id: int, firm_id: int) -> ResponseReturnValue:
    """Take the firm off the recommendation list."""
    form = ReasonForm("take_off", posted=True)

    def take() -> object:
        version, why = form.base_version(), form.reason.data or ""
        return life.take_off(here.step(), notice_id, firm_id, reason=why, base_version=version)

    return _try(notice_id, firm_id, form, take, "已移出推荐名单，回到拟申报。")


@pages.post("/notices/<row:notice_id>/firms/<row:firm_id>/<any(pass, fail):result>")
def record_result(notice_id: int, firm_id: int, result: str) -> ResponseReturnValue:
    """Note whether the firm passed."""
    passed = result == "pass"
    form = StepForm("pass", posted=True) if passed else ReasonForm("fail", posted=True)

    def take() -> object:
        version = form.base_version()
        why = "" if passed else form["reason"].data or ""
        return life.result(
            here.step(), notice_id, firm_id, passed=passed, reason=why, base_version=version
        )

    done = "已记为评定通过。请按认定文件登记认定。" if passed else "已记为评定未通过。"
    return _try(notice_id, firm_id, form, take, done)
