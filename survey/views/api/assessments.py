"""Assessments, their answers and what they are worth, for other systems."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement

from questionnaires import scoring
from questionnaires.trace import TraceLine, trace
from survey.lifecycle import answers as answer_steps
from survey.lifecycle import assessments as steps
from survey.lifecycle.answers import Change
from survey.lifecycle.errors import Invalid
from survey.lifecycle.scores import unmet
from survey.readings.sheets import FilledSheet, filled_sheet
from survey.readings.visits import visit_of
from survey.store import feeds
from survey.store.answers import KeptAnswer
from survey.store.sheets import Standing, results_of
from survey.tables import Assessment, AssessmentState, Role, SheetKind
from survey.views.api import models
from survey.views.api.operations import operation, paged, pages
from survey.views.results import readable_result
from survey.web import access, here
from survey.web.here import Reader

TEXTS = {
    SheetKind.SELF: frozenset({"remark"}),
    SheetKind.ONSITE: frozenset({"remark", "verification", "finding", "reason"}),
}
"""What may be said beside the value of an answer, by kind of sheet."""
QUESTION = re.compile(r"[A-Za-z0-9_]{1,60}")
READABLE: Mapping[Role, Callable[[Reader], ColumnElement[bool]]] = {
    Role.FIRM: lambda who: feeds.of_firm(who.firm_id or 0),
    Role.CONSULTANT: lambda who: feeds.visited_by(who.id),
    Role.OFFICER: lambda _who: feeds.handed_in(),
}


def _worth(standing: Standing) -> models.Result | None:
    if standing.share is None:
        return None
    return models.Result(share=str(standing.share), permille=standing.permille, rung=standing.rung)


def _told(row: Any) -> models.Assessment:
    results = results_of(row)
    return models.Assessment(
        id=row.id,
        firm=row.firm_id,
        round=row.round_id,
        edition=row.edition,
        trade=row.trade,
        state=row.state,
        submitted_at=row.submitted_at,
        confirmed_at=row.confirmed_at,
        own=_worth(results.own),
        visited=_worth(results.visited),
        version=row.version,
    )


@pages.get("/assessments")
@operation("assessments", models.Assessments)
def assessments(query: models.AssessmentsAsked) -> models.Assessments:
    """List what the token's user may read, by their numbers."""
    who = here.reader()
    asked = {
        Assessment.round_id: query.round,
        Assessment.firm_id: query.firm,
        Assessment.state: query.state,
    }
    where = [column == value for column, value in asked.items() if value]
    where.append(READABLE[who.role](who))
    found = feeds.assessments(here.session(), query.after, query.limit + 1, *where)
    shown, following = paged(found, query.limit, lambda row: row.id)
    return models.Assessments(items=[_told(row) for row in shown], next=following)


@pages.get("/assessments/<row:assessment_id>")
@operation("assessments", models.Assessment)
def assessment(assessment_id: int) -> models.Assessment:
    """Return one assessment."""
    return told_of(access.readable_assessment(assessment_id).id)


def told_of(assessment_id: int) -> models.Assessment:
    """Return an assessment that its reader may read."""
    (row,) = feeds.assessments(here.session(), assessment_id - 1, 1)
    return _told(row)


@pages.post("/assessments")
@operation("assessments", models.Assessment, 409, 415)
def begin(json: models.Beginning) -> models.Assessment:
    """Begin the assessment of a round; what was begun is returned."""
    return told_of(steps.begin(here.step(), here.reader().firm_id or 0, json.round).id)


# --- answers --------------------------------------------------------------------------------------


@pages.get("/assessments/<row:assessment_id>/sheets/<sheet:kind>/answers")
@operation("assessments", models.Answers)
def answers(assessment_id: int, kind: SheetKind) -> models.Answers:
    """Return the answers of a sheet as far as its reader was given it."""
    sheet = sheet_of_reader(assessment_id, kind)
    given = here.reader().sections
    section_of = sheet.questionnaire.section_of
    return models.Answers(
        assessment=assessment_id,
        kind=kind,
        processes=sorted(sheet.processes),
        is_writable=sheet.is_writable and _is_theirs(kind),
        items=[
            _answer(row)
            for id, row in sorted(sheet.rows.items())
            if given is None or (id in section_of and section_of[id].id in given)
        ],
    )


