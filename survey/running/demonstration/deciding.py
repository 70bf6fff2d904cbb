"""The bureau of the demonstration decides: one firm at a time, and a meeting about many."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from survey.lifecycle import pool
from survey.lifecycle.decisions import Basis, Wish, decide_on_entries
from survey.lifecycle.recognitions import Award, recognise
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Step
from survey.running.demonstration.people import actor
from survey.running.demonstration.story import EDITION, MET, RECORDED
from survey.store import pool as pool_store
from survey.tables import Assessment, AwardLevel, Firm, PoolState, User


def decide(
    session: Session,
    firm: Firm,
    assessment: Assessment,
    row: dict[str, Any],
    officer: User,
    at: datetime,
) -> None:
    """Let the officer decide as the row says."""
    wanted = row.get("pool")
    if not wanted:
        return
    by = actor(officer)
    one_by_one = wanted["state"] == PoolState.RECOGNISED
    enter = partial(pool.admit, sure=True) if one_by_one else pool.propose
    entry = enter(
        Step(session, by, at),
        assessment.id,
        target_rung=wanted["target"],
        reason="现场核定结果与改造意愿符合培育方向。",
    )
    if wanted["state"] == PoolState.RECOGNISED:
        ladder = {rung.id: rung.title for rung in SHIPPED.load(EDITION).ladder}
        award = Award(
            rung=wanted["target"],
            document=f"示例文号〔2026〕{firm.id}号（虚构）",
            recognised_on=RECORDED.date(),
            title=f"示例{ladder[wanted['target']]}（虚构）",
            level=AwardLevel.PROVINCE,
        )
        recognise(
            Step(session, by, RECORDED), entry.id, award, base_version=entry.version, sure=True
        )


def meet(session: Session, firms: list[tuple[Firm, dict[str, Any]]], officer: User) -> None:
    """Let a meeting take the proposed firms in together, by minutes, a target at a time."""
    by_target: dict[str, list[Seen]] = {}
    for firm, row in firms:
        wanted = row.get("pool") or {}
        entry = pool_store.pool_entry_of_firm(session, firm.id)
        if entry is not None and wanted.get("state") == PoolState.IN_POOL:
            by_target.setdefault(wanted["target"], []).append(Seen(entry.id, entry.version))
    basis = Basis("示例会议纪要〔2026〕2号（虚构）", MET.date())
    for target, seen in by_target.items():
        wish = Wish("admit", target, "会议研究，同意入库。", basis)
        decide_on_entries(Step(session, actor(officer), MET), seen, wish, sure=True)
