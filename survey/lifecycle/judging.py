"""Keep how firms stand before the notices that are published, whenever what that rests on changes.

The officer's list is narrowed by what is kept here; a firm's own page judges it anew by the same rule.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from reports.notices import Judgement, judge
from survey.lifecycle import jobs
from survey.lifecycle.applicants import call_of, known
from survey.lifecycle.jobs import Taken
from survey.lifecycle.step import About, Step
from survey.store import applicants, candidates
from survey.store import jobs as job_store
from survey.store import notices as store
from survey.tables import Candidate, CandidateState, Job, JobState, Notice

KIND: Final = "notices"
JUDGED: Final = "notices_judged"
AT_ONCE: Final = 100
"""Firms of one transaction."""
NEW: Final = {
    "state": CandidateState.OPEN,
    "reason": "",
    "papers": [],
    "project": "",
    "version": 1,
}
"""A firm that has said nothing yet."""


def again(step: Step, firm_ids: Collection[int]) -> None:
    """Hold firms against every published notice again, inside the caller's transaction."""
    if live := store.live(step.session):
        _hold(step, live, firm_ids)


def hold(step: Step, notice: Notice, firm_id: int) -> None:
    """Hold one firm against one notice, inside the caller's transaction."""
    _hold(step, [notice], [firm_id])


def _hold(step: Step, notices: Sequence[Notice], firm_ids: Collection[int]) -> int:
    """Return how many judgements are others than before."""
    there, changed = candidates.beside(step.session, [one.id for one in notices], firm_ids), 0
    for edition, group in groupby(sorted(notices, key=_edition), _edition):
        some = list(group)
        found = known(step.session, firm_ids, edition, [one.id for one in some], step.today)
        for notice in some:
            call = call_of(notice)
            for firm_id in firm_ids:
                key = (notice.id, firm_id)
                changed += _keep(step, key, there.get(key), judge(call, found[key]))
    return changed


def _edition(notice: Notice) -> str:
    return notice.edition


def _keep(step: Step, key: tuple[int, int], kept: Candidate | None, found: Judgement) -> bool:
    """Keep a judgement; return whether it is another than before."""
    said = {
        "fits": found.fits,
        "states": found.states,
        "met": found.met,
        "not_met": found.not_met,
        "unclear": found.unclear,
    }
    if kept is None and found.fits:
        step.session.add(Candidate(notice_id=key[0], firm_id=key[1], **NEW, **said))
        return True
    if kept is None or all(getattr(kept, name) == value for name, value in said.items()):
        return False
    for name, value in said.items():
        setattr(kept, name, value)
    return True


# --- every firm -----------------------------------------------------------------------------------


def ask(step: Step, notice_id: int | None = None) -> Job:
    """Ask for every firm to be held against a notice, or all; inside the caller's transaction.

    A request that waits is enough.
    """
    if notice_id is None:
        return jobs.ask(step, KIND, {})
    for job in job_store.jobs_about(step.session, KIND, "notice", notice_id):
        if job.state == JobState.QUEUED:
            return job
    return jobs.ask(step, KIND, {}, subject="notice", subject_id=notice_id)


def ask_if_live(step: Step) -> None:
    """Ask for it where facts of many firms changed at once, and a notice is published."""
    if store.live(step.session):
        ask(step)


def portion(step: Step, taken: Taken, after: int, lease: timedelta) -> tuple[int, int]:
    """Hold the next firms against the notices of a job; return the last one, and how many they were.

    Raises:
        Overtaken: Nobody wants the work any more, or another does it.
    """
    with jobs.held(step, taken) as job:
        firms = applicants.next_firms(step.session, after, AT_ONCE)
        live = _meant(step, taken.subject_id) if firms else []
        if live and (changed := _hold(step, live, firms)):
            step.log(JUDGED, About("district", KIND), after={"rows": changed})
        job.leased_until = step.now + lease
        return (firms[-1] if firms else after), len(firms)


def begun_at(step: Step, taken: Taken) -> dict[int, int]:
    """Return the versions of the notices a job is about, as it begins."""
    return {one.id: one.version for one in _meant(step, taken.subject_id)}


def end(step: Step, versions: dict[int, int], firms: int) -> dict[str, int]:
    """Note that every firm was held against these versions, in the transaction that ends the job."""
    for notice_id, version in versions.items():
        notice = store.notice(step.session, notice_id, lock=True)
        if notice is not None and notice.judged_version < version:
            notice.judged_version = version
    step.log(JUDGED, About("district", KIND), after={"firms": firms})
    return {"firms": firms}


def _meant(step: Step, notice_id: int | None) -> list[Notice]:
    live = store.live(step.session)
    return [one for one in live if notice_id in (None, one.id)]
