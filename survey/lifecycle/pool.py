"""The life of a pool entry: propose, admit, raise its target, withdraw.

The officer decides and the system advises: no step asks for a score, every step asks for a reason. A page sends the version it showed, so nobody decides on what has changed since;
the same press twice is one step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from survey.library import edition_of
from survey.lifecycle import judging, ladders, typed
from survey.lifecycle.errors import Doubtful, Invalid, Locked, NotThere, Stale, WrongState
from survey.lifecycle.states import POOL
from survey.lifecycle.step import Step
from survey.store import assessments, firms, newest
from survey.store import pool as store
from survey.store.sheets import kind_of
from survey.tables import (
    Assessment,
    AssessmentState,
    Decided,
    Doubt,
    Minutes,
    PoolEntry,
    PoolState,
    ScoreRow,
)


@dataclass(frozen=True)
class Decision:
    """One decision about an entry, as it will stand in the log."""

    action: str
    target: str
    reason: str
    minutes: Minutes | None = None
    """By what it was decided, where it was about several firms."""
    stage: str = ""
    """The stage it leads to, where it changes the state; empty for the first of that state."""

    @property
    def state(self) -> PoolState:
        return POOL[self.action].leads


def propose(
    step: Step, assessment_id: int, *, target_rung: str, reason: str, base_version: int = 0
) -> PoolEntry:
    """Put a firm forward for the pool (拟入库); a firm that was withdrawn may come again."""
    decision = Decision("propose", target_rung, typed.reason(reason))
    with step.writing():
        return enter(step, assessment_id, decision, base_version)


def admit(
    step: Step,
    assessment_id: int,
    *,
    target_rung: str,
    reason: str,
    base_version: int = 0,
    sure: bool = False,
) -> PoolEntry:
    """Take a firm into the pool (入库) on one of its assessments, with the rung it aims at.

    Args:
        base_version: The entry's version the officer saw; 0 for a firm without an entry.
        sure: That a firm is meant whose sheet nobody has verified.

    Raises:
        Doubtful: Nobody has verified the sheet, and nobody said that this is meant.
    """
    decision = Decision("admit", target_rung, typed.reason(reason))
    with step.writing():
        return enter(step, assessment_id, decision, base_version, sure=sure)


def enter(
    step: Step, assessment_id: int, decision: Decision, base_version: int, *, sure: bool = True
) -> PoolEntry:
    """Propose or admit a firm, inside the caller's transaction."""
    assessment, entry = _assessed(step.session, assessment_id)
    step_of(assessment, decision.target)
    if entry is not None and _is_taken(entry, decision, base_version, assessment_id):
        return entry
    require_version(entry, base_version)
    if entry is None:
        entry = PoolEntry(firm_id=assessment.firm_id)
    elif entry.state not in POOL[decision.action].begins:
        raise WrongState({"state": "这家企业已在培育库中，请在培育库里操作。"})
    if not sure and (doubt := _doubt(step.session, assessment)):
        raise Doubtful((doubt,))
    entry.assessment_id, entry.edition = assessment.id, assessment.edition
    take(step, entry, decision)
    newest.tell(step.session, assessment.firm_id)
    return entry


def _doubt(session: Session, assessment: Assessment) -> Doubt | None:
    score = confirmed_score(session, assessment)
    if score is None:
        return Doubt.UNVERIFIED
    return Doubt.PROVISIONAL if score.is_provisional else None


def confirmed_score(session: Session, assessment: Assessment) -> ScoreRow | None:
    """Return the score of the sheet that was verified on site; None before it is confirmed."""
    if assessment.state != AssessmentState.CONFIRMED:
        return None
    sheet = assessments.sheet(session, assessment.id, kind_of(assessment.state))
    return assessments.score(session, sheet.id) if sheet else None


def raise_target(
    step: Step, entry_id: int, *, target_rung: str, reason: str, base_version: int
) -> PoolEntry:
    """Give an entry a higher target (调高目标); from here on the firm is on its way up again.

    The firm's newest confirmed assessment of the same edition becomes the entry's.
    """
    decision = Decision("raise_target", target_rung, typed.reason(reason))
    with step.writing():
        return aim_higher(step, entry_id, decision, base_version)


def aim_higher(step: Step, entry_id: int, decision: Decision, base_version: int) -> PoolEntry:
    """Raise a target, inside the caller's transaction."""
    session = step.session
    entry = locked(session, entry_id)
    assessment = assessment_of(session, entry.assessment_id)
    wanted = step_of(assessment, decision.target)
    if _is_taken(entry, decision, base_version):
        return entry
    require_version(entry, base_version)
    require_state(entry, "raise_target")
    if wanted <= _standing(session, entry, assessment):
        raise Invalid({"target_rung": "新目标要高于现在的目标和已认定的等级。"})
    newest = store.newest_confirmed(session, entry.firm_id, assessment.edition)
    entry.assessment_id = newest or entry.assessment_id
    return take(step, entry, decision)


