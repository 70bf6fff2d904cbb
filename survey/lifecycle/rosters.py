"""The life of a list of firms: brought, checked row by row, imported as a whole, undone where clean.

Checking writes rows of its own in many short transactions; the import is one, of statements over
whole sets. What was compared must still stand when it takes effect: else nothing is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from survey.files.uploads import Stored
from survey.lifecycle import jobs, judging, recognitions, typed
from survey.lifecycle.errors import Cleared, Invalid, NotThere, Stale, WrongState
from survey.lifecycle.jobs import Taken
from survey.lifecycle.recognitions import Award
from survey.lifecycle.states import ROSTER
from survey.lifecycle.step import About, Step
from survey.store import listings, pool, roster_imports, roster_undoing
from survey.store import rosters as store
from survey.store.roster_undoing import Before
from survey.tables import (
    Job,
    PoolEntry,
    ProposalState,
    RecognitionProposal,
    Roster,
    RosterMapping,
    RosterState,
    RowOutcome,
)

KIND = "roster"
"""The kind of work that checks, imports and undoes."""
LONGEST_NAME = 60
BEFORE_IMPORT = (RosterState.UPLOADED, RosterState.CHECKED)


def bring(step: Step, stored: Stored, kind: str) -> Roster:
    """Keep that a list was brought; its bytes lie under its hash already."""
    with step.writing() as session:
        roster = Roster(
            name=stored.name,
            sha256=stored.sha256,
            kind=kind,
            size=stored.size,
            state=ROSTER["roster_bring"].leads,
            counts={},
            uploaded_by=step.by.user_id,
            uploaded_at=step.now,
        )
        session.add(roster)
        session.flush()
        step.log("roster_bring", roster, after={"name": stored.name})
        return roster


def check(
    step: Step, roster_id: int, choices: Mapping[str, Any], *, overwrites: bool, base_version: int
) -> Job:
    """Have a list read and compared as the officer chose; send the job's id afterwards."""
    with step.writing():
        roster = _locked(step, roster_id, "roster_check", base_version)
        roster.choices, roster.overwrites = dict(choices), overwrites
        roster.overtaken, roster.counts = 0, {}
        return _ask(step, roster, "roster_check")


def start_import(step: Step, roster_id: int, *, marks_missing: bool, base_version: int) -> Job:
    """Have a checked list take effect; send the job's id afterwards."""
    with step.writing():
        roster = _locked(step, roster_id, "roster_import", base_version)
        if roster.overtaken:
            raise WrongState({"roster": "核对之后有企业变了，请先重新核对。"})
        roster.marks_missing = marks_missing
        roster.imported_by = step.by.user_id
        return _ask(step, roster, "roster_import")


def start_undo(step: Step, roster_id: int, *, base_version: int) -> Job:
    """Have an import taken back where nobody has touched what it did; send the job's id afterwards."""
    with step.writing():
        if _there(step, roster_id).is_cleared:
            raise Cleared
        roster = _locked(step, roster_id, "roster_undo", base_version)
        roster.undone_by = step.by.user_id
        return _ask(step, roster, "roster_undo")


def set_trades(step: Step, roster_id: int, trades: Mapping[int, str], known: Sequence[str]) -> int:
    """Correct the trades proposed for new firms, by row."""
    if not set(trades.values()) <= set(known):
        raise Invalid({"trade": "请从列出的行业中选择。"})
    with step.writing() as session:
        roster = _there(step, roster_id)
        if roster.state != RosterState.CHECKED:
            raise WrongState({"roster": "名单已经导入或正在处理，请刷新页面。"})
        done = store.set_trade(session, roster_id, trades)
        step.log("roster_trade", roster, after={"rows": done})
        return done


