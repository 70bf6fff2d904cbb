"""Word templates: the ones we ship to take away, the bureau's own, and what may stand in them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from reports.word.fields import Fields, Meaning, meanings, shape
from survey.files.templates import Held
from survey.files.uploads import BadUpload
from survey.files.word import MOST_BYTES, faults
from survey.lifecycle import templates as life
from survey.lifecycle.errors import Invalid
from survey.lifecycle.word_editions import ANNUAL, REPORT
from survey.store import scans
from survey.store import templates as store
from survey.tables import ListTemplate
from survey.views import files as brought
from survey.views.bureau.blueprint import pages
from survey.web import here, scanning
from survey.web.downloads import WORD, attachment, disposition
from survey.words import uploads as upload_words
from survey.words import word_templates as words


class Kind(NamedTuple):
    """A document that is written from a template: what it is called, its fields, the one we ship."""

    title: str
    plain: str
    fields: Callable[[], Fields]
    shipped: Callable[[], bytes]


def _report_fields() -> Fields:
    from reports.word import diagnosis

    return diagnosis.FIELDS


def _annual_fields() -> Fields:
    from reports.word import annual

    return annual.FIELDS


def _of_diagnosis() -> bytes:
    from reports.word import templates

    return templates.of_diagnosis()


def _of_annual() -> bytes:
    from reports.word import templates

    return templates.of_annual()


KINDS = {
    REPORT: Kind("诊断报告", "report", _report_fields, _of_diagnosis),
    ANNUAL: Kind("年度报告", "annual", _annual_fields, _of_annual),
}
"""Only what is asked for loads the parts that write."""


@pages.url_value_preprocessor
def _room_for_a_template(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "bureau.word_templates":
        request.max_content_length = MOST_BYTES


class Shown(NamedTuple):
    """One document on the page: the bureau's own template if there is one, and the meanings."""

    id: str
    title: str
    own: ListTemplate | None
    meanings: list[Meaning]


@pages.route("/assessments/templates/word", methods=["GET", "POST"])
def word_templates() -> ResponseReturnValue:
    """Explain the fields a template may hold, show which is used, take another."""
    if request.method == "GET":
        return _page()
    try:
        kept = _take()
    except RequestEntityTooLarge:
        return _page("文件超过 10 MB，请压缩或删去图片。"), 413
    except BadUpload as error:
        return _page(upload_words.refusal(error)), error.status
    except Invalid as error:
        return _page("".join(error.fields.values())), 422
    since = "以后生成的用它" if scans.is_open(here.session(), kept.sha256) else "查毒没有问题后用它"
    flash(f"模板“{kept.title}”已保存，{since}。", "good")
    return redirect(url_for(".word_templates"))


def _take() -> ListTemplate:
    listed = request.form.get("listed", "")
    if listed not in KINDS:
        raise Invalid({"listed": "请选择模板用于哪种文件。"})
    file = request.files.get("template")
    if file is None or not file.filename:
        raise Invalid({"template": "请先选择要上传的模板文件。"})
    here.session().rollback()  # looking into a file takes time; nothing may wait for it
    scanning.require_clean(file.stream, file.filename)
    found = faults(file.stream.read(), file.filename, shape(KINDS[listed].fields()))
    if found:
        raise Invalid({"template": f"模板没有保存。{words.faults(found)}"})
    file.stream.seek(0)
    stored = brought.taken("template")
    held = Held((), (), (), ())
    return life.keep_template(here.step(), listed, life.DOCUMENTS[listed], stored, held)


def _page(fault: str = "") -> str:
    own = {one.listed: one for one in store.templates(here.session())}
    shown = [
        Shown(id, kind.title, own.get(id), list(meanings(kind.fields())))
        for id, kind in KINDS.items()
    ]
    return render_template("bureau/word_templates.html", kinds=shown, fault=fault)


@pages.get("/assessments/templates/word/<word_kind>/shipped.docx")
def shipped_word_template(word_kind: str) -> ResponseReturnValue:
    """Hand out a template we ship."""
    found = KINDS.get(word_kind) or abort(404)
    answer = send_file(BytesIO(found.shipped()), mimetype=WORD)
    names = f"{found.title}模板.docx", f"{found.plain}-template.docx"
    answer.headers["Content-Disposition"] = disposition(*names)
    return answer


@pages.get("/assessments/templates/word/<row:template_id>.docx")
def word_template(template_id: int) -> ResponseReturnValue:
    """Hand out the bureau's own template."""
    kept = _own(template_id)
    kind = KINDS[kept.listed]
    return attachment(
        here.contents(),
        kept.sha256,
        media_type=WORD,
        name=f"{kind.title}模板（本单位）.docx",
        plain_name=f"{kind.plain}-template-own.docx",
    )


@pages.post("/assessments/templates/word/<row:template_id>/delete")
def forget_word_template(template_id: int) -> ResponseReturnValue:
    """Forget the bureau's own template: the one we ship is used again."""
    life.forget_template(here.step(), _own(template_id).id)
    flash("已改回默认模板。", "good")
    return redirect(url_for(".word_templates"))


def _own(template_id: int) -> ListTemplate:
    kept = store.template(here.session(), template_id)
    return kept if kept and kept.listed in KINDS else abort(404)
