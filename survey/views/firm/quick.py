"""A short first look (快筛): one question a page, each chosen so that the rung is soon certain.

The answers are those of the sheet, kept by the same steps; nothing has to be typed twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from questionnaires.asking import next_question
from questionnaires.model import Question
from questionnaires.scoring import is_required
from questionnaires.screening import Prospect, prospect
from survey.lifecycle.habits import known
from survey.readings.sheets import FilledSheet
from survey.readings.starts import StartedSheet
from survey.store import habits as store
from survey.views.firm.pages import found_sheet, pages
from survey.views.firm.section import FirmSection
from survey.views.forms.answers import SectionForm
from survey.views.section import Page, answer
from survey.web import here


class QuickQuestion(FirmSection):
    """One question of the sheet as a page of its own; from it the way leads to the next that tells."""

    template: ClassVar[str] = "firm/quick_question.html"

    def __init__(self, sheet: StartedSheet, question_id: str) -> None:
        question = sheet.questionnaire.questions.get(question_id) or abort(404)
        section = sheet.questionnaire.section_of[question_id]
        if question not in sheet.asked(section) or not is_required(section, question):
            abort(404)
        super().__init__(sheet, section.id)
        self.question = question

    def questions(self) -> Sequence[Question]:
        return (self.question,)

    @property
    def neighbours(self) -> tuple[Page | None, Page | None]:
        return None, None

    @property
    def end(self) -> str:
        return url_for("firm.quick", assessment_id=self.sheet.assessment.id)

    def url_of(self, section: Page) -> str:
        if section is not self.section:
            return super().url_of(section)
        number = self.sheet.assessment.id
        return url_for("firm.quick_question", assessment_id=number, question_id=self.question.id)

    def more(self, form: SectionForm) -> dict[str, Any]:
        return {**super().more(form), "now": _prospect(self.sheet)}


@pages.get("/assessments/<row:assessment_id>/quick")
def quick(assessment_id: int) -> ResponseReturnValue:
    """Lead to the question to ask next, or say which rung is certain."""
    sheet = found_sheet(assessment_id)
    if not sheet.is_writable:
        return redirect(url_for("firm.overview", assessment_id=assessment_id))
    now = _prospect(sheet)
    if not now.is_certain:
        counted = store.of(here.session(), sheet.assessment.edition, sheet.assessment.trade)
        following = next_question(
            sheet.questionnaire,
            sheet.answers,
            known(counted, sheet.questionnaire),
            sheet.processes,
            now,
        )
        return redirect(
            url_for("firm.quick_question", assessment_id=assessment_id, question_id=following)
        )
    return render_template("firm/quick.html", sheet=sheet, assessment=sheet.assessment, now=now)


@pages.route("/assessments/<row:assessment_id>/quick/<question_id>", methods=["GET", "POST"])
def quick_question(assessment_id: int, question_id: str) -> ResponseReturnValue:
    """Show one question, or keep its answer and lead on."""
    return answer(lambda: QuickQuestion(found_sheet(assessment_id), question_id))


def _prospect(sheet: FilledSheet) -> Prospect:
    return prospect(sheet.questionnaire, sheet.answers, sheet.processes)
