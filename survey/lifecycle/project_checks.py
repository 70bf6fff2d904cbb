"""The bureau's side of a project: facts and progress checked, accepted or sent back, opened again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from survey.lifecycle import introductions, typed
from survey.lifecycle.errors import Invalid, WrongState
from survey.lifecycle.projects import EARLIEST, held
from survey.lifecycle.states import PROJECT
from survey.lifecycle.step import Step
from survey.store import projects as store
from survey.tables import Project, ProjectPackage, ProjectState

MOST_FINDING: Final = 300
RUNNING: Final = (ProjectState.CONTRACTED, ProjectState.UNDER_WAY)


@dataclass(frozen=True)
class Seen:
    """What was seen of a package at the acceptance; ``met`` is None where nobody looked."""

    met: bool | None
    finding: str = ""


def check_contract(step: Step, project_id: int, *, base_version: int) -> None:
    """Say that the facts agree with the contract."""
    with step.writing():
        pass_contract(step, project_id, base_version)


def pass_contract(step: Step, project_id: int, base_version: int) -> None:
    """As above, inside the caller's transaction."""
    row = held(step, project_id, base_version, store.BOUND)
    row.contract_checked, row.returned, row.changed_at = True, "", step.now
    step.log("project_check_contract", row, after={"price": _price(row)})


def question_contract(step: Step, project_id: int, *, reason: str, base_version: int) -> None:
    """Ask the firm to mend what it said of its contract, before the project is finished."""
    why = typed.reason(reason)
    with step.writing():
        row = held(step, project_id, base_version, RUNNING)
        row.contract_checked, row.returned, row.changed_at = False, why, step.now
        step.log("project_question_contract", row, reason=why)


def check_progress(step: Step, project_id: int, *, base_version: int) -> None:
    """Say that what was reported so far is so."""
    with step.writing():
        pass_progress(step, project_id, base_version)


def pass_progress(step: Step, project_id: int, base_version: int) -> None:
    """As above, inside the caller's transaction."""
    row = held(step, project_id, base_version, RUNNING)
    _look_at_reports(step, row)
    step.log("project_check_progress", row, after={"percent": row.progress})


def question_progress(step: Step, project_id: int, *, reason: str, base_version: int) -> None:
    """Say that the last report is not so, and why; the firm reports again."""
    why = typed.reason(reason)
    with step.writing():
        row = held(step, project_id, base_version, RUNNING)
        if row.progress_checked:
            raise WrongState({"": "没有等着核对的进度，请刷新页面。"})
        _look_at_reports(step, row, objection=why)
        step.log("project_question_progress", row, after={"percent": row.progress}, reason=why)


def _look_at_reports(step: Step, row: Project, objection: str = "") -> None:
    """Mark every report nobody looked at; an objection is to the last of them."""
    fresh = [one for one in store.reports_of(step.session, row.id) if one.checked_at is None]
    for report in fresh:
        report.checked_by, report.checked_at = step.by.user_id, step.now
    if fresh:
        fresh[0].objection = objection
    row.progress_checked, row.changed_at = True, step.now


def accept(
    step: Step,
    project_id: int,
    seen: Mapping[str, Seen],
    *,
    accepted_on: date | None,
    base_version: int,
) -> None:
    """Accept a finished project whose packages all hold what their checks ask.

    Raises:
        WrongState: It is not finished, or over.
        Invalid: A check is missing or failed, the contract was not compared, or the day is wrong.
    """
    with step.writing() as session:
        row = held(step, project_id, base_version, (ProjectState.FINISHED,))
        packages = store.packages_of(session, [row.id])[row.id]
        faults = _keep_seen(step, packages, seen)
        faults |= not_acceptable(step, row, packages, accepted_on)
        if faults:
            raise Invalid(faults)
        _accept(step, row, packages, accepted_on)


def accept_as_seen(
    step: Step, project_id: int, base_version: int, accepted_on: date | None
) -> None:
    """Accept a finished project whose packages were all seen before, inside the caller's transaction.

    Raises:
        WrongState: It is not finished, or over.
        Invalid: As ``accept``; nothing was changed then.
    """
    row = held(step, project_id, base_version, (ProjectState.FINISHED,))
    packages = store.packages_of(step.session, [row.id])[row.id]
    if faults := not_acceptable(step, row, packages, accepted_on):
        raise Invalid(faults)
    _accept(step, row, packages, accepted_on)


