"""A firm beside a notice: what it means to do, what an officer finds out, recommendation, result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from survey.library import load
from survey.lifecycle import judging, typed
from survey.lifecycle.decisions import Basis
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.notice_texts import condition_ids
from survey.lifecycle.recognitions import EARLIEST, MOST_DOCUMENT, paper_of
from survey.lifecycle.states import CANDIDATE
from survey.lifecycle.step import About, Step
from survey.store import candidates as store
from survey.store import notices
from survey.tables import (
    Candidate,
    CandidateState,
    ConditionAnswer,
    Minutes,
    Notice,
    NoticeState,
)

MOST_PROJECT: Final = 100
MOST_PLACE: Final = 999
YUAN: Final = 100
"""元 in 0.01 万元."""
NOT_NOW: Final = "通知还没有发布，或已经结束、撤回，现在不能办理。"
MOVED_ON: Final = "这家企业已不在这一步，请刷新页面看现在的状态。"


def intend(
    step: Step, notice_id: int, firm_id: int, *, base_version: int, itself: bool = False
) -> Candidate:
    """Note that a firm means to apply (拟申报).

    Args:
        itself: The firm says so; then its own last day counts.
    """
    return _say(step, notice_id, firm_id, "candidate_intend", "", base_version, itself)


def decline(
    step: Step,
    notice_id: int,
    firm_id: int,
    *,
    reason: str,
    base_version: int,
    itself: bool = False,
) -> Candidate:
    """Note that a firm gives up (放弃), and why."""
    why = typed.reason(reason)
    return _say(step, notice_id, firm_id, "candidate_decline", why, base_version, itself)


def _say(
    step: Step,
    notice_id: int,
    firm_id: int,
    action: str,
    why: str,
    base_version: int,
    itself: bool,
) -> Candidate:
    with step.writing():
        notice, candidate = _held(step, notice_id, firm_id)
        if (candidate.state, candidate.reason) == (CANDIDATE[action].leads, why):
            return candidate  # pressed twice
        _require_running(notice)
        _require_version(candidate, base_version)
        if not candidate.fits and itself:
            raise NotThere
        over = notice.firms_by is not None and notice.firms_by < step.today
        if itself and over and action == "candidate_intend":
            raise WrongState(
                {"state": f"企业截止日期是 {notice.firms_by}，已经过了。请联系主管部门的联系人。"}
            )
        _turn(step, candidate, action, why)
        candidate.said_by, candidate.said_at = step.by.user_id, step.now
        return candidate


def answer(
    step: Step,
    notice_id: int,
    firm_id: int,
    condition: str,
    *,
    met: bool,
    note: str,
    answered_on: date,
) -> ConditionAnswer:
    """Note what an officer found out about one condition of a firm (核实); the last word stands.

    Raises:
        NotThere: The notice has no such condition.
        Invalid: What was found is not said, or its day cannot be.
    """
    note = typed.paragraph(note)
    if not 1 <= len(note) <= typed.MOST_REASON:
        raise Invalid({"note": f"请写明核实的依据（{typed.MOST_REASON} 字以内）。"})
    if not EARLIEST <= answered_on <= step.today:
        raise Invalid({"answered_on": "核实日期应在 2000 年以后，且不晚于今天。"})
    with step.writing() as session:
        notice, candidate = _held(step, notice_id, firm_id)
        if notice.state not in (NoticeState.PUBLISHED, NoticeState.ENDED):
            raise WrongState({"state": NOT_NOW})
        _require_asked(step, notice, condition)
        kept = store.answer(session, notice_id, firm_id, condition)
        before = {"met": kept.met, "answered_on": kept.answered_on} if kept else None
        if kept is None:
            kept = ConditionAnswer(notice_id=notice_id, firm_id=firm_id, condition=condition)
            session.add(kept)
        kept.met, kept.note, kept.answered_on = met, note, answered_on
        kept.answered_by = step.by.user_id
        session.flush()
        after = {"condition": condition, "met": met, "answered_on": answered_on}
        step.log("candidate_answer", _of(candidate), before=before, after=after, reason=note)
        judging.hold(step, notice, firm_id)
        return kept


def _require_asked(step: Step, notice: Notice, condition: str) -> None:
    """Raise where a notice has no such condition, or has it no more."""
    own = {one["key"] for one in notice.own}
    edition = load(step.session, notice.edition)
    if condition not in own | (set(notice.asked) & condition_ids(edition)):
        raise NotThere


def check_papers(
    step: Step, notice_id: int, firm_id: int, papers: Collection[str], *, base_version: int
) -> Candidate:
    """Note which of the papers wanted a firm has brought, whole and true (材料核对)."""
    with step.writing():
        notice, candidate = _held(step, notice_id, firm_id)
        _require_running(notice)
        if set(papers) - set(notice.papers):
            raise Invalid({"papers": "勾选的材料里有通知没有的，请刷新页面后重选。"})
        there = [one for one in notice.papers if one in papers]
        if there == candidate.papers:
            return candidate
        _require_version(candidate, base_version)
        before = candidate.papers
        candidate.papers, candidate.version = there, candidate.version + 1
        step.log(
            "candidate_papers",
            _of(candidate),
            before={"checked": before},
            after={"checked": there},
        )
        return candidate


# --- the recommendation -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A firm of the recommendation list as a page shows it; without a place it is not on it.

    ``investment``: of the project, as typed, in 万元.
    """

    firm_id: int
    version: int
    place: int | None
    project: str
    investment: str


