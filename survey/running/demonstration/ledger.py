"""The officer of the demonstration keeps the ledger: stages, the nation's ladder, what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.lifecycle import following, nation, recognitions, stages
from survey.lifecycle.following import Follow, Known
from survey.lifecycle.nation import Filed
from survey.lifecycle.recognitions import Award
from survey.lifecycle.stages import Move
from survey.lifecycle.step import Step
from survey.running.demonstration.people import actor
from survey.running.demonstration.story import RECORDED
from survey.store import pool as store
from survey.tables import AwardLevel, PoolEntry, PoolState, User

KEPT = RECORDED + timedelta(days=1)
Act = Callable[[Step, PoolEntry], object]


def keep_ledger(session: Session, officer: User, now: datetime) -> None:
    """Bring the pool's firms along: some a step behind their facts, one overdue, one put off."""
    step = Step(session, actor(officer), KEPT)
    rows = session.execute(select(PoolEntry.id, PoolEntry.state).order_by(PoolEntry.id)).all()
    session.rollback()
    for number, (entry_id, _state) in enumerate(rows):
        _act(step, entry_id, _seen_to(officer, number, now))
    pooled = [entry_id for entry_id, state in rows if state == PoolState.IN_POOL]
    for entry_id, acts in zip(pooled, _STORIES, strict=False):
        for act in acts:
            _act(step, entry_id, act)


def _act(step: Step, entry_id: int, act: Act) -> None:
    entry = step.session.get_one(PoolEntry, entry_id, populate_existing=True)
    step.session.expunge(entry)
    step.session.rollback()
    act(step, entry)


NEXT = ("催报项目备案", "约现场看改造进度", "收齐验收材料", "核对申报书")


def _seen_to(officer: User, number: int, now: datetime) -> Act:
    """Every entry has somebody; the first one's step is overdue, the others' lies ahead."""
    day = KEPT.date() + timedelta(days=7) if number == 0 else _ahead(now, number)
    wanted = Follow(officer.id, "企业科", NEXT[number % len(NEXT)], day)
    return lambda step, entry: following.follow(step, entry.id, wanted, entry.version)


def _ahead(now: datetime, number: int) -> date:
    return max(now.date(), KEPT.date()) + timedelta(days=3 + 6 * number)


def _move(stage: str, reason: str = "") -> Act:
    return lambda step, entry: stages.move(step, entry.id, Move(stage, reason), entry.version)


def _take(stage: str) -> Act:
    return lambda step, entry: stages.take_proposal(step, entry.id, stage, entry.version)


def _aim(rung: str) -> Act:
    return lambda step, entry: nation.aim(
        step,
        entry.id,
        rung=rung,
        reason="条件基本具备，列入国家梯度培育。",
        base_version=entry.version,
    )


def _file(document: str) -> Act:
    return lambda step, entry: nation.file(
        step, entry.id, Filed(document, RECORDED.date()), base_version=entry.version
    )


def _known(step: Step, entry: PoolEntry) -> None:
    known = Known("良好", RECORDED.date(), "没有（虚构）", "", "虚构企业，供演示。")
    following.note_known(step, entry.id, known, entry.version)


def _recognise_by_mistake(step: Step, entry: PoolEntry) -> None:
    """A recognition that was entered for the wrong firm, and taken back."""
    award = Award(
        entry.target_rung,
        "示例文号〔2026〕90号（虚构）",
        RECORDED.date(),
        "示例称号（虚构）",
        AwardLevel.PROVINCE,
    )
    recognitions.recognise(step, entry.id, award, base_version=entry.version, sure=True)
    fact = store.recognition(step.session, entry.firm_id, entry.target_rung)
    step.session.rollback()
    if fact is not None:
        recognitions.revoke(step, fact.id, reason="公示期间有异议，核实后撤销。")


_STORIES: Sequence[Sequence[Act]] = (
    (
        _take("diagnosed"),
        _known,
        _aim("basic"),
        _file("示例备〔2026〕1号（虚构）"),
        _aim("advanced"),
    ),
    (_take("diagnosed"), _move("filed"), _known, _aim("basic"), _move("nation_check")),
    (_take("diagnosed"), _move("district_check"), _move("city")),
    (_recognise_by_mistake,),
    (_move("paused", "厂房在搬迁，明年一季度再启动。"),),
)
"""What became of the first firms in the pool; of the others the system's proposals still wait."""
