"""What a firm may apply for (申报): notices that are for it, its conditions, what it means to do."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.notices import Item, Where
from survey import library
from survey.lifecycle import candidates as life
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, Refusal
from survey.readings import notices as readings
from survey.store import assessments as assessment_store
from survey.store import notices as store
from survey.store.notices import Offered
from survey.tables import Assessment, AssessmentState, Notice
from survey.views.bureau.notices import handed_out
from survey.views.firm.pages import pages
from survey.web import here
from survey.words import notices as words


class Way(NamedTuple):
    """Where a firm gets what a condition lacks; no address where it is somebody else's to do."""

    words: str
    url: str = ""


@pages.get("/notices")
def notices() -> ResponseReturnValue:
    """List the notices that are for this firm, by month of the day until which it may hand in."""
    offered = store.for_firm(here.session(), here.reader().firm_id or 0)
    found = readings.deadlines((one.notice for one in offered), ("firms_by", "district_by"))
    first: dict[int, Any] = {}
    for one in found:  # of a notice the firm's own day; the district's where there is none
        first.setdefault(one.notice.id, one)
    return render_template(
        "firm/notices.html",
        months=readings.months(sorted(first.values(), key=lambda one: one.day)),
        undated=[one for one in offered if one.notice.id not in first],
        beside={one.notice.id: one.candidate for one in offered},
        today=here.today(),
        words=words,
    )


@pages.get("/notices/<row:notice_id>")
def notice(notice_id: int) -> ResponseReturnValue:
    """Show one notice with this firm's own conditions: met, not met, unknown, and the way on."""
    return _page(notice_id)


def _offered(notice_id: int) -> Offered:
    """Return a notice that is for this firm; any other is not there."""
    firm_id = here.reader().firm_id or 0
    return store.offered(here.session(), notice_id, firm_id) or abort(404)


def _page(
    notice_id: int, faults: dict[str, str] | None = None, reason: str = "", status: int = 200
) -> ResponseReturnValue:
    session, firm_id = here.session(), here.reader().firm_id or 0
    found, candidate = _offered(notice_id)
    judged = readings.before(session, found, firm_id, here.today())
    newest = next(iter(assessment_store.assessments_of_firm(session, firm_id)), None)
    return (
        render_template(
            "firm/notice.html",
            notice=found,
            candidate=candidate,
            judged=judged,
            ways={item.key: _way(found, item, newest) for item in judged.items},
            files=store.files(session, notice_id),
            may_say=found.state == "published",
            over=found.firms_by is not None and found.firms_by < here.today(),
            faults=faults or {},
            reason=reason,
            today=here.today(),
            words=words,
        ),
        status,
    )


def _way(found: Notice, item: Item, newest: Assessment | None) -> Way:
    """Say where to get what is missing or not met."""
    if item.where == Where.PROFILE:
        return Way(words.WAYS["profile"], url_for("firm.profile"))
    if item.where == Where.VISIT:
        return Way(words.WAYS["visit"])
    if item.where == Where.BUREAU:
        return Way(words.WAYS["bureau"])
    if newest is None:
        return Way(words.WAYS["begin"], url_for("firm.home"))
    if newest.state != AssessmentState.DRAFT:
        return Way(words.WAYS["again"], url_for("firm.overview", assessment_id=newest.id))
    return Way(words.WAYS["answer"], _question(newest, item))


def _question(newest: Assessment, item: Item) -> str:
    """Return the address of the first question a condition reads, in the sheet being filled in."""
    whole = library.questionnaire_of(newest)
    known = [id for id in item.questions if id in whole.section_of]
    if not known:
        return url_for("firm.overview", assessment_id=newest.id)
    section = whole.section_of[known[0]].id
    anchor = f"question-{known[0]}"
    return url_for("firm.section", assessment_id=newest.id, section_id=section, _anchor=anchor)


@pages.post("/notices/<row:notice_id>/intention")
def say_intention(notice_id: int) -> ResponseReturnValue:
    """Say that the firm means to apply, or that it gives up and why."""
    offered, version = _offered(notice_id), typed.whole(request.form.get("version"))
    if version is None:
        abort(400)
    gives_up, reason = request.form.get("say") == "decline", request.form.get("reason", "")
    step, firm_id = here.step(), offered.candidate.firm_id
    try:
        if gives_up:
            life.decline(step, notice_id, firm_id, reason=reason, base_version=version, itself=True)
        else:
            life.intend(step, notice_id, firm_id, base_version=version, itself=True)
    except Invalid as error:
        return _page(notice_id, error.fields, reason, error.status)
    except Refusal as error:
        changed = {"": "刚才有人改过，页面已换成最新内容，请看一下再选。"}
        return _page(notice_id, changed, reason, error.status)
    flash("已记为放弃申报。" if gives_up else "已记为拟申报，请按期准备材料。", "good")
    return redirect(url_for(".notice", notice_id=notice_id))


@pages.get("/notices/<row:notice_id>/files/<row:paper_id>")
def notice_file(notice_id: int, paper_id: int) -> ResponseReturnValue:
    """Hand out a file of a notice that is for this firm."""
    _offered(notice_id)
    return handed_out(store.file(here.session(), notice_id, paper_id) or abort(404))
