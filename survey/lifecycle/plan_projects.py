"""A firm's plan becomes projects: a project for each package that is ticked, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.projects import MOST_TITLE, ProjectFacts, begun, catalogue_of
from survey.lifecycle.step import Step
from survey.store import assessments, firms
from survey.store import projects as store
from survey.tables import AssessmentState

MOST_AT_ONCE = 40


def begin_all(
    step: Step, assessment_id: int, wanted: Mapping[str, str]
) -> tuple[int, tuple[str, ...]]:
    """Begin a project for each package; one that has a project under way is left as it is.

    Args:
        wanted: How many units, as typed, by code.

    Returns:
        How many were begun, and the codes that were left.

    Raises:
        NotThere: There is no such assessment that was handed in.
        Invalid: Nothing is ticked, a package is unknown, or one of the projects cannot be.
    """
    with step.writing() as session:
        assessment = assessments.assessment(session, assessment_id)
        if assessment is None or assessment.state == AssessmentState.DRAFT:
            raise NotThere
        firm = firms.firm(session, assessment.firm_id, lock=True)
        if firm is None:
            raise NotThere
        sold = catalogue_of(session, assessment.edition, assessment.trade)
        _require_known(wanted, set(sold))
        known = store.under_way(session, firm.id, wanted)
        new = [code for code in wanted if code not in known]
        for code in new:
            title = sold[code].title[:MOST_TITLE]
            facts = ProjectFacts(title, packages={code: wanted[code]})
            begun(step, firm, facts, assessment)
        return len(new), tuple(sorted(known))


def _require_known(wanted: Mapping[str, str], sold: set[str]) -> None:
    if not wanted:
        raise Invalid({"package": "还没有勾选，请至少勾选一项再立项。"})
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid({"package": f"一次最多立项 {MOST_AT_ONCE} 个，请分几次办理。"})
    for code, units in wanted.items():
        if not typed.whole(typed.plain(units)):
            raise Invalid({"package": f"{code[:20]} 的数量应是 1 以上的整数，请刷新页面后重选。"})
    if strange := set(wanted) - sold:
        raise Invalid({"package": f"目录里没有“{min(strange)[:20]}”这个场景，请刷新页面后重选。"})
