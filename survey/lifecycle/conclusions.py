"""What a consultant concludes from a visit: the problems in words, the packages recommended."""

from __future__ import annotations

from survey.library import questionnaire_of
from survey.lifecycle import assessments, typed
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.step import Step
from survey.tables import SheetKind

LONGEST_SUMMARY = 5000


def conclude(
    step: Step, assessment_id: int, *, problems: str, packages: list[str] | None, base_version: int
) -> None:
    """Keep the consultant's summary of problems and choice of packages (None: as computed)."""
    with step.writing() as session:
        assessment = assessments.writable(session, assessment_id, SheetKind.ONSITE)
        if assessment.version != base_version:
            raise Stale
        known = questionnaire_of(assessment).package_by_code
        if packages is not None and (unknown := [c for c in packages if c not in known]):
            raise Invalid({"packages": f"没有这些改造场景：{'、'.join(unknown)}。"})
        assessment.problems = typed.text("problems", problems, LONGEST_SUMMARY)
        assessment.chosen_packages = None if packages is None else list(dict.fromkeys(packages))
        step.log("conclude", assessment)