def discard(step: Step, roster_id: int) -> None:
    """Forget a list that was not imported, with all its rows."""
    with step.writing() as session:
        roster = _there(step, roster_id)
        _require_idle(step, roster)
        if roster.state not in (*BEFORE_IMPORT, RosterState.CHECKING):
            raise WrongState({"roster": "名单已经导入，不能丢弃；可以撤销导入。"})
        step.log("roster_discard", roster, before={"name": roster.name})
        store.forget_rows(session, roster_id)
        session.delete(roster)


def keep_mapping(step: Step, name: str, columns: Mapping[str, str], unit: str) -> RosterMapping:
    """Remember under a name what an office's headings stand for; the same name is written over."""
    name = typed.line(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid({"mapping_name": f"请填写名称（{LONGEST_NAME} 字以内）。"})
    with step.writing() as session:
        kept = store.mapping_named(session, name)
        if kept is None:
            session.add(kept := RosterMapping(name=name))
        kept.columns, kept.unit = dict(columns), unit
        kept.kept_by, kept.kept_at = step.by.user_id, step.now
        session.flush()
        step.log("mapping_keep", About("mapping", kept.id), after={"name": name})
        return kept


# --- the work -----------------------------------------------------------------------------------


def begin_check(step: Step, taken: Taken) -> Roster:
    """Return the list to check, without what an earlier try left."""
    with step.writing() as session:
        roster = _there(step, taken.subject_id or 0)
        if roster.job_id != taken.id or roster.state != RosterState.CHECKING:
            raise NotThere
        store.forget_rows(session, roster.id)
        return roster


def stage(
    step: Step, taken: Taken, rows: Sequence[Mapping[str, Any]], done: int, lease: timedelta
) -> None:
    """Add some judged rows, and say how far the check is; each call is a short transaction.

    Raises:
        Overtaken: Nobody wants the work any more, or another does it.
    """
    with jobs.held(step, taken) as job:
        store.add_rows(step.session, rows)
        _is_so_far(job, done, step.now + lease)


def end_check(step: Step, taken: Taken, counts: Mapping[str, int]) -> dict[str, Any]:
    """Put down what the check found; inside the transaction that ends its job."""
    roster = _there(step, taken.subject_id or 0)
    roster.counts = {**counts}
    _move(roster, "roster_checked")
    rows = sum(counts.get(outcome, 0) for outcome in RowOutcome)
    step.log("roster_checked", roster, after={"rows": rows})
    return {"counts": roster.counts}


def take_in(step: Step, taken: Taken) -> dict[str, Any]:
    """Let the list take effect, all of it or, where a firm has changed since, nothing."""
    session, roster = step.session, _there(step, taken.subject_id or 0)
    roster_imports.hold(session, roster.id)
    if overtaken := roster_imports.overtaken(session, roster.id):
        roster.overtaken = overtaken
        _move(roster, "roster_overtaken")
        step.log("roster_overtaken", roster, after={"rows": overtaken}, succeeded=False)
        return {"overtaken": overtaken}
    missing = store.count_unnamed(session, roster.id) if roster.marks_missing else 0
    roster_imports.take_in(session, roster.id, step.now, marks_missing=roster.marks_missing)
    roster.counts = roster.counts | {"missing": missing}
    roster.imported_at = step.now
    _move(roster, "roster_imported")
    rows = roster.counts.get("new", 0) + roster.counts.get("changed", 0)
    step.log("roster_imported", roster, after={"rows": rows})
    judging.ask_if_live(step)
    return {"counts": roster.counts}


def let_go(step: Step, taken: Taken, rows: Sequence[int], done: int, lease: timedelta) -> None:
    """Remove the firms of some rows where nobody has touched them; each call is a short transaction.

    Raises:
        Overtaken: Nobody wants the work any more, or another does it.
    """
    with jobs.held(step, taken) as job:
        roster = _there(step, taken.subject_id or 0)
        roster_imports.hold(step.session, roster.id, rows)
        gone = roster_undoing.let_go(step.session, roster.id, rows)
        step.log("roster_let_go", roster, after={"rows": gone})
        _is_so_far(job, done, step.now + lease)


def take_back(step: Step, taken: Taken, before: Before) -> dict[str, Any]:
    """Undo an import where nobody has touched its firms since; new ones were let go before.

    Args:
        before: What its firms said before it (``roster_undoing.former``).
    """
    roster = _there(step, taken.subject_id or 0)
    roster_imports.hold(step.session, roster.id)
    done = roster_undoing.undo(step.session, roster.id, before)
    roster.counts = roster.counts | done
    roster.undone_at = step.now
    _move(roster, "roster_undone")
    step.log("roster_undone", roster, after={"rows": done["removed"] + done["restored"]})
    judging.ask_if_live(step)
    return done


# --- recognitions a list names --------------------------------------------------------------------


def take_over(
    step: Step,
    proposal_id: int,
    entry_id: int,
    award: Award,
    *,
    base_version: int,
    sure: bool = False,
) -> PoolEntry:
    """Record a recognition that a list named, by its document: from now on it counts.

    Raises:
        As ``recognitions.recognise``.
    """
    with step.writing() as session:
        proposal = _open_proposal(step, proposal_id)
        entry = pool.pool_entry_of_firm(session, proposal.firm_id)
        if entry is None or entry.id != entry_id:
            raise NotThere
        _decide(step, proposal, ProposalState.TAKEN)
        return recognitions.record(step, entry_id, award, base_version, sure=sure)


def decline(step: Step, proposal_id: int) -> int:
    """Put a recognition aside that a list named; return its firm."""
    with step.writing():
        proposal = _open_proposal(step, proposal_id)
        _decide(step, proposal, ProposalState.DECLINED)
        about = About("firm", proposal.firm_id, proposal.firm_id)
        step.log("proposal_decline", about, before={"title": proposal.title})
        return proposal.firm_id


def _open_proposal(step: Step, proposal_id: int) -> RecognitionProposal:
    proposal = listings.proposal(step.session, proposal_id, lock=True)
    if proposal is None:
        raise NotThere
    if proposal.state != ProposalState.OPEN:
        raise WrongState({"rung": "这项认定已经处理过，请刷新页面。"})
    return proposal


def _decide(step: Step, proposal: RecognitionProposal, state: ProposalState) -> None:
    proposal.state = state
    proposal.decided_by, proposal.decided_at = step.by.user_id, step.now


# --- within -------------------------------------------------------------------------------------


def _is_so_far(job: Job, done: int, until: datetime) -> None:
    job.progress, job.total, job.leased_until = done, max(done, job.total), until


def _there(step: Step, roster_id: int) -> Roster:
    roster = store.roster(step.session, roster_id, lock=True)
    if roster is None:
        raise NotThere
    return roster


def _locked(step: Step, roster_id: int, action: str, base_version: int) -> Roster:
    """Return a list on which a step may begin now, as its page showed it."""
    roster = _there(step, roster_id)
    _require_idle(step, roster)
    if roster.state not in ROSTER[action].begins:
        raise WrongState({"roster": "名单已经到了下一步，请刷新页面。"})
    if roster.version != base_version:
        raise Stale
    return roster


def _require_idle(step: Step, roster: Roster) -> None:
    job = store.job(step.session, roster)
    if job is not None and job.is_open:
        raise WrongState({"roster": "名单正在后台处理，请等它完成。"})


def _ask(step: Step, roster: Roster, action: str) -> Job:
    _move(roster, action)
    job = jobs.ask(step, KIND, {"do": action}, subject="roster", subject_id=roster.id)
    roster.job_id = job.id
    step.log(action, roster, after={"name": roster.name})
    return job


def _move(roster: Roster, action: str) -> None:
    if roster.state not in ROSTER[action].begins:
        raise WrongState({"roster": "名单已经到了下一步，请刷新页面。"})
    roster.state = ROSTER[action].leads
