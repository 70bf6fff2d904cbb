"""The calendar of applications (申报日历): notices by month, one of them, and its life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.notices import NONE, Kind
from survey import library
from survey.files.kinds import ACCEPT, BY_MEDIA_TYPE
from survey.lifecycle import notice_reminders, typed
from survey.lifecycle import notices as life
from survey.lifecycle.errors import Refusal
from survey.lifecycle.notice_texts import DAYS
from survey.readings import notices as readings
from survey.store import mails
from survey.store import notices as store
from survey.store.notices import Counts
from survey.tables import Notice, NoticeState, Paper
from survey.views import files
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.notice_forms import NoticeForm, OwnForm, values_of
from survey.views.bureau.steps import ReasonForm, StepForm
from survey.views.bureau.tiles import Tile
from survey.web import downloads, here, lists
from survey.words import notices as words
from survey.words import rounds, wording


@pages.get("/notices")
def notices() -> ResponseReturnValue:
    """Show a year's days month by month, and what is still a draft."""
    session, this_year = here.session(), here.today().year
    years = sorted({this_year, *store.years(session)}, reverse=True)
    year = typed.whole(lists.one_of("year", [str(one) for one in years])) or this_year
    found = store.of_year(session, year)
    shown = [one for one in found if one.state in (NoticeState.PUBLISHED, NoticeState.ENDED)]
    return render_template(
        "bureau/notices.html",
        year=year,
        years=years,
        months=readings.months(readings.deadlines(shown), year),
        undated=[one for one in shown if not any(getattr(one, day) for day in DAYS)],
        drafts=[one for one in found if one.state == NoticeState.DRAFT],
        withdrawn=[one for one in found if one.state == NoticeState.WITHDRAWN],
        counts=store.counts(session, [one.id for one in shown]),
        today=here.today(),
        words=words,
    )


@pages.route("/notices/new", methods=["GET", "POST"])
def new_notice() -> ResponseReturnValue:
    """Begin a notice."""
    posted, edition = request.method == "POST", choices.frame().edition.id
    first: dict[str, Any] = {} if posted else {"data": _first(edition)}
    form = NoticeForm("notice", edition, posted=posted, **first)
    status = 200
    if posted:
        status = 422
        if form.validate():
            try:
                made = life.draft(here.step(), form.text())
                flash("草稿已保存。加好条件和附件，再发布给企业。", "good")
                return redirect(url_for(".notice", notice_id=made.id))
            except Refusal as error:
                status = form.show_refusal(error)
    form.show_at(0)
    return render_template("bureau/notice_form.html", form=form, notice=None), status


def _first(edition: str) -> dict[str, Any]:
    department = here.district().department
    return {
        "year": here.today().year,
        "edition": edition,
        "contact": " ".join(filter(None, (department, here.district().contact_phone))),
    }


@pages.route("/notices/<row:notice_id>/edit", methods=["GET", "POST"])
def edit_notice(notice_id: int) -> ResponseReturnValue:
    """Change what a notice says; what a published one said is kept."""
    found, posted = found_notice(notice_id), request.method == "POST"
    kept: dict[str, Any] = {} if posted else {"data": values_of(found)}
    form = NoticeForm("notice", found.edition, posted=posted, **kept)
    status = 200
    if posted:
        status = 422
        if form.validate():
            try:
                version = form.base_version()
                life.change(here.step(), notice_id, form.text(), base_version=version)
                flash("通知已保存。", "good")
                return redirect(url_for(".notice", notice_id=notice_id))
            except Refusal as error:
                status = form.show_refusal(error)
                found = found_notice(notice_id)
    form.show_at(found.version)
    return render_template("bureau/notice_form.html", form=form, notice=found), status


@pages.get("/notices/<row:notice_id>")
def notice(notice_id: int) -> ResponseReturnValue:
    """Show a notice: what it says, how firms stand, what may be done next."""
    return _page(notice_id)


def found_notice(notice_id: int) -> Notice:
    return store.notice(here.session(), notice_id) or abort(404)


