"""The last look before handing in: what is missing, what does not sit well, and the statement."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from questionnaires.model import Question, Section
from survey import clock
from survey.lifecycle import assessments as steps
from survey.lifecycle.errors import Incomplete, Invalid
from survey.lifecycle.typed import line
from survey.readings.hints import own_hints
from survey.readings.sheets import FilledSheet
from survey.views.firm.pages import found_sheet, pages
from survey.web import here

WORTHWHILE = {
    "key_figures": "填了才能与参考区间对照",
    "retrofit_scope": "要改造几台只有您知道，填了才能按实际数量算投入，没填的按 1 台（条、个）算",
}
"""What an optional section is worth to the firm before it hands in, by the section's id."""


class SubmitForm(FlaskForm):
    """The truth statement and who makes it."""

    agreed = BooleanField(
        "我已核对全部答案。所填内容和佐证材料真实，能在现场核查时出示。",
        [InputRequired("请先核对并勾选真实性承诺。")],
    )
    declared_by = StringField(
        "承诺人姓名",
        [InputRequired("请填写承诺人姓名。"), Length(max=60, message="姓名最多 60 字。")],
        description="一般为企业负责人或其授权人。",
    )


@pages.route("/assessments/<row:assessment_id>/review", methods=["GET", "POST"])
def review(assessment_id: int) -> ResponseReturnValue:
    """Show what stands before submission; hand the sheet in."""
    sheet = found_sheet(assessment_id)
    form = SubmitForm()
    if request.method == "GET":
        return _page(sheet, form)
    if sheet.is_writable and not form.validate_on_submit():
        return _page(sheet, form), 422
    try:
        receipt = steps.submit(here.step(), assessment_id, declared_by=line(form.declared_by.data))
    except Invalid as refused:
        form.declared_by.errors = [
            words for name, words in refused.fields.items() if name == "declared_by"
        ]
        why = (words for name, words in refused.fields.items() if name != "declared_by")
        return _page(sheet, form, "".join(why)), 422
    except Incomplete:
        return _page(found_sheet(assessment_id), form), 422
    when = clock.local(receipt.submitted_at)
    flash(f"已提交，答卷已锁定。回执：第 {receipt.assessment_id} 号评估，{when}。", "good")
    return redirect(url_for("firm.overview", assessment_id=assessment_id))


def _page(sheet: FilledSheet, form: SubmitForm, refused: str = "") -> str:
    return render_template(
        "firm/review.html",
        sheet=sheet,
        assessment=sheet.assessment,
        form=form,
        refused=refused,
        hints=own_hints(here.session(), sheet),
        reminders=[_left_empty(sheet, name, why) for name, why in WORTHWHILE.items()],
    )


@dataclass(frozen=True)
class Reminder:
    """An optional section in which something is left empty, and what it would be good for."""

    section: Section
    questions: tuple[Question, ...]
    why: str


def _left_empty(sheet: FilledSheet, section_id: str, why: str) -> Reminder | None:
    section = sheet.questionnaire.section_by_id.get(section_id)
    empty = tuple(q for q in sheet.asked(section) if q.id not in sheet.answers) if section else ()
    return Reminder(section, empty, why) if section and empty else None
