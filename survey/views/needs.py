"""What the pages of firm, consultant and officer share about needs: the form, what answers propose."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from survey.lifecycle import needs as steps
from survey.lifecycle.errors import Invalid
from survey.lifecycle.needs import MOST_NAME, MOST_TEXT, Given, Handed
from survey.readings.need_drafts import Draft
from survey.store import need_rules
from survey.tables import FirmNeed, NeedSource
from survey.views.fields import Choice, Day, WholeNumber
from survey.web import here
from survey.words.needs import SOURCES
from survey.workdays import MOST_DAYS

BY_OFFICER = (NeedSource.PHONE, NeedSource.VISIT, NeedSource.HOTLINE, NeedSource.MEETING)


class NeedForm(FlaskForm):
    """A need of a firm; its own reader says nothing of source and day."""

    category = Choice("类别", [InputRequired("请选择一个类别。")])
    text = TextAreaField(
        "是什么事",
        [
            InputRequired("请写明是什么事。"),
            Length(max=MOST_TEXT, message=f"最多 {MOST_TEXT} 字，请删减。"),
        ],
        description="把情况说清楚：什么时候开始的、影响有多大。",
    )
    wish = TextAreaField(
        "希望怎样解决",
        [Length(max=MOST_TEXT, message=f"最多 {MOST_TEXT} 字，请删减。")],
        description="可以不填。",
    )
    said_by = StringField(
        "反映人",
        [InputRequired("请填写反映人的姓名。"), Length(max=MOST_NAME)],
        description="办理时找谁了解情况。",
    )
    source = Choice(
        "怎么知道的",
        default=NeedSource.PHONE,
        choices=[SelectChoice(one, SOURCES[one]) for one in BY_OFFICER],
    )
    raised_on = Day("反映日期", [InputRequired("请填写日期，例如 2026-01-31。")])
    department = Choice(
        "马上交办给", default="", description="登记和交办一步办完；先不交办的，不用选。"
    )
    days = WholeNumber(
        "办理天数（工作日）",
        [Optional(), NumberRange(1, MOST_DAYS, f"请填 1 至 {MOST_DAYS} 的整数。")],
        description="不填，就按类别的天数。没选部门的不用填。",
    )
    draft = HiddenField()

    def __init__(self, fixed: NeedSource | None, **values: Any) -> None:
        """
        Args:
            fixed: How needs of this page come; None where the officer says.
        """
        super().__init__(**values)
        self.fixed = fixed
        rules = need_rules.read(here.session())
        self.category.choices = [("", "请选择"), *((name, name) for name in rules.names)]
        if fixed is not None:
            del self.source, self.department, self.days
        else:
            every = filter(None, (*rules.every_department, here.district().department))
            offices = [(one, one) for one in dict.fromkeys(every)]
            self.department.choices = [("", "先登记，以后交办"), *offices]
        if fixed == NeedSource.FIRM:
            del self.raised_on

    def given(self) -> Given:
        """Return what was typed; what an answer proposed and somebody confirms says so."""
        source = NeedSource(self.source.data) if self.source else self.fixed
        if self.draft.data:
            source = NeedSource.ASSESSMENT
        return Given(
            self.category.data or "",
            self.text.data or "",
            self.wish.data or "",
            self.said_by.data or "",
            self.raised_on.data if self.raised_on else here.today(),
            source or NeedSource.FIRM,
        )

    def handed(self) -> Handed | None:
        """Return to whom an officer gives the need at once."""
        if not self.department or not self.department.data:
            return None
        return Handed(self.department.data, self.days.data)


def opened(fixed: NeedSource | None, drafts: list[Draft], said_by: str) -> NeedForm:
    """Return the form as the page shows it: empty, or with the proposal its address names."""
    chosen = next((one for one in drafts if one.key == request.args.get("draft")), None)
    known: dict[str, Any] = {"said_by": said_by, "raised_on": here.today()}
    if chosen:
        known |= {"category": chosen.category, "text": chosen.text, "draft": chosen.key}
    return NeedForm(fixed, formdata=None, data=known)


def registered(form: NeedForm, firm_id: int, drafts: list[Draft]) -> FirmNeed | None:
    """Register what a form holds; None where it cannot be, with the faults beside its fields."""
    if not form.validate():
        return None
    try:
        known = {one.key for one in drafts}
        key = form.draft.data if form.draft.data in known else ""
        form.draft.data = key
        return steps.register(here.step(), firm_id, form.given(), key, form.handed())
    except Invalid as error:
        for name, words in error.fields.items():
            if name in form:
                form[name].errors = [*form[name].errors, words]
            else:
                form.form_errors.append(words)
    return None