def _page(notice_id: int, failed: StepForm | None = None, status: int = 200) -> ResponseReturnValue:
    session, found, today = here.session(), found_notice(notice_id), here.today()
    frame, forms = choices.frame_of(found.edition), _forms(found)
    if failed is not None:
        failed.show_at(found.version)
        forms[failed.step] = failed
    waiting, to_tell, up_to = store.to_pass_on(session, notice_id)
    return (
        render_template(
            "bureau/notice.html",
            notice=found,
            frame=frame,
            forms=forms,
            items=readings.wanted(session, found, today),
            own={one["key"]: one for one in found.own},
            whom=_whom(found, frame.trades, frame.rungs),
            tiles=_tiles(notice_id, store.counts(session, [notice_id])[notice_id]),
            files=store.files(session, notice_id),
            versions=store.versions(session, notice_id),
            waiting=waiting,
            to_tell=to_tell,
            up_to=up_to,
            mailed=mails.states_of(session, mails.of_notice(notice_id)),
            mail_states=rounds.MAILS,
            accept=ACCEPT,
            today=today,
            words=words,
        ),
        status,
    )


def _forms(found: Notice) -> dict[str, StepForm]:
    forms: dict[str, StepForm] = {}
    if found.state in life.IN_WORK:
        edition = library.load(here.session(), found.edition)
        forms |= {f"own-{kind}": OwnForm(kind, edition) for kind in Kind}
    if found.state in (NoticeState.PUBLISHED, NoticeState.ENDED):
        forms["withdraw"] = ReasonForm("withdraw")
    for form in forms.values():
        form.show_at(found.version)
    return forms


