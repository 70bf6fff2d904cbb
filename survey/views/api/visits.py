"""Visits for other systems: who goes, how far one is, and its end."""

from __future__ import annotations

from typing import Any

from survey.lifecycle import assessments as steps
from survey.lifecycle import contradictions, signing
from survey.lifecycle.errors import Interested
from survey.lifecycle.responses import Word
from survey.lifecycle.signing import Signing
from survey.readings.visits import Visit, visit_of
from survey.readings.workloads import loads
from survey.store import accounts
from survey.tables import Assessment, AssessmentState, Role, SignerRole
from survey.views.api import models
from survey.views.api import visit_models as shapes
from survey.views.api.assessments import told_of
from survey.views.api.operations import operation, pages
from survey.web import access, errors, here
from survey.words import interests


@pages.get("/consultants")
@operation("visits", shapes.Consultants)
def consultants() -> shapes.Consultants:
    """List who may be sent, the less loaded first."""
    found = loads(here.session(), here.today())
    return shapes.Consultants(
        items=[
            shapes.Consultant(id=one.of.id, name=one.of.name, visits=one.of.open, free=[*one.free])
            for one in found
            if one.of.active
        ]
    )


@pages.get("/assessments/<row:assessment_id>/visit")
@operation("visits", shapes.Visit)
def visit(assessment_id: int) -> shapes.Visit:
    """Say who visits a firm; those who do read what stands between the visit and its confirmation."""
    return _told(access.readable_assessment(assessment_id))


def _told(found: Assessment) -> shapes.Visit:
    running = here.reader().role == Role.CONSULTANT and found.state == AssessmentState.VISITING
    return shapes.Visit(
        assessment=found.id,
        state=found.state,
        consultant=_person(found.consultant_id),
        second=_person(found.second_consultant_id),
        planned_on=found.planned_on,
        confirmed_at=found.confirmed_at,
        left=_left(found) if running else None,
        version=found.version,
    )


def _person(user_id: int | None) -> shapes.Person | None:
    found = accounts.user(here.session(), user_id) if user_id else None
    return shapes.Person(id=found.id, name=found.name) if found else None


def _left(found: Assessment) -> shapes.Left:
    it: Visit = visit_of(here.session(), found, by=here.reader().id)
    return shapes.Left(
        questions=[
            shapes.OpenQuestion(question=id, needs=[*needs]) for id, needs in it.needs.items()
        ],
        contradictions=[
            shapes.Contradiction(id=hint.id, says=hint.says, questions=hint.found.check.questions)
            for hint in it.open_hints
        ],
        content=None if it.is_apart else signing.content_hash(here.session(), found),
    )


# --- who goes -------------------------------------------------------------------------------------


@pages.post("/assessments/<row:assessment_id>/assignment")
@operation("visits", shapes.Visit, 409, 415)
def assign(assessment_id: int, json: shapes.Assignment) -> shapes.Visit:
    """Send a consultant or a pair, or change who goes and when."""
    access.handed_in_assessment(assessment_id)
    steps.assign(
        here.step(),
        assessment_id,
        json.consultant,
        json.second,
        json.planned_on,
        shown=json.version,
        despite=json.despite,
    )
    return _told(access.handed_in_assessment(assessment_id))


@pages.errorhandler(Interested)
def _interested(error: Interested) -> Any:
    """Say who has an interest, and under which name a reason to send them all the same is given."""
    said = interests.warning(error.found)
    return errors.answer(error.status, "".join(said), fields={"despite": said[-1]})


@pages.post("/assessments/<row:assessment_id>/unassignment")
@operation("visits", shapes.Visit, 409, 415)
def unassign(assessment_id: int, json: shapes.Unassignment) -> shapes.Visit:
    """Take an assignment back, saying why."""
    access.handed_in_assessment(assessment_id)
    steps.unassign(here.step(), assessment_id, reason=json.reason)
    return _told(access.handed_in_assessment(assessment_id))


# --- its end --------------------------------------------------------------------------------------


@pages.put("/assessments/<row:assessment_id>/contradictions/<check_id>")
@operation("visits", shapes.Visit, 409, 415)
def explain(assessment_id: int, check_id: str, json: shapes.Explaining) -> shapes.Visit:
    """Keep why both sides of a contradiction are right."""
    found = access.visited_assessment(assessment_id)
    contradictions.explain(here.step(), found.id, check_id, json.says)
    return _told(access.visited_assessment(assessment_id))


@pages.post("/assessments/<row:assessment_id>/confirmation")
@operation("visits", models.Assessment, 409, 415)
def confirm(assessment_id: int, json: shapes.Confirming) -> models.Assessment:
    """Confirm what was found on site, signed by name; perhaps with the firm's word on the spot."""
    found = access.visited_assessment(assessment_id)
    said = json.word
    word = Word(said.kind, said.name, said.post, said.says) if said else None
    signings = [Signing(SignerRole.CONSULTANT, json.signer or here.reader().name)]
    if word:
        signings.append(Signing(SignerRole.FIRM, word.name, word.post))
    steps.confirm(here.step(), found.id, word=word, shown=json.content, signings=signings)
    return told_of(found.id)