def withdraw(step: Step, entry_id: int, *, reason: str, base_version: int) -> PoolEntry:
    """Take a firm out of the pool (退库); its recognitions stay facts."""
    decision = Decision("withdraw", "", typed.reason(reason))
    with step.writing():
        return leave(step, entry_id, decision, base_version)


def leave(step: Step, entry_id: int, decision: Decision, base_version: int) -> PoolEntry:
    """Withdraw an entry with the target it has, inside the caller's transaction."""
    entry = locked(step.session, entry_id)
    decision = replace(decision, target=entry.target_rung)
    if _is_taken(entry, decision, base_version):
        return entry
    require_version(entry, base_version)
    require_state(entry, "withdraw")
    return take(step, entry, decision)


def take(
    step: Step, entry: PoolEntry, decision: Decision, rung: str = "", why: str = ""
) -> PoolEntry:
    before = {"state": entry.state, "target": entry.target_rung} if entry.id else None
    moved = entry.state != decision.state
    # Asked for before anything is set: a question would write half of the change.
    stage = ladders.beginning(step, decision.state, decision.stage) if moved else None
    entry.state, entry.target_rung = decision.state, decision.target
    entry.reason, entry.changed_at = decision.reason, step.now
    if decision.action == "admit":
        entry.admitted_at, entry.admission = step.now, decision.minutes
    if stage:
        ladders.stand(step, entry, stage)
    step.session.add(entry)
    step.session.flush()
    if stage:
        ladders.note(step, entry, stage, why or decision.reason, minutes=decision.minutes)
    fact = {"rung": rung} if rung else {"target": decision.target}
    step.log(
        decision.action,
        entry,
        before=before,
        after={"state": decision.state} | fact | by_minutes(step, entry, decision.minutes),
        reason=why or decision.reason,
    )
    judging.again(step, [entry.firm_id])
    return entry


def by_minutes(step: Step, entry: PoolEntry, minutes: Minutes | None) -> dict[str, object]:
    """Put an entry under the minutes that decided about it; return what the log says of them."""
    if minutes is None:
        return {}
    step.session.add(Decided(minutes=minutes, entry_id=entry.id))
    return {"minutes": minutes.document, "decided_on": minutes.decided_on}


def _is_taken(
    entry: PoolEntry, decision: Decision, base_version: int, assessment_id: int | None = None
) -> bool:
    """Whether the entry stands one version on, exactly as this step would leave it."""
    stands = (entry.version, entry.state, entry.target_rung, entry.reason)
    same = assessment_id in (None, entry.assessment_id)
    return same and stands == (base_version + 1, decision.state, decision.target, decision.reason)


def _assessed(session: Session, assessment_id: int) -> tuple[Assessment, PoolEntry | None]:
    """Return a handed-in assessment and its firm's entry, the firm held against other deciders.

    The firm is what two officers who both find no entry would collide on.
    """
    firm_id = assessment_of(session, assessment_id).firm_id
    firms.firm(session, firm_id, lock=True)
    assessment = assessment_of(session, assessment_id, lock=True)
    if assessment.state == AssessmentState.DRAFT:
        raise Locked(AssessmentState.DRAFT)
    return assessment, store.pool_entry_of_firm(session, assessment.firm_id, lock=True)


def assessment_of(session: Session, assessment_id: int, *, lock: bool = False) -> Assessment:
    found = assessments.assessment(session, assessment_id, lock=lock)
    if found is None:
        raise NotThere
    return found


def locked(session: Session, entry_id: int) -> PoolEntry:
    entry = store.pool_entry(session, entry_id, lock=True)
    if entry is None:
        raise NotThere
    return entry


def _standing(session: Session, entry: PoolEntry, assessment: Assessment) -> int:
    """Return the step above which a promotion leads: the target, or what is recognised already."""
    held = [r.rung for r in store.recognitions_of_firm(session, entry.firm_id)]
    if entry.state == PoolState.IN_POOL:
        held.append(entry.target_rung)
    ladder = [rung.id for rung in edition_of(assessment).ladder]
    return max((ladder.index(rung) + 1 for rung in held if rung in ladder), default=0)


def step_of(assessment: Assessment, rung: str, field: str = "target_rung") -> int:
    ladder = [known.id for known in edition_of(assessment).ladder]
    if rung not in ladder:
        raise Invalid({field: "请选择一个等级。"})
    return ladder.index(rung) + 1


def require_version(entry: PoolEntry | None, base_version: int) -> None:
    if (entry.version if entry else 0) != base_version:
        raise Stale


def require_state(entry: PoolEntry, action: str) -> None:
    if entry.state not in POOL[action].begins:
        raise WrongState({"state": "这家企业现在不在库，请先入库再操作。"})