def not_acceptable(
    step: Step, row: Project, packages: Mapping[str, ProjectPackage], accepted_on: date | None
) -> dict[str, str]:
    """Return what stands against accepting a finished project on a day, by field."""
    faults = {
        f"met-{code}": "要通过验收，每一项都要看过并达到；没达到的请退回。"
        for code, package in packages.items()
        if not package.met
    }
    first = row.finished_on or EARLIEST
    if accepted_on is None or not first <= accepted_on <= step.today:
        faults["accepted_on"] = f"验收日期应在 {first.isoformat()} 到今天之间。"
    if not row.contract_checked:
        faults[""] = "合同还没有核对。请先核对合同，再验收。"
    return faults


def _accept(
    step: Step, row: Project, packages: Mapping[str, ProjectPackage], accepted_on: date | None
) -> None:
    row.state, row.accepted_on = PROJECT["project_accept"].leads, accepted_on
    _look_at_reports(step, row)
    after = {"state": row.state, "accepted_on": accepted_on, "bought": list(packages)}
    step.log("project_accept", row, after=after)


def send_back(
    step: Step, project_id: int, seen: Mapping[str, Seen], *, reason: str, base_version: int
) -> None:
    """Give a finished project back to be mended; what was seen is kept."""
    why = typed.reason(reason)
    with step.writing() as session:
        row = held(step, project_id, base_version, (ProjectState.FINISHED,))
        packages = store.packages_of(session, [row.id])[row.id]
        if faults := _keep_seen(step, packages, seen):
            raise Invalid(faults)
        row.state, row.returned = PROJECT["project_send_back"].leads, why
        row.finished_on = None
        _look_at_reports(step, row)
        missed = [code for code, package in packages.items() if package.met is False]
        after = {"state": row.state, "bought": missed}
        step.log("project_send_back", row, after=after, reason=why)


def _keep_seen(
    step: Step, packages: Mapping[str, ProjectPackage], seen: Mapping[str, Seen]
) -> dict[str, str]:
    """Keep what was seen of each package; return what cannot be kept, by field."""
    faults = {}
    for code, package in packages.items():
        one = seen.get(code, Seen(None))
        finding = typed.line(one.finding)
        if len(finding) > MOST_FINDING:
            faults[f"finding-{code}"] = f"最多 {MOST_FINDING} 字，请删减。"
        elif one.met is False and not finding:
            faults[f"finding-{code}"] = "没有达到的，请写明看到了什么、差在哪里。"
        package.met, package.finding = one.met, finding
        package.seen_on = step.today if one.met is not None else None
    return faults


def reopen(step: Step, project_id: int, *, reason: str, base_version: int) -> None:
    """Take an acceptance back where a mistake was made; the project waits for it anew."""
    why = typed.reason(reason)
    with step.writing():
        row = held(step, project_id, base_version, (ProjectState.ACCEPTED,))
        before = {"state": row.state, "accepted_on": row.accepted_on}
        row.state, row.accepted_on = PROJECT["project_reopen"].leads, None
        row.reason, row.changed_at = why, step.now
        step.log("project_reopen", row, before=before, after={"state": row.state}, reason=why)


def resume(step: Step, project_id: int, *, reason: str, base_version: int) -> None:
    """Let a stopped project go on: as contracted, or as planned where there was no contract.

    That it was finished is to be said anew; when it began stays.
    """
    why = typed.reason(reason)
    with step.writing():
        row = held(step, project_id, base_version, (ProjectState.STOPPED,))
        action = "project_resume" if row.contracted_on else "project_replan"
        before = {"state": row.state}
        row.state, row.reason, row.changed_at = PROJECT[action].leads, why, step.now
        row.finished_on = None
        step.log(action, row, before=before, after={"state": row.state}, reason=why)
        introductions.follow(step, row.firm_id)


def _price(row: Project) -> int:
    return sum(getattr(row, name) or 0 for name in store.ONCE)
