"""What a consultant concludes from a visit: the problems in words, the packages recommended."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm.attributes import flag_modified

from reports.facts import Choice
from survey.library import questionnaire_of
from survey.lifecycle import assessments, second_sheets, typed
from survey.lifecycle.choices import TypedChoice, choices_of, keep, read
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.step import Step
from survey.tables import Assessment, SheetKind

LONGEST_SUMMARY = 5000


def conclude(
    step: Step,
    assessment_id: int,
    *,
    problems: str,
    plan: Sequence[TypedChoice] | None,
    base_version: int,
) -> None:
    """Keep the consultant's summary of problems, and the plan; None leaves the computed advice.

    Raises:
        Stale: Somebody concluded meanwhile.
        Invalid: Names every field that cannot be taken.
    """
    with step.writing() as session:
        assessment = assessments.writable(session, assessment_id, SheetKind.ONSITE)
        second_sheets.require_shared(step, assessment)
        if assessment.version != base_version:
            raise Stale
        text, lines = _read(assessment, problems, plan)
        before = choices_of(session, assessment)
        assessment.problems = text
        assessment.planned_at = None if lines is None else step.now
        flag_modified(assessment, "problems")  # a changed line alone makes a new version too
        keep(session, assessment.id, lines or ())
        decided = before is not None or lines is not None
        said = (_named(before), _named(lines)) if decided else (None, None)
        step.log("conclude", assessment, before=said[0], after=said[1])


def _read(
    assessment: Assessment, problems: str, plan: Sequence[TypedChoice] | None
) -> tuple[str, tuple[Choice, ...] | None]:
    faults: dict[str, str] = {}
    said, lines = "", None
    try:
        said = typed.text("problems", problems, LONGEST_SUMMARY)
    except Invalid as error:
        faults |= error.fields
    try:
        lines = None if plan is None else read(questionnaire_of(assessment), plan)
    except Invalid as error:
        faults |= error.fields
    if faults:
        raise Invalid(faults)
    return said, lines


def _named(choices: Sequence[Choice] | None) -> dict[str, list[str] | None]:
    """Say a plan in the log by codes; a measure of one's own is empty, a computed plan is None."""
    return {"packages": None if choices is None else [one.code for one in choices]}
