"""Colleagues: who fills which modules and how far they are; only the firm's owner comes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from questionnaires.progress import SectionProgress
from survey.lifecycle import colleagues as steps
from survey.lifecycle.errors import Invalid
from survey.readings.sheets import FilledSheet, filled_sheet
from survey.store import accounts
from survey.store import assessments as store
from survey.tables import AssessmentState, SheetKind, User
from survey.views.firm.pages import pages
from survey.views.links import hand_over
from survey.web import here

WHOLE, SOME = "whole", "some"


class ShareForm(FlaskForm):
    """What of the sheet somebody is given."""

    reach = RadioField(
        "请他填",
        choices=[SelectChoice(SOME, "只填下面勾选的模块"), SelectChoice(WHOLE, "全部模块")],
        default=SOME,
    )
    sections = SelectMultipleField(
        "模块", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, sheet: FilledSheet | None, **given: Any) -> None:
        super().__init__(**given)
        self.sections.choices = [
            SelectChoice(section.id, section.title) for section in (sheet.sections if sheet else ())
        ]

    @property
    def given(self) -> list[str] | None:
        return None if self.reach.data == WHOLE else self.sections.data or []


class ColleagueForm(ShareForm):
    """A new colleague."""

    name = StringField("姓名", [InputRequired("请填写同事的姓名。"), Length(max=60)])


@dataclass(frozen=True)
class Line:
    """A colleague, with the modules given and how far each is; empty without an open sheet."""

    user: User
    sections: tuple[SectionProgress, ...]


@pages.route("/colleagues", methods=["GET", "POST"])
def colleagues() -> ResponseReturnValue:
    """List colleagues; invite one more."""
    sheet = _sheet()
    form = ColleagueForm(sheet)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                name = form.name.data or ""
                return hand_over(
                    steps.invite_colleague(here.step(), _firm(), name=name, sections=form.given)
                )
            except Invalid as error:
                _show(form, error)
    return _page(sheet, form), status


@pages.post("/colleagues/<row:user_id>")
def share(user_id: int) -> ResponseReturnValue:
    """Change what a colleague is given."""
    form = ShareForm(_sheet())
    if not form.validate():
        abort(400)
    steps.give(here.step(), _firm(), user_id, form.given)
    flash("已更改，对方下次打开页面就会看到。", "good")
    return redirect(url_for(".colleagues"))


@pages.post("/colleagues/<row:user_id>/link")
def colleague_link(user_id: int) -> ResponseReturnValue:
    """Make a new link for a colleague."""
    return hand_over(steps.new_link(here.step(), _firm(), user_id))


@pages.post("/colleagues/<row:user_id>/away")
def take_back(user_id: int) -> ResponseReturnValue:
    """Send a colleague away."""
    steps.take_back(here.step(), _firm(), user_id)
    flash("已收回，对方不能再登录。他填过的内容都还在。", "good")
    return redirect(url_for(".colleagues"))


def _firm() -> int:
    return here.reader().firm_id or 0


def _sheet() -> FilledSheet | None:
    """Return the sheet being filled, or else the newest."""
    found = store.assessments_of_firm(here.session(), _firm())
    drafts = [assessment for assessment in found if assessment.state == AssessmentState.DRAFT]
    newest = next(iter(drafts or found), None)
    return filled_sheet(here.session(), newest, SheetKind.SELF) if newest else None


def _page(sheet: FilledSheet | None, form: ColleagueForm) -> str:
    users = accounts.users_of_firm(here.session(), _firm())
    lines = [Line(user, _given(sheet, user)) for user in users if user.id != here.reader().id]
    return render_template("firm/colleagues.html", form=form, lines=lines, sheet=sheet)


def _given(sheet: FilledSheet | None, user: User) -> tuple[SectionProgress, ...]:
    if sheet is None or user.sections is None:
        return ()
    return tuple(s for s in sheet.section_progress if s.section.id in user.sections)


def _show(form: FlaskForm, error: Invalid) -> None:
    for name, words in error.fields.items():
        form[name].errors = [words]
