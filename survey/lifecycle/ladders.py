"""Where an entry stands on a ladder: written with its history, by whatever step puts it there."""

from __future__ import annotations

from survey.lifecycle.step import Step
from survey.store import settings, stages
from survey.store.stages import Stage
from survey.tables import Ladder, Minutes, PoolEntry, PoolState, StageChange


def known(step: Step) -> tuple[Stage, ...]:
    """Return the district's stages; none of them goes before this step has ended."""
    return settings.read(step.session, lock=True).stages


def beginning(step: Step, state: PoolState, stage_id: str = "") -> Stage:
    """Return the stage named, or the first of those that belong to a state."""
    there = known(step)
    named = stages.named(there, stage_id, Ladder.PROVINCE) if stage_id else None
    return named or stages.opening(there, state)


def stand(step: Step, entry: PoolEntry, stage: Stage) -> None:
    """Let an entry stand in a stage from now on; what was proposed for it is settled."""
    if stage.ladder == Ladder.PROVINCE:
        entry.stage, entry.stage_at, entry.left_stage = stage.id, step.now, ""
    else:
        entry.nation_stage, entry.nation_stage_at, entry.left_nation = stage.id, step.now, ""


def note(
    step: Step,
    entry: PoolEntry,
    stage: Stage,
    reason: str,
    *,
    minutes: Minutes | None = None,
    proposed: bool = False,
) -> None:
    """Remember that an entry, which has its number by now, came to a stage."""
    of_province = stage.ladder == Ladder.PROVINCE
    step.session.add(
        StageChange(
            entry_id=entry.id,
            ladder=stage.ladder,
            stage=stage.id,
            title=stage.title,
            target=entry.target_rung if of_province else entry.nation_target,
            at=step.now,
            reason=reason,
            proposed=proposed,
            minutes=minutes,
            made_by=step.by.user_id,
        )
    )
