"""The bureau's own workbooks: brought, explained, and handed back filled with the list at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from io import BytesIO
from itertools import chain
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from questionnaires.sheets.writing import cut
from reports import tables
from reports.tables import Cell, Origin, Sheet, write_table
from survey.clock import LOCAL
from survey.files import templates as files
from survey.files.contents import Damaged, Missing
from survey.files.inside import Verdict
from survey.files.templates import Held
from survey.files.uploads import BadUpload
from survey.lifecycle import templates as life
from survey.lifecycle.errors import Invalid
from survey.lifecycle.exports import note_export
from survey.readings.ledger import Beside
from survey.store import templates as store
from survey.tables import ListTemplate
from survey.views import files as brought
from survey.views.bureau import (
    assessments,
    candidates,
    choices,
    columns,
    firms,
    introductions,
    need_columns,
    needs,
    notice_columns,
    pool,
    project_columns,
    projects,
    providers,
    recommendation,
    sample_columns,
    samples,
)
from survey.views.bureau.blueprint import pages
from survey.views.bureau.everything import MOST_ROWS, Everything
from survey.views.bureau.exports import Column
from survey.views.bureau.ledger_columns import AS_KEPT
from survey.web import downloads, here, scanning
from survey.words import lists as words
from survey.words import uploads as upload_words
from survey.workdays import Calendar

EVERYTHING: Mapping[str, Callable[[], Everything]] = {
    "assessments": assessments.everything,
    "pool": pool.everything,
    "firms": firms.everything,
    "needs": needs.everything,
    "projects": projects.everything,
    "samples": samples.everything,
    "candidates": candidates.everything,
    "recommendation": recommendation.everything,
    "providers": providers.everything,
    "introductions": introductions.everything,
}
LIKELY = 0.5
"""From which likeness on, 0 to 1, an unknown name is taken for a known one that was meant."""
GONE = "模板文件不在服务器上了，请重新上传。"


@pages.url_value_preprocessor
def _room_for_templates(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "bureau.templates":
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


@pages.route("/assessments/templates", methods=["GET", "POST"])
def templates() -> ResponseReturnValue:
    """Explain the names a template may hold, list those there are, take another."""
    if request.method == "GET":
        return _page()
    try:
        kept = _take()
    except RequestEntityTooLarge:
        return _page("文件太大，请删去图片和多余的表。"), 413
    except BadUpload as error:
        return _page(upload_words.refusal(error)), error.status
    except Invalid as error:
        return _page("".join(error.fields.values())), 422
    lost = "、".join(words.LOST[kind] for kind in kept.lost)
    said = f"模板“{kept.title}”已保存。"
    flash(f"{said}填好的表里不会有：{lost}。" if lost else said, "note" if lost else "good")
    return redirect(url_for(".templates"))


def _take() -> ListTemplate:
    listed, title = request.form.get("listed", ""), request.form.get("title", "")
    if listed not in EVERYTHING:
        raise Invalid({"listed": "请选择模板用于哪张清单。"})
    here.session().rollback()  # looking into a file takes time; nothing may wait for it
    stored = brought.taken("template", read_at_once=True)
    if stored.media_type != downloads.WORKBOOK:
        raise Invalid(
            {"template": "模板要用 .xlsx 文件。请在表格软件里另存为“Excel 工作簿（.xlsx）”。"}
        )
    known = [*_named(_every(listed)), words.NUMBER]
    held = files.held(here.contents().read(stored.sha256), stored.name, known, list(words.ONCE))
    _require_good(held, known)
    return life.keep_template(here.step(), listed, title, stored, held)


def _require_good(held: Held, known: Sequence[str]) -> None:
    if held.unknown:
        names = "、".join(_suggested(cut(name), known) for name in held.unknown[:10])
        raise Invalid({"template": f"这些名称不认识：{names}。请照下面的表改正后再上传。"})
    if not held.rows:
        raise Invalid(
            {"template": "模板里没有企业的字段。请在要重复的一行里写 {{企业名称}} 等名称。"}
        )
    if len(held.rows) > 1:
        places = "、".join(f"“{sheet}”第 {row} 行" for sheet, row in held.rows[:5])
        raise Invalid({"template": f"企业的字段只能写在一行里，现在有：{places}。"})


def _suggested(name: str, known: Sequence[str]) -> str:
    """Write a name that is not known, with the one that was probably meant."""
    meant = get_close_matches(name, known, 1, LIKELY)
    return f"{{{{{name}}}}}" + (f"（是不是 {{{{{meant[0]}}}}}？）" if meant else "")


def _every(listed: str) -> Sequence[Column[Any]]:
    """The columns of a list, without its lines."""
    if listed == "providers":
        return providers.of_providers()
    if listed == "introductions":
        return introductions.of_introductions()
    frame = choices.frame()
    if listed == "assessments":
        return columns.of_assessments(frame, {}, {})
    if listed == "needs":
        return need_columns.of_needs(frame.trades, Calendar())
    if listed == "pool":
        return columns.of_pool(frame, {}, here.district().stages, Beside())
    if listed == "projects":
        return project_columns.of_projects(frame.trades, here.today())
    if listed == "samples":
        return sample_columns.of_samples(frame.trades)
    if listed == "candidates":
        return notice_columns.of_candidates(frame.trades, {}, 0)
    if listed == "recommendation":
        return notice_columns.of_recommendation(frame.trades, "")
    return columns.of_firms(frame.trades)


def _named(every: Sequence[Column[Any]]) -> dict[str, Column[Any]]:
    """Name each column as its head is read, with and without the unit."""
    found: dict[str, Column[Any]] = {}
    for column in every:
        for name in (column.title, column.title.partition("（")[0]):
            found.setdefault(name, column)
    for column in every:
        if column.former:
            found.setdefault(column.former, column)
    return found


def _page(fault: str = "") -> str:
    return render_template(
        "bureau/templates.html",
        templates=[one for one in store.templates(here.session()) if one.listed in EVERYTHING],
        listed=words.LISTED,
        lost=words.LOST,
        once=words.ONCE,
        fields={listed: _fields(listed) for listed in words.LISTED},
        fault=fault,
        most=MOST_ROWS,
    )


def _fields(listed: str) -> list[str]:
    return [words.NUMBER, *(column.title.partition("（")[0] for column in _every(listed))]


@pages.get("/assessments/templates/<listed>/sample")
def template_sample(listed: str) -> ResponseReturnValue:
    """Hand out a small workbook that shows how names are written."""
    if listed not in EVERYTHING:
        abort(404)
    named = _fields(listed)[:8]
    if listed == "pool":
        named = [words.NUMBER, *chain.from_iterable(AS_KEPT.values())]
    known = _named(_every(listed))
    titles = [known[name].title if name in known else name for name in named]
    heads = [tables.Column(title, 20) for title in titles]
    sheet = Sheet(words.LISTED[listed], heads, [[f"{{{{{name}}}}}" for name in named]])
    stream = BytesIO()
    origin = Origin("{{区县}}" + words.LISTED[listed] + "（{{日期}}，共 {{家数}} 家）", here.now())
    write_table(stream, [sheet], origin)
    stream.seek(0)
    return downloads.sent_workbook(stream, "模板样例.xlsx", "template-sample.xlsx")


@pages.get("/assessments/templates/<row:template_id>")
def fill_template(template_id: int) -> ResponseReturnValue:
    """Hand a template back filled with its list, narrowed and ordered as this address says.

    More lines than a template takes answer 422, before they are read.
    """
    kept = store.template(here.session(), template_id) or abort(404)
    if kept.listed not in EVERYTHING:
        abort(404)
    if (instead := scanning.refused(kept.sha256)) is not None:
        return instead
    found = EVERYTHING[kept.listed]()
    said = choices.said_filters(found.said)
    named = {name: column for name, column in _named(found.columns).items() if name in kept.named}
    here.session().rollback()  # writing takes time; nothing may wait for it
    try:
        content = here.contents().read(kept.sha256)
        rows = list(_rows(named, found.lines))
        fields = [words.NUMBER, *named]
        filled = files.filled(content, kept.name, fields, rows, _once(len(rows), said))
    except (Missing, Damaged):
        here.refuse(410, GONE)
    except BadUpload as error:
        if error.fault == Verdict.HEAVY:
            here.refuse(400, "模板太大，这么多企业填不下。请缩小筛选范围，或删去模板里多余的列。")
        raise
    note_export(here.step(), kept.listed, len(rows), f"模板“{kept.title}”；{said}")
    name = f"{kept.title}-{here.today().isoformat()}.xlsx"
    return downloads.sent_workbook(BytesIO(filled), name, f"template-{template_id}.xlsx")


def _rows(named: Mapping[str, Column[Any]], lines: Sequence[Any]) -> Iterator[list[Any]]:
    for number, line in enumerate(lines, start=1):
        yield [number, *(_plain(column.cell(line)) for column in named.values())]


def _plain(cell: Cell) -> Any:
    """A value as JSON carries it into the limited program."""
    if isinstance(cell, date):
        return {"day": cell.isoformat()[:10]}
    if isinstance(cell, Decimal):
        return float(cell)
    return cut(cell) if isinstance(cell, str) else cell


def _once(rows: int, said: str) -> dict[str, Any]:
    district, today = here.district(), here.now().astimezone(LOCAL).date()
    return {
        "区县": cut(district.name),
        "主管部门": cut(district.bureau),
        "日期": {"day": today.isoformat()},
        "年份": today.year,
        "家数": rows,
        "筛选条件": cut(said),
        "制表人": cut(here.reader().name),
    }


@pages.post("/assessments/templates/<row:template_id>/delete")
def forget_template(template_id: int) -> ResponseReturnValue:
    """Forget a template."""
    life.forget_template(here.step(), template_id)
    flash("模板已删除。", "good")
    return redirect(url_for(".templates"))
