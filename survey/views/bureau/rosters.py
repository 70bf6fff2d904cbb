"""Lists of firms: brought, looked at row by row, imported, undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from flask import (
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from survey.files import lists as files
from survey.files.lists import NotRead
from survey.files.uploads import BadUpload
from survey.lifecycle import rosters as steps
from survey.lifecycle import typed
from survey.lifecycle.errors import Stale, WrongState
from survey.rosters.columns import BY_KEY
from survey.store import rosters as store
from survey.store.listings import FIGURES, LISTED, STATED
from survey.store.rosters import RowSeen
from survey.tables import Job, Roster, RosterFault, RosterRow, RosterState, RowOutcome
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.jobs import send
from survey.web import here, lists, scanning
from survey.words import jobs as job_words
from survey.words import rosters as words

TONES = {
    RowOutcome.NEW: "good",
    RowOutcome.CHANGED: "note",
    RowOutcome.UNCHANGED: "plain",
    RowOutcome.DUPLICATE: "warn",
    RowOutcome.FAULT: "bad",
}
STATE_TONES = {
    RosterState.UPLOADED: "warn",
    RosterState.CHECKED: "warn",
    RosterState.IMPORTED: "good",
    RosterState.UNDONE: "plain",
}
GONE = "名单文件不在服务器上了，请丢弃这份名单，重新上传。"
FRESH_SECONDS = 5
"""How often a page asks again that waits for work, without script."""
WORKING = (RosterState.CHECKING, RosterState.IMPORTING, RosterState.UNDOING)
MORE = {
    store.DOUBTFUL: "有提醒",
    store.UNTOLD: "行业待定",
    store.STAYS: "没有撤销",
}
"""What rows may be narrowed to beside their outcome."""


@pages.url_value_preprocessor
def _room_for_lists(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "bureau.rosters":
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


@pages.route("/firms/rosters", methods=["GET", "POST"])
def rosters() -> ResponseReturnValue:
    """List the lists that were brought, and take another."""
    if request.method == "GET":
        return _lists()
    try:
        file = request.files.get("roster")
    except RequestEntityTooLarge:
        most = current_app.config["SURVEY"].most_upload_bytes // 2**20
        return _lists(f"文件超过 {most} MB。请删去图片和多余的表，或拆成几个文件。"), 413
    if file is None or not file.filename:
        return _lists("请先选择名单文件。"), 422
    here.session().rollback()  # looking into a file takes time; nothing may wait for it
    most = current_app.config["SURVEY"].most_upload_bytes
    try:
        with closing(file):
            scanning.require_clean(file.stream, file.filename)
            stored, kind = files.take(file.stream, file.filename, here.contents(), most)
            scanning.require_asked(stored.sha256, stored.name)
    except BadUpload as error:
        return _lists(words.refusal(error)), error.status
    except NotRead as error:
        return _lists(f"“{file.filename}”{error.fault}。{error.remedy}。"), 422
    roster = steps.bring(here.step(), stored, kind)
    return redirect(url_for(".read_roster", roster_id=roster.id))


def _lists(fault: str = "") -> str:
    part = lists.part()
    lines, total = store.rosters(here.session(), part)
    return render_template(
        "bureau/rosters.html",
        lines=lines,
        total=total,
        part=part,
        fault=fault,
        states=words.STATES,
        tones=STATE_TONES,
        types=words.TYPES,
        most=current_app.config["SURVEY"].most_upload_bytes // 2**20,
    )


@pages.get("/firms/rosters/<row:roster_id>")
def roster(roster_id: int) -> ResponseReturnValue:
    """Show how far a list is: being worked on, to be looked at, or what became of it."""
    found = found_roster(roster_id)
    job = store.job(here.session(), found)
    if found.state in WORKING and job is not None:
        return _waiting(found, job)
    if found.state == RosterState.UPLOADED:
        return redirect(url_for(".read_roster", roster_id=roster_id))
    return _preview(found)


def found_roster(roster_id: int) -> Roster:
    return store.roster(here.session(), roster_id) or abort(404)


def _waiting(found: Roster, job: Job) -> ResponseReturnValue:
    answer = make_response(
        render_template(
            "bureau/roster_waiting.html",
            roster=found,
            job=job,
            what=words.STATES[found.state],
            fault=job_words.ended_without(job),
        )
    )
    if job.is_open:
        answer.headers["Refresh"] = str(FRESH_SECONDS)
    return answer


def _preview(found: Roster) -> ResponseReturnValue:
    session, part = here.session(), lists.part()
    kind = lists.one_of("kind", {*map(str, RowOutcome), *MORE})
    rows, total = store.rows(session, found.id, kind, part)
    trades = choices.frame().trades
    checked = found.state == RosterState.CHECKED
    return render_template(
        "bureau/roster.html",
        roster=found,
        lines=[line_of(seen, trades) for seen in rows],
        total=total,
        part=part,
        kind=kind,
        kinds={**words.OUTCOMES, **MORE},
        tiles=_tiles(found, kind),
        outcomes=words.OUTCOMES,
        tones=TONES,
        trades=trades,
        unit=(found.choices or {}).get("unit", ""),
        year=(found.choices or {}).get("year", ""),
        missing=store.count_unnamed(session, found.id)
        if checked
        else found.counts.get("missing", 0),
        strange=store.unknown_townships(session, found.id, here.district().townships),
        arguments=lists.arguments(),
        state=words.STATES[found.state],
        state_tone=STATE_TONES.get(found.state, "note"),
    )


def _tiles(found: Roster, kind: str) -> list[dict[str, Any]]:
    """Return the counts above the rows, each a link that narrows to them."""
    shown = {**words.OUTCOMES, store.DOUBTFUL: MORE[store.DOUBTFUL]}
    if found.counts.get("stays"):
        shown[store.STAYS] = MORE[store.STAYS]
    return [
        {
            "title": title,
            "value": found.counts.get(code, 0),
            "url": url_for(".roster", roster_id=found.id, kind=code),
            "tone": TONES.get(code, "warn") if found.counts.get(code) else "",  # type: ignore[call-overload]
            "chosen": code == kind,
            "note": "",
        }
        for code, title in shown.items()
    ]


def line_of(seen: RowSeen, trades: Mapping[str, str]) -> dict[str, Any]:
    """Return one row as it is read: what it says, what it changes, what is wrong with it."""
    row = seen.row
    return {
        "row": row,
        "name": row.name or "（没有名称）",
        "firm_id": seen.firm_id,
        "trade": trades.get(row.trade, row.trade),
        "facts": _facts(seen) if row.outcome == RowOutcome.NEW else [],
        "changes": [
            (_named(field, year), words.value(field, old), words.value(field, new))
            for field, year, old, new in row.shown["changes"]
        ],
        "said": problems(row, seen.faults),
    }


def _facts(seen: RowSeen) -> list[tuple[str, str]]:
    found = _said_of(seen.row, (*STATED, *LISTED))
    for figures in seen.figures:
        found += _said_of(figures, FIGURES, figures.year)
    return found + [
        (
            "认定（待核对）" if one.recognition else "资质",
            words.title((one.title, one.year, one.level, one.until)),
        )
        for one in seen.titles
    ]


def _said_of(holder: Any, fields: Sequence[str], year: int = 0) -> list[tuple[str, str]]:
    said = [(key, getattr(holder, key)) for key in fields]
    return [(_named(key, year), words.value(key, v)) for key, v in said if v is not None]


def title_of(field: str) -> str:
    if field == "recognitions":
        return "认定（待核对）"
    return BY_KEY[field].title if field in BY_KEY else field


def _named(field: str, year: int) -> str:
    return f"{year} 年{title_of(field)}" if year else title_of(field)


def problems(row: RosterRow, faults: Sequence[RosterFault]) -> list[str]:
    """Say what is wrong or doubtful in a row, and what helps."""
    found = []
    for fault in faults:
        values = {"remedy": words.remedy(fault.field), **fault.values}
        if "own" in values:
            values |= {key: words.value(fault.field, values[key]) for key in ("own", "list")}
        found.append(words.said(fault.code, title_of(fault.field), values))
    if row.outcome == RowOutcome.DUPLICATE:
        found.append(_double(row))
    return found


def _double(row: RosterRow) -> str:
    sheet, number = row.shown["first"]
    where = f"第 {number} 行" if sheet == row.sheet else f"“{sheet}”第 {number} 行"
    differs = "、".join(dict.fromkeys(title_of(field) for field in row.shown["differs"]))
    how = f"{differs}不一样，请核对以哪一行为准" if differs else "内容相同"
    return f"与{where}是同一代码，{how}。没有导入这一行。"


@pages.post("/firms/rosters/<row:roster_id>/trades")
def set_roster_trades(roster_id: int) -> ResponseReturnValue:
    """Correct the trades of one page of new firms."""
    given = {
        number: trade
        for name, trade in request.form.items()
        if name.startswith("trade-") and (number := typed.whole(name.removeprefix("trade-")))
    }
    done = steps.set_trades(here.step(), roster_id, given, list(choices.frame().trades))
    flash(f"{done} 家企业的行业已保存。", "good")
    page, kind = typed.whole(request.form.get("page")) or 1, request.form.get("kind", "")
    kept = kind if kind in {*map(str, RowOutcome), *MORE} else ""
    return redirect(url_for(".roster", roster_id=roster_id, page=page, kind=kept or None))


@pages.post("/firms/rosters/<row:roster_id>/import")
def import_roster(roster_id: int) -> ResponseReturnValue:
    """Have a checked list take effect."""
    marks = request.form.get("marks_missing") == "yes"
    return _begun(
        roster_id,
        lambda version: steps.start_import(
            here.step(), roster_id, marks_missing=marks, base_version=version
        ),
    )


@pages.post("/firms/rosters/<row:roster_id>/undo")
def undo_roster(roster_id: int) -> ResponseReturnValue:
    """Have an import taken back where nobody has touched what it did."""
    return _begun(
        roster_id, lambda version: steps.start_undo(here.step(), roster_id, base_version=version)
    )


def _begun(roster_id: int, begin: Any) -> ResponseReturnValue:
    found_roster(roster_id)
    try:
        send(begin(typed.whole(request.form.get("version")) or 0).id)
    except (Stale, WrongState) as error:
        fields = getattr(error, "fields", {})
        flash(fields.get("roster", "名单刚刚有人处理过，请看清现在的情况再办。"), "warn")
    return redirect(url_for(".roster", roster_id=roster_id))


@pages.post("/firms/rosters/<row:roster_id>/discard")
def discard_roster(roster_id: int) -> ResponseReturnValue:
    """Forget a list that was not imported."""
    steps.discard(here.step(), roster_id)
    flash("名单已丢弃，没有导入任何企业。", "good")
    return redirect(url_for(".rosters"))


@pages.get("/firms/rosters/<row:roster_id>/missing")
def roster_missing(roster_id: int) -> ResponseReturnValue:
    """List the firms a list does not name."""
    found, part, session = found_roster(roster_id), lists.part(), here.session()
    done = found.imported_at is not None
    ask = store.missing if done else store.unnamed
    lines, total = ask(session, roster_id, part)
    return render_template(
        "bureau/roster_missing.html", roster=found, lines=lines, total=total, part=part, done=done
    )
