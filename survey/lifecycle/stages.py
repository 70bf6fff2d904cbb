"""The steps of an entry on its ladders: moved, proposed and taken or left, aimed, filed.

Nothing moves by itself: the system proposes by what it knows, an officer takes or leaves it. What
changes the pool's state stays a decision of ``pool`` or a record of ``recognitions``; a stage of
another state is reached by those alone. The two ladders never move each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey.lifecycle import ladders, pool, typed
from survey.lifecycle.errors import Invalid, WrongState
from survey.lifecycle.pool import Decision
from survey.lifecycle.step import Step
from survey.store import pool as store
from survey.store import stage_facts, stages
from survey.store.stages import Stage, Witness
from survey.tables import Ladder, Minutes, PoolEntry, PoolState, StageFact
from survey.words.stages import NOT_INTO, said


@dataclass(frozen=True)
class Move:
    """To which stage, and why; an exit must say why."""

    stage: str
    reason: str = ""
    minutes: Minutes | None = None
    """By what it was decided, where it was about several firms."""
    proposed: bool = False


def move(step: Step, entry_id: int, wanted: Move, base_version: int) -> PoolEntry:
    """Put an entry into another stage.

    Raises:
        Invalid: No such stage, or an exit without a reason.
        WrongState: The stage belongs to a state that only a decision or a record leads to.
    """
    with step.writing():
        return advance(step, entry_id, wanted, base_version)


def advance(step: Step, entry_id: int, wanted: Move, base_version: int) -> PoolEntry:
    """Move an entry, inside the caller's transaction."""
    stage = stages.named(ladders.known(step), wanted.stage)
    if stage is None:
        raise Invalid({"stage": "请选择一个阶段。"})
    reason = typed.reason(wanted.reason) if stage.exit or wanted.reason.strip() else ""
    entry = pool.locked(step.session, entry_id)
    if stage.ladder == Ladder.NATION:
        return _in_nation(step, entry, stage, reason, wanted, base_version)
    if stage.state == PoolState.WITHDRAWN != entry.state:
        decision = Decision("withdraw", "", reason, wanted.minutes, stage.id)
        return pool.leave(step, entry_id, decision, base_version)
    if entry.stage == stage.id and entry.version == base_version + 1:
        return entry
    pool.require_version(entry, base_version)
    if stage.state != entry.state:
        return _recognised(step, entry, stage, reason, wanted)
    return _stand(step, entry, stage, reason, wanted)


def _recognised(step: Step, entry: PoolEntry, stage: Stage, reason: str, wanted: Move) -> PoolEntry:
    """Let an entry count as recognised, where its target's recognition stands recorded."""
    recorded = store.recognition(step.session, entry.firm_id, entry.target_rung)
    if not (stage.state == PoolState.RECOGNISED and entry.state == PoolState.IN_POOL and recorded):
        raise WrongState({"stage": NOT_INTO[stage.state]})
    decision = Decision("recognise", entry.target_rung, entry.reason, wanted.minutes, stage.id)
    return pool.take(step, entry, decision, rung=entry.target_rung, why=reason)


def _in_nation(
    step: Step, entry: PoolEntry, stage: Stage, reason: str, wanted: Move, base_version: int
) -> PoolEntry:
    if entry.nation_stage == stage.id and entry.version == base_version + 1:
        return entry
    pool.require_version(entry, base_version)
    if not entry.nation_target:
        raise WrongState({"stage": "这家企业还没有国家梯度目标，请先定目标。"})
    here = stages.named(ladders.known(step), entry.nation_stage)
    if PoolState.RECOGNISED in (stage.state, here.state if here else None):
        raise WrongState(
            {
                "stage": "备案或列入名单要按文件登记，请用“登记国家梯度结果”；已经登记的，请另定更高的目标。"
            }
        )
    return _stand(step, entry, stage, reason, wanted)


def _stand(step: Step, entry: PoolEntry, stage: Stage, reason: str, wanted: Move) -> PoolEntry:
    name = "stage" if stage.ladder == Ladder.PROVINCE else "nation_stage"
    known = stages.named(ladders.known(step), getattr(entry, name))
    if known is not None and known.id == stage.id:
        raise WrongState({"stage": f"已经在“{stage.title}”阶段。"})
    ladders.stand(step, entry, stage)
    step.session.flush()
    ladders.note(step, entry, stage, reason, minutes=wanted.minutes, proposed=wanted.proposed)
    by = pool.by_minutes(step, entry, wanted.minutes)
    step.log(
        "take_stage" if wanted.proposed else "move_stage",
        entry,
        before={name: known.title} if known else None,
        after={name: stage.title} | by,
        reason=reason,
    )
    return entry


# --- what the system proposes ---------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """A stage that is proposed, and the sentence that says why."""

    stage: Stage
    why: str


def proposed(
    there: Sequence[Stage],
    entry: stage_facts.Placed,
    known: Mapping[StageFact, Witness],
    ladder: Ladder = Ladder.PROVINCE,
) -> Proposal | None:
    """Return the farthest stage of a ladder before an entry of which the system knows the fact.

    Args:
        known: What shows each fact that holds of its firm.
    """
    for stage in stage_facts.ahead(there, entry, ladder):
        if stage.fact and (witness := known.get(stage.fact)):
            return Proposal(stage, said(witness))
    return None


def take_proposal(step: Step, entry_id: int, stage: str, base_version: int) -> PoolEntry:
    """Put an entry into the stage that is proposed for it.

    Raises:
        WrongState: By now another is proposed, or none.
    """
    with step.writing():
        return take_over(step, entry_id, stage, base_version)


def take_over(step: Step, entry_id: int, stage: str, base_version: int) -> PoolEntry:
    """Take a proposal, inside the caller's transaction."""
    entry = pool.locked(step.session, entry_id)
    if stage in (entry.stage, entry.nation_stage) and entry.version == base_version + 1:
        return entry
    pool.require_version(entry, base_version)
    why = _still(step, entry, stage).why
    return advance(step, entry_id, Move(stage, why, proposed=True), base_version)


def leave_proposal(step: Step, entry_id: int, stage: str, base_version: int) -> PoolEntry:
    """Leave an entry where it is: this stage is not proposed again, one beyond it may be."""
    with step.writing() as session:
        entry = pool.locked(session, entry_id)
        if stage in (entry.left_stage, entry.left_nation) and entry.version == base_version + 1:
            return entry
        pool.require_version(entry, base_version)
        left = _still(step, entry, stage)
        of_province = left.stage.ladder == Ladder.PROVINCE
        setattr(entry, "left_stage" if of_province else "left_nation", stage)
        name = "stage" if of_province else "nation_stage"
        step.log("leave_stage", entry, after={name: left.stage.title}, reason=left.why)
        return entry


def _still(step: Step, entry: PoolEntry, stage_id: str) -> Proposal:
    """Return the proposal of a stage, or refuse where its ladder proposes another by now, or none."""
    there = ladders.known(step)
    stage = stages.named(there, stage_id)
    if stage is not None:
        known = stage_facts.witnesses(step.session, [entry.id], stage.ladder).get(entry.id, {})
        found = proposed(there, entry, known, stage.ladder)
        if found is not None and found.stage.id == stage_id:
            return found
    raise WrongState({"stage": "建议已经变了，请看现在的建议再定。"})