def sheet_of_reader(assessment_id: int, kind: SheetKind) -> FilledSheet:
    """Find a sheet its reader may see: nobody's but the visitors' before it is confirmed."""
    found, session = access.readable_assessment(assessment_id), here.session()
    if kind == SheetKind.SELF or found.state == AssessmentState.CONFIRMED:
        return filled_sheet(session, found, kind)
    if here.reader().role != Role.CONSULTANT:
        abort(404)
    return visit_of(session, found, by=here.reader().id).onsite


def _is_theirs(kind: SheetKind) -> bool:
    fills = {SheetKind.SELF: Role.FIRM, SheetKind.ONSITE: Role.CONSULTANT}
    return here.reader().role == fills[kind]


def _answer(row: KeptAnswer) -> models.Answer:
    return models.Answer(
        question=row.question_id,
        value=row.value,
        remark=row.remark,
        verification=row.verification,
        finding=row.finding,
        reason=row.reason,
        revision=row.revision,
        saved_at=row.saved_at,
    )


@pages.put("/assessments/<row:assessment_id>/sheets/<sheet:kind>/answers/<question>")
@operation("assessments", models.SavedAnswer, 409, 415)
def save_answer(
    assessment_id: int, kind: SheetKind, question: str, json: models.NewAnswer
) -> models.SavedAnswer:
    """Keep one answer, once for each ``request_id``."""
    if not QUESTION.fullmatch(question):
        abort(404)
    said = json.model_dump(exclude={"request_id", "base_revision"}, exclude_unset=True)
    if not said:
        raise Invalid({"value": "没有要保存的内容。"})
    if strange := sorted(set(said) - {"value", *TEXTS[kind]}):
        raise Invalid(dict.fromkeys(strange, "这份答卷没有这一项。"))
    change = Change(question, json.request_id, json.base_revision, **said)
    saved = answer_steps.save_answer(here.step(), assessment_id, kind, change)
    return models.SavedAnswer(
        request_id=json.request_id,
        revision=saved.revision,
        saved_at=saved.saved_at,
        value=saved.value,
        verification=saved.verification,
    )


@pages.post("/assessments/<row:assessment_id>/submission")
@operation("assessments", models.Submitted, 409, 415)
def submit(assessment_id: int, json: models.Submission) -> models.Submitted:
    """Hand the firm's sheet in."""
    found = access.own_assessment(assessment_id)
    receipt = steps.submit(here.step(), found.id, declared_by=json.declared_by)
    return models.Submitted(
        assessment=found.id, submitted_at=receipt.submitted_at, declared_by=receipt.declared_by
    )


@pages.post("/assessments/<row:assessment_id>/return")
@operation("assessments", models.Assessment, 409, 415)
def send_back(assessment_id: int, json: models.Returning) -> models.Assessment:
    """Give a sheet back to its firm, saying why."""
    found = access.handed_in_assessment(assessment_id)
    steps.return_to_firm(here.step(), found.id, reason=json.reason, questions=json.questions)
    return told_of(found.id)


@pages.post("/assessments/<row:assessment_id>/reopening")
@operation("assessments", models.Assessment, 409, 415)
def reopen(assessment_id: int, json: models.Reopening) -> models.Assessment:
    """Take a confirmed assessment back to its consultant, saying why."""
    found = access.handed_in_assessment(assessment_id)
    steps.reopen(here.step(), found.id, reason=json.reason)
    return told_of(found.id)


# --- what they are worth --------------------------------------------------------------------------


@pages.get("/assessments/<row:assessment_id>/sheets/<sheet:kind>/score")
@operation("assessments", models.Score)
def score(assessment_id: int, kind: SheetKind) -> models.Score:
    """Return what a sheet is worth, and how every question enters it."""
    found = readable_result(assessment_id, kind)
    sheet = filled_sheet(here.session(), found, kind)
    it = scoring.score(sheet.questionnaire, sheet.answers, sheet.processes)
    return models.Score(
        assessment=found.id,
        kind=kind,
        edition=found.edition,
        share=str(it.share),
        permille=int(it.share * 1000),
        rung=it.rung.id if it.rung else None,
        unmet_gates=sorted(unmet(it)),
        trace=[_line(line) for line in trace(it)],
    )


def _line(line: TraceLine) -> models.ScoredQuestion:
    return models.ScoredQuestion(
        section=line.section.id,
        question=line.question.id,
        state=line.state,
        answer=line.answer,
        points=None if line.points is None else str(line.points),
        of_whole=str(line.of_whole),
        contribution=str(line.contribution),
    )
