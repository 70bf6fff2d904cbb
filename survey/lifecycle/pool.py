"""The life of a pool entry: propose, admit, promote, recognise, withdraw.

The officer decides and the system advises: no step asks for a score, every step but a recognition
asks for a reason. A page sends the version it showed, so nobody decides on what has changed since;
the same press twice is one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from survey.library import edition_of
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, Locked, NotThere, RecognisedBefore, Stale, WrongState
from survey.lifecycle.states import POOL
from survey.lifecycle.step import Step
from survey.store import assessments, firms
from survey.store import pool as store
from survey.tables import Assessment, AssessmentState, PoolEntry, PoolState, Recognition

EARLIEST_RECOGNITION = date(2000, 1, 1)
MOST_DOCUMENT = 100


@dataclass(frozen=True)
class _Decision:
    """One decision about an entry, as it will stand in the log."""

    action: str
    target: str
    reason: str

    @property
    def state(self) -> PoolState:
        return POOL[self.action].leads


def propose(
    step: Step, assessment_id: int, *, target_rung: str, reason: str, base_version: int = 0
) -> PoolEntry:
    """Put a firm forward for the pool (拟入库); a firm that was withdrawn may come again."""
    return _enter(step, assessment_id, "propose", target_rung, reason, base_version)


def admit(
    step: Step, assessment_id: int, *, target_rung: str, reason: str, base_version: int = 0
) -> PoolEntry:
    """Take a firm into the pool (入库) on one of its assessments, with the rung it aims at.

    Args:
        base_version: The entry's version the officer saw; 0 for a firm without an entry.
    """
    return _enter(step, assessment_id, "admit", target_rung, reason, base_version)


def _enter(
    step: Step, assessment_id: int, action: str, target_rung: str, reason: str, base_version: int
) -> PoolEntry:
    with step.writing() as session:
        assessment, entry = _assessed(session, assessment_id)
        _step_of(assessment, target_rung)
        decision = _Decision(action, target_rung, typed.reason(reason))
        if entry is not None and _is_taken(entry, decision, base_version, assessment_id):
            return entry
        _require_version(entry, base_version)
        if entry is None:
            entry = PoolEntry(firm_id=assessment.firm_id)
        elif entry.state not in POOL[action].begins:
            raise WrongState({"state": "这家企业已在培育库中，请在培育库里操作。"})
        entry.assessment_id = assessment.id
        return _take(step, entry, decision)


def promote(
    step: Step, entry_id: int, *, target_rung: str, reason: str, base_version: int
) -> PoolEntry:
    """Give an entry a higher target (晋级); from here on the firm is on its way up again.

    The firm's newest confirmed assessment of the same edition becomes the entry's.
    """
    with step.writing() as session:
        entry = _locked(session, entry_id)
        assessment = _assessment(session, entry.assessment_id)
        wanted = _step_of(assessment, target_rung)
        decision = _Decision("promote", target_rung, typed.reason(reason))
        if _is_taken(entry, decision, base_version):
            return entry
        _require_version(entry, base_version)
        _require_state(entry, "promote")
        if wanted <= _standing(session, entry, assessment):
            raise Invalid({"target_rung": "晋级的目标要高于现在的目标和已认定的等级。"})
        newest = store.newest_confirmed(session, entry.firm_id, assessment.edition)
        entry.assessment_id = newest or entry.assessment_id
        return _take(step, entry, decision)


def withdraw(step: Step, entry_id: int, *, reason: str, base_version: int) -> PoolEntry:
    """Take a firm out of the pool (退库); its recognitions stay facts."""
    with step.writing() as session:
        entry = _locked(session, entry_id)
        decision = _Decision("withdraw", entry.target_rung, typed.reason(reason))
        if _is_taken(entry, decision, base_version):
            return entry
        _require_version(entry, base_version)
        _require_state(entry, "withdraw")
        return _take(step, entry, decision)


def recognise(
    step: Step,
    entry_id: int,
    *,
    rung: str,
    document: str,
    recognised_on: date,
    base_version: int,
    today: date,
) -> PoolEntry:
    """Record that the bureau recognised a firm on a rung (认定): a fact with its document.

    Raises:
        RecognisedBefore: The rung is recorded already, by another document or date.
    """
    with step.writing() as session:
        entry = _locked(session, entry_id)
        _step_of(_assessment(session, entry.assessment_id), rung, field="rung")
        document = _document(document)
        _require_past(recognised_on, today)
        if known := store.recognition(session, entry.firm_id, rung):
            if (known.document, known.recognised_on) == (document, recognised_on):
                return entry
            raise RecognisedBefore(
                {"rung": f"这个等级已登记认定：{known.document}，{known.recognised_on}。"}
            )
        _require_version(entry, base_version)
        _require_state(entry, "recognise")
        session.add(
            Recognition(
                firm_id=entry.firm_id,
                rung=rung,
                document=document,
                recognised_on=recognised_on,
                recorded_by=step.by.user_id,
                recorded_at=step.now,
            )
        )
        decision = _Decision("recognise", entry.target_rung, entry.reason)
        fact = f"{document} {recognised_on.isoformat()}"
        return _take(step, entry, decision, rung=rung, why=fact)


def _take(
    step: Step, entry: PoolEntry, decision: _Decision, rung: str = "", why: str = ""
) -> PoolEntry:
    before = {"state": entry.state, "target": entry.target_rung} if entry.id else None
    entry.state, entry.target_rung = decision.state, decision.target
    entry.reason, entry.changed_at = decision.reason, step.now
    step.session.add(entry)
    step.session.flush()
    fact = {"rung": rung} if rung else {"target": decision.target}
    step.log(
        decision.action,
        entry,
        before=before,
        after={"state": decision.state} | fact,
        reason=why or decision.reason,
    )
    return entry


def _is_taken(
    entry: PoolEntry, decision: _Decision, base_version: int, assessment_id: int | None = None
) -> bool:
    """Whether the entry stands one version on, exactly as this step would leave it."""
    stands = (entry.version, entry.state, entry.target_rung, entry.reason)
    same = assessment_id in (None, entry.assessment_id)
    return same and stands == (base_version + 1, decision.state, decision.target, decision.reason)


def _assessed(session: Session, assessment_id: int) -> tuple[Assessment, PoolEntry | None]:
    """Return a handed-in assessment and its firm's entry, the firm held against other deciders.

    The firm is what two officers who both find no entry would collide on.
    """
    firm_id = _assessment(session, assessment_id).firm_id
    firms.firm(session, firm_id, lock=True)
    assessment = _assessment(session, assessment_id)
    if assessment.state == AssessmentState.DRAFT:
        raise Locked(AssessmentState.DRAFT)
    return assessment, store.pool_entry_of_firm(session, assessment.firm_id, lock=True)


def _assessment(session: Session, assessment_id: int) -> Assessment:
    found = assessments.assessment(session, assessment_id)
    if found is None:
        raise NotThere
    return found


def _locked(session: Session, entry_id: int) -> PoolEntry:
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


def _step_of(assessment: Assessment, rung: str, field: str = "target_rung") -> int:
    ladder = [known.id for known in edition_of(assessment).ladder]
    if rung not in ladder:
        raise Invalid({field: "请选择一个等级。"})
    return ladder.index(rung) + 1


def _require_version(entry: PoolEntry | None, base_version: int) -> None:
    if (entry.version if entry else 0) != base_version:
        raise Stale


def _require_state(entry: PoolEntry, action: str) -> None:
    if entry.state not in POOL[action].begins:
        raise WrongState({"state": "这家企业现在不在库，请先入库再操作。"})


def _document(text: str) -> str:
    document = typed.line(text)
    if not 1 <= len(document) <= MOST_DOCUMENT:
        raise Invalid({"document": f"请填写认定文件的文号（{MOST_DOCUMENT} 字以内）。"})
    return document


def _require_past(recognised_on: date, today: date) -> None:
    if not EARLIEST_RECOGNITION <= recognised_on <= today:
        raise Invalid({"recognised_on": "认定日期应在 2000 年以后，且不晚于今天。"})
