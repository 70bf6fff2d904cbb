"""In whose hands an assessment is, for the officer who gave it away."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, url_for

from survey.store import responses
from survey.tables import Assessment, AssessmentState
from survey.web import here
from survey.words import hands as words
from survey.words.hands import Hands, Letter


def in_hands(
    assessment: Assessment, visitors: Sequence[str], *, asked: bool, pooled: bool
) -> Hands:
    """Return whose turn it is.

    Args:
        visitors: Names of the consultants, who leads first.
        asked: Whether the firm waits for an answer to its request.
        pooled: Whether it was decided on its place in the pool.
    """
    firm, round_, help_at = assessment.firm.name, assessment.round.title, here.district().contact
    if asked:
        return Hands(words.BUREAU, words.ASKED)
    if assessment.state == AssessmentState.DRAFT:
        url = _url("firm.overview", assessment)
        text = words.returned(firm, round_, assessment.return_reason or "", url, help_at)
        return Hands(firm, words.TO_MEND, (Letter("企业", text),))
    if assessment.state == AssessmentState.SUBMITTED:
        return Hands(words.BUREAU, words.TO_ASSIGN)
    if assessment.state == AssessmentState.VISITING:
        day = assessment.planned_on
        errand = words.errand(visitors, firm, day, _url("consultant.overview", assessment), help_at)
        visit = words.visit(firm, visitors, day, _url("firm.home"), help_at)
        return Hands(
            "、".join(visitors), words.VISITING, (Letter("诊断顾问", errand), Letter("企业", visit))
        )
    return _after(assessment, help_at, pooled=pooled)


def _after(assessment: Assessment, help_at: str, *, pooled: bool) -> Hands:
    session, firm = here.session(), assessment.firm.name
    if responses.open_objections(session, [assessment.id]):
        return Hands(words.BUREAU, words.OBJECTED)
    if responses.answered(session, [assessment.id]):
        return Hands(words.BUREAU, words.DONE if pooled else words.TO_PLACE)
    url = _url("responses.confirmation", assessment)
    text = words.confirmed(firm, assessment.round.title, url, help_at)
    return Hands(firm, words.TO_SIGN, (Letter("企业", text),))


def _url(endpoint: str, assessment: Assessment | None = None) -> str:
    """Return a page's address as it is sent out of the house."""
    base: str = current_app.config["SURVEY"].base_url
    return base + (
        url_for(endpoint, assessment_id=assessment.id) if assessment else url_for(endpoint)
    )
