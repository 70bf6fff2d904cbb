"""What ties a consultant to a firm: declared, ended, and a visit that is asked off for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from survey.lifecycle import codes, typed
from survey.lifecycle.errors import Interested, Invalid, Locked, NotThere
from survey.lifecycle.step import Step
from survey.store import accounts, assessments
from survey.store import interests as store
from survey.tables import Assessment, AssessmentState, Interest, Role

MOST_NAME = 100


@dataclass(frozen=True)
class Declared:
    """An interest as it was typed."""

    name: str
    code: str
    employs: bool
    says: str


def declare(step: Step, user_id: int, given: Declared, *, demonstration: bool) -> None:
    """Keep that a consultant has an interest in a firm; the same twice is kept once.

    Raises:
        NotThere: The user is no consultant.
        Invalid: The firm's name or code, or what ties them, is missing or cannot be.
    """
    name, code = typed.line(given.name), codes.normal_code(given.code)
    says = _said(given, name, code, demonstration=demonstration)
    with step.writing() as session:
        user = accounts.user(session, user_id)
        if user is None or user.role != Role.CONSULTANT:
            raise NotThere
        known = store.standing_of(session, user_id, code)
        if known is not None and (known.employs, known.says) == (given.employs, says):
            return
        session.add(
            Interest(
                user_id=user_id,
                code=code,
                name=name,
                employs=given.employs,
                says=says,
                declared_by=step.by.user_id,
                author=step.by.name,
                declared_at=step.now,
            )
        )
        after = {"organisation": name, "code": code, "employs": given.employs}
        step.log("declare_interest", user, after=after, reason=says)


def _said(given: Declared, name: str, code: str, *, demonstration: bool) -> str:
    """Return what ties them, with every fault of what was typed told at once."""
    faults = {}
    if not name or len(name) > MOST_NAME:
        faults["name"] = f"请填写单位名称（{MOST_NAME} 字以内）。"
    if fault := codes.fault_in_code(code, demonstration=demonstration):
        faults["code"] = fault
    try:
        says = typed.reason(given.says)
    except Invalid as error:
        faults["says"] = error.fields["reason"].replace("理由", "关系")
    if faults:
        raise Invalid(faults)
    return says


def end(step: Step, user_id: int, interest_id: int, *, own: bool) -> None:
    """Say that an interest holds no more; it stays on record. Pressed twice, it ends once.

    Args:
        own: Whether the consultant says so, who may end only what they declared themselves.

    Raises:
        NotThere: There is no such interest of theirs.
        Invalid: An officer declared it.
    """
    with step.writing() as session:
        kept, user = store.interest(session, interest_id), accounts.user(session, user_id)
        if kept is None or user is None or kept.user_id != user_id:
            raise NotThere
        if own and kept.declared_by != user_id:
            raise Invalid(
                {"interest": "这一条由主管部门登记。情况有变，请联系主管部门的联系人更正。"}
            )
        if kept.ended_at is None:
            kept.ended_at = step.now
            before = {"organisation": kept.name, "code": kept.code}
            step.log("end_interest", user, before=before)


def ask_off(step: Step, assessment_id: int, says: str) -> None:
    """Ask the bureau to be taken off a visit (回避申请); asked twice, it waits once.

    Raises:
        NotThere: The visit is not this consultant's.
        Locked: It does not run.
        Invalid: Nobody says why.
    """
    why = typed.reason(says)
    with step.writing() as session:
        assessment = assessments.assessment(session, assessment_id, lock=True)
        if assessment is None or step.by.user_id not in assessment.visitors:
            raise NotThere
        if assessment.state != AssessmentState.VISITING:
            raise Locked(assessment.state)
        if step.by.user_id in {one.user_id for one in store.asking(session, assessment_id)}:
            return
        session.add(
            Interest(
                user_id=step.by.user_id,
                code=assessment.firm.code,
                name=assessment.firm.name,
                employs=False,
                says=why,
                declared_by=step.by.user_id,
                author=step.by.name,
                declared_at=step.now,
                assessment_id=assessment_id,
            )
        )
        step.log("ask_off", assessment, reason=why)


def require_none(
    step: Step, assessment: Assessment, people: Collection[int | None], despite: str
) -> str:
    """Refuse to send people who have an interest in a firm, unless it is said why all the same.

    Who visits the firm already and asks for nothing is no new decision.

    Returns:
        Why they are sent all the same; empty where nothing stands against it.

    Raises:
        Interested: Names the interests.
    """
    found = [
        held
        for held in store.held_in(step.session, [assessment.firm.code])
        if _counts(held.interest, assessment, people)
    ]
    if found and not typed.line(despite):
        raise Interested(found)
    return typed.reason(despite) if found else ""


def _counts(interest: Interest, assessment: Assessment, people: Collection[int | None]) -> bool:
    """Whether an interest stands against sending these people to this firm now."""
    there = assessment.state == AssessmentState.VISITING and interest.user_id in assessment.visitors
    asks = interest.is_asking and interest.assessment_id == assessment.id
    return interest.user_id in people and (asks or not there)


def settle(step: Step, assessment: Assessment) -> None:
    """Mark what was asked about a visit as decided, inside the step that decides it."""
    for one in store.asking(step.session, assessment.id):
        one.settled_at = step.now