def _whom(
    found: Notice, trades: Mapping[str, str], rungs: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Say for whom a notice is, what narrows nothing left out."""
    titles = {
        "trades": ("行业", trades),
        "sizes": ("规模", wording.SIZES),
        "rungs": ("核定等级", {**rungs, NONE: "还没有核定等级"}),
        "pools": ("培育阶段", words.POOLS),
    }
    said = [
        (title, "、".join(known.get(one, one) for one in found.whom[name]))
        for name, (title, known) in titles.items()
        if found.whom.get(name)
    ]
    scale = {"yes": "只限规上", "no": "只限规下"}.get(found.whom.get("scale", ""))
    return said + ([("规上规下", scale)] if scale else [])


def _tiles(notice_id: int, counted: Counts) -> list[Tile]:
    def tile(title: str, count: int, **asked: Any) -> Tile:
        return Tile(title, str(count), url_for(".candidates", notice=notice_id, **asked))

    return [
        tile("申报对象", counted.firms),
        tile(words.OUTCOMES["ready"], counted.ready, outcome="ready"),
        tile("还有待定", counted.unclear, outcome="unclear"),
        tile(words.OUTCOMES["one_short"], counted.one_short, outcome="one_short"),
        tile(words.CANDIDATE_STATES["intended"], counted.intended, state="intended"),
        tile("上推荐名单", counted.recommended)._replace(
            url=url_for(".recommendation", notice_id=notice_id)
        ),
    ]


# --- its life -----------------------------------------------------------------------------------------

MOVES: Mapping[str, tuple[Callable[..., Any], str]] = {
    "publish": (life.publish, "已发布。正在逐家核对企业，稍后刷新就能看到家数。"),
    "end": (life.end, "通知已结束，企业不能再表态。评定结果仍可登记。"),
    "reopen": (life.reopen, "通知已恢复，企业又能看到。"),
}


@pages.post("/notices/<row:notice_id>/<any(publish, end, reopen):move>")
def move_notice(notice_id: int, move: str) -> ResponseReturnValue:
    """Publish a notice, end it, or take it up again."""
    found_notice(notice_id)
    take, done = MOVES[move]
    form = StepForm(move, posted=True)
    try:
        take(here.step(), notice_id, base_version=form.base_version())
    except Refusal as error:
        return _refused(notice_id, error)
    flash(done, "good")
    return redirect(url_for(".notice", notice_id=notice_id))


def _refused(notice_id: int, error: Refusal) -> ResponseReturnValue:
    """Say on the notice's page why a press did nothing."""
    form = StepForm("refused", posted=True)
    status = form.show_refusal(error)
    flash("".join(form.form_errors), "warn")
    return _page(notice_id, status=status)


@pages.post("/notices/<row:notice_id>/withdraw")
def withdraw_notice(notice_id: int) -> ResponseReturnValue:
    """Take a notice back, saying why."""
    found_notice(notice_id)
    form = ReasonForm("withdraw", posted=True)

    def step() -> object:
        version = form.base_version()
        return life.withdraw(
            here.step(), notice_id, reason=form.reason.data or "", base_version=version
        )

    return _try(notice_id, form, step, "通知已撤回，企业看不到了。")


@pages.post("/notices/<row:notice_id>/delete")
def delete_notice(notice_id: int) -> ResponseReturnValue:
    """Forget a draft."""
    found_notice(notice_id)
    form = StepForm("delete", posted=True)
    try:
        life.discard(here.step(), notice_id, base_version=form.base_version())
    except Refusal as error:
        return _refused(notice_id, error)
    flash("草稿已删除。", "good")
    return redirect(url_for(".notices"))


@pages.post("/notices/<row:notice_id>/copy")
def copy_notice(notice_id: int) -> ResponseReturnValue:
    """Draft this year's notice after this one."""
    made = life.copy(here.step(), notice_id)
    flash("已复制成草稿。日期是按年份推算的，文号是空的，请对照新的通知核对。", "good")
    return redirect(url_for(".edit_notice", notice_id=made.id))


@pages.post("/notices/<row:notice_id>/conditions/<own_kind>")
def add_condition(notice_id: int, own_kind: str) -> ResponseReturnValue:
    """Add a condition of the notice's own."""
    if own_kind not in list(Kind):
        abort(404)
    edition = library.load(here.session(), found_notice(notice_id).edition)
    form = OwnForm(Kind(own_kind), edition, posted=True)

    def step() -> object:
        version = form.base_version()
        return life.add_condition(here.step(), notice_id, form.own(), base_version=version)

    return _try(notice_id, form, step, "条件已加上。")


@pages.post("/notices/<row:notice_id>/drop-condition")
def drop_condition(notice_id: int) -> ResponseReturnValue:
    """Take a condition of its own out of a notice."""
    found_notice(notice_id)
    form = StepForm("drop", posted=True)
    key = request.form.get("condition", "")[:80]
    try:
        life.drop_condition(here.step(), notice_id, key, base_version=form.base_version())
    except Refusal as error:
        return _refused(notice_id, error)
    flash("条件已删除。", "good")
    return redirect(url_for(".notice", notice_id=notice_id))


def _try(
    notice_id: int, form: StepForm, step: Callable[[], object], done: str
) -> ResponseReturnValue:
    if not form.validate():
        return _page(notice_id, form, 422)
    try:
        step()
    except Refusal as error:
        return _page(notice_id, form, form.show_refusal(error))
    flash(done, "good")
    return redirect(url_for(".notice", notice_id=notice_id))


# --- files and reminders ------------------------------------------------------------------------------


@pages.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint in ("bureau.attach_to_notice", "bureau.recommend"):
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


@pages.post("/notices/<row:notice_id>/files")
def attach_to_notice(notice_id: int) -> ResponseReturnValue:
    """Put a file beside a notice."""
    found_notice(notice_id)
    here.session().rollback()  # looking into a file takes time; nothing may wait for it
    life.attach(here.step(), notice_id, files.taken("file"))
    flash("附件已放上。", "good")
    return redirect(url_for(".notice", notice_id=notice_id))


@pages.post("/notices/<row:notice_id>/files/<row:paper_id>/remove")
def detach_from_notice(notice_id: int, paper_id: int) -> ResponseReturnValue:
    """Take a file away from a notice."""
    life.detach(here.step(), notice_id, paper_id)
    flash("附件已移除。", "good")
    return redirect(url_for(".notice", notice_id=notice_id))


@pages.get("/notices/<row:notice_id>/files/<row:paper_id>")
def notice_file(notice_id: int, paper_id: int) -> ResponseReturnValue:
    """Hand out a file of a notice as it was uploaded."""
    return handed_out(store.file(here.session(), notice_id, paper_id) or abort(404))


def handed_out(paper: Paper) -> ResponseReturnValue:
    extension = BY_MEDIA_TYPE[paper.media_type].extensions[0]
    return downloads.attachment(
        here.contents(),
        paper.sha256,
        media_type=paper.media_type,
        name=paper.name,
        plain_name=f"notice-{paper.id}.{extension}",
    )


@pages.post("/notices/<row:notice_id>/passed-on")
def pass_on_notice(notice_id: int) -> ResponseReturnValue:
    """Note that the reminders the page showed were passed on."""
    found_notice(notice_id)
    up_to = typed.whole(request.form.get("up_to"))
    if up_to is None:
        abort(400)
    told = notice_reminders.pass_on(here.step(), notice_id, up_to)
    flash(f"已记下：{told} 条提醒都转达了。" if told else "没有要转达的提醒。", "good")
    return redirect(url_for(".notice", notice_id=notice_id))