def arrange(step: Step, notice_id: int, rows: Sequence[Placed]) -> int:
    """Put firms that mean to apply in an order of preference, with their projects; all or none.

    Returns:
        How many firms are on the list by it.

    Raises:
        Invalid: Two firms have one place, of these or with one that went up before, or a figure
            cannot be; named by firm.
        Stale: Somebody changed a firm since the page was shown.
    """
    good = _good(rows)
    with step.writing():
        notice = _notice(step, notice_id)
        _require_running(notice)
        _require_free(step, notice_id, good)
        there = store.beside(step.session, [notice_id], [one.firm_id for one in rows])
        for one in sorted(good, key=lambda one: one.firm_id):
            candidate = there.get((notice_id, one.firm_id))
            if candidate is None:
                raise NotThere
            _place(step, candidate, one)
    return sum(one.place is not None for one in good)


@dataclass(frozen=True)
class _Good:
    firm_id: int
    version: int
    place: int | None
    project: str
    investment: int | None


def _good(rows: Sequence[Placed]) -> list[_Good]:
    faults: dict[str, str] = {}
    places = [one.place for one in rows if one.place is not None]
    found = []
    for one in rows:
        key, amount = str(one.firm_id), None
        project = typed.line(one.project)
        if one.place is not None and not 1 <= one.place <= MOST_PLACE:
            faults[f"place-{key}"] = f"名次应是 1 至 {MOST_PLACE} 的整数。"
        elif one.place is not None and places.count(one.place) > 1:
            faults[f"place-{key}"] = f"有两家企业都排第 {one.place}，请改成不同的名次。"
        if len(project) > MOST_PROJECT:
            faults[f"project-{key}"] = f"项目名称最多 {MOST_PROJECT} 字，请删减。"
        try:
            hundredths = typed.money("investment", one.investment)
            amount = None if hundredths is None else hundredths * YUAN
        except Invalid as wrong:
            faults[f"investment-{key}"] = wrong.fields["investment"]
        found.append(_Good(one.firm_id, one.version, one.place, project, amount))
    if faults:
        raise Invalid(faults)
    return found


def _require_free(step: Step, notice_id: int, good: Sequence[_Good]) -> None:
    """Raise where a place belongs to a firm that is on the list and not among these rows."""
    ours = {one.firm_id for one in good}
    listed = store.on_the_list(step.session, notice_id)
    taken = {one.place for one in listed if one.firm_id not in ours}
    faults = {
        f"place-{one.firm_id}": f"第 {one.place} 已经有别的企业，例如已推荐的，请改成不同的名次。"
        for one in good
        if one.place in taken
    }
    if faults:
        raise Invalid(faults)


def _place(step: Step, candidate: Candidate, wanted: _Good) -> None:
    before = (candidate.place, candidate.project, candidate.investment)
    after = (wanted.place, wanted.project, wanted.investment)
    if before == after:
        return
    _require_version(candidate, wanted.version)
    if candidate.state != CandidateState.INTENDED:
        raise WrongState({f"place-{candidate.firm_id}": MOVED_ON})
    candidate.place, candidate.project, candidate.investment = after
    candidate.version += 1
    names = ("placed", "project", "investment")
    step.log(
        "candidate_place",
        _of(candidate),
        before=dict(zip(names, before, strict=True)),
        after=dict(zip(names, after, strict=True)),
    )


