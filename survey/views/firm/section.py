"""One section of the questionnaire, filled by the firm."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import url_for
from flask.typing import ResponseReturnValue

from survey.store import assessments as store
from survey.tables import SheetKind
from survey.views.firm.pages import found_sheet, pages
from survey.views.forms.answers import AnswerField, SectionForm
from survey.views.section import Page, SectionPage, answer, save
from survey.web import access, here


class FirmSection(SectionPage):
    """A section of the firm's own sheet; the last one leads to its handing in."""

    template: ClassVar[str] = "firm/section.html"

    def url_of(self, section: Page) -> str:
        number = self.sheet.assessment.id
        return url_for("firm.section", assessment_id=number, section_id=section.id)

    @property
    def end(self) -> str:
        # Handing in is not for who fills a part.
        target = "firm.review" if self.sheet.given is None else "firm.overview"
        return url_for(target, assessment_id=self.sheet.assessment.id)

    def more(self, form: SectionForm) -> dict[str, Any]:
        authors = {f.kept.author_id for f in form if f.kept} - {here.reader().id}
        return {"authors": store.names_of(here.session(), authors) if authors else {}}


@pages.route("/assessments/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section, or keep the answers posted from it."""
    access.require_given(section_id)
    return answer(lambda: FirmSection(found_sheet(assessment_id), section_id))


@pages.post("/assessments/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one answer for a script of ours."""
    return save(assessment_id, SheetKind.SELF, AnswerField.TEXTS, find=access.own_assessment)
