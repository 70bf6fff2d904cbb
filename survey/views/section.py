"""One section of a sheet: a page to fill, saved answer by answer or all at once, whoever fills it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from questionnaires.model import Question, Section, Station
from reports.diagnosis.key_figures import reference_bands
from survey import clock
from survey.files import kinds
from survey.lifecycle import answers as steps
from survey.lifecycle.errors import Invalid, NotThere
from survey.readings.sheets import FilledSheet
from survey.tables import SheetKind
from survey.views import changes, files
from survey.views.forms import answers as forms
from survey.views.forms.answers import AnswerField, SectionForm
from survey.views.posted import Outcome, keep, show_saved
from survey.web import here, sessions
from survey.web.here import Spoken
from survey.words import uploads as upload_words
from survey.words import wording

Page = Section | Station
"""What a page of questions is about: a section, or on a visit a place of the walk."""


class SectionPage:
    """One section of a sheet before its reader; who fills it says how the page differs.

    Attributes:
        template: Extends ``section/page.html``.
        field: What this reader makes of a question.
    """

    template: ClassVar[str]
    field: ClassVar[type[AnswerField]] = AnswerField

    def __init__(self, sheet: FilledSheet, section_id: str) -> None:
        self.sheet = sheet
        self.section: Page = self.pages_by_id.get(section_id) or abort(404)

    # --- what differs by reader -----------------------------------------------------------------

    def url_of(self, section: Page) -> str:
        """Return where another section of the sheet is filled."""
        raise NotImplementedError

    @property
    def pages_by_id(self) -> Mapping[str, Page]:
        """All sections there are, also those that ask nothing."""
        return self.sheet.questionnaire.section_by_id

    @property
    def pages(self) -> Sequence[Page]:
        """The sections in which anything is asked, in order."""
        return self.sheet.sections

    @property
    def end(self) -> str:
        """Where the last section leads."""
        raise NotImplementedError

    def questions(self) -> Sequence[Question]:
        """Return the questions to show."""
        return self.sheet.questionnaire.asked_by_section(self.sheet.processes)[self.section.id]

    def more(self, form: SectionForm) -> dict[str, Any]:
        """Return what else this reader's template asks for."""
        raise NotImplementedError

    def also(self, form: SectionForm, outcome: Outcome) -> None:
        """Do what else was pressed, once every answer of the page is kept."""

    # --- what does not --------------------------------------------------------------------------

    @property
    def neighbours(self) -> tuple[Page | None, Page | None]:
        """The sections before and after this one, where there are such."""
        shown = [None, *self.pages, None]
        # From a section that asks nothing by now the way leads to the first that does.
        index = shown.index(self.section) if self.section in shown else 0
        return shown[index - 1] if index else None, shown[index + 1]

    def form(self, typed: Any = None) -> SectionForm:
        """Return the form with what is kept, or with what was ``typed`` into the page."""
        return forms.section_form(self.questions(), self.sheet.rows, typed, kind=self.field)

    def after(self) -> str:
        """Return where a kept page leads: on to the next section if that was pressed, else back."""
        _, following = self.neighbours
        if not request.form.get("go"):
            return self.url_of(self.section)
        return self.url_of(following) if following else self.end

    def shown(self, form: SectionForm, outcome: Outcome | None = None) -> str:
        """Render the page; ``outcome`` says what became of it when it was posted."""
        for asked in form:
            asked.files = self.sheet.files.get(asked.question.id, ())
        before, following = self.neighbours
        return render_template(
            self.template,
            sheet=self.sheet,
            assessment=self.sheet.assessment,
            writable=self.sheet.is_writable,
            section=self.section,
            form=form,
            texts=[(name, wording.TEXTS[name]) for name in self.field.TEXTS],
            before=self.url_of(before) if before else None,
            following=self.url_of(following) if following else None,
            end=self.end,
            bands={
                f.question.id: reference_bands(self.sheet.questionnaire, f.question) for f in form
            },
            limits=files.limits_in_words(),
            accept=kinds.ACCEPT,
            describe=forms.said,
            size_words=upload_words.size_words,
            outcome=outcome or Outcome(),
            **self.more(form),
        )


def answer(found: Callable[[], SectionPage]) -> ResponseReturnValue:
    """Show a section, or keep what was posted from it; ``found`` reads its sheet as it is now."""
    page = found()
    if request.method == "GET":
        return page.shown(page.form())
    form = page.form(request.form)
    if not page.sheet.is_writable:
        return page.shown(form, Outcome(locked=True)), 409
    outcome = keep(form, page.sheet, page.also)
    if outcome.status == 200:
        if outcome.saved:
            flash(f"已保存 {outcome.saved} 处修改。", "good")
        return redirect(page.after())
    here.session().rollback()
    page = found()
    show_saved(form, page.sheet.rows, outcome)
    return page.shown(form, outcome), outcome.status


def save(
    assessment_id: int, kind: SheetKind, texts: Sequence[str], *, find: Callable[[int], object]
) -> dict[str, Any]:
    """Keep the one change a script of ours asks for; what is answered here is on disk.

    The client makes the request's id and names the revision it saw, so a queue on a device may
    deliver its changes later, each exactly once.

    Args:
        find: Answers 404 where the reader may not know of the assessment; the step looks for itself.
    """
    try:
        change = changes.read(request, texts=texts)
    except (Spoken, Invalid):
        # What is wrong with a request is said to who may make it, of their own sheet.
        sessions.require_unchanged(here.reader())
        find(assessment_id)
        raise
    try:
        saved = steps.save_answer(here.step(), assessment_id, kind, change)
    except NotThere:
        sessions.require_unchanged(here.reader())  # says what was taken to who may know of it
        raise
    return {
        "request_id": change.request_id,
        "revision": saved.revision,
        "saved_at": saved.saved_at.isoformat(),
        "saved": clock.local(saved.saved_at, "%H:%M"),
        "value": saved.value,
        "verification": saved.verification,
    }
