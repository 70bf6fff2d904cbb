"""An XLSForm brought as a trade of a draft: looked at first, with what will not come, then taken."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from questionnaires.reading import Fault
from questionnaires.taken import Taken, write_sample
from questionnaires.words import QUESTION_KINDS
from survey.files import forms as files
from survey.files.forms import Sheets
from survey.files.lists import NotRead
from survey.files.uploads import BadUpload
from survey.lifecycle import edition_forms as steps
from survey.lifecycle.errors import Faulty, Invalid, NotDraft, Stale
from survey.views.editions import CHANGE_REFUSED, found_status, pages
from survey.web import here
from survey.web.downloads import sent_workbook
from survey.words import xlsforms as words

__all__ = ["pages"]
DAMAGED = "预览的内容不完整，没有导入。请重新选择文件。"


class XlsForm(FlaskForm):
    """Which form becomes which trade."""

    file = FileField("XLSForm 工作簿（xlsx、xls，5 MB 以内）")
    trade = StringField(
        "行业代号",
        [InputRequired("请填写行业代号。"), Length(max=40)],
        description="小写英文，例如 pump；以后不能改。",
    )
    title = StringField("行业名称", [InputRequired("请填写行业名称。"), Length(max=100)])
    instead = BooleanField("草稿里已有这个行业时，用这份表替换它")
    sheets = HiddenField()
    """What was read of the file, from the preview on."""


@pages.url_value_preprocessor
def _room_for_forms(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "editions.take_xlsform":
        request.max_content_length = files.MOST + 2_000_000


@pages.get("/<edition_id>/xlsform")
def xlsform(edition_id: str) -> ResponseReturnValue:
    """Ask for a form."""
    found_status(edition_id)
    return _page(edition_id, XlsForm(formdata=None))


def _page(
    edition_id: str,
    form: XlsForm,
    status: int = 200,
    *,
    taken: Taken | None = None,
    faults: tuple[Fault, ...] = (),
    refused: str = "",
) -> ResponseReturnValue:
    page = render_template(
        "editions/xlsform.html",
        edition=found_status(edition_id),
        form=form,
        taken=taken,
        trade=taken.shape if taken else None,
        faults=faults,
        refused=refused,
        kinds=QUESTION_KINDS,
    )
    return page, status


@pages.get("/xlsform-sample.xlsx")
def xlsform_sample() -> ResponseReturnValue:
    """Send a form to begin with."""
    stream = io.BytesIO()
    write_sample(stream)
    stream.seek(0)
    return sent_workbook(stream, "XLSForm 示例.xlsx", "xlsform-sample.xlsx")


@pages.post("/<edition_id>/xlsform")
def take_xlsform(edition_id: str) -> ResponseReturnValue:
    """Show what would come of a form; take it once that was seen."""
    known, form = found_status(edition_id), XlsForm()
    if not known.is_draft:
        return _page(edition_id, form, 409, refused=CHANGE_REFUSED)
    if not form.validate():
        return _page(edition_id, form, 422)
    try:
        sheets = _sheets(form)
        if form.sheets.data and not _given():
            return _take(edition_id, form, sheets)
        taken = steps.read_form(here.step(), edition_id, sheets, *_named(form))
        form.sheets.data = files.packed(sheets)
    except Invalid as error:
        for name, said in error.fields.items():
            form[name].errors = [said]
        return _page(edition_id, form, 422)
    except BadUpload as error:
        return _page(edition_id, form, error.status, refused=words.refusal(error))
    except NotRead as error:
        return _page(edition_id, form, 422, refused=f"{error.fault}。{error.remedy}。")
    except NotDraft:
        return _page(edition_id, form, 409, refused=CHANGE_REFUSED)
    except Stale:
        return _page(edition_id, form, 409, refused="草稿刚被别人改过，没有导入。请再试一次。")
    except Faulty as faulty:
        return _page(edition_id, form, 422, faults=faulty.faults)
    return _page(edition_id, form, taken=taken)


def _given() -> bool:
    given = request.files.get("file")
    return bool(given and given.filename)


def _sheets(form: XlsForm) -> Sheets:
    """Return what was brought now, or what the preview carried on."""
    given = request.files.get("file")
    if given is not None and given.filename:
        return files.sheets(given.read(), given.filename)
    if not form.sheets.data:
        raise Invalid({"file": "请先选择 XLSForm 工作簿。"})
    try:
        return files.unpacked(form.sheets.data)
    except ValueError:
        raise Invalid({"file": DAMAGED}) from None


def _named(form: XlsForm) -> tuple[str, str]:
    return (form.trade.data or "").strip(), form.title.data or ""


def _take(edition_id: str, form: XlsForm, sheets: Sheets) -> ResponseReturnValue:
    trade, title = _named(form)
    instead = bool(form.instead.data)
    steps.take_form(here.step(), edition_id, sheets, trade, title, instead=instead)
    flash(f"已导入为行业“{title}”。请看下面的检查结果，再下载工作簿继续改。", "good")
    return redirect(url_for(".edition", edition_id=edition_id))
