"""One section of the questionnaire, filled by the firm."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import starts as steps
from survey.lifecycle.errors import Invalid
from survey.readings.starts import StartedSheet
from survey.store import assessments as store
from survey.tables import SheetKind
from survey.views import files
from survey.views.firm.pages import found_sheet, pages
from survey.views.forms.answers import AnswerField, SectionForm
from survey.views.posted import Outcome
from survey.views.section import Page, SectionPage, answer, save
from survey.web import access, here

SAME = "same"
"""The button that lets last round's answers stand; as ``go`` of the whole page, else of one question."""


class FirmSection(SectionPage):
    """A section of the firm's own sheet; the last one leads to its handing in."""

    template: ClassVar[str] = "firm/section.html"

    def __init__(self, sheet: StartedSheet, section_id: str) -> None:
        super().__init__(sheet, section_id)
        self.started = sheet

    def url_of(self, section: Page) -> str:
        number = self.sheet.assessment.id
        return url_for("firm.section", assessment_id=number, section_id=section.id)

    @property
    def end(self) -> str:
        # Handing in is not for who fills a part.
        target = "firm.review" if self.sheet.given is None else "firm.overview"
        return url_for(target, assessment_id=self.sheet.assessment.id)

    def form(self, typed: Any = None) -> SectionForm:
        """Return the form; what nobody has answered shows last round's answer, where it may stand."""
        form = super().form(typed)
        for field in form:
            field.last = self.started.last_time(field.question)
            if typed is None:
                field.show_kept()
        return form

    def after(self) -> str:
        pressed = request.form.get(SAME) or request.form.get("again")
        here_ = self.url_of(self.section)
        return f"{here_}#question-{pressed}" if pressed in self._shown else super().after()

    @property
    def _shown(self) -> set[str]:
        return {question.id for question in self.questions()}

    def also(self, form: SectionForm, outcome: Outcome) -> None:
        """Let last round's answers stand, or its files, as was pressed."""
        waiting = [f.question.id for f in form if f.showed_last]
        if request.form.get("go") != SAME:
            waiting = [id for id in waiting if id == request.form.get(SAME)]
        number, section = self.sheet.assessment.id, self.section
        if waiting and (kept := steps.confirm_same(here.step(), number, section.id, waiting)):
            flash(f"“{section.title}”有 {kept} 题已按上年答案确认。", "good")
        for field in form:
            if field.question.id == request.form.get("again"):
                self._keep_files(field, outcome)

    def _keep_files(self, field: AnswerField, outcome: Outcome) -> None:
        number = self.sheet.assessment.id
        try:
            kept = steps.keep_files(here.step(), number, field.question.id, limits=files.room())
        except Invalid as refused:
            field.file_faults.extend(refused.fields.values())
            outcome.meet(422)
        else:
            outcome.saved += kept

    def more(self, form: SectionForm) -> dict[str, Any]:
        authors = {f.kept.author_id for f in form if f.kept} - {here.reader().id}
        return {
            "authors": store.names_of(here.session(), authors) if authors else {},
            "waiting": self.started.waiting_in(self.section.id),
        }


@pages.route("/assessments/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section, or keep the answers posted from it."""
    access.require_given(section_id)
    return answer(lambda: FirmSection(found_sheet(assessment_id), section_id))


@pages.post("/assessments/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one answer for a script of ours."""
    return save(assessment_id, SheetKind.SELF, AnswerField.TEXTS, find=access.own_assessment)
