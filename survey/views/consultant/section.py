"""One section or one place on site: every answer confirmed, changed or not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.model import Question
from survey.lifecycle import as_said
from survey.lifecycle.verification import DEMANDS_EVIDENCE
from survey.readings.visits import Count, Visit
from survey.tables import SheetKind
from survey.views.consultant.pages import found_visit, pages
from survey.views.forms.answers import PREFIX, AnswerField, SectionForm
from survey.views.forms.visits import VisitField
from survey.views.section import Page, SectionPage, answer, save
from survey.web import access, here

OPEN, MISSING = ONLY = ("open", "missing")
"""Of a section only what is not verified, or only what nobody has told."""


class VisitSection(SectionPage):
    """A section of the on-site sheet beside the firm's; of its questions perhaps only the open."""

    template: ClassVar[str] = "consultant/section.html"
    field: ClassVar[type[AnswerField]] = VisitField
    endpoint: ClassVar[str] = ".section"
    named: ClassVar[str] = "section_id"

    def __init__(self, visit: Visit, section_id: str) -> None:
        self.visit = visit
        super().__init__(visit.onsite, section_id)
        asked = request.args.get("only")
        self.only = asked if asked in ONLY else None

    def address(self, section: Page, only: str | None) -> str:
        """Return where a page of this kind is, with a filter or without."""
        number = self.sheet.assessment.id
        values: dict[str, Any] = {"assessment_id": number, "only": only, self.named: section.id}
        return url_for(self.endpoint, **values)

    def url_of(self, section: Page) -> str:
        return self.address(section, self.only)

    @property
    def end(self) -> str:
        return url_for(".overview", assessment_id=self.sheet.assessment.id)

    def questions(self) -> Sequence[Question]:
        """Return those the page shows; of a posted one, those it showed."""
        asked = self.asked()
        if request.method == "POST":
            return [q for q in asked if f"{PREFIX}{q.id}-base" in request.form]
        if not self.only:
            return asked
        if self.only == MISSING:
            return [q for q in asked if not self.visit.is_told(q.id)]
        return [q for q in asked if q.id in self.visit.needs or not self.visit.is_judged(q.id)]

    def asked(self) -> Sequence[Question]:
        """Return all questions of the page."""
        return super().questions()

    def more(self, form: SectionForm) -> dict[str, Any]:
        return {
            "visit": self.visit,
            "only": self.only,
            "far": DEMANDS_EVIDENCE,
            "page_url": self.address(self.section, None),
            "station": None,
        }


class VisitStation(VisitSection):
    """A place of the walk: the same questions, put together by where they are looked at."""

    endpoint: ClassVar[str] = ".station"
    named: ClassVar[str] = "station_id"

    @property
    def pages_by_id(self) -> Mapping[str, Page]:
        return self.sheet.questionnaire.station_by_id

    @property
    def pages(self) -> Sequence[Page]:
        return self.visit.stations

    def asked(self) -> Sequence[Question]:
        return self.visit.walk.get(self.section.id, ())

    def more(self, form: SectionForm) -> dict[str, Any]:
        return super().more(form) | {"station": self.section}


@pages.route("/<row:assessment_id>/sections/<section_id>", methods=["GET", "POST"])
def section(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Show one section with the firm's answers, or keep what was posted from it."""
    return answer(lambda: VisitSection(found_visit(assessment_id), section_id))


@pages.route("/<row:assessment_id>/stations/<station_id>", methods=["GET", "POST"])
def station(assessment_id: int, station_id: str) -> ResponseReturnValue:
    """Show what is looked at at one place, or keep what was posted from it."""
    return answer(lambda: VisitStation(found_visit(assessment_id), station_id))


@pages.post("/<row:assessment_id>/sections/<section_id>/as-said")
def leave_as_said(assessment_id: int, section_id: str) -> ResponseReturnValue:
    """Let the firm's word stand for what nobody has judged in a section."""
    visit = found_visit(assessment_id)
    rest = as_said.leave_as_said(here.step(), assessment_id, section_id)
    flash(f"{len(rest.free)} 题已标为沿用自评。" if rest.free else "没有可以沿用自评的题。", "good")
    if rest.held:
        codes = "、".join(visit.questionnaire.questions[id].code for id in rest.held)
        flash(f"还有 {len(rest.held)} 题决定等级，没有沿用，请逐题核验：{codes}。", "warn")
    only = request.args.get("only")
    return redirect(
        url_for(
            ".section",
            assessment_id=assessment_id,
            section_id=section_id,
            only=only if only in ONLY else None,
        )
    )


@pages.post("/<row:assessment_id>/answers")
def save_answer(assessment_id: int) -> ResponseReturnValue:
    """Keep one change for a script of ours."""
    texts = ("verification", *VisitField.TEXTS)
    return save(assessment_id, SheetKind.ONSITE, texts, find=access.visited_assessment)


@pages.get("/<row:assessment_id>/standing")
def standing(assessment_id: int) -> ResponseReturnValue:
    """Say how far the visit is and what each answer still needs, for a page that stays open."""
    visit = found_visit(assessment_id)
    rows, rung = visit.onsite.rows, visit.score.rung if visit.score else None
    return {
        "done": visit.count.done,
        "whole": visit.count.whole,
        "open": visit.count.open,
        "rest": {section.id: len(visit.rest(section).free) for section in visit.sections},
        "rung": rung.title if rung else "",
        "sections": _plain(visit.counts),
        "stations": _plain(visit.station_counts),
        "verifications": {id: row.verification for id, row in rows.items()},
        "needs": visit.needs,
    }


def _plain(counts: Mapping[str, Count]) -> dict[str, dict[str, Any]]:
    return {
        id: {
            "done": count.done,
            "whole": count.whole,
            "unseen": count.unseen,
            "complete": count.is_complete,
        }
        for id, count in counts.items()
    }