def recommend(step: Step, notice_id: int, basis: Basis, seen: Collection[tuple[int, int]]) -> int:
    """Recommend the firms that are on the list, together, by minutes (推荐); return how many.

    Args:
        seen: The firms the page showed on the list, each with its version.

    Raises:
        Invalid: The minutes are not said, or nobody is on the list.
        Stale: The list is another by now.
    """
    document = typed.line(basis.document)
    if not 1 <= len(document) <= MOST_DOCUMENT:
        raise Invalid({"document": f"请填写会议纪要或文件的文号（{MOST_DOCUMENT} 字以内）。"})
    if not EARLIEST <= basis.decided_on <= step.today:
        raise Invalid({"decided_on": "日期应在 2000 年以后，且不晚于今天。"})
    with step.writing() as session:
        _require_running(_notice(step, notice_id))
        listed = store.on_the_list(session, notice_id)
        waiting = [one for one in listed if one.state == CandidateState.INTENDED]
        if {(one.firm_id, one.version) for one in waiting} != set(seen):
            raise Stale
        if not waiting:
            raise Invalid(
                {"place": "名单上还没有待推荐的企业。请先给拟申报的企业排名次，再登记推荐。"}
            )
        minutes = Minutes(
            document=document,
            decided_on=basis.decided_on,
            paper=paper_of(step, basis.paper) if basis.paper else None,
            recorded_by=step.by.user_id,
            recorded_at=step.now,
        )
        session.add(minutes)
        session.flush()
        by = {"minutes": document, "decided_on": basis.decided_on}
        for one in waiting:
            one.minutes_id = minutes.id
            _turn(step, one, "candidate_recommend", "", {"placed": one.place} | by)
    return len(waiting)


def take_off(
    step: Step, notice_id: int, firm_id: int, *, reason: str, base_version: int
) -> Candidate:
    """Take a firm off the recommendation list again, saying why; the minutes stay in the log."""
    why = typed.reason(reason)
    with step.writing():
        _, candidate = _held(step, notice_id, firm_id)
        _require_version(candidate, base_version)
        _turn(step, candidate, "candidate_take_off", "", log_reason=why)
        candidate.place = candidate.minutes_id = None
        return candidate


def result(
    step: Step, notice_id: int, firm_id: int, *, passed: bool, reason: str, base_version: int
) -> Candidate:
    """Note whether a recommended firm passed; what is recognised is recorded by its own step.

    Raises:
        Invalid: It did not pass, and nobody says why.
    """
    why = typed.reason(reason) if not passed else typed.paragraph(reason)[: typed.MOST_REASON]
    with step.writing():
        notice, candidate = _held(step, notice_id, firm_id)
        if notice.state not in (NoticeState.PUBLISHED, NoticeState.ENDED):
            raise WrongState({"state": NOT_NOW})
        action = "candidate_pass" if passed else "candidate_fail"
        if (candidate.state, candidate.reason) == (CANDIDATE[action].leads, why):
            return candidate
        _require_version(candidate, base_version)
        _turn(step, candidate, action, why)
        candidate.settled_at = step.now
        return candidate


# --- under the lock ---------------------------------------------------------------------------------


def _notice(step: Step, notice_id: int) -> Notice:
    notice = notices.notice(step.session, notice_id, lock=True)
    if notice is None:
        raise NotThere
    return notice


def _held(step: Step, notice_id: int, firm_id: int) -> tuple[Notice, Candidate]:
    notice = _notice(step, notice_id)
    candidate = store.candidate(step.session, notice_id, firm_id, lock=True)
    if candidate is None:
        raise NotThere
    return notice, candidate


def _require_running(notice: Notice) -> None:
    if notice.state != NoticeState.PUBLISHED:
        raise WrongState({"state": NOT_NOW})


def _require_version(candidate: Candidate, base_version: int) -> None:
    if candidate.version != base_version:
        raise Stale


def _turn(
    step: Step,
    candidate: Candidate,
    action: str,
    why: str,
    more: dict[str, object] | None = None,
    log_reason: str = "",
) -> None:
    if candidate.state not in CANDIDATE[action].begins:
        raise WrongState({"state": MOVED_ON})
    before, candidate.state = candidate.state, CANDIDATE[action].leads
    candidate.reason, candidate.version = why, candidate.version + 1
    if candidate.state == CandidateState.DECLINED:
        candidate.place = None
    step.log(
        action,
        _of(candidate),
        before={"state": before},
        after={"state": candidate.state} | (more or {}),
        reason=why or log_reason,
    )


def _of(candidate: Candidate) -> About:
    return About("candidate", candidate.notice_id, candidate.firm_id)
