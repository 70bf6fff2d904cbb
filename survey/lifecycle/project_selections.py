"""One check of several projects: each stands for itself, what cannot be done is left and named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from survey.lifecycle import project_checks
from survey.lifecycle.errors import Invalid, Refusal, WrongState
from survey.lifecycle.projects import held
from survey.lifecycle.selections import Chosen, Seen, settled
from survey.lifecycle.step import Step
from survey.store import projects as store
from survey.tables import Project, ProjectPackage, ProjectState


class Check(StrEnum):
    """What an officer may say of several projects at once."""

    CONTRACT = "contract"
    PROGRESS = "progress"
    ACCEPT = "accept"


FINISHED: Final = (ProjectState.FINISHED, ProjectState.ACCEPTED)
_CONTRACT_DONE: Final = "合同已经核对过。"
_CONTRACT_MENDING: Final = "正等企业按意见更正合同。"
_NO_CONTRACT: Final = "还没有登记合同，或项目已终止。"
_NO_REPORT: Final = "没有等着核对的进度。"
_UNFINISHED: Final = "企业还没有报完工，或已经验收。"
_UNSEEN: Final = "还有改造内容没有看过或没有达到，请打开项目逐项验收。"
_UNCHECKED: Final = "合同还没有核对，请先核对合同。"


def obstacle(check: Check, row: Project, packages: Mapping[str, ProjectPackage]) -> str:
    """Say why a check does not fit a project; empty where it does.

    An acceptance fits where every package was seen and holds what its check asks, as after one that
    was taken back: what nobody looked at is not accepted among others.
    """
    if check == Check.PROGRESS:
        waits = row.state in project_checks.RUNNING and not row.progress_checked
        return "" if waits else _NO_REPORT
    if check == Check.CONTRACT:
        if row.state not in store.BOUND:
            return _NO_CONTRACT
        return _CONTRACT_DONE if row.contract_checked else _CONTRACT_MENDING if row.returned else ""
    if row.state != ProjectState.FINISHED:
        return _UNFINISHED
    if not row.contract_checked:
        return _UNCHECKED
    return "" if packages and all(one.met for one in packages.values()) else _UNSEEN


def record(
    step: Step, chosen: Chosen, check: Check, accepted_on: date | None = None
) -> dict[int, Refusal]:
    """Record a check of every project of a selection that allows it; the others are named.

    Args:
        accepted_on: The day of an acceptance.

    Returns:
        Why something was left as it is, by the project's id.

    Raises:
        Shifted: The filter finds others by now; nothing was done.
        Invalid: An acceptance has no day, or one after today.
    """
    if check == Check.ACCEPT and (accepted_on is None or accepted_on > step.today):
        raise Invalid({"accepted_on": "请填写验收日期，不能晚于今天。"})
    left: dict[int, Refusal] = {}
    with step.writing():
        for one in settled(step, chosen):
            try:
                _record(step, one, check, accepted_on)
            except Refusal as refusal:
                left[one.id] = refusal
    return left


def _record(step: Step, seen: Seen, check: Check, accepted_on: date | None) -> None:
    # Held first, in whatever state: a project that changed since its page is named so.
    row = held(step, seen.id, seen.version, tuple(ProjectState))
    packages = store.packages_of(step.session, [row.id]).get(row.id, {})
    if why := obstacle(check, row, packages):
        raise WrongState({"": why})
    if check == Check.CONTRACT:
        project_checks.pass_contract(step, row.id, seen.version)
    elif check == Check.PROGRESS:
        project_checks.pass_progress(step, row.id, seen.version)
    else:
        project_checks.accept_as_seen(step, row.id, seen.version, accepted_on)
